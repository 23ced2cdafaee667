"""The corpus in data/labels and the sample contracts: enough of everything, and nothing twice."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LABELS = Path(__file__).parents[1] / "data" / "labels"
CONTRACTS = Path(__file__).parents[1] / "data" / "contracts"
KINDS = ("milestone", "progress", "none")


def entries(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def corpus() -> list[dict[str, Any]]:
    return list(entries(LABELS))


def trigrams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9$%]+", text.lower().replace(",", ""))
    return {tuple(words[at : at + 3]) for at in range(len(words) - 2)}


def test_the_corpus_is_large_and_mostly_none(corpus: list[dict[str, Any]]) -> None:
    kinds = Counter(entry["label"] for entry in corpus)
    assert len(corpus) >= 6000
    assert len({entry["group"] for entry in corpus}) >= 250
    assert len({entry["industry"] for entry in corpus}) >= 20
    assert kinds["none"] > 2 * (kinds["milestone"] + kinds["progress"])
    assert min(kinds[kind] for kind in KINDS) >= 1000
    assert sum(bool(entry.get("substance_over_name")) for entry in corpus) >= 150


def test_only_terms_have_fields_and_the_fields_stand_in_their_text(corpus: list[dict[str, Any]]) -> None:
    for entry in corpus:
        quotes = [*entry.get("amounts", []), *entry.get("percents", []), entry.get("trigger"), entry.get("interval")]
        held = [quote for quote in quotes if quote]
        assert entry["label"] != "none" or not held, entry
        assert all(quote in entry["text"] for quote in held), entry


def test_no_two_units_of_the_corpus_are_nearly_the_same(corpus: list[dict[str, Any]]) -> None:
    grams = [trigrams(entry["text"]) if entry["unit"] != "row" else set() for entry in corpus]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for index, found in enumerate(grams):
        if len(found) < 8:
            continue
        shared = Counter(other for gram in found for other in places[gram])
        for other, count in shared.most_common(1):
            assert count <= 0.6 * len(found | grams[other]), (corpus[other]["text"], corpus[index]["text"])
        for gram in found:
            places[gram].append(index)


def test_every_sample_contract_has_its_pdf_and_its_labels() -> None:
    labelled = {entry["contract"] for entry in entries(CONTRACTS)}
    sources = {path.stem for path in (CONTRACTS / "source").glob("*.txt")}
    assert labelled == sources == {path.stem for path in CONTRACTS.glob("*.pdf")}
    assert len(labelled) >= 12
