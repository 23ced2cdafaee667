"""Outlines over words, and tags in the margins."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.boxes import TAG_HEIGHT_PX, outlines, tags
from pipeline.report.pages import Sides

PASSAGES: dict[str, tuple[list[Sides], bool, list[list[tuple[float, float]]]]] = {
    "a line": ([(10, 20, 90, 30)], False, [[(92, 18), (92, 32), (8, 32), (8, 18)]]),
    "two lines, of which the second is shorter": (
        [(10, 20, 90, 30), (10, 34, 50, 44)],
        False,
        [[(92, 18), (92, 32), (52, 32), (52, 46), (8, 46), (8, 32), (8, 32), (8, 18)]],
    ),
    "the end of a line and the start of the next, which are not one below the other": (
        [(60, 20, 90, 30), (10, 34, 50, 44)],
        False,
        [[(92, 18), (92, 32), (58, 32), (58, 18)], [(52, 32), (52, 46), (8, 46), (8, 32)]],
    ),
    "a new column": (
        [(10, 700, 90, 710), (110, 20, 190, 30)],
        False,
        [[(92, 698), (92, 712), (8, 712), (8, 698)], [(192, 18), (192, 32), (108, 32), (108, 18)]],
    ),
    "a row of cells": ([(10, 20, 30, 30), (50, 20, 90, 30), (50, 34, 80, 44)], True, [[(92, 18), (92, 46), (8, 46), (8, 18)]]),
    "nothing": ([], True, []),
}
sides = st.tuples(st.floats(0, 900), st.floats(0, 1300), st.floats(1, 100), st.floats(1, 100)).map(
    lambda one: (one[0], one[1], one[0] + one[2], one[1] + one[3])
)


@pytest.mark.parametrize(("lines", "whole", "expected"), PASSAGES.values(), ids=PASSAGES)
def test_outlines(lines: list[Sides], *, whole: bool, expected: list[list[tuple[float, float]]]) -> None:
    assert outlines(lines, whole=whole, pad_px=2.0) == expected


@given(lines=st.lists(sides, min_size=1, max_size=8), whole=st.booleans())
def test_every_line_lies_within_an_outline(lines: list[Sides], *, whole: bool) -> None:
    found = outlines(lines, whole=whole, pad_px=1.0)
    bounds = [(min(x for x, _ in one), min(y for _, y in one), max(x for x, _ in one), max(y for _, y in one)) for one in found]
    for x0, y0, x1, y1 in lines:
        assert any(left <= x0 and top <= y0 and right >= x1 and bottom >= y1 for left, top, right, bottom in bounds)


@given(st.lists(st.lists(sides, min_size=1, max_size=2), max_size=30))
def test_tags_stay_on_the_page_and_off_each_other(marked: list[list[Sides]]) -> None:
    found = tags(marked, 1000, 1400)
    assert len(found) == len(marked)
    for right in (False, True):
        middles = sorted(tag.middle for tag in found if tag.right is right)
        assert all(TAG_HEIGHT_PX / 2 - 1e-6 <= middle <= 1400 - TAG_HEIGHT_PX / 2 + 1e-6 for middle in middles)
        assert all(later - one > TAG_HEIGHT_PX for one, later in pairwise(middles))


def test_a_tag_stands_on_the_side_of_its_column() -> None:
    left, right = tags([[(100, 200, 480, 220)], [(520, 200, 900, 220)]], 1000, 1400)
    assert (left.right, left.x, right.right, right.x) == (False, 100, True, 900)
    assert left.middle == right.middle == 200 + TAG_HEIGHT_PX / 2


def test_more_tags_than_a_page_is_high_for_share_its_height() -> None:
    middles = [tag.middle for tag in tags([[(100, 900, 200, 910)]] * 60, 1000, 900)]
    assert middles == sorted(middles)
    assert 0 < middles[0] < middles[-1] < 900
