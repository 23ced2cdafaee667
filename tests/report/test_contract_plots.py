"""Figures of one contract: bars that begin where the last one ended."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.report.contract import OUTSIDE, PAYMENT_COLUMNS, SCHEDULE_COLUMNS
from pipeline.report.contract_plots import BARS, PANELS, payments_in_order, payments_told
from pipeline.report.show import svg_of
from pipeline.report.style import BLUE, ORANGE

NO_SCHEDULE = pd.DataFrame(columns=list(SCHEDULE_COLUMNS))


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    usual = {"group": 1, "tag": "M1", "kind": "milestone", "event": "the end", "currency": "USD", "worked_out": False}
    made = pd.DataFrame([usual | row for row in rows], columns=list(PAYMENT_COLUMNS)).astype(
        {"value": "float64", "percent": "float64", "running": "float64"}
    )
    made["running"] = made.groupby(["group", "currency"])["value"].cumsum()
    return made


def bars(figure: Figure, panel: int = 0) -> list[tuple[float, float]]:
    """Where the bars of a panel begin and end, from above."""
    found = [one for one in figure.axes[panel].patches if isinstance(one, Rectangle)]
    return [(one.get_x(), one.get_x() + one.get_width()) for one in sorted(found, key=lambda one: one.get_y())]


def texts(figure: Figure, panel: int = 0) -> list[str]:
    return [one.get_text() for one in figure.axes[panel].texts]


def test_bars_begin_where_the_last_ended_and_end_at_the_price() -> None:
    payments = frame({"value": 200}, {"value": 300, "kind": "progress"}, {"value": 500.5})
    schedules = pd.DataFrame([(1, 3, "USD", Decimal(1000), None, 1000.5, True, "")], columns=list(SCHEDULE_COLUMNS))
    figure = payments_in_order(payments, schedules)
    assert bars(figure) == [(0, 200), (200, 500), (500, 1000.5)]
    assert texts(figure) == ["200", "300", "500", "price 1k"]
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_title(loc="left")) == ("paid so far, USD", "The schedule")
    colours = {to_hex(one.get_facecolor()).upper(): one.get_hatch() or "" for one in axes.patches}
    assert colours == {BLUE: "", ORANGE: "////"}
    assert [one.get_text() for one in figure.legends[0].get_texts()] == ["milestone payment", "progress payment"]


def test_currencies_and_groups_have_panels_of_their_own() -> None:
    payments = frame(
        {"value": 5}, {"value": 7, "currency": ""}, {"value": None}, {"value": 3, "group": OUTSIDE, "currency": "EUR"}
    )
    figure = payments_in_order(payments, NO_SCHEDULE)
    assert [(axes.get_title(loc="left"), axes.get_xlabel()) for axes in figure.axes] == [
        ("Schedule 1", "paid so far, USD"),
        ("Schedule 1", "paid so far, currency not told"),
        ("Outside of any schedule", "paid so far, EUR"),
    ]
    assert [bars(figure, panel) for panel in range(3)] == [[(0, 5)], [(0, 7)], [(0, 3)]]
    assert payments_told(payments) == "3 payments in order, which come to USD 5, currency not told 7, EUR 3"


def test_shares_alone_are_drawn_in_percent() -> None:
    figure = payments_in_order(frame({"percent": 40}, {"percent": 60}), NO_SCHEDULE)
    assert bars(figure) == [(0, 40), (40, 100)]
    assert (texts(figure), figure.axes[0].get_xlabel()) == (["40%", "60%"], "paid so far, percent of the price")


EMPTY = {"no rows": frame(), "rows without a sum": frame({"value": None}, {"value": None})}


@pytest.mark.parametrize("payments", EMPTY.values(), ids=EMPTY)
def test_nothing_to_draw_is_said(payments: pd.DataFrame) -> None:
    assert texts(payments_in_order(payments, NO_SCHEDULE)) == [
        "No term names a sum or a share of the price, so there is nothing to draw."
    ]
    assert payments_told(payments) == "0 payments in order, which come to no sum"


def test_long_schedules_are_cut_and_it_is_said() -> None:
    figure = payments_in_order(frame(*({"value": 1} for _ in range(BARS + 5))), NO_SCHEDULE)
    assert len(bars(figure)) == BARS
    assert figure.axes[0].get_title(loc="left") == f"The schedule: the first {BARS} of {BARS + 5} payments"
    many = payments_in_order(frame(*({"value": 1, "group": group} for group in range(1, PANELS + 4))), NO_SCHEDULE)
    assert len(many.axes) == PANELS


def test_the_words_of_a_contract_are_neither_markup_nor_mathematics() -> None:
    drawn = svg_of(payments_in_order(frame({"value": 1, "event": "<script>$x^2$ \u202e & so on"}), NO_SCHEDULE))
    assert "&lt;script&gt;$x^2$ \\u202e &amp; so on" in drawn
    assert "<script" not in drawn
