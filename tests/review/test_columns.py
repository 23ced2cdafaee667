"""What an export tells of a term, column by column."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import contract, contracts, reviewed, term
from hypothesis import given

from pipeline.contract import (
    Advance,
    Basis,
    Contract,
    Finality,
    Interval,
    Kind,
    Money,
    Percent,
    Probabilities,
    Quote,
    Review,
    ReviewStatus,
    Schedule,
    Span,
    Term,
    Unit,
    Verdict,
    Verification,
)
from pipeline.review.columns import COLUMNS, Type, Value, columns_table, rows_of

AT = Span(0, 1)
KEPT = {Type.TEXT: str, Type.WHOLE: int, Type.DECIMAL: Decimal, Type.SHARE: float, Type.FLAG: bool, Type.TIME: datetime}
PENDING, ACCEPTED, CORRECTED, REJECTED = ReviewStatus
FULL: dict[str, Any] = {
    "id": "t-1",
    "unit": Unit.ROW,
    "section": "4 > 4.1",
    "page": 7,
    "probabilities": Probabilities(0.9, 0.06, 0.04),
    "amounts": (Money("$90", Decimal(90), "USD", AT), Money("$5", Decimal(5), "USD", AT, per="hour")),
    "percents": (Percent("30%", Decimal(30), AT, of="price"), Percent("5 %", Decimal(5), AT)),
    "trigger": Quote("delivery", AT),
    "interval": Interval("each month", "monthly", AT),
    "due_days": 45,
    "due_from": Quote("receipt", AT),
    "verification": Verification("deemed", "deemed_acceptance", AT, days=10),
    "finality": Finality("earned", "non_refundable", AT),
    "payer": Quote("Buyer", AT),
    "payee": Quote("Seller", AT),
    "doubt": ("ocr", "kinds_close"),
    "review": reviewed(CORRECTED, Kind.PROGRESS),
}
EXPECTED: dict[str, Value] = {
    "contract": "a/msa.pdf",
    "result": "a/msa.json",
    "contract_sha256": "ab" * 32,
    "basis": "mixed",
    "advance": "conditional",
    "rate_percent": 80,
    "policy": "desk",
    "term": "t-1",
    "label": "progress",
    "tagged_label": "milestone",
    "probability_milestone": 0.9,
    "probability_progress": 0.06,
    "probability_none": 0.04,
    "review_status": "corrected",
    "review_label": "progress",
    "review_note": "as agreed",
    "review_by": "a.reviewer",
    "review_at": datetime(2025, 3, 1, 9, tzinfo=UTC),
    "page": 7,
    "unit": "row",
    "section": "4 > 4.1",
    "text": "A fee is due.",
    "amount": Decimal(90),
    "currency": "USD",
    "amount_worked_out": False,
    "amounts": "$90 | $5",
    "percent": Decimal(30),
    "percent_of": "price",
    "percents": "30% | 5 %",
    "trigger": "delivery",
    "interval": "each month",
    "interval_kind": "monthly",
    "due_days": 45,
    "due_from": "receipt",
    "verification": "deemed_acceptance",
    "verification_days": 10,
    "finality": "non_refundable",
    "payer": "Buyer",
    "payee": "Seller",
    "schedule": 2,
    "doubt": "ocr | kinds_close",
    "span_start": 0,
    "span_end": 13,
}
ALWAYS = {"contract", "result", "contract_sha256", "basis", "advance", "term", "label", "page", "unit", "text"}
LABELS = {
    "pending": (Review(), "milestone"),
    "accepted": (Review(ACCEPTED), "milestone"),
    "corrected": (Review(CORRECTED, Kind.PROGRESS), "progress"),
    "corrected to none": (Review(CORRECTED, Kind.NONE), "none"),
    "rejected": (Review(REJECTED), "none"),
}
TIMES = {
    "in UTC": ("2025-03-01T09:00:00Z", datetime(2025, 3, 1, 9, tzinfo=UTC)),
    "with an offset": ("2025-03-01T09:00:00+05:30", datetime(2025, 3, 1, 3, 30, tzinfo=UTC)),
    "without one": ("2025-03-01 09:00", datetime(2025, 3, 1, 9, tzinfo=UTC)),
    "a date": ("2025-03-01", datetime(2025, 3, 1, tzinfo=UTC)),
    "with parts of a second": ("2025-03-01T09:00:00.987Z", datetime(2025, 3, 1, 9, tzinfo=UTC)),
    "words": ("last Friday", None),
    "before the first year": ("0001-01-01T00:00:00+05:00", None),
    "nothing": (None, None),
}
VALUES = {
    "cents": ("0.10", "0.1"),
    "seven decimals": ("0.0000005", "0.000000"),
    "six decimals of eight": ("1.23456789", "1.234568"),
    "as long as it may be": ("9" * 32, "9" * 32),
    "a digit too long": ("1" + "0" * 32, None),
    "too long once rounded": ("9" * 32 + ".9999999", None),
    "beyond all bounds": ("1E+400", None),
}


def judged(*terms: Term, **more: Any) -> Contract:
    return replace(contract(*terms), verdict=Verdict(Basis.MIXED, Advance.CONDITIONAL, (), 80, "desk"), **more)


def rows(made: Contract) -> list[dict[str, Value]]:
    names = [column.name for column in COLUMNS]
    found = rows_of(made, source="a/msa.pdf", output="a/msa.json")
    return [dict(zip(names, row, strict=True)) for row in found]


def schedule(*terms: str) -> Schedule:
    return Schedule(terms, "USD", None, None, None, None)


def test_every_column_of_a_term_that_has_everything() -> None:
    made = judged(term(Kind.MILESTONE, **FULL), schedules=(schedule("t-9"), schedule("t-1", "t-2")))
    assert rows(made) == [EXPECTED]


def test_what_a_bare_term_does_not_tell_is_none() -> None:
    (row,) = rows(contract(replace(term(Kind.MILESTONE), probabilities=None)))
    told = {name for name, value in row.items() if value is not None}
    assert told == ALWAYS | {"review_status", "span_start", "span_end"}


@pytest.mark.parametrize(("review", "label"), LABELS.values(), ids=LABELS)
def test_the_label_is_as_reviewed(review: Review, label: str) -> None:
    (row,) = rows(contract(term(Kind.MILESTONE, review=review)))
    assert (row["label"], row["tagged_label"], row["review_status"]) == (label, "milestone", review.status.value)


def test_no_money_counts_twice_and_none_of_rejected_terms() -> None:
    sums = (Money("$90", Decimal(90), "USD", AT),)
    made = contract(
        term(Kind.MILESTONE, id="t-1", amounts=sums),
        term(Kind.MILESTONE, id="t-2", amounts=sums),
        term(Kind.MILESTONE, id="t-3", amounts=(Money("$7", Decimal(7), "USD", AT),), review=Review(REJECTED)),
    )
    assert [(row["amount"], row["amounts"]) for row in rows(made)] == [(90, "$90"), (None, "$90"), (None, "$7")]


def test_a_share_of_the_price_is_worked_out() -> None:
    price = Money("$200", Decimal(200), "USD", AT)
    of_it = Percent("30%", Decimal(30), AT, of="price")
    made = contract(term(Kind.MILESTONE, id="t-1", percents=(of_it,)))
    (row,) = rows(replace(made, schedules=(replace(schedule("t-1"), price=price),)))
    assert (row["amount"], row["currency"], row["amount_worked_out"]) == (60, "USD", True)


@pytest.mark.parametrize(("told", "expected"), TIMES.values(), ids=TIMES)
def test_a_time_is_in_utc(told: str | None, expected: datetime | None) -> None:
    (row,) = rows(contract(term(Kind.MILESTONE, review=Review(ACCEPTED, at=told))))
    assert row["review_at"] == expected


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_a_decimal_is_as_long_as_a_database_holds(value: str, expected: str | None) -> None:
    (row,) = rows(contract(term(Kind.MILESTONE, amounts=(Money("A", Decimal(value), "USD", AT),))))
    assert row["amount"] == (None if expected is None else Decimal(expected))
    assert row["amounts"] == "A"


def test_numbers_that_no_file_can_hold_are_none() -> None:
    odd = term(Kind.MILESTONE, page=2**63, due_days=-(2**63) - 1)
    (row,) = rows(contract(replace(odd, probabilities=replace(odd.probabilities, milestone=float("nan")))))  # type: ignore[type-var]
    assert (row["page"], row["due_days"], row["probability_milestone"]) == (None, None, None)


@given(contracts())
def test_whatever_a_contract_holds_values_are_of_their_types(made: Contract) -> None:
    found = rows_of(made, source="a.pdf", output="a.json")
    assert len(found) == len(made.terms)
    for row in found:
        for column, value in zip(COLUMNS, row, strict=True):
            assert value is None or type(value) is KEPT[column.type], column.name
            assert value != "", column.name


def test_the_table_has_a_line_for_each_column() -> None:
    lines = columns_table().splitlines()
    assert lines[:2] == ["| column | type | what it holds |", "|---|---|---|"]
    assert [line.split("`")[1] for line in lines[2:]] == list(EXPECTED)
    assert all(line.endswith(". |") for line in lines[2:] if "..." not in line)
