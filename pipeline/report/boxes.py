"""Where the marks of a page's terms and clauses lie on its picture: outlines over their words, and tags in its margins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pipeline.report.pages import Sides

# The strip beside the picture that tags stand in, on each side, and the size of a tag.
STRIP_PX: Final = 60
TAG_WIDTH_PX: Final = 52
TAG_HEIGHT_PX: Final = 26
TAG_STEP_PX: Final = 30.0
# A tag's line leaves an outline so far below its top at most.
LINE_PX: Final = 26.0


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag in the margin: whether it is the right one, its middle, and where the line to its outline ends."""

    right: bool
    middle: float
    x: float
    y: float


def outlines(lines: Sequence[Sides], *, whole: bool, pad_px: float) -> list[list[tuple[float, float]]]:
    """Outlines around the lines of a passage, as corners: one around them as a `whole`, or around lines that follow each other.

    They stand `pad_px` off the lines. What follows closely and lies below is of one outline; a new column begins another.
    """
    if whole and lines:
        x0, y0, x1, y1 = zip(*lines, strict=True)
        lines = [(min(x0), min(y0), max(x1), max(y1))]
    runs: list[list[Sides]] = []
    for line in lines:
        if runs and _follows(runs[-1][-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [_around(run, pad_px) for run in runs]


def _follows(above: Sides, below: Sides) -> bool:
    """Whether a line lies just below another, under a part of it."""
    height = min(above[3] - above[1], below[3] - below[1])
    near = -height / 2 < below[1] - above[3] < height
    return near and below[1] > above[1] and below[0] < above[2] and above[0] < below[2]


def _around(run: Sequence[Sides], pad_px: float) -> list[tuple[float, float]]:
    seams = [(above[3] + below[1]) / 2 for above, below in pairwise(run)]
    heights = list(pairwise([run[0][1] - pad_px, *seams, run[-1][3] + pad_px]))
    right = [(line[2] + pad_px, y) for line, ends in zip(run, heights, strict=True) for y in ends]
    left = [(line[0] - pad_px, y) for line, ends in zip(run, heights, strict=True) for y in ends]
    return [*right, *reversed(left)]


def tags(marked: Sequence[Sequence[Sides]], width_px: float, height_px: float) -> list[Tag]:
    """A tag for each passage, of which the lines are given, beside its first line and off each other."""
    firsts = [lines[0] for lines in marked]
    right = [first[0] > 0.45 * width_px and first[0] + first[2] > 1.1 * width_px for first in firsts]
    middles = [0.0] * len(firsts)
    for side in (False, True):
        places = sorted((place for place, one in enumerate(right) if one is side), key=lambda place: firsts[place][1])
        for place, middle in zip(places, _spread([firsts[place][1] for place in places], height_px), strict=True):
            middles[place] = middle
    return [
        Tag(one, middle, first[2] if one else first[0], min(first[3], first[1] + LINE_PX))
        for one, middle, first in zip(right, middles, firsts, strict=True)
    ]


def _spread(tops: Sequence[float], height_px: float) -> Iterator[float]:
    """The middles of tags that would stand at these tops, in order, moved off each other and into the page's height."""
    step = min(TAG_STEP_PX, height_px / max(1, len(tops)))
    placed: list[float] = []
    for top in tops:
        placed.append(max(top + TAG_HEIGHT_PX / 2, placed[-1] + step if placed else 0.0))
    for back, place in enumerate(reversed(range(len(placed)))):
        placed[place] = min(placed[place], height_px - TAG_HEIGHT_PX / 2 - back * step)
    return iter(placed)
