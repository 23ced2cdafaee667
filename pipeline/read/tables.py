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

from pipeline.read.lines import Line, cells_of, lines_of
from pipeline.read.pdf import Grid, Word

# A table has at least two rows and two columns, and no essay in its cells.
TABLE_ROWS: Final = 2
TABLE_COLUMNS: Final = 2
CELL_WORDS: Final = 30
# White space between two lines of an aligned table, in letter heights: more ends the table.
TABLE_GAP: Final = 2.5
# Lines of one cell that a row may have between two lines with several cells.
WRAPPED_LINES: Final = 4
# Between rows there is this much more white than between the lines of a wrapped cell.
ROW_GAP: Final = 1.3
MARKER: Final = re.compile(r"[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]{1,2}|[ivxl]{1,6})[.)\]]*|[•●▪◦·\-–—*o]", re.IGNORECASE)
FIGURE: Final = re.compile(r"\d|\[\W*\*|[$€£¥%]")
LEADERS: Final = re.compile(r"[.·_…]{4,}")


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: its cells from left to right, each a tuple of lines; empty cells are left out."""

    cells: tuple[tuple[Line, ...], ...]

    @property
    def top(self) -> float:
        return min(line.top for cell in self.cells for line in cell)

    @property
    def bottom(self) -> float:
        return max(line.bottom for cell in self.cells for line in cell)

    @property
    def page(self) -> int:
        return self.cells[0][0].page


def ruled_rows(words: Iterable[Word], grids: Iterable[Grid]) -> tuple[list[list[Row]], list[Word]]:
    """The tables that the grids rule, each a list of rows, and the words that stand in none of them."""
    left, tables = list(words), []
    for grid in grids:
        rows, inside = _grid_rows(left, grid)
        if _is_table(rows):
            tables.append(rows)
            left = [word for word in left if id(word) not in inside]
    return tables, left


def _grid_rows(words: Sequence[Word], grid: Grid) -> tuple[list[Row], set[int]]:
    rows: list[Row] = []
    inside: set[int] = set()
    for bounds in grid.rows:
        cells = []
        for cell in filter(None, bounds):
            found = [word for word in words if id(word) not in inside and _in(word, cell)]
            inside.update(map(id, found))
            cells.append(tuple(lines_of(found)))
        if any(cells):
            rows.append(Row(tuple(cell for cell in cells if cell)))
    return rows, inside


def _in(word: Word, cell: tuple[float, float, float, float]) -> bool:
    x, y = (word.box.x0 + word.box.x1) / 2, (word.box.top + word.box.bottom) / 2
    return cell[0] <= x <= cell[2] and cell[1] <= y <= cell[3]


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
        end = _table_end(lines, at)
        rows = _rows(lines[at:end]) if end - at >= TABLE_ROWS else []
        if rows:
            yield from rows
            at = end
        else:
            yield lines[at]
            at += 1


def _table_end(lines: Sequence[Line], start: int) -> int:
    """Index after the last line of the aligned table that starts here, or `start` if none does."""
    if not _tabular(lines[start]):
        return start
    end, reach = start + 1, [cells_of(lines[start])]
    for index in range(start + 1, len(lines)):
        line, gap = lines[index], lines[index].top - lines[index - 1].bottom
        if index - end > WRAPPED_LINES or gap > TABLE_GAP * line.size_pt or not _fits(line, reach):
            break
        if _tabular(line):
            reach.append(cells_of(line))
            end = index + 1
    return _with_tail(lines, end, reach) if len(reach) >= TABLE_ROWS else start


def _with_tail(lines: Sequence[Line], end: int, reach: Sequence[list[Line]]) -> int:
    """The end moved over the wrapped lines of the last row's cells."""
    while end < len(lines) and end < len(lines):
        gap = lines[end].top - lines[end - 1].bottom
        if gap > 0.6 * lines[end].size_pt or not _fits(lines[end], reach) or not _narrow(lines[end], reach):
            break
        end += 1
    return end


def _narrow(line: Line, reach: Sequence[list[Line]]) -> bool:
    """Whether the line stands inside one column and to the right of the first column's start."""
    return len(_columns_of(line, _column_ranges(reach))) == 1


def _tabular(line: Line) -> bool:
    cells = cells_of(line)
    if len(cells) < TABLE_COLUMNS or LEADERS.search(line.text):
        return False
    if len(cells) == TABLE_COLUMNS and MARKER.fullmatch(cells[0].text):
        return False
    return max(len(cell.words) for cell in cells) <= CELL_WORDS / 2


def _fits(line: Line, reach: Sequence[list[Line]]) -> bool:
    """Whether every cell of the line keeps to one column of the table so far."""
    ranges = _column_ranges(reach)
    if len(ranges) < TABLE_COLUMNS:
        return False
    merged = _column_ranges([*reach, cells_of(line)])
    return len(merged) >= max(TABLE_COLUMNS, len(ranges) - 1)


def _column_ranges(reach: Iterable[Iterable[Line]]) -> list[tuple[float, float]]:
    """The x ranges of the columns: cells that overlap are of one column."""
    ranges: list[tuple[float, float]] = []
    for x0, x1 in sorted((cell.x0, cell.x1) for cells in reach for cell in cells):
        if ranges and x0 < ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], x1))
        else:
            ranges.append((x0, x1))
    return ranges


def _columns_of(line: Line, ranges: Sequence[tuple[float, float]]) -> dict[int, Line]:
    """The line's cells by the column that they stand in."""
    found: dict[int, list[Word]] = {}
    for cell in cells_of(line):
        overlaps = [min(cell.x1, x1) - max(cell.x0, x0) for x0, x1 in ranges]
        found.setdefault(overlaps.index(max(overlaps)), []).extend(cell.words)
    return {column: Line(tuple(words)) for column, words in found.items()}


def _rows(lines: Sequence[Line]) -> list[Row]:
    """The lines of a table gathered into rows, or nothing if they make no table."""
    ranges = _column_ranges(cells_of(line) for line in lines)
    cut = _row_gap(lines)
    rows: list[dict[int, list[Line]]] = []
    last: Line | None = None
    for line in lines:
        columns = _columns_of(line, ranges)
        if last is None or not rows or _starts_row(line, columns, last, rows[-1], cut):
            rows.append({})
        for column, cell in columns.items():
            rows[-1].setdefault(column, []).append(cell)
        last = line
    made = [Row(tuple(tuple(row[column]) for column in sorted(row))) for row in rows]
    return made if _is_table(made) else []


def _row_gap(lines: Sequence[Line]) -> float | None:
    """The white space that parts rows, where rows are set apart by more than the lines of a cell; else None."""
    gaps = sorted(lower.top - upper.top for upper, lower in pairwise(lines))
    if len(gaps) < 2 or gaps[-1] < ROW_GAP * max(gaps[0], 1.0):
        return None
    return max(pairwise(gaps), key=lambda pair: pair[1] / max(pair[0], 1.0))[1]


def _starts_row(
    line: Line, columns: dict[int, Line], last: Line, row: dict[int, list[Line]], cut: float | None
) -> bool:
    if cut is not None and line.top - last.top >= cut - 0.1:
        return True
    if len(columns) < TABLE_COLUMNS:
        return False
    return cut is None or 0 in columns
