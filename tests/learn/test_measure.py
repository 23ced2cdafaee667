"""Whole contracts held against their labelled sentences."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import contract, term
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Basis, Contract, Kind, Span, Verdict
from pipeline.errors import LabelError, RecordError
from pipeline.learn.measure import (
    Labelled,
    Sentences,
    basis_right,
    calibration,
    labelled_basis,
    mistakes,
    read_labelled,
    result_of,
    results_of,
    same,
    scores,
    words_of,
)
from pipeline.review.annotated import write
from pipeline.tag.model import Model
from pipeline.tag.units import units_of

PRICE = "The price of $1,000,000 is payable at $100,000 per month."
EVENT = "The sum of $40,000 falls due upon acceptance of the prototype."
OTHER = "Notices are sent to the address that stands above."
TEXT = "\n".join([PRICE, EVENT, OTHER])


def labelled(*given: tuple[str, Kind | None]) -> list[Labelled]:
    return [Labelled(text, kind, words_of(text)) for text, kind in given]


def tagged(*terms: tuple[str, Kind], basis: Basis = Basis.MIXED) -> Contract:
    places = [Span(TEXT.index(text), TEXT.index(text) + len(text)) for text, _ in terms]
    made = contract(*(term(kind, text, span=span) for (text, kind), span in zip(terms, places, strict=True)), text=TEXT)
    return replace(made, verdict=Verdict(basis, made.verdict.advance))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param("one two three four", "one two three four", True, id="equal"),
        pytest.param("one two three four five six", "zero one two three four", True, id="a run of four, over half"),
        pytest.param("a b c d e f g h i j", "a b c d x e f g h i", True, id="a run of half the shorter"),
        pytest.param("a b c d x1 x2 x3 x4 x5 x6", "a b c d y1 y2 y3 y4 y5 y6", False, id="less than half"),
        pytest.param("one two", "zero one two three", True, id="a short one must be there whole"),
        pytest.param("one three", "zero one two three", False, id="a short one that is not"),
        pytest.param("", "one two", False, id="nothing is like nothing"),
    ],
)
def test_same(first: str, second: str, *, expected: bool) -> None:
    assert same(first.split(), second.split()) is same(second.split(), first.split()) is expected


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30), st.data())
def test_a_sentence_is_found_by_itself_and_by_its_larger_part(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) // 2))
    part = words[start:] if len(words) - start >= 4 else words
    found = Sentences(labelled((" ".join(words), Kind.NONE)))
    assert found.like(" ".join(words)) == found.like(" ".join(part)) == [0]


def test_words_forget_case_and_thousands_separators() -> None:
    assert words_of("Pays $1,000,000 (30%) — NOW.") == ("pays", "$1000000", "30%", "now")


def test_result_counts_hits_misses_and_alarms() -> None:
    gold = labelled((PRICE, Kind.PROGRESS), (EVENT, Kind.MILESTONE), (OTHER, Kind.NONE))
    result = result_of("c", gold, tagged((PRICE, Kind.PROGRESS), (OTHER, Kind.MILESTONE)))
    assert [found.text for found in result.hit] == [PRICE]
    assert [found.text for found in result.missed] == [EVENT]
    assert [(found.text, found.kind) for found in result.alarms] == [(OTHER, Kind.MILESTONE)]
    assert scores([result])["progress"].f1 == 1.0
    assert scores([result])["milestone"].f1 == 0.0
    assert (scores([result])["milestone"].labelled, scores([result])["milestone"].tagged) == (1, 1)


@pytest.mark.parametrize(
    ("gold", "alarms"),
    [
        pytest.param([(EVENT, None)], 0, id="where readers disagree, a term is no alarm"),
        pytest.param([(EVENT, Kind.PROGRESS)], 1, id="of the other kind"),
        pytest.param([(OTHER, Kind.NONE)], 1, id="a sentence that is not listed is none"),
    ],
)
def test_alarms(gold: list[tuple[str, Kind | None]], alarms: int) -> None:
    assert len(result_of("c", labelled(*gold), tagged((EVENT, Kind.MILESTONE))).alarms) == alarms


def test_equal_sentences_of_a_contract_count_one_by_one() -> None:
    assert len(result_of("c", labelled((PRICE, Kind.PROGRESS), (PRICE, Kind.PROGRESS)), tagged()).missed) == 2


def test_a_contract_that_was_not_read_has_missed_everything() -> None:
    result = result_of("c", labelled((EVENT, Kind.MILESTONE)), None)
    assert (len(result.missed), result.written_basis, result.labelled_basis) == (1, Basis.UNKNOWN, Basis.MILESTONE)
    assert basis_right([result]) == 0.0


@pytest.mark.parametrize(
    ("kinds", "basis"),
    [
        ([], Basis.NONE),
        ([Kind.NONE, None], Basis.NONE),
        ([Kind.MILESTONE] * 4 + [Kind.PROGRESS], Basis.MILESTONE),
        ([Kind.MILESTONE] * 3 + [Kind.PROGRESS], Basis.MIXED),
        ([Kind.PROGRESS, None, Kind.NONE], Basis.PROGRESS),
    ],
)
def test_labelled_basis(kinds: list[Kind | None], basis: Basis) -> None:
    assert labelled_basis(kinds) is basis


def test_results_of_a_folder(tmp_path: Path, model: Model) -> None:
    write(tagged((EVENT, Kind.MILESTONE), basis=Basis.MILESTONE), tmp_path / "below" / "c.json")
    gold = {"c": labelled((EVENT, Kind.MILESTONE)), "unread": labelled((PRICE, Kind.PROGRESS))}
    results = results_of(gold, tmp_path)
    assert [(result.contract, len(result.hit), len(result.missed)) for result in results] == [("c", 1, 0), ("unread", 0, 1)]
    assert basis_right(results) == 0.5
    assert 0.0 <= calibration(gold, tmp_path, model) <= 1.0


def test_a_folder_without_labelled_contracts_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no annotated JSON of a labelled contract"):
        results_of({"c": []}, tmp_path)


def test_read_labelled(tmp_path: Path) -> None:
    entries = [
        {"contract": "c", "text": EVENT, "label": "milestone"},
        {"contract": "d", "text": PRICE, "label": "ignore", "id": "d:1"},
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, entries)) + "\n\n", encoding="utf-8")
    assert {name: [one.kind for one in found] for name, found in read_labelled(path).items()} == {
        "c": [Kind.MILESTONE],
        "d": [None],
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "1: no labelled sentence"),
        ('{"contract": "c", "label": "none"}', "1: no labelled sentence .*text"),
        ('{"contract": "c", "label": "bonus", "text": "x"}', "1: label: 'bonus'; expected milestone"),
    ],
)
def test_labels_at_fault_name_their_line(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(LabelError, match=message):
        read_labelled(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="cannot be read"):
        read_labelled(tmp_path / "nothing.jsonl")


def test_mistakes_of_a_run(tmp_path: Path, model: Model) -> None:
    """A false alarm, a term of the other kind (told once), a term that was missed, and one that is not in the text."""
    elsewhere = "A sum that stands in no unit of this text at all."
    gold = labelled((PRICE, Kind.MILESTONE), (EVENT, Kind.MILESTONE), (elsewhere, Kind.PROGRESS))
    write(tagged((PRICE, Kind.PROGRESS), (OTHER, Kind.MILESTONE)), tmp_path / "c.json")
    found = mistakes({"c": gold}, results_of({"c": gold}, tmp_path), tmp_path, model)
    told = {one.text: (one.label, one.tagged, one.group) for one in found}
    assert told == {
        PRICE: (Kind.MILESTONE, Kind.PROGRESS, "c"),
        OTHER: (Kind.NONE, Kind.MILESTONE, "c"),
        EVENT: (Kind.MILESTONE, Kind.NONE, "c"),
        elsewhere: (Kind.PROGRESS, Kind.NONE, "c"),
    }
    assert len(found) == 4
    by_text = {one.text: one.probability for one in found}
    # What the builders' terms have, and what the model says of the sentence that was missed.
    assert by_text[PRICE] == by_text[OTHER] == 0.9
    (event,) = (unit for unit in units_of(TEXT) if unit.text == EVENT)
    assert by_text[EVENT] == pytest.approx(model.probabilities([event])[0, 0])
    assert np.isnan(by_text[elsewhere])
    assert np.isnan(found[-1].probability)
    known = [one.probability for one in found[:-1]]
    assert known == sorted(known, reverse=True)


def test_a_contract_that_was_not_read_is_all_mistakes(tmp_path: Path, model: Model) -> None:
    write(tagged(), tmp_path / "c.json")
    gold = {"c": [], "unread": labelled((EVENT, Kind.MILESTONE))}
    (one,) = mistakes(gold, results_of(gold, tmp_path), tmp_path, model)
    assert (one.text, one.tagged, np.isnan(one.probability)) == (EVENT, Kind.NONE, True)
