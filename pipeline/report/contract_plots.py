"""Figures of one contract: its payments in order, each on top of what was paid before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from pipeline.contract import Kind
from pipeline.judge.amounts import short
from pipeline.report.contract import OUTSIDE
from pipeline.report.show import NO_CURRENCY, line
from pipeline.report.style import GREY, HATCHES, INK, KIND_COLOURS, WIDE_IN, canvas, grid, nothing, styled

# How many payments a panel draws, how many panels there are, and how much of an event's words stands beside a bar.
BARS: Final = 40
PANELS: Final = 6
EVENT_CHARS: Final = 52
# A panel has room for so many bars at least.
LEAST: Final = 2
BAR_IN: Final = 0.27
FRAME_IN: Final = 0.9


@dataclass(frozen=True, slots=True)
class _Panel:
    """Payments of one group and one currency, or of one group in percent, and the price that they are to add up to."""

    title: str
    unit: str
    rows: pd.DataFrame
    values: Sequence[float]
    price: float | None


def payments_in_order(payments: pd.DataFrame, schedules: pd.DataFrame) -> Figure:
    """A bar for each payment, from what was paid before it to what has been paid with it; a panel for each currency.

    `payments` and `schedules` are those of `contract.payments` and `contract.schedules_of`. A schedule that names shares alone
    is drawn in percent.
    """
    panels = [panel for panel in _panels(payments, schedules) if len(panel.rows)][:PANELS]
    with styled():
        if not panels:
            return nothing("No term names a sum or a share of the price, so there is nothing to draw.")
        heights = [FRAME_IN + BAR_IN * max(LEAST, len(panel.rows)) for panel in panels]
        figure, axes = canvas(WIDE_IN, sum(heights), nrows=len(panels), squeeze=False, gridspec_kw={"height_ratios": heights})
        for panel, one in zip(panels, axes[:, 0], strict=True):
            _draw(panel, one)
        _legend(figure, panels)
        return figure


def _legend(figure: Figure, panels: Sequence[_Panel]) -> None:
    kinds = [kind for kind in HATCHES if any((panel.rows["kind"] == kind).any() for panel in panels)]
    patches: list[Any] = [
        Patch(facecolor=KIND_COLOURS[kind], hatch=HATCHES[kind], edgecolor="white", label=f"{kind} payment") for kind in kinds
    ]
    figure.legend(handles=patches, loc="outside upper right", ncols=2, fontsize=8)


def payments_told(payments: pd.DataFrame) -> str:
    """The same in words, for those who do not see it."""
    named = payments[payments["value"].notna()]
    last = named.groupby(["group", "currency"], sort=False)["running"].last()
    totals = [f"{_unit(currency)} {short(Decimal(str(total)))}" for (_, currency), total in last.items()]
    return f"{len(named)} payments in order, which come to {', '.join(totals) or 'no sum'}"


def _panels(payments: pd.DataFrame, schedules: pd.DataFrame) -> Iterator[_Panel]:
    several = payments["group"].nunique() > 1
    for group, rows in payments.groupby("group", sort=False):
        title = _title(int(group), several=several)
        sums = rows[rows["value"].notna()]
        for currency, paid in sums.groupby("currency", sort=False):
            told = schedules[(schedules["group"] == group) & (schedules["currency"] == currency)]["price"].dropna()
            price = float(told.iloc[0]) if len(told) else None
            kept = paid.head(BARS)
            yield _Panel(_cut(title, len(paid)), _unit(str(currency)), kept, kept["value"].tolist(), price)
        if not len(sums):
            shares = rows[rows["percent"].notna()]
            kept = shares.head(BARS)
            yield _Panel(_cut(title, len(shares)), "percent", kept, kept["percent"].tolist(), None)


def _title(group: int, *, several: bool) -> str:
    if group == OUTSIDE:
        return "Outside of any schedule" if several else "Terms that pay a sum"
    return f"Schedule {group}" if several else "The schedule"


def _cut(title: str, count: int) -> str:
    return title if count <= BARS else f"{title}: the first {BARS} of {count} payments"


def _unit(currency: str) -> str:
    return currency or NO_CURRENCY


def _draw(panel: _Panel, axes: Axes) -> None:
    ends = pd.Series(panel.values).cumsum().tolist()
    places = list(range(len(ends)))
    starts = [0.0, *ends[:-1]]
    for kind in (Kind.MILESTONE, Kind.PROGRESS):
        chosen = [place for place, one in enumerate(panel.rows["kind"]) if one == kind]
        axes.barh(
            chosen,
            [panel.values[place] for place in chosen],
            left=[starts[place] for place in chosen],
            height=0.64,
            color=KIND_COLOURS[kind],
            edgecolor="white",
            linewidth=0.5,
            hatch=HATCHES[kind],
        )
    # What was paid before, from bar to bar.
    between = [place + 0.5 for place in places[:-1]]
    axes.vlines(ends[:-1], [y - 0.18 for y in between], [y + 0.18 for y in between], color=INK, linewidth=0.8)
    _label(panel, axes, ends)
    _frame(panel, axes, ends)


def _label(panel: _Panel, axes: Axes, ends: Sequence[float]) -> None:
    for place, (value, end) in enumerate(zip(panel.values, ends, strict=True)):
        told = f"{short(Decimal(str(value)))}{'%' if panel.unit == 'percent' else ''}"
        axes.annotate(told, (end, place), (4, 0), textcoords="offset points", va="center", fontsize=8)


def _frame(panel: _Panel, axes: Axes, ends: Sequence[float]) -> None:
    most = max([*ends, panel.price or 0.0])
    if panel.price:
        axes.axvline(panel.price, color=GREY, linestyle=(0, (4, 3)), linewidth=1.2)
        axes.annotate(
            f"price {short(Decimal(str(panel.price)))}",
            (panel.price, 1.0),
            (-4, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="right",
            fontsize=8,
        )
    axes.set_xlim(0, 1.09 * most)
    axes.set_ylim(max(len(ends), LEAST) - 0.4, -0.6)
    axes.set_yticks(range(len(ends)), [_event(*row) for row in zip(panel.rows["tag"], panel.rows["event"], strict=True)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(Decimal(str(round(value, 6))))))
    axes.set_xlabel(f"paid so far, {panel.unit}" + (" of the price" if panel.unit == "percent" else ""))
    axes.set_title(panel.title)
    grid(axes, "x")
    axes.spines["left"].set_visible(False)


def _event(tag: str, event: str) -> str:
    return f"{line(event, EVENT_CHARS)}  {tag}"
