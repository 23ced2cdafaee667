"""The largest amounts of a contract's terms, short enough for a column of a table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from pipeline.contract import Term
from pipeline.judge.facts import as_reviewed

SHOWN: Final = 2
SCALES: Final = ((Decimal(10**9), "bn"), (Decimal(10**6), "m"), (Decimal(10**3), "k"))


def largest_amounts(terms: Sequence[Term]) -> str:
    """The largest different amounts that are payable by the terms, without unit prices: "USD 4.8m, 720k"; "" for none."""
    found = {
        (one.value, one.currency or "") for term in as_reviewed(terms) for one in term.amounts if one.value and not one.per
    }
    top = sorted(found, reverse=True)[:SHOWN]
    same = len({currency for _, currency in top}) == 1
    return ", ".join(
        f"{'' if same and number else currency} {short(value)}".strip() for number, (value, currency) in enumerate(top)
    )


def short(value: Decimal) -> str:
    """A value in three figures or fewer: 4.8m, 720k, 1.25bn, 950."""
    for scale, letter in SCALES:
        if value >= scale:
            return f"{_figures(value / scale)}{letter}"
    return _figures(value)


def _figures(value: Decimal) -> str:
    places = max(0, 2 - value.adjusted()) if value else 0
    return f"{round(value, places):f}".rstrip("0").rstrip(".") if places else f"{round(value):d}"
