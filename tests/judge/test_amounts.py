"""The largest amounts, short."""

from decimal import Decimal

import pytest
from builders import reviewed, term

from pipeline.contract import Kind, Money, ReviewStatus, Span
from pipeline.judge.amounts import largest_amounts, short

SHORT = {
    "950": "950",
    "1000": "1k",
    "12500": "12.5k",
    "720000": "720k",
    "4800000": "4.8m",
    "1250000000": "1.25bn",
    "0.5": "0.5",
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
