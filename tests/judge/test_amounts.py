"""What terms come to, and the largest amounts, short."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from builders import contract, reviewed, term

from pipeline.contract import Kind, Money, Percent, ReviewStatus, Schedule, Span, Term, Unit
from pipeline.judge.amounts import Payable, largest_amounts, payables, short

SHORT = {
    "950": "950",
    "1000": "1k",
    "12500": "12.5k",
    "720000": "720k",
    "4800000": "4.8m",
    "1250000000": "1.25bn",
    "0.5": "0.5",
    "999499": "999k",
    "999999": "1m",
    "999.6": "1k",
}


def money(value: str | None, currency: str | None = "USD", per: str | None = None) -> Money:
    return Money("fee", None if value is None else Decimal(value), currency, Span(2, 5), per)


@pytest.mark.parametrize(("value", "told"), SHORT.items())
def test_short(value: str, told: str) -> None:
    assert short(Decimal(value)) == told


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        ([], ""),
        ([money(None)], ""),
        ([money("240000"), money("4800000"), money("480000"), money("4800000")], "USD 4.8m, 480k"),
        ([money("5000", "EUR"), money("4000", "USD")], "EUR 5k, USD 4k"),
        ([money("5000", None)], "5k"),
        ([money("9000", per="hour"), money("5000")], "USD 5k"),
    ],
)
def test_largest(amounts: list[Money], told: str) -> None:
    assert largest_amounts([term(Kind.MILESTONE, amounts=tuple(amounts))]) == told


def test_what_a_reviewer_rejected_is_not_counted() -> None:
    gone = term(Kind.MILESTONE, amounts=(money("5000"),), review=reviewed(ReviewStatus.REJECTED))
    assert largest_amounts([gone]) == ""


def named(name: str, *values: str, row: bool = False, **more: Any) -> Term:
    amounts = tuple(money(value) for value in values)
    return term(Kind.MILESTONE, id=name, amounts=amounts, unit=Unit.ROW if row else Unit.SENTENCE, **more)


def share(name: str, percent: str, of: str | None = None) -> Term:
    return term(Kind.MILESTONE, id=name, percents=(Percent("30%", Decimal(percent), Span(2, 5), of),))


def in_schedule(*names: str, total: str | None = None, price: str | None = None) -> Schedule:
    return Schedule(names, "USD", total and Decimal(total), None, price and money(price), None)  # type: ignore[arg-type]


PAID = {
    "an amount": ([named("a", "5000")], [], {"a": "5000"}),
    "a sum and its parts": ([named("a", "6250", "25000", "6250")], [], {"a": "25000"}),
    "a row and what it comes to so far": ([named("a", "6250", "25000", row=True)], [], {"a": "6250"}),
    "no amount": ([named("a")], [], {}),
    "a blank": ([term(Kind.MILESTONE, id="a", amounts=(money(None),))], [], {}),
    "a unit price": ([term(Kind.MILESTONE, id="a", amounts=(money("9", per="ton"),))], [], {}),
    "a range": ([term(Kind.MILESTONE, id="a", amounts=(money("9"), replace(money("12"), end="high")))], [], {"a": "9"}),
    "the same sum in two sentences": ([named("a", "5000"), named("b", "5000")], [], {"a": "5000"}),
    "two rows of the same sum": (
        [named("a", "5000", row=True), named("b", "5000", row=True)],
        [in_schedule("a", "b", total="10000")],
        {"a": "5000", "b": "5000"},
    ),
    "two rows of the same sum outside of a schedule": (
        [named("a", "5000", row=True), named("b", "5000", row=True)],
        [],
        {"a": "5000", "b": "5000"},
    ),
    "a total row": ([named("a", "5000", row=True, text="Total price | $5,000")], [], {}),
    "a sentence about a row outside of a schedule": ([named("s", "5000"), named("a", "5000", row=True)], [], {"a": "5000"}),
    "a sentence about a row": ([named("s", "5000"), named("a", "5000", row=True)], [in_schedule("a")], {"a": "5000"}),
    "a sentence about the total": (
        [named("s", "7000"), named("a", "5000", row=True), named("b", "2000", row=True)],
        [in_schedule("a", "b", total="7000")],
        {"a": "5000", "b": "2000"},
    ),
    "shares beside a schedule of sums that is the price": (
        [share("a", "30"), named("b", "900", row=True)],
        [in_schedule("a"), replace(in_schedule("b", total="900", price="900"), matches=True)],
        {"b": "900"},
    ),
    "a share of the price": (
        [share("a", "30"), share("b", "70")],
        [in_schedule("a", "b", price="900")],
        {"a": "270", "b": "630"},
    ),
    "a share in a sentence": ([share("a", "30", "price")], [in_schedule(price="900")], {"a": "270"}),
    "a share of anything": ([share("a", "30")], [in_schedule(price="900")], {}),
    "twice the price": ([share("a", "200")], [in_schedule("a", price="900")], {}),
    "a share of what is retained": ([share("a", "30", "retained")], [in_schedule("a", price="900")], {}),
    "a share of a price that is not told": ([share("a", "30")], [in_schedule("a")], {}),
    "what was rejected": ([named("a", "5000", review=reviewed(ReviewStatus.REJECTED))], [], {}),
}


@pytest.mark.parametrize(("terms", "schedules", "paid"), PAID.values(), ids=PAID)
def test_no_money_counts_twice(terms: list[Term], schedules: list[Schedule], paid: dict[str, str]) -> None:
    made = payables(replace(contract(*terms), schedules=tuple(schedules)))
    assert {name: one.value for name, one in made.items()} == {name: Decimal(value) for name, value in paid.items()}


def test_what_is_worked_out_says_so() -> None:
    made = payables(replace(contract(share("a", "30"), named("b", "5")), schedules=(in_schedule("a", price="900"),)))
    assert made == {"a": Payable(Decimal(270), "USD", worked_out=True), "b": Payable(Decimal(5), "USD")}
