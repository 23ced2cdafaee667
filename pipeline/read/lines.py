"""Words to lines in reading order: words of one height make a line, and a gutter parts a page into columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from pipeline.read.pdf import Word

# Words whose heights overlap by this share of the smaller one stand on one line.
SAME_LINE: Final = 0.5
# A gap of this many letter heights parts two cells or columns; a wide space of justified prose is less.
CELL_GAP: Final = 1.2
# In a line of enough words to tell its usual gap, a cell gap is this much wider than that.
USUAL_GAPS: Final = 6
WIDER: Final = 2.6
# A gutter lies in the middle part of the text, and few lines cross it (headings over both columns).
GUTTER_WITHIN: Final = (0.3, 0.7)
GUTTER_CROSSED: Final = 0.25
# Columns of prose: so many lines on either side, so many words in the usual line; fewer is a table.
COLUMN_LINES: Final = 8
COLUMN_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """Words of one line, left to right."""

    words: tuple[Word, ...]

    @property
    def page(self) -> int:
        return self.words[0].box.page

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return self.words[-1].x1

    @property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @property
    def size_pt(self) -> float:
        return median(word.size_pt for word in self.words)

    @property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


def lines_of(words: Iterable[Word]) -> list[Line]:
    """The words as lines, top to bottom, regardless of columns."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.top + word.bottom, word.x0)):
        if lines and _level(lines[-1], word):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [Line(tuple(sorted(line, key=lambda word: word.x0))) for line in lines]


def _level(line: Sequence[Word], word: Word) -> bool:
    """Whether the word overlaps the last words of the line in height."""
    top, bottom = max(other.top for other in line[-3:]), min(other.bottom for other in line[-3:])
    overlap = min(bottom, word.bottom) - max(top, word.top)
    return overlap >= SAME_LINE * max(0.1, min(bottom - top, word.bottom - word.top))


def cells_of(line: Line) -> list[Line]:
    """The line cut at the gaps that are wide for its print and for the line: justified prose has wide spaces throughout."""
    gaps = [right.x0 - left.x1 for left, right in pairwise(line.words)]
    usual = sorted(gaps)[len(gaps) // 2] if len(gaps) >= USUAL_GAPS else 0.0
    cells = [[line.words[0]]]
    for gap, (left, right) in zip(gaps, pairwise(line.words), strict=True):
        if gap >= max(CELL_GAP * min(left.size_pt, right.size_pt), WIDER * usual):
            cells.append([])
        cells[-1].append(right)
    return [Line(tuple(cell)) for cell in cells]


def reading_order(words: Iterable[Word]) -> list[list[Line]]:
    """The words as columns of lines, each read from top to bottom before the next; a page of one column gives one.

    Lines across a gutter (a title over two columns) end the columns above them.
    """
    lines = lines_of(words)
    gutter = _gutter(lines)
    if gutter is None:
        return [lines] if lines else []
    columns: list[list[Line]] = []
    for band in _bands(lines, gutter):
        for side in band:
            columns += reading_order(side) if side and len(side) < sum(len(line.words) for line in lines) else []
    return columns


def _gutter(lines: Sequence[Line]) -> float | None:
    """The x of the gutter between two columns of prose, or None."""
    cells = [cell for line in lines for cell in cells_of(line)]
    if len(cells) < 2 * COLUMN_LINES:
        return None
    left, right = min(cell.x0 for cell in cells), max(cell.x1 for cell in cells)
    low, high = (left + share * (right - left) for share in GUTTER_WITHIN)
    crossed = {x: sum(cell.x0 < x < cell.x1 for cell in cells) for x in range(round(low), round(high))}
    if not crossed:
        return None
    fewest = min(crossed.values())
    x = median(x for x, count in crossed.items() if count == fewest)
    return x if _parts_prose(cells, x) else None


def _parts_prose(cells: Sequence[Line], x: float) -> bool:
    sides = [cell for cell in cells if cell.x1 <= x], [cell for cell in cells if cell.x0 >= x]
    if min(map(len, sides)) < COLUMN_LINES:
        return False
    crossed = len(cells) - len(sides[0]) - len(sides[1])
    if crossed > GUTTER_CROSSED * min(map(len, sides)):
        return False
    return all(median(len(cell.words) for cell in side) >= COLUMN_WORDS for side in sides)


def _bands(lines: Sequence[Line], x: float) -> list[tuple[list[Word], list[Word]]]:
    """The words left and right of the gutter, band by band; a line across it is a band of its own."""
    bands: list[tuple[list[Word], list[Word]]] = [([], [])]
    for line in lines:
        if any(cell.x0 < x < cell.x1 for cell in cells_of(line)):
            bands += [(list(line.words), []), ([], [])]
            continue
        for word in line.words:
            bands[-1][word.x0 >= x].append(word)
    return bands
