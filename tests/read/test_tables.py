"""Ruled and aligned tables to rows, and what only looks like a table."""

import itertools

import pytest

from pipeline.contract import Box
from pipeline.read.lines import Line, lines_of
from pipeline.read.pdf import Grid, Word
from pipeline.read.tables import Row, aligned_rows, ruled_rows

LETTER_PT = 5.0
HIGH_PT = 10.0


def words(text: str, x0: float, top: float) -> list[Word]:
    """The words of ten-point print, three points apart."""
    found: list[Word] = []
    for part in text.split():
        start = found[-1].x1 + 3 if found else x0
        end, bottom = start + LETTER_PT * len(part), top + HIGH_PT
        found.append(Word(part, start, top, end, bottom, HIGH_PT, False, Box(1, start, top, end, bottom)))
    return found


def lines(*rows: dict[float, str] | str, pitch: float = 14) -> list[Line]:
    """Lines of print: a row is the text of each cell by its left end, a string is a line of prose."""
    found: list[Word] = []
    for number, row in enumerate(rows):
        for x0, text in (row if isinstance(row, dict) else {72: row}).items():
            found += words(text, x0, 100 + pitch * number)
    return lines_of(found)


def shown(item: Line | Row) -> str:
    if isinstance(item, Line):
        return item.text
    return " | ".join(" ".join(line.text for line in cell) for cell in item.cells)


def rows(*given: dict[float, str] | str, pitch: float = 14) -> list[str]:
    return [shown(item) for item in aligned_rows(lines(*given, pitch=pitch))]


ALIGNED = {
    "header and rows": (
        [
            {72: "Event", 300: "Share", 400: "Amount"},
            {72: "Delivery", 300: "60%", 400: "$600"},
            {72: "Test", 300: "40%", 400: "$400"},
        ],
        ["Event | Share | Amount", "Delivery | 60% | $600", "Test | 40% | $400"],
    ),
    "numbered rows of single words": (
        [
            {72: "1", 110: "Launch", 200: "May", 260: "DNV", 320: "15", 380: "900"},
            {72: "2", 110: "Sale", 200: "July", 260: "Bank", 320: "85", 380: "800"},
        ],
        ["1 | Launch | May | DNV | 15 | 900", "2 | Sale | July | Bank | 85 | 800"],
    ),
    "wrapped cell": (
        [{72: "Delivery of the first", 300: "$600"}, "unit to the site", {72: "Test of the unit", 300: "$400"}],
        ["Delivery of the first unit to the site | $600", "Test of the unit | $400"],
    ),
    "total without a share": (
        [{72: "Delivery", 300: "60%", 400: "$600"}, {72: "Test", 300: "40%", 400: "$400"}, {72: "Total", 400: "$1,000"}],
        ["Delivery | 60% | $600", "Test | 40% | $400", "Total | $1,000"],
    ),
    "prose before and after": (
        ["The price is paid in parts that depend on these events:", {72: "Delivery", 300: "$600"}, {72: "Test", 300: "$400"}],
        ["The price is paid in parts that depend on these events:", "Delivery | $600", "Test | $400"],
    ),
}


@pytest.mark.parametrize(("given", "expected"), ALIGNED.values(), ids=ALIGNED)
def test_aligned_table_becomes_rows(given: list[dict[float, str] | str], expected: list[str]) -> None:
    assert rows(*given) == expected


PROSE: dict[str, list[dict[float, str] | str]] = {
    "paragraph": ["The Buyer shall pay the price in full upon", "delivery of the goods to the site."],
    "numbered paragraphs": [{72: "1.", 110: "The Buyer pays."}, {72: "2.", 110: "The Seller delivers."}],
    "lettered items": [{72: "(a)", 110: "delivery; and"}, {72: "(b)", 110: "acceptance."}],
    "one line with two cells": [{72: "Date", 300: "Place"}],
    "table of contents": [{72: "Payment ........", 400: "4"}, {72: "Delivery ........", 400: "7"}],
    "two lines without figures": [{72: "The Seller", 300: "The Buyer"}, {72: "Jane Roe", 300: "John Doe"}],
}


@pytest.mark.parametrize("given", PROSE.values(), ids=PROSE)
def test_prose_stays_lines(given: list[dict[float, str] | str]) -> None:
    assert all(isinstance(item, Line) for item in aligned_rows(lines(*given)))


def test_wide_white_space_ends_a_table() -> None:
    table: list[dict[float, str] | str] = [{72: "Delivery", 300: "$600"}, {72: "Test", 300: "$400"}]
    assert len(rows(*table, pitch=14)) == 2
    assert all(isinstance(item, Line) for item in aligned_rows(lines(*table, pitch=60)))


def grid(*tops: float, xs: tuple[float, ...] = (70, 200, 300)) -> Grid:
    """A ruled grid between these heights and these ends of its columns."""
    cells = [[(left, top, right, low) for left, right in itertools.pairwise(xs)] for top, low in itertools.pairwise(tops)]
    return Grid(tuple(map(tuple, cells)))


def test_ruled_table_becomes_rows_and_leaves_the_rest() -> None:
    given = lines({72: "Event", 210: "Amount"}, {72: "Delivery", 210: "$600"}, "The rest is prose.", pitch=20)
    (table,), left = ruled_rows(given, [grid(95, 115, 135)])
    assert [shown(row) for row in table] == ["Event | Amount", "Delivery | $600"]
    assert [line.text for line in left] == ["The rest is prose."]


def test_ruled_cell_keeps_its_lines_together() -> None:
    given = lines({72: "Delivery of the", 210: "$600"}, {72: "first unit", 210: ""}, {72: "Test", 210: "$400"})
    (table,), _ = ruled_rows(given, [grid(95, 124, 145)])
    assert [shown(row) for row in table] == ["Delivery of the first unit | $600", "Test | $400"]


def test_empty_cell_is_left_out() -> None:
    given = lines({72: "Event", 210: "Amount"}, {72: "Delivery"}, {72: "Test", 210: "$400"}, pitch=20)
    (table,), _ = ruled_rows(given, [grid(95, 115, 135, 155)])
    assert [shown(row) for row in table] == ["Event | Amount", "Delivery", "Test | $400"]


FRAMES = {
    "frame around a page": (["The Buyer shall pay.", "The Seller shall deliver."], grid(90, 200, xs=(60, 500))),
    "numbered paragraphs in cells": ([{72: "1.", 210: "Pay $5."}, {72: "2.", 210: "Go."}], grid(95, 112, 130)),
}


@pytest.mark.parametrize(("given", "frame"), FRAMES.values(), ids=FRAMES)
def test_frame_is_no_table(given: list[dict[float, str] | str], frame: Grid) -> None:
    before = lines(*given)
    tables, left = ruled_rows(before, [frame])
    assert (tables, [line.text for line in left]) == ([], [line.text for line in before])
