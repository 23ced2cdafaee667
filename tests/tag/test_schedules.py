"""Schedules of payments and whether they add up."""

from decimal import Decimal

import pytest
from builders import term

from pipeline.contract import Kind, Schedule, Term
from pipeline.tag.fields import fields_of
from pipeline.tag.schedules import schedules_of
from pipeline.tag.units import units_of

PRICE = "The Contract Price is $300,000."
TABLE = "Milestone | Share | Amount\nDesign accepted | 40% | $120,000\nPlant delivered | 60% | $180,000"
LIST = "The Price is payable as follows:\n(a) 40% on acceptance of the design;\n(b) 60% on delivery of the plant."
# A text, and its schedule's terms, total, percent, price, and whether they agree.
CASES: dict[str, tuple[str, tuple[int, str | None, str | None, str | None, bool | None]]] = {
    "a table that adds up to the price": (f"{PRICE}\n{TABLE}", (2, "300000", "100", "$300,000", True)),
    "a table that does not": (f"The Contract Price is $350,000.\n{TABLE}", (2, "300000", "100", "$350,000", False)),
    "a table that adds up to its own total": (f"{TABLE}\nTotal | 100% | $300,000", (2, "300000", "100", "$300,000", True)),
    "a table that does not add up to its own total": (
        f"{TABLE}\nTotal | 100% | $310,000",
        (2, "300000", "100", "$310,000", False),
    ),
    "a table without a price": (TABLE, (2, "300000", "100", None, None)),
    "a table in which a sum was blacked out": (
        f"{PRICE}\n{TABLE.replace('$180,000', '$[***]')}",
        (2, None, "100", None, True),
    ),
    "a list of shares": (LIST, (2, None, "100", None, True)),
    "two prices, of which one agrees": (
        f"{PRICE} The Contract Price was $280,000 before.\n{TABLE}",
        (2, "300000", "100", "$300,000", True),
    ),
    "a price of a unit is none": (f"The total price is $40 per hour.\n{TABLE}", (2, "300000", "100", None, None)),
}


def schedules(text: str) -> tuple[Schedule, ...]:
    units = units_of(text)
    return schedules_of([made for unit in units if (made := term_of(text, unit.text)).amounts or made.percents], units)


def term_of(text: str, words: str) -> Term:
    (unit,) = [one for one in units_of(text) if one.text == words]
    told = fields_of(unit, Kind.MILESTONE)
    return term(Kind.MILESTONE, words, id=f"t-{unit.span.start}", span=unit.span, amounts=told.amounts, percents=told.percents)


@pytest.mark.parametrize(("text", "told"), CASES.values(), ids=CASES)
def test_schedules(text: str, told: tuple[int, str | None, str | None, str | None, bool | None]) -> None:
    (made,) = schedules(text)
    terms, total, percent, price, matches = told
    assert (len(made.terms), made.price.text if made.price else None, made.matches) == (terms, price, matches)
    assert (made.total, made.percent) == (total and Decimal(total), percent and Decimal(percent))


def test_one_term_is_no_schedule() -> None:
    assert schedules("The Price is payable as follows:\n(a) 40% on acceptance of the design;\n(b) as agreed.") == ()


def test_a_part_of_the_price_beside_another_schedule_is_no_mismatch() -> None:
    text = f"The Contract Price is $900,000.\n{TABLE}\nThe Options are priced apart, as the following list tells:\n{LIST}"
    assert [made.matches for made in schedules(text)] == [None, True]
