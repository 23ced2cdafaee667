"""The portfolio's figures: frames of `portfolio` in, figures out. Sums have an axis for each currency."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from pipeline.contract import Advance, Kind
from pipeline.judge.amounts import short
from pipeline.report.portfolio import CAN, NOT_READ, ORDER, OUTCOMES, cut, percent
from pipeline.report.show import NO_CURRENCY
from pipeline.report.style import ADVANCE_COLOURS, GREY, HATCHES, HEAT, INK, KIND_COLOURS, canvas, grid, nothing, styled
from pipeline.report.words import clause_name, threats

# How many currencies have a panel, reasons a bar, contracts a row of the heat map.
PANELS: Final = 6
ACROSS: Final = 3
REASONS: Final = 12
HEAT_ROWS: Final = 60
NAME_CHARS: Final = 34
# A cell of the heat map is darkest from so many clauses on: beyond that, more of the same make little difference.
DARKEST: Final = 6
DAYS_A_BIN: Final = 5
# Of fewer contracts than this no share is drawn.
LEAST: Final = 5
# Colour is never alone: each group of contracts has a marker of its own.
MARKERS: Final[Mapping[str, str]] = {Advance.YES: "o", Advance.CONDITIONAL: "s", Advance.UNKNOWN: "D", Advance.NO: "X"}
ALL_MARKER: Final = "|"
COUNT: Final = FuncFormatter(lambda value, _: f"{value:,.0f}")


def told(what: str, names: Iterable[Any], values: Iterable[Any]) -> str:
    """What a figure shows, for those who do not see it: "Contracts by advance: yes 3, no 4."."""
    return f"{what}: {', '.join(f'{name} {value:,.0f}' for name, value in zip(names, values, strict=True)) or 'none'}."


def money_told(sums: pd.DataFrame) -> str:
    """What `money_panels` shows, for those who do not see it."""
    currencies = sums["currency"].replace("", NO_CURRENCY)
    return told("Money", currencies + " " + sums["outcome"] + ", " + sums["kind"].astype(object), sums["value"])


def advance_bars(found: pd.DataFrame) -> Figure:
    """Contracts by what may be advanced, and inputs that were not read: the frame of `portfolio.by_advance`."""
    total = int(found["contracts"].sum())
    if not total:
        return nothing("The batch holds no inputs.")
    with styled():
        figure, axes = canvas(height_in=2.1)
        for place, (advance, contracts) in enumerate(zip(found["advance"], found["contracts"], strict=True)):
            if advance == NOT_READ:
                axes.barh(place, contracts, color="white", edgecolor=GREY, hatch="....")
            else:
                axes.barh(place, contracts, color=ADVANCE_COLOURS[advance])
            _label(axes, contracts, place, f"{contracts:,} ({percent(contracts, total)})")
        _rows(axes, [str(name) for name in found["advance"]])
        _counts(axes, "inputs (contracts)", int(found["contracts"].max()))
        return figure


def money_panels(sums: pd.DataFrame, currencies: Sequence[str]) -> Figure:
    """What can be financed, what cannot and what is not known, in money: a panel for each of the first currencies."""
    shown = list(currencies)[:PANELS]
    if not shown:
        return nothing("No payment term tells a sum, so there is no money to show.")
    with styled():
        across, down = min(ACROSS, len(shown)), -(-len(shown) // ACROSS)
        figure, panels = canvas(height_in=0.5 + 1.65 * down, nrows=down, ncols=across, squeeze=False, sharey=True)
        for axes in panels.flat[len(shown) :]:
            axes.set_visible(False)
        for axes, currency in zip(panels.flat, shown, strict=False):
            _panel(axes, sums[sums["currency"] == currency], currency)
        figure.get_layout_engine().set(wspace=0.05)  # type: ignore[union-attr, call-arg]
        figure.legend(handles=_kinds(), loc="outside lower right", ncols=2)
        return figure


def _panel(axes: Axes, sums: pd.DataFrame, currency: str) -> None:
    values = sums.pivot_table(index="outcome", columns="kind", values="value", aggfunc="sum", observed=False)
    values = values.reindex(index=list(OUTCOMES), columns=[Kind.MILESTONE, Kind.PROGRESS]).fillna(0.0)
    left = pd.Series(0.0, index=values.index)
    for kind in values.columns:
        colour = KIND_COLOURS[kind]
        axes.barh(
            range(len(values)), values[kind], left=left, color=colour, hatch=HATCHES[kind], edgecolor="white", linewidth=0
        )
        left += values[kind]
    for place, value in enumerate(left):
        _label(axes, value, place, _short(value), bold=values.index[place] == CAN)
    _rows(axes, list(values.index))
    axes.set_title(currency or NO_CURRENCY)
    axes.set_xlabel(f"sums payable ({currency or NO_CURRENCY})")
    axes.set_xlim(0, max(left.max(), 1.0) * 1.3)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    grid(axes, "x")


def _short(value: float) -> str:
    return short(Decimal(str(round(value, 2)))) if value else "0"


def _kinds() -> list[Patch]:
    return [
        Patch(facecolor=KIND_COLOURS[kind], hatch=HATCHES[kind], edgecolor="white", label=f"{kind} terms")
        for kind in (Kind.MILESTONE, Kind.PROGRESS)
    ]


def verdicts(matrix: pd.DataFrame, reasons: pd.DataFrame) -> Figure:
    """Contracts by basis and advance, and beside them the commonest reasons."""
    if not matrix.to_numpy().sum():
        return nothing("No contract was read.")
    with styled():
        figure, (left, right) = canvas(height_in=3.5, ncols=2, width_ratios=[1, 1.15])
        _heat(left, matrix, darkest=float(matrix.to_numpy().max()))
        left.set_xlabel("advance")
        left.set_ylabel("payments hang on")
        left.set_title("contracts by basis and advance")
        _reasons(right, reasons.head(REASONS))
        return figure


def _reasons(axes: Axes, reasons: pd.DataFrame) -> None:
    for place, (advance, contracts) in enumerate(zip(reasons["advance"], reasons["contracts"], strict=True)):
        axes.barh(place, contracts, color=ADVANCE_COLOURS.get(advance, GREY))
        _label(axes, contracts, place, f"{contracts:,}")
    _rows(axes, [_reason(*reason) for reason in zip(reasons["code"], reasons["advance"], strict=True)])
    axes.set_title("commonest reasons")
    _counts(axes, "contracts", int(reasons["contracts"].max()) if len(reasons) else 1)


def _reason(code: str, advance: Any) -> str:
    """A reason's name and what it allows, which records of before version 1.1 do not tell."""
    return clause_name(code) + (f" ({advance})" if isinstance(advance, str) else "")


def event_bars(due: pd.DataFrame) -> Figure:
    """Terms by what they fall due on, those of milestones to the left, of progress to the right: `portfolio.due_on`."""
    if not len(due):
        return nothing("No payment terms were found.")
    with styled():
        parts = [due[due["kind"] == kind] for kind in (Kind.MILESTONE, Kind.PROGRESS)]
        rows = max(map(len, parts))
        figure, sides = canvas(height_in=1.0 + 0.21 * rows, ncols=2, width_ratios=[1.1, 1])
        for axes, part, kind in zip(sides, parts, (Kind.MILESTONE, Kind.PROGRESS), strict=True):
            _events(axes, part, kind, rows)
        return figure


def _events(axes: Axes, due: pd.DataFrame, kind: Kind, rows: int) -> None:
    total = int(due["terms"].sum())
    axes.barh(range(len(due)), due["terms"], color=KIND_COLOURS[kind], hatch=HATCHES[kind], edgecolor="white", linewidth=0)
    for place, terms in enumerate(due["terms"]):
        _label(axes, terms, place, f"{terms:,} ({percent(terms, total)})")
    _rows(axes, list(due["event_kind"]))
    axes.set_ylim(rows - 0.4, -0.6)
    what = "fall due on" if kind is Kind.MILESTONE else "are measured by"
    axes.set_title(f"{total:,} {kind} terms {what}" if total else f"no {kind} terms")
    _counts(axes, "terms", int(due["terms"].max()) if total else 1)


def days_histogram(days: pd.DataFrame, limit: int) -> Figure:
    """Days to pay by kind of term, with the median and the limit of the policy; what lies far beyond it is in the last bar."""
    if not len(days):
        return nothing("No term tells within how many days it is paid.")
    with styled():
        kinds = [kind for kind in (Kind.MILESTONE, Kind.PROGRESS) if (days["kind"] == kind).any()]
        figure, panels = canvas(height_in=0.6 + 1.45 * len(kinds), nrows=len(kinds), sharex=True, squeeze=False)
        last = max(-(-limit // DAYS_A_BIN) + 6, 12) * DAYS_A_BIN
        for axes, kind in zip(panels.flat, kinds, strict=True):
            _days(axes, days.loc[days["kind"] == kind, "due_days"], kind, limit, last)
        panels.flat[-1].set_xlabel(f"days to pay (bars of {DAYS_A_BIN} days; the last holds all from {last} on)")
        return figure


def _days(axes: Axes, days: pd.Series, kind: Kind, limit: int, last: int) -> None:
    edges = range(0, last + 2 * DAYS_A_BIN, DAYS_A_BIN)
    axes.hist(days.clip(upper=last), bins=list(edges), color=KIND_COLOURS[kind], hatch=HATCHES[kind], edgecolor="white")
    top = axes.get_ylim()[1]
    axes.set_ylim(0, top * 1.3)
    median = float(days.median())
    # One below the other: a median may lie at the limit.
    lines = ((median, f"median {median:g} days", "-", 1.27), (float(limit), f"policy: {limit} days", "--", 1.14))
    for at, words, style, height in lines:
        if at <= last:
            axes.axvline(at, color=INK, linestyle=style, linewidth=1.2)
            axes.annotate(words, (at, top * height), xytext=(4, 0), textcoords="offset points", va="top")
    axes.set_ylabel(f"{kind} terms")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(COUNT)
    axes.set_xlim(0, edges[-1])
    grid(axes, "y")


def clause_dots(shares: pd.DataFrame, sizes: Mapping[str, int]) -> Figure:
    """The share of contracts that have each clause: the frame of `portfolio.clause_shares`.

    The contracts of each advance (`sizes` tells how many) have a marker, unless they are too few for a share to mean anything.
    """
    found = shares[shares["all"] > 0]
    if not len(found):
        return nothing("No clause was found that bears on the receivables.")
    with styled():
        ordered = pd.concat([_by_share(found, threat=True), _by_share(found, threat=False)])
        helping = sum(code not in threats() for code in ordered.index)
        figure, axes = canvas(height_in=1.0 + 0.235 * len(ordered))
        places = range(len(ordered))
        marked = [str(advance) for advance in ORDER if sizes[advance] >= LEAST]
        axes.hlines(places, 0, 100 * ordered[["all", *marked]].max(axis=1), color="#E3E7EB", linewidth=3)
        axes.plot(100 * ordered["all"], places, ALL_MARKER, color=INK, markersize=13, markeredgewidth=2, label="all contracts")
        for name in marked:
            label = f"{name} ({sizes[name]:,})"
            axes.plot(100 * ordered[name], places, MARKERS[name], color=ADVANCE_COLOURS[name], markersize=6.5, label=label)
        if 0 < helping < len(ordered):
            axes.axhline(len(ordered) - helping - 0.5, color=GREY, linewidth=0.8, linestyle=":")
        _rows(axes, [clause_name(code) for code in ordered.index])
        axes.set_xlim(-1.5, 101.5)
        axes.set_xlabel("share of contracts that have such a clause (%)")
        grid(axes, "x")
        figure.legend(loc="outside upper right", ncols=5)
        return figure


def _by_share(shares: pd.DataFrame, *, threat: bool) -> pd.DataFrame:
    return shares[[(code in threats()) is threat for code in shares.index]].sort_values("all", ascending=False, kind="stable")


def clause_heat(held: pd.DataFrame, contracts: int) -> Figure:
    """How many clauses of each code (columns) contracts have (rows): of `contracts` in all, those of the frame."""
    if not held.to_numpy().sum():
        return nothing("No clause was found that bears on the receivables.")
    with styled():
        rows = held.head(HEAT_ROWS)
        figure, axes = canvas(height_in=2.4 + 0.19 * len(rows))
        _heat(axes, rows, darkest=DARKEST)
        axes.xaxis.tick_top()
        axes.set_xticks(
            range(rows.shape[1]), [clause_name(code) for code in rows.columns], rotation=55, ha="left", rotation_mode="anchor"
        )
        axes.set_yticks(range(len(rows)), [cut(str(name), NAME_CHARS) for name in rows.index], fontsize=8)
        axes.axvline(sum(code in threats() for code in rows.columns) - 0.5, color=INK, linewidth=1.6)
        which = "all" if len(rows) == contracts else f"the {len(rows)} most loaded of"
        axes.set_xlabel(f"clauses found, {which} {contracts:,} contracts; to the right of the line: what helps or informs")
        return figure


def _heat(axes: Axes, counts: pd.DataFrame, *, darkest: float) -> None:
    """Counts as colours, and as numbers where they are not 0."""
    axes.imshow(counts.to_numpy().clip(max=darkest), cmap=mpl.colormaps[HEAT], vmin=0, vmax=darkest * 1.15, aspect="auto")
    for (row, column), count in _cells(counts):
        axes.text(
            column, row, f"{count:,}", ha="center", va="center", color="white" if count > 0.6 * darkest else INK, fontsize=8
        )
    axes.set_xticks(range(counts.shape[1]), [str(name) for name in counts.columns])
    axes.set_yticks(range(counts.shape[0]), [str(name) for name in counts.index])
    axes.set_xticks([place - 0.5 for place in range(1, counts.shape[1])], minor=True)
    axes.set_yticks([place - 0.5 for place in range(1, counts.shape[0])], minor=True)
    axes.grid(visible=True, which="minor", color="#E3E7EB", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)


def _cells(counts: pd.DataFrame) -> list[tuple[tuple[int, int], int]]:
    values = counts.to_numpy()
    return [((int(row), int(column)), int(values[row, column])) for row, column in zip(*values.nonzero(), strict=True)]


def _rows(axes: Axes, names: Sequence[str]) -> None:
    """A name for each bar, the first on top."""
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)


def _label(axes: Axes, value: float, place: float, words: str, *, bold: bool = False) -> None:
    """What a bar stands for, at its end."""
    weight = "bold" if bold else "normal"
    axes.annotate(words, (value, place), xytext=(4, 0), textcoords="offset points", va="center", fontweight=weight)


def _counts(axes: Axes, unit: str, most: int) -> None:
    """An axis of whole numbers, with room for the labels of bars."""
    axes.set_xlim(0, max(most, 1) * 1.22)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.xaxis.set_major_formatter(COUNT)
    axes.set_xlabel(unit)
    grid(axes, "x")
