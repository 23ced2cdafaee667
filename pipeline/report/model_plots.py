"""The classifier in figures, from the tables of `model` and `drift`."""

import textwrap
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from pipeline.contract import Kind
from pipeline.learn.metrics import POSITIVE
from pipeline.report.model import GROUPS, NAMES, RUN, leaning_rows
from pipeline.report.show import line
from pipeline.report.style import BLUE, GREY, HEAT, INK, KIND_COLOURS, ORANGE, PURPLE, VERMILION, canvas, grid, nothing, styled
from pipeline.tag.leanings import Leanings
from pipeline.tag.model import KINDS

NOT_MEASURED: Final = "The labels hold no group that was kept out of training, so there is nothing to measure by."
TOO_FEW: Final = "There are too few labels to train on a share of them, or none that was kept out of training."
# What a kind is drawn with besides its colour.
MARKERS: Final = {Kind.MILESTONE: "o", Kind.PROGRESS: "s", "macro": "D"}
LINES: Final = {Kind.MILESTONE: "-", Kind.PROGRESS: "--", "macro": ":"}
COLOURS: Final = {**KIND_COLOURS, "macro": INK}
ISO_F1: Final = (0.2, 0.4, 0.6, 0.8)
# How many contracts are named in the figure of those that lie off.
NAMED: Final = 3


def score_plot(scores: pd.DataFrame) -> Figure:
    """Each score as a dot with its interval: a panel for each measure, a row for each kind and what it was measured on."""
    if scores.empty:
        return nothing(NOT_MEASURED)
    rows = [(where, kind) for kind in (*POSITIVE, "macro") for where in (GROUPS, RUN) if where in set(scores["on"])]
    with styled():
        figure, panels = canvas(height_in=1.0 + 0.34 * len(rows), ncols=3, sharey=True, sharex=True)
        for axes, measure in zip(panels, ("precision", "recall", "f1"), strict=True):
            _dots(axes, scores[scores["measure"] == measure].set_index(["on", "kind"]), rows)
            axes.set_title(NAMES[measure])
            axes.set_xlabel("score, 0 to 1")
        panels[0].set_yticks(range(len(rows)), [f"{NAMES.get(kind, str(kind))}, {where}" for where, kind in rows])
        panels[0].invert_yaxis()
    return figure


def _dots(axes: Axes, held: pd.DataFrame, rows: Sequence[tuple[str, str]]) -> None:
    for place, (where, kind) in enumerate(rows):
        if (where, kind) not in held.index:
            continue
        value, low, high = held.loc[(where, kind), ["value", "low", "high"]]
        axes.plot([low, high], [place, place], color=COLOURS[kind], linewidth=2.2, solid_capstyle="butt")
        axes.plot(value, place, MARKERS[kind], color=COLOURS[kind], markerfacecolor="white" if where == RUN else COLOURS[kind])
        axes.annotate(f"{value:.2f}", (value, place), xytext=(0, 6), textcoords="offset points", ha="center", fontsize=7.5)
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])
    axes.set_ylim(-0.7, len(rows) - 0.5)
    grid(axes, "x")


def score_words(scores: pd.DataFrame) -> str:
    """The F1 scores of `score_plot` in words."""
    told = [
        f"{NAMES.get(row.kind, row.kind)} {row.value:.3f} on {row.on}" for row in scores.itertuples() if row.measure == "f1"
    ]
    return f"F1 scores: {', '.join(told)}" if told else NOT_MEASURED


def curve_plot(curves: pd.DataFrame) -> Figure:
    """Precision over recall for each kind, the chosen threshold marked, with lines of equal F1."""
    if curves.empty:
        return nothing(NOT_MEASURED)
    with styled():
        figure, axes = canvas(6.6, 4.4)
        _iso_lines(axes)
        for kind in POSITIVE:
            held = curves[(curves["kind"] == kind) & ~curves["chosen"].astype(bool)]
            axes.plot(held["recall"], held["precision"], LINES[kind], color=COLOURS[kind], label=kind.value)
        for row in curves[curves["chosen"].astype(bool)].itertuples():
            axes.plot(
                row.recall, row.precision, MARKERS[row.kind], color=COLOURS[row.kind], markersize=8, markeredgecolor="white"
            )
            _beside(axes, f"{row.kind}, threshold {row.threshold:.2f}", row, above=row.kind == Kind.PROGRESS)
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="recall: share of the terms that are found")
        axes.set_ylabel("precision: share of what is tagged that is right")
        grid(axes, "both")
        axes.legend(loc="lower left")
    return figure


def _beside(axes: Axes, text: str, point: Any, *, above: bool) -> None:
    """A label with a line to its point, so that those of two points that lie together can be read."""
    axes.annotate(
        text,
        (point.recall, point.precision),
        xytext=(28, 26) if above else (-28, -40),
        textcoords="offset points",
        ha="left" if above else "right",
        fontweight="bold",
        arrowprops={"arrowstyle": "-", "color": COLOURS[point.kind], "linewidth": 0.8},
    )


def _iso_lines(axes: Axes) -> None:
    for f1 in ISO_F1:
        recall = np.linspace(f1 / (2 - f1), 1, 60)
        axes.plot(recall, f1 * recall / (2 * recall - f1), color="#C9D0D6", linewidth=0.8, zorder=0)
        axes.text(1.005, f1 / (2 - f1), f"F1 {f1}", color="#7A858E", fontsize=7.5, va="center")


def curve_words(curves: pd.DataFrame) -> str:
    """The chosen points of `curve_plot` in words."""
    told = [
        f"{row.kind} at {row.threshold:.2f}: precision {row.precision:.3f}, recall {row.recall:.3f}"
        for row in curves.itertuples()
        if row.chosen
    ]
    return f"Precision and recall at the chosen thresholds: {'; '.join(told)}" if told else NOT_MEASURED


def confusion_plot(confusion: pd.DataFrame) -> Figure:
    """How many units of each label were taken for what, and which share of the label's that is."""
    if confusion.empty:
        return nothing(NOT_MEASURED)
    counts = confusion.to_numpy()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    with styled():
        figure, axes = canvas(5.6, 2.7)
        axes.imshow(shares, cmap=HEAT, vmin=0, vmax=1, aspect="auto")
        for (row, column), count in np.ndenumerate(counts):
            dark = shares[row, column] > 0.55
            text = f"{count:,}\n{shares[row, column]:.1%}"
            axes.text(column, row, text, ha="center", va="center", color="white" if dark else INK)
        axes.set_xticks(range(len(KINDS)), list(confusion.columns))
        totals = zip(confusion.index, counts.sum(axis=1), strict=True)
        axes.set_yticks(range(len(KINDS)), [f"{kind} ({total:,})" for kind, total in totals])
        axes.set(xlabel="taken for", ylabel="labelled (units)")
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    return figure


def confusion_words(confusion: pd.DataFrame) -> str:
    """The counts of `confusion_plot` in words."""
    told = [
        f"{label}: {', '.join(f'{count:,} as {kind}' for kind, count in row.items())}" for label, row in confusion.iterrows()
    ]
    return f"Units by label and by what they were taken for. {'; '.join(told)}" if told else NOT_MEASURED


def probability_plot(bins: pd.DataFrame) -> Figure:
    """How often answers are true, over how sure they are, and how many there are: of the answer, and of each kind."""
    if bins.empty:
        return nothing(NOT_MEASURED)
    names = list(dict.fromkeys(bins["of"]))
    with styled():
        figure, panels = canvas(
            height_in=4.3, nrows=2, ncols=len(names), sharex=True, sharey="row", gridspec_kw={"height_ratios": [3, 1.2]}
        )
        for column, name in enumerate(names):
            _reliability(panels[:, column], bins[bins["of"] == name], name)
        panels[0, 0].set_ylabel("share that is true")
        panels[1, 0].set_ylabel("units (log scale)")
    return figure


def _reliability(panels: Sequence[Axes], held: pd.DataFrame, name: str) -> None:
    upper, lower = panels
    colour = COLOURS.get(name, PURPLE)
    upper.plot([0, 1], [0, 1], color="#8A949E", linewidth=0.9, linestyle=(0, (4, 3)))
    upper.plot(held["said"], held["true"], "o-", color=colour, linewidth=1.4, markersize=5)
    upper.set_title(f"{name}\nerror {held['apart'].iloc[0]:.3f}")
    upper.set(xlim=(0, 1), ylim=(-0.02, 1.02))
    grid(upper, "both")
    middles = (held["bin"] + 0.5) / 10
    lower.bar(middles, held["units"], width=0.085, color=colour)
    for middle, units in zip(middles, held["units"], strict=True):
        lower.annotate(f"{units:,}", (middle, units), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=6.8)
    lower.set_yscale("log")
    lower.set_ylim(0.7, 30 * max(held["units"]))
    lower.set_yticks([])
    lower.minorticks_off()
    lower.set_xlabel("probability that the model says")


def probability_words(bins: pd.DataFrame) -> str:
    """The calibration errors of `probability_plot` in words."""
    told = [f"{row.of} {row.apart:.3f}" for row in bins.drop_duplicates("of").itertuples()]
    return f"Mean distance of what the model says from what is true: {', '.join(told)}" if told else NOT_MEASURED


def growth_plot(steps: pd.DataFrame) -> Figure:
    """F1 on held-out groups over the number of groups that were trained on."""
    if steps.empty:
        return nothing(TOO_FEW)
    with styled():
        figure, axes = canvas(7.6, 3.4)
        for kind in (*POSITIVE, "macro"):
            held = steps[steps["kind"] == kind]
            axes.plot(held["groups"], held["f1"], LINES[kind], marker=MARKERS[kind], color=COLOURS[kind])
        _end_labels(axes, steps)
        axes.set(xlabel="authored groups trained on", ylabel="F1 on held-out groups")
        axes.set_ylim(max(0.0, steps["f1"].min() - 0.1), min(1.0, steps["f1"].max() + 0.1))
        axes.set_xlim(0, steps["groups"].max() * 1.2)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        grid(axes, "y")
    return figure


def _end_labels(axes: Axes, steps: pd.DataFrame) -> None:
    """The name of each line at its end, one above the other."""
    last = steps[steps["groups"] == steps["groups"].max()].sort_values("f1")
    at = -1.0
    for row in last.itertuples():
        at = max(row.f1, at + 0.07 * (axes.get_ylim()[1] - axes.get_ylim()[0]))
        name = NAMES.get(row.kind, row.kind)
        axes.annotate(
            f"{name} {row.f1:.3f}",
            (row.groups, at),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
        )


def growth_words(steps: pd.DataFrame) -> str:
    """The macro F1 of each step of `growth_plot` in words."""
    told = [f"{row.f1:.3f} with {row.groups:,} groups" for row in steps[steps["kind"] == "macro"].itertuples()]
    return f"Macro F1: {', '.join(told)}" if told else TOO_FEW


def leaning_plot(told: Sequence[Leanings]) -> Figure:
    """What speaks for and against the likelier kind of each sentence, as bars in log-odds; two panels in a row."""
    asked = [one for one in told if one.asked]
    if not asked:
        return nothing("The model was not asked about any of these sentences: in none is payment spoken of.")
    lines = -(-len(asked) // 2)
    with styled():
        figure, panels = canvas(height_in=3.7 * lines, nrows=lines, ncols=2, squeeze=False)
        for axes in panels.flat[len(asked) :]:
            axes.axis("off")
        for axes, one in zip(panels.flat, asked, strict=False):
            _bars(axes, one)
    return figure


def _bars(axes: Axes, one: Leanings) -> None:
    rows = leaning_rows(one)
    values, places = rows["log_odds"], range(len(rows))
    colours = [COLOURS[one.kind] if value > 0 else GREY for value in values]
    axes.barh(places, values, color=colours, hatch=["" if value > 0 else "////" for value in values], edgecolor="white")
    look: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7, "va": "center"}
    for place, value in zip(places, values, strict=True):
        side, away = ("left", 3) if value > 0 else ("right", -3)
        axes.annotate(f"{value:+.2f}", (value, place), xytext=(away, 0), ha=side, **look)
    axes.set_yticks(places, [line(name, 44) for name in rows["name"]], fontsize=7.5)
    axes.invert_yaxis()
    axes.axvline(0, color="#8A949E", linewidth=0.8)
    axes.margins(x=0.18)
    axes.set_title(_wrapped(one), fontsize=8.5, fontweight="normal")
    axes.set_xlabel(f"for {one.kind} (right) or for none (left), log-odds", fontsize=8)
    axes.tick_params(length=0)


def _wrapped(one: Leanings) -> str:
    probability = one.probabilities[KINDS.index(one.kind)]
    quoted = textwrap.fill(f"“{line(one.unit.text, 150)}”", 54)
    return f"{quoted}\n{one.kind} {probability:.2f}, taken for {one.tagged}"


def leaning_words(told: Sequence[Leanings]) -> str:
    """What is the strongest for each sentence of `leaning_plot`, in words."""
    return (
        "; ".join(f"{line(one.unit.text, 60)}: {_strongest(one)}" for one in told if one.asked)
        or "No sentence was asked about."
    )


def _strongest(one: Leanings) -> str:
    return ", ".join(f"{row.name} {row.log_odds:+.2f}" for row in leaning_rows(one).head(3).itertuples(index=False))


def drift_plot(places: pd.DataFrame, rates: pd.DataFrame) -> Figure:
    """Left, contracts among the authored groups, by how unlike the corpus they are; right, the rules that differ most."""
    if places.empty or rates.empty:
        return nothing("There is nothing to compare.")
    with styled():
        figure, (left, right) = canvas(height_in=4.2, ncols=2)
        _places(left, places)
        _rates(right, rates)
    return figure


def _places(axes: Axes, places: pd.DataFrame) -> None:
    is_group = places["is_group"].astype(bool)
    groups, contracts = places[is_group], places[~is_group]
    axes.scatter(
        groups["unknown"], groups["rules"], s=16, color=GREY, alpha=0.6, linewidths=0, label="authored group, held out"
    )
    for far, colour, marker, name in ((False, BLUE, "o", "contract"), (True, VERMILION, "^", "contract, unlike the corpus")):
        held = contracts[(contracts["apart"] > 1.0) == far]
        if len(held):
            axes.scatter(held["unknown"], held["rules"], s=34, color=colour, marker=marker, edgecolors="white", label=name)
    _names(axes, contracts.head(NAMED), places["rules"].max() - places["rules"].min())
    axes.set_title("Contracts among authored groups")
    axes.set(xlabel="words and pairs that the model does not know", ylabel="distance of rules raised (0 to 1)")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.margins(x=0.12, y=0.1)
    grid(axes, "both")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=7.5)


def _names(axes: Axes, contracts: pd.DataFrame, height: float) -> None:
    """The names of contracts to the right of their dots, one above the other."""
    at = -1.0
    for row in contracts.sort_values("rules").itertuples():
        at = max(row.rules, at + 0.05 * height)
        name = line(row.name, 28)
        axes.annotate(
            name,
            (row.unknown, at),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 0.5},
        )


def _rates(axes: Axes, rates: pd.DataFrame) -> None:
    places = range(len(rates))
    axes.hlines(places, rates["corpus"], rates["batch"], color="#C9D0D6", linewidth=2)
    axes.plot(rates["corpus"], places, "o", color=GREY, label="corpus, held out")
    axes.plot(rates["batch"], places, "D", color=ORANGE, markeredgecolor=INK, label="this batch")
    axes.set_yticks(places, rates["rule"], fontsize=8)
    axes.invert_yaxis()
    axes.set_title("Rules whose rate differs most")
    axes.set_xlabel("share of the units on payment that raise the rule")
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    axes.set_xlim(left=0)
    grid(axes, "x")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, fontsize=7.5)


def drift_words(places: pd.DataFrame, rates: pd.DataFrame) -> str:
    """What `drift_plot` shows, in words."""
    contracts = places[~places["is_group"].astype(bool)]
    told = [f"{row.rule} {row.corpus:.0%} and {row.batch:.0%}" for row in rates.head(3).itertuples()]
    off = int((contracts["apart"] > 1.0).sum())
    return (
        f"{off:,} of {len(contracts):,} contracts are unlike the corpus; rules in corpus and batch: {', '.join(told) or 'none'}"
    )
