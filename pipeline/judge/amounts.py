"""What a contract's terms come to: the sum that each pays, counted once, and the largest amounts in short."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.contract import Contract, Money, Schedule, Term, Unit
from pipeline.judge.facts import as_reviewed
from pipeline.tag.schedules import TOTAL

SHOWN: Final = 2
WHOLE: Final = Decimal(100)
ROUNDS_UP: Final = Decimal("0.9995")
SCALES: Final = ((Decimal(10**9), "bn"), (Decimal(10**6), "m"), (Decimal(10**3), "k"))


@dataclass(frozen=True, slots=True)
class Payable:
    """The sum that a term pays, in its currency ("" if not told); `worked_out` if it is the term's share of the price."""

    value: Decimal
    currency: str
    worked_out: bool = False


def payables(contract: Contract) -> dict[str, Payable]:
    """What each term pays, by its id, as reviewed; a term is left out if it names no sum, or one that another stands for.

    A row pays the first amount that it names (a total row nothing), a sentence the largest (the others are its parts), a share
    of a known price that much of it. No money counts twice: a sentence neither pays what a row or schedule holds, nor what
    another sentence has named.
    """
    terms = as_reviewed(contract.terms)
    scheduled = {name for schedule in contract.schedules for name in schedule.terms}
    price = _price(contract.schedules)
    found = ((term, _named(term) or _worked_out(term, price, scheduled=term.id in scheduled)) for term in terms)
    paid = {term.id: one for term, one in found if one is not None}
    listed = scheduled | {term.id for term in terms if term.unit is Unit.ROW}
    taken = {(paid[name].value, paid[name].currency) for name in listed if name in paid} | _totals(contract.schedules)
    for term in terms:
        one = paid.get(term.id)
        if one is not None and term.id not in listed:
            if (one.value, one.currency) in taken:
                del paid[term.id]
            taken.add((one.value, one.currency))
    return paid


def _named(term: Term) -> Payable | None:
    sums = [one for one in term.amounts if one.value and not one.per and one.end != "high"]
    if not sums or TOTAL.match(term.text):
        return None
    chosen = sums[0] if term.unit is Unit.ROW else max(sums, key=lambda one: one.value or 0)
    return Payable(chosen.value or Decimal(0), chosen.currency or "")


def _share(term: Term, *, scheduled: bool) -> Decimal | None:
    """The share of the price (percent) that a term pays; outside of a schedule a bare percentage may be of anything."""
    of = {None, "price"} if scheduled else {"price"}
    found = [one.value for one in term.percents if one.of in of and one.value]
    return found[0] if found and not term.amounts and found[0] <= WHOLE else None


def _worked_out(term: Term, price: Money | None, *, scheduled: bool) -> Payable | None:
    share = _share(term, scheduled=scheduled)
    if share is None or price is None or not price.value:
        return None
    return Payable(price.value * share / WHOLE, price.currency or "", worked_out=True)


def _price(schedules: Sequence[Schedule]) -> Money | None:
    """The price that shares may be of: the schedules tell one and the same, and none has it paid by sums already."""
    if any(schedule.matches and schedule.total is not None for schedule in schedules):
        return None
    told = {schedule.price.value: schedule.price for schedule in schedules if schedule.price}
    return next(iter(told.values())) if len(told) == 1 else None


def _totals(schedules: Sequence[Schedule]) -> set[tuple[Decimal, str]]:
    prices = [(one.price.value, one.price.currency or "") for one in schedules if one.price and one.price.value]
    return {*prices, *((one.total, one.currency or "") for one in schedules if one.total is not None)}


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
        # What three figures round up to the next scale is of that scale: 1m, not 1000k.
        if value >= scale * ROUNDS_UP:
            return f"{_figures(value / scale)}{letter}"
    return _figures(value)


def _figures(value: Decimal) -> str:
    places = max(0, 2 - value.adjusted()) if value else 0
    return f"{round(value, places):f}".rstrip("0").rstrip(".") if places else f"{round(value):d}"
