"""One contract as tables, beside numbers that are worked out by hand."""

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest
from builders import Ran, contract, page, reviewed, risk, term

from pipeline.contract import (
    Box,
    Contract,
    Interval,
    Kind,
    Money,
    Percent,
    Quote,
    ReviewStatus,
    Schedule,
    Span,
    Term,
    TextFrom,
    Unit,
    Verification,
)
from pipeline.errors import RecordError, ReportError
from pipeline.report.contract import (
    clauses_of,
    money,
    odd_pages,
    one_of,
    pages_with,
    payments,
    read_one,
    reasons_of,
    schedules_of,
    terms_of,
)

AT = Span(0, 5)


def pays(name: str, value: str, currency: str | None = "USD", *, kind: Kind = Kind.MILESTONE, **more: object) -> Term:
    amount = Money(f"{value}.-", Decimal(value), currency, AT)
    return term(kind, f"A fee {name} is due.", id=name, amounts=(amount,), **more)


def scheduled() -> Contract:
    """Two rows of a schedule that differ from the price, and three terms outside, one of which names a row's sum again."""
    terms = (
        pays("b", "300", page=2, span=Span(50, 60), unit=Unit.ROW, trigger=Quote("the ship sails", AT)),
        pays("a", "100", page=2, span=Span(40, 50), unit=Unit.ROW, due_days=30),
        pays("again", "300", page=1),
        pays("rent", "70", None, kind=Kind.PROGRESS, page=3, interval=Interval("each month", "monthly", AT)),
        pays("euro", "5", "EUR", page=3, verification=Verification("signs", "signed_acceptance", AT)),
    )
    schedule = Schedule(("a", "b"), "USD", Decimal(400), None, Money("$500", Decimal(500), "USD", AT), matches=False)
    return dataclasses.replace(contract(*terms), schedules=(schedule,), risks=(dataclasses.replace(risk("set_off"), page=2),))


def test_terms_and_clauses_are_numbered_together_in_the_order_of_the_text() -> None:
    one = one_of("msa.pdf", scheduled())
    assert one.tags == {"again": "M1", "r-set_off": "R2", "a": "M3", "b": "M4", "rent": "P5", "euro": "M6"}
    assert one.pages == (1, 2, 3)


def test_payments_stand_in_order_with_what_is_paid_so_far() -> None:
    found = payments(one_of("msa.pdf", scheduled()))
    rows = found[["group", "number", "term", "value", "currency", "running"]].values.tolist()
    assert rows == [
        [1, 1, "a", 100.0, "USD", 100.0],
        [1, 2, "b", 300.0, "USD", 400.0],
        [0, 1, "rent", 70.0, "", 70.0],
        [0, 2, "euro", 5.0, "EUR", 5.0],
    ]
    assert found["event"].tolist() == ["A fee a is due.", "the ship sails", "each month", "A fee euro is due."]
    assert found["due_days"].dropna().tolist() == [30]
    assert found["verification"].tolist() == ["", "", "", "signed acceptance"]


def test_money_is_summed_by_kind_and_currency_and_comes_to_what_the_payments_come_to() -> None:
    one = one_of("msa.pdf", scheduled())
    assert money(one).values.tolist() == [
        ["milestone", "EUR", 5.0, 1, 0],
        ["milestone", "USD", 400.0, 2, 0],
        ["progress", "", 70.0, 1, 0],
    ]
    assert payments(one)["value"].sum() == money(one)["value"].sum()


def test_schedules_tell_whether_they_add_up() -> None:
    found = schedules_of(one_of("msa.pdf", scheduled()))
    assert found[["group", "terms", "currency", "total", "price"]].values.tolist() == [[1, 2, "USD", 400.0, 500.0]]
    assert found["told"].tolist() == ["USD 400 against a price of $500, which does not agree"]


def test_shares_of_a_price_are_worked_out() -> None:
    shares = [
        term(Kind.MILESTONE, id=name, percents=(Percent(f"{share}%", Decimal(share), AT),))
        for name, share in (("a", 40), ("b", 60))
    ]
    price = Money("$2,000", Decimal(2000), "USD", AT)
    made = dataclasses.replace(contract(*shares), schedules=(Schedule(("a", "b"), "USD", None, Decimal(100), price, True),))
    one = one_of("msa.pdf", made)
    assert payments(one)[["value", "percent", "running"]].values.tolist() == [[800.0, 40.0, 800.0], [1200.0, 60.0, 2000.0]]
    assert money(one).values.tolist() == [["milestone", "USD", 2000.0, 2, 2]]


def test_terms_count_as_reviewed() -> None:
    made = contract(
        term(Kind.MILESTONE, id="kept", review=reviewed(ReviewStatus.ACCEPTED), doubt=("ocr",)),
        term(Kind.MILESTONE, id="turned", review=reviewed(ReviewStatus.CORRECTED, Kind.PROGRESS)),
        term(Kind.MILESTONE, id="gone", review=reviewed(ReviewStatus.REJECTED)),
        term(Kind.PROGRESS, id="added", probabilities=None),
        term(Kind.PROGRESS, id="new", doubt=("near_threshold", "of_tomorrow")),
    )
    one = one_of("msa.pdf", made)
    assert one.tags == {"kept": "M1", "turned": "P2", "added": "P3", "new": "P4"}
    found = terms_of(one).set_index("term")
    assert found["review"].to_dict() == {"kept": "accepted", "turned": "corrected", "added": "added", "new": ""}
    assert found["probability"].dropna().to_dict() == {"new": 0.9}
    assert found.loc["new", "doubts"] == "Barely a term: its probability is just above the threshold. Of tomorrow."
    assert found.loc["kept", "doubts"] == ""


def test_a_term_stands_on_every_page_that_it_has_boxes_on() -> None:
    assert pages_with(term(Kind.MILESTONE, page=4, boxes=(Box(4, 0, 0, 1, 1), Box(5, 0, 0, 1, 1), Box(5, 0, 1, 1, 2)))) == [
        4,
        5,
    ]


def test_odd_pages_are_told_in_words() -> None:
    made = contract()
    shapes = (page(), page(TextFrom.NONE, "image_only", number=2), page(TextFrom.PDF, "hidden_text", "of_tomorrow", number=3))
    made = dataclasses.replace(made, source=dataclasses.replace(made.source, pages=shapes))
    assert odd_pages(one_of("msa.pdf", made)).values.tolist() == [
        [2, "none", "no words, but a picture"],
        [3, "pdf", "words that no one sees were left out; of tomorrow"],
    ]


def test_a_contract_without_anything_makes_empty_tables() -> None:
    one = one_of("msa.pdf", contract())
    assert [len(table(one)) for table in (money, payments, schedules_of, terms_of, clauses_of, reasons_of, odd_pages)] == [
        0
    ] * 7


def test_a_contract_is_found_by_its_source(ran: Ran) -> None:
    one = read_one(ran.out, "below/million_by_month.pdf")
    assert one.contract.source.name == "million_by_month.pdf"
    assert len(one.terms) == len(terms_of(one)) > 0
    with pytest.raises(ReportError, match=r"^locked\.pdf: no contract of this run that was read"):
        read_one(ran.out, "locked.pdf")


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        read_one(tmp_path, "msa.pdf")
