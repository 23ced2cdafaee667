"""Sentence ends beside other splitters: precision, recall, F1 and speed on tests/data/sentence_ends.jsonl.

Run it from the project's folder with `python bench/sentence_ends.py`; it prints one Markdown table. The set is written
apart from the splitter; lines with odd numbers were open while it was developed, those with even numbers were not, and
only they say how it does on what it has not seen.
"""

import importlib
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import spacy

from pipeline.tag.sentences import sentence_spans

SET = Path(__file__).parents[1] / "tests" / "data" / "sentence_ends.jsonl"
# The fastest of this many runs counts, so that what is loaded at first use does not.
RUNS = 5

# What splits a paragraph: its text to the offsets at which its sentences end, in code points.
Splitter = Callable[[str], Iterable[int]]


class Score(NamedTuple):
    """How the ends that were found compare with the true ones; all three are shares of one."""

    precision: float
    recall: float
    f1: float


def main() -> None:
    """Print the table, or say what to install."""
    paragraphs = [json.loads(line)["sentences"] for line in SET.read_text(encoding="utf-8").splitlines()]
    try:
        rows = [row(name, split, paragraphs) for name, split in splitters().items()]
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed. It is only needed here: python -m pip install {missing.name}")
    head = "| splitter | precision | recall | F1 | F1, unseen half | sentences per second |"
    sys.stdout.write("\n".join([head, "|---|---:|---:|---:|---:|---:|", *rows]) + "\n")


def splitters() -> dict[str, Splitter]:
    """The splitters by name. Raises ModuleNotFoundError where one is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        segmenter = importlib.import_module("pysbd").Segmenter(language="en", clean=False)
    english = spacy.blank("en")
    english.add_pipe("sentencizer")
    return {
        "payterms": lambda text: (end for _, end in sentence_spans(text)),
        "spaCy sentencizer": lambda text: (sent.end_char for sent in english(text).sents),
        "pysbd": lambda text: ends_of_parts(text, segmenter.segment(text)),
    }


def row(name: str, split: Splitter, paragraphs: Sequence[Sequence[str]]) -> str:
    """One line of the table."""
    whole, unseen = score(split, paragraphs), score(split, paragraphs[1::2])
    shares = " | ".join(f"{share:.3f}" for share in (*whole, unseen.f1))
    return f"| {name} | {shares} | {speed(split, paragraphs):,.0f} |"


def score(split: Splitter, paragraphs: Iterable[Sequence[str]]) -> Score:
    """Compare the ends within paragraphs; a paragraph's own end is no merit."""
    found = true = right = 0
    for sentences in paragraphs:
        text = " ".join(sentences)
        ends, gold = set(split(text)) - {len(text)}, true_ends(sentences)
        found, true, right = found + len(ends), true + len(gold), right + len(ends & gold)
    return Score(right / found, right / true, 2 * right / (found + true))


def true_ends(sentences: Sequence[str]) -> set[int]:
    """Where the sentences end, all but the last, when one space joins them."""
    return {len(" ".join(sentences[:count])) for count in range(1, len(sentences))}


def ends_of_parts(text: str, parts: Iterable[str]) -> Iterable[int]:
    """The offsets at which consecutive parts of a text end, white space aside."""
    at = 0
    for part in parts:
        at = text.index(part.strip(), at) + len(part.strip())
        yield at


def speed(split: Splitter, paragraphs: Sequence[Sequence[str]]) -> float:
    """Sentences per second on one core, by the true count of sentences."""
    texts = [" ".join(sentences) for sentences in paragraphs]
    return sum(map(len, paragraphs)) / min(duration_s(split, texts) for _ in range(RUNS))


def duration_s(split: Splitter, texts: Iterable[str]) -> float:
    """The processor time of one run over the texts."""
    start = time.process_time()
    for text in texts:
        list(split(text))
    return time.process_time() - start


if __name__ == "__main__":
    main()
