"""pdfium by address: matrices, and what is drawn on a page."""

import numpy as np
import pypdfium2
import pytest
from hostile import form, page, say
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read import native
from pipeline.read.native import drawn_on, product, turned

numbers = st.floats(-100, 100)
matrices = st.tuples(*[numbers] * 6)
TEXT, PATH = pypdfium2.raw.FPDF_PAGEOBJ_TEXT, pypdfium2.raw.FPDF_PAGEOBJ_PATH


def moved(point: tuple[float, float], matrix: tuple[float, ...]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return point[0] * a + point[1] * c + e, point[0] * b + point[1] * d + f


@given(matrices, matrices, st.tuples(numbers, numbers))
def test_product_does_one_after_the_other(
    first: tuple[float, ...], then: tuple[float, ...], point: tuple[float, float]
) -> None:
    assert moved(point, product(first, then)) == pytest.approx(moved(moved(point, first), then), abs=1e-3)


@given(matrices, st.tuples(numbers, numbers, numbers, numbers))
def test_turned_box_holds_its_corners(matrix: tuple[float, ...], box: tuple[float, float, float, float]) -> None:
    x0, y0, x1, y1 = turned(np.array([box]), matrix)[0]
    corners = [moved((x, y), matrix) for x in (box[0], box[2]) for y in (box[1], box[3])]
    assert (x0, x1) == pytest.approx((min(x for x, _ in corners), max(x for x, _ in corners)))
    assert (y0, y1) == pytest.approx((min(y for _, y in corners), max(y for _, y in corners)))


def test_forms_are_unfolded_in_order() -> None:
    inner = form(b"0 0 m 9 9 l S " + say("inner"))
    data = page(say() + b"q 2 0 0 2 5 7 cm /X Do Q 1 1 m 8 8 l S", resources=b"/XObject << /X 6 0 R >>", more=[inner])
    drawn = drawn_on(pypdfium2.PdfDocument(data)[0])
    assert [one.kind for one in drawn] == [TEXT, PATH, TEXT, PATH]
    assert [len(one.forms) for one in drawn] == [0, 1, 1, 0]
    assert [one.matrix for one in drawn[:2]] == [(1, 0, 0, 1, 0, 0), (2, 0, 0, 2, 5, 7)]


def test_no_more_is_unfolded_than_a_page_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "OBJECTS", 5)
    assert len(drawn_on(pypdfium2.PdfDocument(page(say() * 9))[0])) == 5
