"""Tables to rows: ruled grids by their cells, and aligned tables by the columns that the words keep to.

A row is a tuple of cells, a cell the lines that stand in it. What only looks like a table (numbered paragraphs set in
two cells, a frame around a page) is left to the prose.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from pipeline.read.lines import Line, lines_of
from pipeline.read.pdf import Grid, Word

# A table has at least two rows and two columns, and no essay in its cells.
TABLE_ROWS: Final = 2
TABLE_COLUMNS: Final = 2
CELL_WORDS: Final = 30
# White space between two lines of an aligned table, in letter heights: more ends the table.
TABLE_GAP: Final = 2.5
# Lines of one cell that a row may have between two lines with several cells.
WRAPPED_LINES: Final = 4
# White space above a line that goes on in the last row's cell, in letter heights.
WRAPPED_GAP: Final = 0.6
# Between rows there is this much more white than between the lines of a wrapped cell.
ROW_GAP: Final = 1.3
MARKER: Final = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]{1,2}|[ivxl]{1,6})[.)\]]*|[•●▪◦·\-–—*o]", re.IGNORECASE)
FIGURE: Final = re.compile(r"\d|\[\W*\*|[$€£¥%]")
LEADERS: Final = re.compile(r"[.·_…]{4,}")

Columns = list[tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A table row: its cells from left to right, each a tuple of lines; empty cells are left out."""

    cells: tuple[tuple[Line, ...], ...]

    @property
    def top(self) -> float:
        """Top of the highest word, in points."""
        return min(word.top for word in self.words())

    def words(self) -> Iterator[Word]:
        """The words of all cells."""
        return (word for cell in self.cells for line in cell for word in line.words)


def ruled_rows(lines: Iterable[Line], grids: Iterable[Grid]) -> tuple[list[list[Row]], list[Line]]:
    """The tables that the grids rule, each a list of rows, and the lines of the words that stand in none of them."""
    left, tables = list(lines), []
    for grid in grids:
        rows = list(_grid_rows([word for line in left for word in line.words], grid))
        if _is_table(rows):
            tables.append(rows)
            left = _lines_without(left, {id(word) for row in rows for word in row.words()})
    return tables, left


def _lines_without(lines: Iterable[Line], words: set[int]) -> list[Line]:
    kept = [(line, [word for word in line.words if id(word) not in words]) for line in lines]
    return [line if len(left) == len(line.words) else Line(tuple(left)) for line, left in kept if left]


def _grid_rows(words: Iterable[Word], grid: Grid) -> Iterator[Row]:
    """The rows of a grid that hold words; a word belongs to the first cell that its middle stands in."""
    left = [((word.box.x0 + word.box.x1) / 2, (word.box.top + word.box.bottom) / 2, word) for word in words]
    for bounds in grid.rows:
        row = list(filter(None, bounds))
        top, bottom = min(cell[1] for cell in row), max(cell[3] for cell in row)
        # Few words are as high as the row: the others are not tried in each of its cells.
        level = [place for place in left if top <= place[1] <= bottom]
        cells = []
        for cell in row if level else ():
            within = [place for place in level if _in(place, cell)]
            level = [place for place in level if not _in(place, cell)] if within else level
            cells.append(within)
        taken = {id(word) for within in cells for _, _, word in within}
        if taken:
            left = [place for place in left if id(place[2]) not in taken]
            yield Row(tuple(tuple(lines_of(word for _, _, word in within)) for within in cells if within))


def _in(place: tuple[float, float, Word], cell: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a word (its x, its y) lies in a cell."""
    return cell[0] <= place[0] <= cell[2] and cell[1] <= place[1] <= cell[3]


def _is_table(rows: Sequence[Row]) -> bool:
    wide = [row for row in rows if len(row.cells) >= TABLE_COLUMNS]
    if len(rows) < TABLE_ROWS or len(wide) < max(1, len(rows) / 2):
        return False
    if all(len(row.cells) == TABLE_COLUMNS and MARKER.fullmatch(_text(row.cells[0])) for row in wide):
        return False
    if len(rows) == TABLE_ROWS and not any(FIGURE.search(_text(cell)) for row in rows for cell in row.cells):
        return False
    sizes = [sum(len(line.words) for line in cell) for row in wide for cell in row.cells]
    return median(sizes) <= CELL_WORDS / 2 and max(sizes) <= 4 * CELL_WORDS


def _text(cell: Iterable[Line]) -> str:
    return " ".join(line.text for line in cell)


def aligned_rows(lines: Sequence[Line]) -> Iterator[Line | Row]:
    """The lines of a column of text, those of an aligned table made into rows, in order."""
    at = 0
    while at < len(lines):
        end, columns = _table_end(lines, at)
        rows = _rows(lines[at:end], columns) if end - at >= TABLE_ROWS else []
        if rows:
            yield from rows
            at = end
        else:
            yield lines[at]
            at += 1


def _table_end(lines: Sequence[Line], start: int) -> tuple[int, Columns]:
    """Index after the last line of the aligned table that starts here (`start` if none does), and its columns."""
    if not _tabular(lines[start]):
        return start, []
    end, columns, found = start + 1, _with_cells([], lines[start]), 1
    for index in range(start + 1, len(lines)):
        line, gap = lines[index], lines[index].top - lines[index - 1].bottom
        if index - end > WRAPPED_LINES or gap > TABLE_GAP * line.size_pt or not _fits(line, columns):
            break
        if _tabular(line):
            columns, end, found = _with_cells(columns, line), index + 1, found + 1
    return (_with_tail(lines, end, columns), columns) if found >= TABLE_ROWS else (start, [])


def _with_tail(lines: Sequence[Line], end: int, columns: Columns) -> int:
    """The end moved over the wrapped lines of the last row's cells."""
    while end < len(lines):
        line, gap = lines[end], lines[end].top - lines[end - 1].bottom
        if gap > WRAPPED_GAP * line.size_pt or not _fits(line, columns) or len(_by_column(line, columns)) > 1:
            break
        end += 1
    return end


def _tabular(line: Line) -> bool:
    if len(line.cells) < TABLE_COLUMNS or LEADERS.search(line.text):
        return False
    if len(line.cells) == TABLE_COLUMNS and MARKER.fullmatch(line.cells[0].text):
        return False
    return max(len(cell.words) for cell in line.cells) <= CELL_WORDS / 2


def _fits(line: Line, columns: Columns) -> bool:
    """Whether every cell of the line keeps to one column of the table so far."""
    merged = _with_cells(columns, line)
    return len(columns) >= TABLE_COLUMNS and len(merged) >= max(TABLE_COLUMNS, len(columns) - 1)


def _with_cells(columns: Columns, line: Line) -> Columns:
    """The x ranges of the columns after another line: cells that overlap are of one column."""
    merged: Columns = []
    for x0, x1 in sorted([*columns, *((cell.x0, cell.x1) for cell in line.cells)]):
        if merged and x0 < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], x1))
        else:
            merged.append((x0, x1))
    return merged


def _by_column(line: Line, columns: Columns) -> dict[int, Line]:
    """The line's cells by the column that they stand in."""
    found: dict[int, tuple[Word, ...]] = {}
    for cell in line.cells:
        overlaps = [min(cell.x1, x1) - max(cell.x0, x0) for x0, x1 in columns]
        column = overlaps.index(max(overlaps))
        found[column] = found.get(column, ()) + cell.words
    return {column: Line(words) for column, words in found.items()}


def _rows(lines: Sequence[Line], columns: Columns) -> list[Row]:
    """The lines of a table gathered into rows, or nothing if they make no table."""
    cut = _row_pitch(lines)
    rows: list[dict[int, list[Line]]] = []
    for index, line in enumerate(lines):
        cells = _by_column(line, columns)
        if index == 0 or _starts_row(cells, line.top - lines[index - 1].top, cut):
            rows.append({})
        for column, cell in cells.items():
            rows[-1].setdefault(column, []).append(cell)
    made = [Row(tuple(tuple(row[column]) for column in sorted(row))) for row in rows]
    return made if _is_table(made) else []


def _row_pitch(lines: Sequence[Line]) -> float | None:
    """The least distance of two rows' tops, where rows are set apart by more than the lines of a cell; else None."""
    pitches = sorted(lower.top - upper.top for upper, lower in pairwise(lines))
    if len(pitches) < 2 or pitches[-1] < ROW_GAP * max(pitches[0], 1.0):
        return None
    return max(pairwise(pitches), key=lambda pair: pair[1] / max(pair[0], 1.0))[1]


def _starts_row(cells: dict[int, Line], pitch: float, cut: float | None) -> bool:
    if cut is not None and pitch >= cut - 0.1:
        return True
    return len(cells) >= TABLE_COLUMNS and (cut is None or 0 in cells)
