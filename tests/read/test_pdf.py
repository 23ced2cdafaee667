"""Pages to sheets by pdfplumber: words in place, odd pages flagged."""

import hashlib
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from pipeline.contract import TextFrom
from pipeline.read.pdf import Sheet, sha256_of
from pipeline.read.sheets import Layout
from pipeline.read.sheets import read_sheets as read_by

WIDTH, HEIGHT = 612.0, 792.0
Draw = Callable[[Any], None]
read_sheets = partial(read_by, layout=Layout.ALL)


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Path]:
    """Makes a PDF of letter pages, each drawn by a function of the canvas."""

    def make(*pages: Draw, **options: Any) -> Path:
        path = tmp_path / "made.pdf"
        canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), **options)
        for draw in pages:
            canvas.setFont("Helvetica", 10)
            draw(canvas)
            canvas.showPage()
        canvas.save()
        return path

    return make


@pytest.fixture
def sheet(made: Callable[..., Path]) -> Callable[[Draw], Sheet]:
    """Reads a PDF of one page, drawn by a function of the canvas."""
    return lambda draw: read_sheets(made(draw))[0]


def say(text: str, x: float = 72, y: float = 700) -> Draw:
    return lambda canvas: canvas.drawString(x, y, text)


def texts(sheet: Sheet) -> list[str]:
    return [word.text for word in sheet.words]


def changed(path: Path, change: Callable[[pikepdf.Pdf], None], **options: Any) -> Path:
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf)
        pdf.save(path, **options)
    return path


def test_words_stand_in_their_boxes(sheet: Callable[[Draw], Sheet]) -> None:
    found = sheet(say("Pay now"))
    assert texts(found) == ["Pay", "now"]
    box = found.words[0].box
    assert (box.page, box.x0) == (1, 72)
    assert box.x1 == pytest.approx(72 + stringWidth("Pay", "Helvetica", 10), abs=0.02)
    assert box.top < HEIGHT - 700 < box.bottom
    assert found.words[0].size_pt == 10


def test_page_is_described(sheet: Callable[[Draw], Sheet]) -> None:
    page = sheet(say("Pay")).page
    assert (page.number, page.width_pt, page.height_pt, page.rotation) == (1, WIDTH, HEIGHT, 0)
    assert (page.text_from, page.flags) == (TextFrom.PDF, ())


def test_bold_is_told_by_the_font(sheet: Callable[[Draw], Sheet]) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica-Bold", 10)
        canvas.drawString(72, 700, "Payment")

    assert sheet(draw).words[0].bold


def test_dingbats_are_bullets(sheet: Callable[[Draw], Sheet]) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("ZapfDingbats", 10)
        canvas.drawString(72, 700, "n")

    assert texts(sheet(draw)) == ["•"]


def test_words_drawn_twice_are_read_once(sheet: Callable[[Draw], Sheet]) -> None:
    def draw(canvas: Any) -> None:
        say("Total")(canvas)
        say("Total", x=72.2)(canvas)

    assert texts(sheet(draw)) == ["Total"]


def test_small_print_keeps_its_spaces(sheet: Callable[[Draw], Sheet]) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 5)
        canvas.drawString(72, 700, "not a single word")

    assert texts(sheet(draw)) == ["not", "a", "single", "word"]


def test_bar_cannot_be_taken_for_a_cell_break(sheet: Callable[[Draw], Sheet]) -> None:
    assert texts(sheet(say("a | b"))) == ["a", "¦", "b"]


def test_words_outside_the_crop_box_are_not_read(made: Callable[..., Path]) -> None:
    def draw(canvas: Any) -> None:
        canvas.setCropBox((50, 50, 500, 750))
        say("inside")(canvas)
        say("outside", y=20)(canvas)

    assert texts(read_sheets(made(draw))[0]) == ["inside"]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_rotated_page_has_its_words_on_it(made: Callable[..., Path], rotation: int) -> None:
    path = changed(made(say("Pay on delivery")), lambda pdf: pdf.pages[0].rotate(rotation, relative=False))
    (found,) = read_sheets(path)
    width, height = (HEIGHT, WIDTH) if rotation in (90, 270) else (WIDTH, HEIGHT)
    assert (found.page.width_pt, found.page.height_pt, found.page.rotation) == (width, height, rotation)
    assert [word.text for word in sorted(found.words, key=lambda word: word.x0)] == ["Pay", "on", "delivery"]
    for word in found.words:
        assert 0 <= word.box.x0 < word.box.x1 <= width
        assert 0 <= word.box.top < word.box.bottom <= height


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_text_is_read_along_its_lines(sheet: Callable[[Draw], Sheet], degrees: int) -> None:
    def draw(canvas: Any) -> None:
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        canvas.drawString(0, 0, "Pay upon acceptance")

    words = sorted(sheet(draw).words, key=lambda word: word.x0)
    assert [word.text for word in words] == ["Pay", "upon", "acceptance"]
    assert len({round(word.top) for word in words}) == 1
    assert all(left.x1 < right.x0 for left, right in pairwise(words))


def test_stamp_up_the_margin_is_not_text(sheet: Callable[[Draw], Sheet]) -> None:
    def draw(canvas: Any) -> None:
        say("The Buyer shall pay the price.")(canvas)
        canvas.translate(30, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "COPY")

    assert "COPY" not in texts(sheet(draw))


def test_ruled_table_is_a_grid(sheet: Callable[[Draw], Sheet]) -> None:
    def draw(canvas: Any) -> None:
        canvas.grid([72, 200, 300], [600, 620, 640])
        say("Delivery", 80, 606)(canvas)

    (grid,) = sheet(draw).grids
    assert [[cell is not None for cell in row] for row in grid.rows] == [[True, True], [True, True]]


def test_page_without_text_is_flagged(sheet: Callable[[Draw], Sheet]) -> None:
    found = sheet(lambda canvas: canvas.line(72, 72, 100, 100))
    assert (found.words, found.page.text_from, found.page.flags) == ((), TextFrom.NONE, ("no_text",))


def test_page_with_only_a_picture_is_flagged(sheet: Callable[[Draw], Sheet], tmp_path: Path) -> None:
    picture = tmp_path / "dot.ppm"
    picture.write_bytes(b"P6 1 1 255\n\x10\x20\x30")
    found = sheet(lambda canvas: canvas.drawImage(ImageReader(str(picture)), 72, 72, 200, 200))
    assert (found.words, found.page.text_from, found.page.flags) == ((), TextFrom.NONE, ("image_only",))


def test_page_that_pdfplumber_cannot_follow_is_read_by_pdfium(
    made: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_on_second(page: Any) -> Any:
        if page.page_number == 2:
            raise ValueError("bad operand")
        return before(page)

    before = vars(pdfplumber.page.Page)["layout"].fget
    monkeypatch.setattr(pdfplumber.page.Page, "layout", property(fails_on_second))
    sheets = read_sheets(made(say("one"), say("two"), say("three")))
    assert [texts(sheet) for sheet in sheets] == [["one"], ["two"], ["three"]]
    assert [sheet.page.flags for sheet in sheets] == [(), ("pdfium_text",), ()]


def test_every_page_is_closed(made: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(pdfplumber.page.Page, "close", lambda page: closed.append(page.page_number))
    read_sheets(made(say("one"), lambda canvas: canvas.line(72, 72, 99, 99), say("three")))
    assert closed == [1, 2, 3]


def test_sha256_is_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-")
    assert sha256_of(path) == hashlib.sha256(b"%PDF-").hexdigest()
