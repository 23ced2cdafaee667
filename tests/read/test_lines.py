"""Words to lines, cells and columns."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Box
from pipeline.read.lines import Line, lines_of, reading_order
from pipeline.read.pdf import Word

LETTER_PT = 5.0
HIGH_PT = 10.0


def word(text: str, x0: float, top: float) -> Word:
    """A word of ten-point print whose letters are five points wide."""
    x1, bottom = x0 + LETTER_PT * len(text), top + HIGH_PT
    return Word(text, x0, top, x1, bottom, HIGH_PT, False, Box(1, x0, top, x1, bottom))


def words(text: str, x0: float = 72, top: float = 100, space: float = 3.0) -> list[Word]:
    """The words of a line of print, a space apart."""
    found: list[Word] = []
    for part in text.split():
        found.append(word(part, found[-1].x1 + space if found else x0, top))
    return found


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def test_line_is_described() -> None:
    line = Line((*words("Pay"), word("now", 90, 98)))
    assert (line.page, line.x0, line.x1, line.top, line.bottom) == (1, 72, 105, 98, 110)
    assert (line.text, line.size_pt, line.bold) == ("Pay now", HIGH_PT, False)


def test_words_of_one_height_make_a_line() -> None:
    mixed = [*words("below it", top=112), *reversed(words("The first line", top=100))]
    assert texts(lines_of(mixed)) == ["The first line", "below it"]


def test_superscript_stays_on_its_line() -> None:
    note = Word("2", 120, 97, 123, 103, 6, False, Box(1, 120, 97, 123, 103))
    assert texts(lines_of([*words("the Price", x0=72), note, *words("is due", x0=126)])) == ["the Price 2 is due"]


CELLS = {
    "prose": (words("The Buyer shall pay"), ["The Buyer shall pay"]),
    "wide spaces of justified prose": (
        words("The Buyer shall pay the whole price", space=13),
        ["The Buyer shall pay the whole price"],
    ),
    "label and amount": ([*words("Delivery"), *words("$100", x0=300)], ["Delivery", "$100"]),
    "one word in every cell": (
        [made for at, text in enumerate(["1", "May", "DNV", "15", "100", "9", "4"]) for made in words(text, x0=72 + 60 * at)],
        ["1", "May", "DNV", "15", "100", "9", "4"],
    ),
}


@pytest.mark.parametrize(("line", "cells"), CELLS.values(), ids=CELLS)
def test_line_is_cut_at_wide_gaps(line: list[Word], cells: list[str]) -> None:
    assert texts(list(Line(tuple(line)).cells)) == cells


def column(text: str, x0: float, tops: range) -> list[Word]:
    return [made for top in tops for made in words(f"{text} line at {top} of column", x0, top)]


def test_columns_are_read_one_after_the_other() -> None:
    left, right = column("left", 72, range(100, 300, 12)), column("right", 330, range(100, 300, 12))
    columns = reading_order(lines_of([*left, *right]))
    assert [{line.words[0].text for line in lines} for lines in columns] == [{"left"}, {"right"}]


def test_columns_need_not_stand_level() -> None:
    left, right = column("left", 72, range(100, 300, 12)), column("right", 330, range(105, 305, 12))
    columns = reading_order(lines_of([*left, *right]))
    assert [{line.words[0].text for line in lines} for lines in columns] == [{"left"}, {"right"}]


def test_title_across_the_gutter_comes_first() -> None:
    title = words("GENERAL TERMS OF PURCHASE FOR SPECIAL MACHINERY AND SERVICES AT ALL WORKS", x0=100, top=80)
    left, right = column("left", 72, range(100, 300, 12)), column("right", 330, range(100, 300, 12))
    columns = reading_order(lines_of([*title, *left, *right]))
    assert columns[0][0].words[0].text == "GENERAL"
    assert len(columns) == 3


def test_table_is_no_pair_of_columns() -> None:
    rows = [made for top in range(100, 300, 12) for made in [*words("Stage", 72, top), *words("$100", 330, top)]]
    assert len(reading_order(lines_of(rows))) == 1


def test_page_without_words_has_no_columns() -> None:
    assert reading_order([]) == []


PLACES = st.tuples(st.integers(0, 500), st.integers(0, 700), st.sampled_from(["a", "pay", "acceptance"]))


@given(st.lists(PLACES, max_size=120))
def test_every_word_is_kept_once(places: list[tuple[int, int, str]]) -> None:
    found = [word(text, x0, top) for x0, top, text in places]
    lines = lines_of(found)
    ordered = [one for lines in reading_order(lines) for line in lines for one in line.words]
    assert Counter(map(id, ordered)) == Counter(map(id, found))
    cells = [one for line in lines for cell in line.cells for one in cell.words]
    assert Counter(map(id, cells)) == Counter(map(id, found))
    assert all(left.x0 <= right.x0 for line in lines for left, right in pairwise(line.words))
