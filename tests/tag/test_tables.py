"""What rows say alone and together: facts and evidence in named cases, and what holds for any rows."""

from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import CELL_BREAK, Sentence, Span, Unit
from pipeline.tag.tables import HEADED, Row, evidence_of, row_facts, row_of, table_evidence
from pipeline.tag.tokens import docs, norms

EVENTS = "Event | Share | EUR"
# Rows under a header, what they say, and the sum and the share that they tell.
ROWS = {
    "event, share and sum": ("Keel laid | 25% | 316,250", EVENTS, {"event", "amount", "percent"}, "316250", "25"),
    "event in many words": (
        "Launching of that hull from slip three | 25% | 5",
        EVENTS,
        {"event", "amount", "percent", "words"},
        "5",
        "25",
    ),
    "date": ("May 3, 2026 | $100,000", "Due | Amount", {"date", "date_alone", "amount"}, "100000", None),
    "date of an event": ("Launching, May 2026 | $5", "Due | Amount", {"date", "event", "amount"}, "5", None),
    "rate": ("Welder | per hour | $72.00", "Grade | Basis | Price", {"rate", "amount"}, "72.00", None),
    "price of a unit": ("Welder | $72.00 per hour", "Grade | Price", {"rate"}, None, None),
    "period": ("Month 3 | $5", "Time | Amount", {"period", "amount"}, "5", None),
    "blacked out": ("Phase II | $[***]", "Item | Amount", {"redacted", "amount"}, None, None),
    "total": ("Total | 100% | 1,265,000", EVENTS, {"total", "amount", "percent"}, "1265000", "100"),
    "cells run together": (
        "5 Launching 15% NOK 61,800,000",
        "No Event Share Amount",
        {"event", "amount", "percent"},
        "61800000",
        "15",
    ),
    "no known event": ("Design | 25%", EVENTS, {"percent"}, None, "25"),
    "nothing": ("- | -", EVENTS, set(), None, None),
}
PLAN = ["Design | 25% | $50", "Engine | 75% | $150"]
# The rows of a table with their header and title, evidence that they give, and evidence that they do not.
TABLES: dict[str, tuple[list[str], str, str, set[str], set[str]]] = {
    "shares of the whole": (
        PLAN,
        "Part | Share | Sum",
        "",
        {"shares_whole", "most_amount", "most_percent"},
        {"sums_total", "sums_level"},
    ),
    "shares of less": (
        ["Design | 25%", "Engine | 65%"],
        "Part | Share",
        "",
        {"most_percent"},
        {"shares_whole"},
    ),
    "thirds": (["A | 33.3%", "B | 33.3%", "C | 33.3%"], "Part | Share", "", {"shares_whole"}, set()),
    "total row": ([*PLAN, "Total | 100% | $200"], "Part | Share | Sum", "", {"shares_whole", "sums_total", "has_total"}, set()),
    "another total": ([*PLAN, "Total | 100% | $210"], "Part | Share | Sum", "", {"shares_whole", "has_total"}, {"sums_total"}),
    "sum told above": (PLAN, "Part | Share | Sum", "The Price of $200 is paid:", {"sums_told"}, {"sums_total", "has_total"}),
    "level sums": (["May 1 | $9"] * 3, "Due | Sum", "", {"sums_level", "most_date_alone", "column_date"}, {"sums_told"}),
    "events": (
        ["Launching | $5", "Delivery | $6", "Blue | $7"],
        "Event | Certificate | Amount",
        "",
        {"most_event", "column_event", "column_money", "column_proof"},
        {"most_date", "column_rate", "sums_level"},
    ),
    "rates": (
        ["Welder | $5"] * 6,
        "Trade | Hourly rate",
        "Rates per hour",
        {"column_rate", "title_rate"},
        {"column_event"},
    ),
    "nothing but a total": (
        ["Total | $5"],
        "Part | Sum",
        "",
        {"has_total"},
        {"most_amount", "sums_total"},
    ),
    "no rows": ([], "Part | Sum", "", {"column_money"}, {"has_total", "most_amount"}),
}
CELLS = st.sampled_from(
    ["Launching", "25%", "$50", "May 2026", "Total", "per hour", "[***]", "3", "-", "Keel laid at the yard"]
)
TEXTS = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(CELL_BREAK.join), max_size=12)


def row(text: str, header: str = "", title: str = "") -> Row:
    one = Sentence(text, Span(0, len(text)), Unit.ROW, header=header, title=title)
    return row_of(one, norms(next(iter(docs([text])))))


def evidence(texts: Iterable[str], header: str = "", title: str = "") -> frozenset[str]:
    return evidence_of([row(text, header, title) for text in texts], header, title)


@pytest.mark.parametrize(("text", "header", "facts", "amount", "percent"), ROWS.values(), ids=ROWS)
def test_what_a_row_says(text: str, header: str, facts: set[str], amount: str | None, percent: str | None) -> None:
    expected = (Decimal(amount) if amount else None, Decimal(percent) if percent else None)
    made = row(text, header)
    assert (set(made.facts), (made.amount, made.percent)) == (facts, expected)


@pytest.mark.parametrize(("texts", "header", "title", "given", "lacking"), TABLES.values(), ids=TABLES)
def test_what_a_table_says(texts: list[str], header: str, title: str, given: set[str], lacking: set[str]) -> None:
    found = evidence(texts, header, title)
    assert given <= found
    assert not lacking & found


@pytest.mark.parametrize("column", HEADED)
def test_a_header_whose_cells_have_run_together_tells_its_columns(column: str) -> None:
    header = "No | Event | Due Date | Certificate | Per cent | Rate | Amount"
    assert f"column_{column}" in evidence([], header) & evidence([], header.replace(CELL_BREAK, " "))


@given(TEXTS)
def test_evidence_has_known_names_and_minds_no_order(texts: list[str]) -> None:
    found = evidence(texts)
    assert found <= set(table_evidence())
    assert all(row(text).facts <= set(row_facts()) for text in texts)
    if not any("$" in text for text in texts):
        assert found == evidence(reversed(texts))
