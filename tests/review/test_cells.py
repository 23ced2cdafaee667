"""Cells that a spreadsheet shows and does not run."""

import csv
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.review.cells import CELL_UNITS, MARKS, cell_of, cut, defused, line_of
from pipeline.review.columns import Value

CELLS: dict[str, tuple[Value, str]] = {
    "nothing": (None, ""),
    "a text": ("A fee", '"A fee"'),
    "a text of digits": ("4.10", '"4.10"'),
    "a quote": ('the "Fee"', '"the ""Fee"""'),
    "umlauts": ("fällig, 价格", '"fällig, 价格"'),
    "lines": ("a\r\nb\tc", '"a b c"'),
    "an escape": ("a\x1b[31m", '"a\\u001b[31m"'),
    "true": (True, "true"),
    "false": (False, "false"),
    "a whole number": (-3, "-3"),
    "a large one": (1_234_567, "1234567"),
    "a share": (0.4261, "0.4261"),
    "a sum": (Decimal("1234567.500000"), "1234567.5"),
    "a round sum": (Decimal("250000.000000"), "250000"),
    "a sum without decimals": (Decimal(100), "100"),
    "a sum in powers of ten": (Decimal("1E+6"), "1000000"),
    "no sum": (Decimal("0.000000"), "0"),
    "a time": (datetime(2025, 3, 1, 9, tzinfo=UTC), "2025-03-01 09:00:00"),
}
DEFUSED = {
    "a formula": ("=1+1", "'=1+1"),
    "a plus": ("+1", "'+1"),
    "a minus": ("-1", "'-1"),
    "a function": ("@SUM(A1)", "'@SUM(A1)"),
    "full-width forms": ("＝1;＋1;－1;＠1", "'＝1;'＋1;'－1;'＠1"),
    "behind blanks": ("  =1", "'  =1"),
    "behind a no-break space": ("\u00a0=1", "'\u00a0=1"),
    "behind quotes": ('"" =1', '\'"" =1'),
    "after a semicolon": ("a; =1", "a;' =1"),
    "after a comma": ("$1,-5", "$1,'-5"),
    "after a quote and a semicolon": ('a";"=1', 'a";\'"=1'),
    "after an empty part": (";;=1", ";;'=1"),
    "a mark within": ("a=b - c", "a=b - c"),
    "a mark after a blank": ("a =1", "a =1"),
    "no mark": ("30%", "30%"),
    "nothing": ("", ""),
}
PIECES = [*MARKS, *",;\"' \t\r\n\x00", "a", "1", "\u00a0", "\u200b", "ä"]
_texts = st.lists(st.sampled_from(PIECES) | st.characters(), max_size=12).map("".join)


@pytest.mark.parametrize(("value", "expected"), CELLS.values(), ids=CELLS)
def test_a_cell(value: Value, expected: str) -> None:
    assert cell_of(value) == expected


@pytest.mark.parametrize(("text", "expected"), DEFUSED.values(), ids=DEFUSED)
def test_a_formula_is_defused(text: str, expected: str) -> None:
    assert defused(text) == expected


@given(st.lists(_texts, min_size=1, max_size=4))
@example(["\t=1", "\r=1", "\n=1", 'x";=1'])
def test_wherever_a_line_is_cut_no_part_begins_a_formula(texts: list[str]) -> None:
    line = line_of(texts).removesuffix("\r\n")
    assert not re.search(r"[\r\n\t\x00]", line)
    for part in re.split("[,;]", line):
        assert part.lstrip('" \u00a0')[:1] not in {*MARKS}


@given(st.lists(_texts.filter(lambda text: text.strip() != ""), min_size=1, max_size=4))
def test_a_line_is_read_back_as_so_many_cells(texts: list[str]) -> None:
    (read,) = csv.reader([line_of([*texts, None, 3])])
    assert len(read) == len(texts) + 2
    assert read[-2:] == ["", "3"]


@given(st.text(st.sampled_from("fee (5%)äß价"), min_size=1))
def test_a_harmless_text_is_read_back_as_it_was(text: str) -> None:
    assert list(csv.reader([line_of([text])])) == [[" ".join(text.split())]]


LENGTHS = {
    "as long as a cell": ("a" * CELL_UNITS, "a" * CELL_UNITS),
    "a letter longer": ("a" * (CELL_UNITS + 1), "a" * (CELL_UNITS - 1) + "…"),
    "letters that count twice": ("😀" * 16_384, "😀" * 16_383 + "…"),
}


@pytest.mark.parametrize(("text", "expected"), LENGTHS.values(), ids=LENGTHS)
def test_a_text_is_cut_where_a_cell_ends(text: str, expected: str) -> None:
    assert cut(text) == expected
    assert len(expected.encode("utf-16-le")) <= 2 * CELL_UNITS
