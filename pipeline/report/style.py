"""How figures look: colours that colour-blind people tell apart, sizes for a laptop's screen, money in short.

The colours are those of Okabe and Ito, "Color Universal Design" (2008). None carries a meaning alone: labels say it as well.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.contract import Advance, Kind

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, GREY, INK = "#56B4E9", "#CC79A7", "#9A9A9A", "#22303C"
KIND_COLOURS: Final[Mapping[str, str]] = {Kind.MILESTONE: BLUE, Kind.PROGRESS: ORANGE, Kind.NONE: GREY}
# Progress is hatched where it stands beside milestones.
HATCHES: Final[Mapping[str, str]] = {Kind.MILESTONE: "", Kind.PROGRESS: "////"}
ADVANCE_COLOURS: Final[Mapping[str, str]] = {
    Advance.YES: GREEN,
    Advance.CONDITIONAL: SKY,
    Advance.NO: VERMILION,
    Advance.UNKNOWN: GREY,
}
# From none (white) over blue; it reads the same in grey.
HEAT: Final = "Blues"
# Inches. A page of the report is as wide as the widest figure.
WIDE_IN: Final = 10.4
RC: Final[Any] = {
    # A contract's "$" is money, not mathematics.
    "text.parse_math": False,
    # Letters stay letters, which the reader's own fonts draw, whatever the script of a contract's name.
    "svg.fonttype": "none",
    "svg.hashsalt": "payterms",
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": "#8A949E",
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": "#E3E7EB",
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
}


@contextmanager
def styled() -> Iterator[None]:
    """Figures that are made or drawn in here have the report's style; others keep theirs."""
    with mpl.rc_context(RC):
        yield


def canvas(width_in: float = WIDE_IN, height_in: float = 3.2, **subplots: Any) -> tuple[Figure, Any]:
    """An empty figure and its axes (one, or an array as `subplots` asks for it), outside of any window system."""
    figure = Figure(figsize=(width_in, height_in))
    return figure, figure.subplots(**subplots)


def nothing(told: str) -> Figure:
    """A figure that says that there is nothing to draw, and why."""
    figure, axes = canvas(height_in=0.8)
    axes.axis("off")
    axes.text(0.0, 0.5, told, va="center", style="italic", color="#5B6770")
    return figure


def grid(axes: Axes, along: str) -> None:
    """Faint lines to read values by, along one axis ("x" or "y")."""
    axes.grid(visible=True, axis=along)  # type: ignore[arg-type]
    axes.tick_params(length=0)
