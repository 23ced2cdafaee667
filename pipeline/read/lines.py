"""Words to lines in reading order: words of one height make a line, and a gutter parts a page into columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from statistics import median
from typing import Final

from pipeline.read.pdf import Word

# Words whose heights overlap by this share of the smaller one stand on one line.
SAME_LINE: Final = 0.5
# How many of a line's last words tell its height: a line may slope, or stand beside one of another column.
LAST_WORDS: Final = 3
# A gap of this many letter heights parts two cells; a wide space of justified prose is less.
CELL_GAP: Final = 1.2
# In a line of enough words to tell its narrow gaps, a cell gap is this much wider than those, or wider than any space.
NARROW_GAPS: Final = 6
WIDER: Final = 2.6
WIDEST_SPACE: Final = 2.0
# A gutter is this many letter heights wide, lies in the middle part of the text, and few lines cross it (titles do).
GUTTER_GAP: Final = 0.8
GUTTER_WITHIN: Final = (0.3, 0.7)
GUTTER_CROSSED: Final = 0.25
# Columns of prose: so many lines on either side, so many words in the usual line; fewer is a table.
COLUMN_LINES: Final = 8
COLUMN_WORDS: Final = 4


@dataclass(frozen=True, eq=False)
class Line:
    """Words of one line, left to right."""

    words: tuple[Word, ...]

    @property
    def page(self) -> int:
        """Number of the page, from 1."""
        return self.words[0].box.page

    @cached_property
    def x0(self) -> float:
        """Left end, in points."""
        return self.words[0].x0

    @cached_property
    def x1(self) -> float:
        """Right end, in points."""
        return self.words[-1].x1

    @cached_property
    def top(self) -> float:
        """Top of the highest word, in points."""
        return min([word.top for word in self.words])

    @cached_property
    def bottom(self) -> float:
        """Bottom of the lowest word, in points."""
        return max([word.bottom for word in self.words])

    @cached_property
    def size_pt(self) -> float:
        """Size of the usual word's print."""
        sizes = sorted([word.size_pt for word in self.words])
        return sizes[len(sizes) // 2]

    @cached_property
    def bold(self) -> bool:
        """Whether every word is bold."""
        return all(word.bold for word in self.words)

    @cached_property
    def text(self) -> str:
        """The words, parted by spaces."""
        return " ".join([word.text for word in self.words])

    @property
    def cells(self) -> tuple["Line", ...]:
        """The line cut at the gaps that are wide for its print and for the line; justified prose has wide spaces."""
        return self._parts or (self,)

    @cached_property
    def _parts(self) -> tuple["Line", ...]:
        """The parts of a line that is cut; a line that kept itself as its part would be freed late, and a page with it."""
        gaps = [right.x0 - left.x1 for left, right in pairwise(self.words)]
        widest, least = max(gaps, default=0.0), _cell_gap(gaps, self.size_pt)
        return () if widest < least else tuple(_cut(self.words, gaps, least))


def _cell_gap(gaps: Sequence[float], size_pt: float) -> float:
    """The least gap between two cells of a line with these gaps: the lower quartile tells how wide its spaces are."""
    if len(gaps) < NARROW_GAPS:
        return CELL_GAP * size_pt
    narrow = sorted(gaps)[len(gaps) // 4]
    return max(CELL_GAP * size_pt, min(WIDER * narrow, WIDEST_SPACE * size_pt))


def _cut(words: Sequence[Word], gaps: Sequence[float], least: float) -> Iterator[Line]:
    """The words as lines that end where the gap after a word is at least `least`."""
    start = 0
    for end, gap in enumerate(gaps, 1):
        if gap >= least:
            yield Line(tuple(words[start:end]))
            start = end
    yield Line(tuple(words[start:]))


def lines_of(words: Iterable[Word]) -> list[Line]:
    """The words as lines, top to bottom, regardless of columns."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=_height):
        if lines and (_as_high(lines[-1][-1], word) or _level(lines[-1][-LAST_WORDS:], word)):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [Line(tuple(sorted(line, key=_start))) for line in lines]


def _height(word: Word) -> tuple[float, float]:
    return word.top + word.bottom, word.x0


def _start(word: Word) -> float:
    return word.x0


def _as_high(word: Word, other: Word) -> bool:
    return word.top == other.top and word.bottom == other.bottom


def _level(last: Sequence[Word], word: Word) -> bool:
    """Whether the word overlaps the last words of a line in height."""
    top, bottom = max(other.top for other in last), min(other.bottom for other in last)
    shared = min(bottom, word.bottom) - max(top, word.top)
    return shared >= SAME_LINE * max(0.1, min(bottom - top, word.bottom - word.top))


def reading_order(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines as columns, each read from top to bottom before the next; a page of one column gives one.

    Lines across a gutter (a title over two columns) end the columns above them.
    """
    gutter = _gutter(lines)
    if gutter is None:
        return [list(lines)] if lines else []
    columns: list[list[Line]] = []
    for band in _bands(lines, gutter):
        for side in filter(None, band):
            columns += reading_order(lines_of(side))
    return columns


def _gutter(lines: Sequence[Line]) -> float | None:
    """The x of the gutter between two columns of prose, or None."""
    if len(lines) < COLUMN_LINES:
        return None
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    low, high = (round(left + share * (right - left)) for share in GUTTER_WITHIN)
    crossed = _crossed(lines, low, high)
    if not crossed or min(crossed) > GUTTER_CROSSED * len(lines):
        return None
    fewest = [low + at for at, count in enumerate(crossed) if count == min(crossed)]
    x = fewest[len(fewest) // 2]
    return x if _parts_prose(lines, x) else None


def _crossed(lines: Iterable[Line], low: int, high: int) -> list[int]:
    """How many lines cross each x of low, low + 1 ... high - 1."""
    steps = [0] * (high - low + 1)
    for line in lines:
        for x0, x1 in _stretches(line):
            start, end = max(int(x0) + 1, low), min(-int(-x1), high)
            if start < end:
                steps[start - low] += 1
                steps[end - low] -= 1
    return list(accumulate(steps[:-1]))


def _stretches(line: Line) -> Iterator[tuple[float, float]]:
    """The x ranges of the line between gaps that could be a gutter."""
    start = line.x0
    for left, right in pairwise(line.words):
        if right.x0 - left.x1 >= GUTTER_GAP * left.size_pt:
            yield start, left.x1
            start = right.x0
    yield start, line.x1


def _crosses(line: Line, x: float) -> bool:
    return line.x0 < x < line.x1 and any(x0 < x < x1 for x0, x1 in _stretches(line))


def _parts_prose(lines: Sequence[Line], x: float) -> bool:
    parted = [line for line in lines if not _crosses(line, x)]
    left = [sum(word.x1 <= x for word in line.words) for line in parted if line.x0 < x]
    right = [sum(word.x0 >= x for word in line.words) for line in parted if line.x1 > x]
    fewer = min(len(left), len(right))
    if fewer < COLUMN_LINES or len(lines) - len(parted) > GUTTER_CROSSED * fewer:
        return False
    return min(median(left), median(right)) >= COLUMN_WORDS


def _bands(lines: Iterable[Line], x: float) -> list[tuple[list[Word], list[Word]]]:
    """The words left and right of the gutter, band by band; a line across it is a band of its own."""
    bands: list[tuple[list[Word], list[Word]]] = [([], [])]
    for line in lines:
        if _crosses(line, x):
            bands += [(list(line.words), []), ([], [])]
            continue
        for word in line.words:
            bands[-1][word.x0 >= x].append(word)
    return bands
