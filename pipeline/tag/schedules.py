"""Schedules of payments: the rows of a table, or the items of a list, that payment terms stand in, and whether they add up."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Final

from pipeline.contract import Money, Schedule, Sentence, Term, Unit
from pipeline.tag.amounts import amounts_of, percents_of
from pipeline.tag.figures import numbers_in

LEAST_TERMS: Final = 2
TOTAL: Final = re.compile(r"\W*(?:\|\s*)*(?:sub-?)?(?:total|sum|aggregate|contract (?:price|sum)|price)\b", re.IGNORECASE)
PRICE: Final = re.compile(
    r"\b(?:contract|purchase|total|aggregate|fixed|order|project|lump[- ]sum)\s+(?:(?:contract|purchase|fixed|lump[- ]sum)\s+)?"
    r"(?:price|sum|fee|value|consideration)\b",
    re.IGNORECASE,
)
# How far after the words "contract price" its amount stands, in characters, and how far a total may be off by rounding.
NEAR_CHARS: Final = 90
ROUNDING: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row or item of a schedule: the sum and the percentage that it says, if it says one of each."""

    unit: Sentence
    amount: Money | None
    percent: Decimal | None


def schedules_of(terms: Sequence[Term], units: Sequence[Sentence]) -> tuple[Schedule, ...]:
    """The schedules among a contract's units that hold two terms or more with sums or shares, in order."""
    prices = list(_prices(units))
    groups = [list(group) for key, group in groupby(units, key=_place) if key]
    made = (_schedule([term for term in terms if _inside(term, group)], group, prices) for group in groups)
    found = [schedule for schedule in made if schedule is not None]
    return tuple(found if len(found) == 1 else map(_one_of_several, found))


def _one_of_several(schedule: Schedule) -> Schedule:
    """A schedule beside others: that it comes to less than the price says nothing."""
    if (
        schedule.matches is False
        and schedule.price
        and schedule.total is not None
        and schedule.total < (schedule.price.value or 0)
    ):
        return replace(schedule, price=None, matches=None)
    return schedule


def _place(unit: Sentence) -> tuple[str, str] | None:
    """What the units of one table or list have in common; None for plain sentences."""
    if unit.unit is Unit.ROW:
        return "table", ""
    return ("list", unit.lead) if unit.lead else None


def _inside(term: Term, group: Sequence[Sentence]) -> bool:
    return group[0].span.start <= term.span.start < group[-1].span.end


def _schedule(terms: Sequence[Term], group: Sequence[Sentence], prices: Sequence[Money]) -> Schedule | None:
    telling = [term for term in terms if (term.amounts or term.percents) and not TOTAL.match(term.text)]
    if len(telling) < LEAST_TERMS:
        return None
    lines = [_line(unit) for unit in group if not TOTAL.match(unit.text)]
    totals = [line.amount for unit in group if TOTAL.match(unit.text) and (line := _line(unit)).amount]
    total = _sum([line.amount.value if line.amount else None for line in lines if line.amount or line.percent])
    percent = _sum([line.percent for line in lines if line.amount or line.percent])
    price, matches = _against(total, [*totals, *prices])
    currency = next((line.amount.currency for line in lines if line.amount), None)
    if total is None and percent == 100:
        matches = True
    return Schedule(tuple(term.id for term in telling), currency, total, percent, price, matches)


def _line(unit: Sentence) -> _Line:
    numbers = numbers_in(unit.text)
    amounts = [one for one in amounts_of(unit, numbers) if not one.per]
    percents = percents_of(unit, numbers)
    return _Line(unit, amounts[0] if len(amounts) == 1 else None, percents[0].value if len(percents) == 1 else None)


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    """The sum, if every value is known and there are some."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(values) else None


def _against(total: Decimal | None, prices: Sequence[Money]) -> tuple[Money | None, bool | None]:
    """The price that a total agrees with; the only one that is told, if it does not; none if several are told."""
    if total is None:
        return None, None
    for price in prices:
        if price.value is not None and abs(price.value - total) <= ROUNDING * len(prices):
            return price, True
    told = {price.value for price in prices if price.value is not None}
    return (next(price for price in prices if price.value is not None), False) if len(told) == 1 else (None, None)


def _prices(units: Sequence[Sentence]) -> Iterator[Money]:
    """The amounts that stand just after the words for a contract's whole price, outside of tables."""
    for unit in units:
        match = PRICE.search(unit.text) if unit.unit is Unit.SENTENCE else None
        if match:
            starts = unit.span.start + match.end()
            near = (one for one in amounts_of(unit, numbers_in(unit.text)) if 0 <= one.span.start - starts <= NEAR_CHARS)
            yield from (one for one in near if one.value and not one.per)
