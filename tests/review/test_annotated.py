"""Contracts to annotated JSON and back."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from builders import Ran, contract, contracts, reviewed, term
from hypothesis import given

from pipeline.contract import Contract, Kind, Money, ReviewStatus, Risk, Span
from pipeline.errors import RecordError
from pipeline.review.annotated import dumps, loads, read, schema, write, write_text

TEXT = "A fee is due. Another is not."
KEYS = ["schema_version", "tool", "model", "source", "verdict", "terms", "risks", "schedules", "text"]
Held = dict[str, Any]
Change = Callable[[Held], object]


def held() -> Held:
    """A record as plain data, with one term and one risk."""
    made = contract(term(Kind.MILESTONE, amounts=(Money("fee", Decimal("1.50"), "EUR", Span(2, 5)),)), text=TEXT)
    made = replace(made, risks=(Risk("r-1", "set_off", "Another", Span(14, 21), 1),))
    return dict(json.loads(dumps(made)))


FAULTS: dict[str, tuple[Change, str]] = {
    "a key is missing": (lambda h: h.pop("verdict"), "verdict"),
    "an unknown label": (lambda h: h["terms"][0].update(label="stage"), "terms.0.label"),
    "an unknown status": (lambda h: h["terms"][0]["review"].update(status="done"), "terms.0.review.status"),
    "a misspelt key": (lambda h: h["terms"][0]["review"].update(lable="progress"), "terms.0.review.lable"),
    "a key too many at the top": (lambda h: h.update(comment="fine"), "comment"),
    "a number that is none": (lambda h: h["source"]["pages"][0].update(width_pt="wide"), "source.pages.0.width_pt"),
    "an amount that is none": (lambda h: h["terms"][0]["amounts"][0].update(value="much"), "terms.0.amounts.0.value"),
    "a span of one number": (lambda h: h["terms"][0].update(span=[3]), "terms.0.span"),
    "a span beyond the text": (lambda h: h["terms"][0].update(span=[0, 400]), "terms.0.span"),
    "a span that counts from the end": (lambda h: h["terms"][0].update(span=[-29, 13]), "terms.0.span"),
    "a quote that stands elsewhere": (lambda h: h["terms"][0]["amounts"][0].update(span=[0, 3]), "terms.0: field 'fee'"),
    "a risk that stands elsewhere": (lambda h: h["risks"][0].update(span=[0, 7]), "risks.0.span"),
    "a box on a page that is not there": (
        lambda h: h["risks"][0].update(boxes=[{"page": 2, "x0": 0, "top": 0, "x1": 1, "bottom": 1}]),
        "risks.0.boxes",
    ),
    "an id twice": (lambda h: h["terms"].append(h["terms"][0]), "terms.1.id"),
    "a version to come": (lambda h: h.update(schema_version="2.0"), "schema_version"),
}


@given(contracts())
def test_what_is_written_is_read(made: Contract) -> None:
    assert loads(dumps(made)) == made


@given(contracts())
def test_whatever_is_written_is_as_the_schema_says(made: Contract) -> None:
    jsonschema.validate(json.loads(dumps(made)), schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_results_of_a_run_are_as_the_schema_says(ran: Ran) -> None:
    written = [ran.out / record["output"] for record in ran.run["inputs"] if record["output"]]
    assert len(written) == 4
    for path in written:
        jsonschema.validate(json.loads(path.read_text(encoding="utf-8")), schema())
        assert read(path).text


@pytest.mark.parametrize("key", [key for key in KEYS if key != "schedules"])
def test_the_schema_refuses_what_lacks_a_key(key: str) -> None:
    without = {name: value for name, value in held().items() if name != key}
    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(without, schema())


def test_keys_stand_in_order_numbers_are_short_and_the_end_is_a_newline() -> None:
    made = contract(replace(term(Kind.MILESTONE), probabilities=None), text=TEXT)
    text = dumps(replace(made, model=replace(made.model, thresholds={"milestone": 1 / 3})))
    assert list(json.loads(text)) == KEYS
    assert '"milestone": 0.3333\n' in text
    assert text.endswith("}\n")


def test_an_amount_is_written_in_full() -> None:
    million = Money("A", Decimal("1E+6"), None, Span(0, 1))
    (one,) = json.loads(dumps(contract(term(Kind.MILESTONE, amounts=(million,)))))["terms"]
    assert one["amounts"][0]["value"] == "1000000"


@pytest.mark.parametrize(("change", "where"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_file_and_field(change: Change, where: str, tmp_path: Path) -> None:
    record = held()
    change(record)
    path = tmp_path / "msa.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(RecordError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {where}")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"text": "\xff"}', b'"\\ud800"'],
    ids=["empty", "cut off", "a list", "null", "not UTF-8", "a lone surrogate"],
)
def test_what_is_no_record_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "msa.json"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"msa\.json"):
        read(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"none\.json: cannot be read"):
        read(tmp_path / "none.json")


def test_a_review_survives(tmp_path: Path) -> None:
    made = contract(term(Kind.MILESTONE, review=reviewed(ReviewStatus.CORRECTED, Kind.PROGRESS)))
    write(made, tmp_path / "deep" / "msa.json")
    (one,) = read(tmp_path / "deep" / "msa.json").terms
    assert one.review == reviewed(ReviewStatus.CORRECTED, Kind.PROGRESS)


def test_a_reviewer_may_leave_out_what_has_a_default() -> None:
    record = held()
    added = {key: record["terms"][0][key] for key in ("label", "text", "span", "unit", "section", "page", "boxes")}
    record["terms"].append({**added, "id": "t-added", "probabilities": None})
    assert loads(json.dumps(record)).terms[1].review.status is ReviewStatus.PENDING


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.json"
    write_text("old", path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_text("new", path)
    assert [one.name for one in tmp_path.iterdir()] == ["run.json"]
    assert path.read_text(encoding="utf-8") == "old"


def test_a_lone_surrogate_does_not_cost_the_file(tmp_path: Path) -> None:
    write(contract(text="A fee \ud800 is due."), tmp_path / "msa.json")
    assert read(tmp_path / "msa.json").text == "A fee ? is due."


def test_a_record_of_version_1_0_is_still_read() -> None:
    """What came later has its empty value there."""
    made = contract(
        term(Kind.MILESTONE, TEXT, probabilities=None, amounts=(Money(TEXT, None, None, Span(0, len(TEXT))),)), text=TEXT
    )
    old = json.loads(dumps(made))
    old["schema_version"] = "1.0"
    del old["schedules"], old["verdict"]["policy"], old["verdict"]["rate_percent"]
    for key in ("due_from", "verification", "finality", "payer", "payee"):
        del old["terms"][0][key]
    for key in ("per", "end", "redacted"):
        del old["terms"][0]["amounts"][0][key]
    assert loads(json.dumps(old)) == replace(made, schema_version="1.0")
