"""Labels from JSON lines, and from annotated JSON that a reviewer has been through."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from builders import LABELS, contract, reviewed, term, write_jsonl
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Contract, Kind, Review, ReviewStatus, Span, Term, Unit
from pipeline.errors import LabelError, RecordError
from pipeline.learn.labels import UNITS, labels_of, read_labels, read_reviewed
from pipeline.review.annotated import write

GOOD = {"group": "a", "label": "milestone", "text": "$5 is due on delivery."}
FAULTS: dict[str, tuple[Any, str]] = {
    "no group": ({"label": "none", "text": "x"}, "no group; a label needs group, label, text"),
    "no text": ({**GOOD, "text": ""}, "no text; a label needs group, label, text"),
    "a text that is none": ({**GOOD, "text": 3}, "text: 3; expected a string"),
    "another label": ({**GOOD, "label": "stage"}, "label: 'stage'; expected milestone, progress, none"),
    "another unit": ({**GOOD, "unit": "page"}, "unit: 'page'; expected sentence, item, row"),
    "a unit that is a list": ({**GOOD, "unit": []}, "unit: []; expected sentence, item, row"),
    "a lead-in that is a number": ({**GOOD, "lead": 7}, "lead: 7; expected a string"),
    "a list": ([GOOD], "no object; a label is one, with group, label, text"),
}
FIRST, SECOND = "The fee is due on delivery.", "Rent is due each month."
TEXT = f"1. PAYMENT\n{FIRST} {SECOND}"
PLACE = Span(TEXT.index(FIRST), TEXT.index(FIRST) + len(FIRST))
REVIEWS: dict[str, tuple[Review, Kind | None]] = {
    "accepted": (reviewed(ReviewStatus.ACCEPTED), Kind.MILESTONE),
    "accepted, whatever label is said": (reviewed(ReviewStatus.ACCEPTED, Kind.PROGRESS), Kind.MILESTONE),
    "corrected": (reviewed(ReviewStatus.CORRECTED, Kind.PROGRESS), Kind.PROGRESS),
    "corrected to none": (reviewed(ReviewStatus.CORRECTED, Kind.NONE), Kind.NONE),
    "rejected": (reviewed(ReviewStatus.REJECTED), Kind.NONE),
    "pending": (Review(), None),
}


def found(**more: Any) -> Term:
    return term(Kind.MILESTONE, FIRST, span=PLACE, **more)


def with_review(review: Review) -> Contract:
    return contract(found(review=review), text=TEXT)


def test_a_line_is_a_label(tmp_path: Path) -> None:
    entry = {**GOOD, "unit": "row", "header": "Stage | Price", "title": "Fees", "section": "4", "substance_over_name": True}
    write_jsonl(tmp_path / "a.jsonl", [entry])
    (one,) = read_labels(tmp_path)
    assert (one.kind, one.group, one.against_name, one.reviewed) == (Kind.MILESTONE, "a", True, False)
    assert (one.unit.text, one.unit.unit, one.unit.header, one.unit.title) == (GOOD["text"], Unit.ROW, "Stage | Price", "Fees")
    assert (one.unit.section, one.unit.lead) == ("4", "")


def test_files_and_lines_keep_their_order(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "b.jsonl", [{**GOOD, "text": "third"}])
    write_jsonl(tmp_path / "a.jsonl", [{**GOOD, "text": "first"}, {**GOOD, "text": "second"}])
    assert [label.unit.text for label in read_labels(tmp_path)] == ["first", "second", "third"]


def test_neighbours_and_tables_are_of_the_group(tmp_path: Path) -> None:
    row = {**GOOD, "unit": "row", "header": "Stage | Price", "title": "Fees"}
    entries = [{**row, "text": "Keel | $5"}, {**row, "text": "Launch | $6"}, {**row, "text": "Design | $7", "group": "b"}]
    write_jsonl(tmp_path / "a.jsonl", entries)
    units = [label.unit for label in read_labels(tmp_path)]
    assert [unit.table for unit in units] == ["Keel | $5\nLaunch | $6", "Keel | $5\nLaunch | $6", "Design | $7"]
    assert [(unit.before, unit.after) for unit in units] == [("", "Launch | $6"), ("Keel | $5", ""), ("", "")]


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.sampled_from(Kind), st.sampled_from(sorted(UNITS)))
def test_whatever_a_line_says_is_read(tmp_path_factory: pytest.TempPathFactory, text: str, kind: Kind, unit: str) -> None:
    folder = tmp_path_factory.mktemp("labels")
    line = json.dumps({"group": "a", "label": kind, "text": text, "unit": unit}, ensure_ascii=False)
    (folder / "a.jsonl").write_text(f"\n{line}\n\n", encoding="utf-8", newline="\n")
    (one,) = read_labels(folder)
    assert (one.unit.text, one.kind, one.unit.unit) == (text, kind, UNITS[unit])


@pytest.mark.parametrize(("entry", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_file_and_line(entry: Any, told: str, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [GOOD, entry])
    with pytest.raises(LabelError) as caught:
        read_labels(tmp_path)
    assert str(caught.value) == f"{path}:2: {told}"


@pytest.mark.parametrize(("content", "told"), [(b"{", "a.jsonl:1: not JSON"), (b'"\xff"', "a.jsonl: not UTF-8")])
def test_what_is_no_json_is_told(content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(LabelError, match=told):
        read_labels(tmp_path)


def test_a_folder_without_labels_is_told(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"no \*\.jsonl there"):
        read_labels(tmp_path)


def test_the_labels_that_come_along_are_whole() -> None:
    labels = read_labels(LABELS)
    assert {label.kind for label in labels} == set(Kind)
    assert len({label.group for label in labels}) > 100


@pytest.mark.parametrize(("review", "kind"), REVIEWS.values(), ids=REVIEWS)
def test_a_review_is_a_label(review: Review, kind: Kind | None) -> None:
    assert [label.kind for label in labels_of(with_review(review), "msa.json")] == ([] if kind is None else [kind])


def test_a_term_that_a_reviewer_added_is_a_label() -> None:
    (one,) = labels_of(contract(found(probabilities=None), text=TEXT), "msa.json")
    assert (one.kind, one.reviewed) == (Kind.MILESTONE, True)


def test_a_reviewed_label_has_the_context_of_its_place() -> None:
    (one,) = labels_of(with_review(reviewed(ReviewStatus.ACCEPTED)), "msa.json")
    assert one.unit.text == FIRST
    assert one.unit.section == "1. PAYMENT"
    assert one.unit.after == SECOND


def test_the_contract_is_the_group() -> None:
    made = with_review(reviewed(ReviewStatus.ACCEPTED))
    (one,) = labels_of(made, "msa.json")
    (other,) = labels_of(replace(made, source=replace(made.source, sha256="")), "msa.json")
    assert (one.group, other.group) == (made.source.sha256, "msa.json")


def test_a_correction_without_a_label_is_told(tmp_path: Path) -> None:
    write(with_review(reviewed(ReviewStatus.CORRECTED)), tmp_path / "msa.json")
    with pytest.raises(RecordError, match=r"msa\.json: term t-\S+: corrected without review\.label"):
        read_reviewed(tmp_path)


def test_reviewed_files_are_found_below_and_the_record_of_the_run_is_passed_over(tmp_path: Path) -> None:
    write(with_review(reviewed(ReviewStatus.ACCEPTED)), tmp_path / "deep" / "msa.json")
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    assert len(read_reviewed(tmp_path)) == 1


def test_a_folder_without_reviews_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no annotated JSON there"):
        read_reviewed(tmp_path)
