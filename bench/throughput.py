"""Pages per second of `payterms run`, beside pdfium's bare text (the limit) and a plain script with the same libraries.

usage: python bench/throughput.py CONTRACTS [--workers 2] [--plain] [--rounds 1]

The three run one after the other, and that so many times, on the same files; the ratios are of the sums, because a busy
machine slows all three. Time counts from the start of the command, and includes the import of its libraries.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2
import spacy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

Way = Callable[[Sequence[Path], int], None]


def limit(paths: Sequence[Path], workers: int) -> None:
    """The text of every page by pdfium, and nothing else."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_bare_text, paths))


def _bare_text(path: Path) -> int:
    with pypdfium2.PdfDocument(path) as document:
        return sum(len(page.get_textpage().get_text_bounded()) for page in document)


def plain(paths: Sequence[Path], workers: int) -> None:
    """Words by pdfplumber on every page, sentences by spaCy, TF-IDF and logistic regression on every sentence, JSON."""
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_plainly, paths))


@cache
def _plain_model() -> tuple[Any, Any, Any]:
    seed = ["pay upon acceptance of the milestone", "monthly payment of the price", "law of the state"] * 40
    language = spacy.blank("en")
    language.add_pipe("sentencizer")
    vectorizer = TfidfVectorizer(ngram_range=(1, 2)).fit(seed)
    return language, vectorizer, LogisticRegression().fit(vectorizer.transform(seed), [0, 1, 2] * 40)


def _plainly(path: Path) -> int:
    language, vectorizer, classifier = _plain_model()
    found = []
    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            text = " ".join(word["text"] for word in page.extract_words())
            page.close()
            sentences = [sentence.text for sentence in language(text).sents]
            if sentences:
                found += classifier.predict_proba(vectorizer.transform(sentences)).tolist()
    return len(json.dumps(found))


def ours(paths: Sequence[Path], workers: int) -> None:
    """`payterms run` on the folder that holds the files."""
    with tempfile.TemporaryDirectory() as out:
        command = [Path(sys.executable).with_name("payterms"), "run", _folder(paths), out, "--workers", str(workers), "--quiet"]
        subprocess.run(command, check=False)


def _folder(paths: Sequence[Path]) -> str:
    return os.path.commonpath([path.parent for path in paths])


def main() -> None:
    """Time the ways in turn, and print pages per second and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contracts", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="time the plain script too, which takes long")
    given = parser.parse_args()
    paths = sorted(path for path in given.contracts.rglob("*") if path.suffix.lower() == ".pdf")
    pages = sum(len(pypdfium2.PdfDocument(path)) for path in paths)
    ways: dict[str, Way] = {"limit": limit, "ours": ours} | ({"plain": plain} if given.plain else {})
    seconds = dict.fromkeys(ways, 0.0)
    for _ in range(given.rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way(paths, given.workers)
            seconds[name] += time.perf_counter() - started
    print(f"{len(paths)} files, {pages} pages, {given.workers} workers, {given.rounds} rounds")
    for name, taken in seconds.items():
        print(f"{name:6} {given.rounds * pages / taken:8.1f} pages/s   ours/{name} {taken / seconds['ours']:.3f}")


if __name__ == "__main__":
    main()
