"""Pages as pictures: boxes lie on their words, whatever the page's shape; what cannot be drawn is a blank sheet."""

import dataclasses
import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from builders import SAMPLES, contract, locked_pdf, one_page_pdf, page, sample
from hanging import hang
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from pipeline.contract import Box, Contract, Page, Source, TextFrom
from pipeline.errors import DamagedError, EncryptedError, InputError
from pipeline.read.sheets import read_sheets
from pipeline.report import pages
from pipeline.report.pages import HEIGHT_PX, PICTURE_BYTES, THIN_PX, WIDTH_PX, Picture, draw, placed, print_of, prints_of

DARK = 140
# How a page is turned, its media box and its crop box (left, bottom, right, top), and whether it inherits the former.
SHAPES: dict[str, tuple[int, tuple[float, ...], tuple[float, ...] | None, bool]] = {
    "as it is": (0, (0, 0, 612, 792), None, False),
    "turned": (90, (0, 0, 612, 792), None, False),
    "turned over": (180, (0, 0, 612, 792), None, False),
    "turned back": (270, (0, 0, 612, 792), None, False),
    "cropped": (0, (0, 0, 612, 792), (50, 60, 560, 740), False),
    "cropped and turned": (90, (0, 0, 612, 792), (50, 60, 560, 740), False),
    "a media box that begins elsewhere": (0, (-30, 20, 600, 780), None, False),
    "the same, cropped and turned back": (270, (-30, 20, 600, 780), (10, 60, 560, 740), False),
    "an inherited media box": (0, (-30, 20, 600, 780), (10, 60, 560, 740), True),
    "an inherited media box, turned": (90, (-30, 20, 600, 780), (10, 60, 560, 740), True),
}


def shaped(path: Path, shape: tuple[int, tuple[float, ...], tuple[float, ...] | None, bool]) -> Path:
    """A page of two lines that run across it as displayed."""
    turn, media, crop, inherited = shape
    canvas = Canvas(str(path), pagesize=(612, 792))
    canvas.translate(306, 400)
    canvas.rotate(turn)
    canvas.setFont("Helvetica-Bold", 14)
    canvas.drawString(-120, 60, "The fee of USD 5,000 is due")
    canvas.drawString(-120, 10, "on delivery of the report.")
    canvas.save()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        first = pdf.pages[0].obj
        (pdf.Root.Pages if inherited else first).MediaBox = pikepdf.Array(media)
        if inherited:
            del first["/MediaBox"]
        if crop:
            first.CropBox = pikepdf.Array(crop)
        first.Rotate = turn
        pdf.save(path)
    return path


def dark(picture: Picture) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Which pixels of a picture are print."""
    return np.asarray(Image.open(BytesIO(picture.data)).convert("L")) < DARK


def of(path: Path, *shapes: Page) -> Contract:
    """A contract that was read from this file."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return dataclasses.replace(contract(), source=Source(path.name, sha256, shapes or (page(),)))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_the_boxes_of_words_lie_on_their_print_and_all_print_lies_in_boxes(
    shape: tuple[int, tuple[float, ...], tuple[float, ...] | None, bool], tmp_path: Path
) -> None:
    (sheet,) = read_sheets(shaped(tmp_path / "one.pdf", shape))
    assert len(sheet.words) == 12
    picture = draw(tmp_path / "one.pdf", 1)
    ink, on = dark(picture), print_of(sheet.page, picture)
    left = ink.copy()
    across, down = ink.shape[1] / on.width_px, ink.shape[0] / on.height_px
    for word in sheet.words:
        x0, y0, x1, y1 = placed(word.box, on) or (0, 0, 0, 0)
        inside = np.s_[int(y0 * down) : round(y1 * down) + 1, int(x0 * across) : round(x1 * across) + 1]
        assert ink[inside].mean() > 0.08, word.text
        left[inside] = False
    assert not left.any()


@pytest.mark.parametrize("number", [5, 6])
def test_boxes_lie_on_print_on_the_samples_turned_and_cropped_page(number: int) -> None:
    sheet = read_sheets(SAMPLES / "aligned_table.pdf")[number - 1]
    picture = draw(SAMPLES / "aligned_table.pdf", number)
    ink, on = dark(picture), print_of(sheet.page, picture)
    assert (on.width_px > on.height_px) is (number == 5)
    shares = []
    for word in sheet.words:
        x0, y0, x1, y1 = map(round, placed(word.box, on) or (0, 0, 1, 1))
        shares.append(ink[y0 : y1 + 1, x0 : x1 + 1].mean())
    assert np.quantile(shares, 0.02) > 0.02
    assert len(shares) > 40


@given(
    st.tuples(st.floats(-500, 500), st.floats(-500, 500), st.floats(1, 14_400), st.floats(1, 14_400)),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
def test_boxes_inside_of_the_page_lie_inside_of_the_picture(shown: tuple[float, ...], shares: list[float]) -> None:
    left, top, width, height = shown
    on = print_of(page(), Picture("image/png", b"", (left, top, left + width, top + height)))
    (x0, x1), (y0, y1) = sorted(shares[:2]), sorted(shares[2:])
    found = placed(Box(1, left + x0 * width, top + y0 * height, left + x1 * width, top + y1 * height), on)
    if found is not None:
        expected = (x0 * on.width_px, y0 * on.height_px, x1 * on.width_px, y1 * on.height_px)
        assert found == pytest.approx(expected, abs=1e-6)
        assert 0 <= found[0] < found[2] <= on.width_px <= WIDTH_PX
        assert 0 <= found[1] < found[3] <= on.height_px <= HEIGHT_PX


BOXES = {
    "half on the page": (Box(1, -100, 100, 306, 200), (0.0, 126.3, 500.0, 252.5)),
    "beside it": (Box(1, 700, 100, 800, 200), None),
    "turned around": (Box(1, 300, 100, 200, 200), None),
    "nowhere": (Box(1, float("nan"), 0, 10, 10), None),
    "without end": (Box(1, 306, 396, float("inf"), float("inf")), (500.0, 500.0, 1000.0, 1000.0)),
}


@pytest.mark.parametrize(("box", "expected"), BOXES.values(), ids=BOXES)
def test_boxes_that_are_not_on_the_page(box: Box, expected: tuple[float, ...] | None) -> None:
    on = dataclasses.replace(print_of(page()), height_px=1000)
    assert placed(box, on) == (expected if expected is None else pytest.approx(expected, abs=0.1))


SIZES = {
    "the largest page that readers take": ((14_400.0, 14_400.0), (1000, 1000)),
    "a very high one": ((10.0, 14_400.0), (THIN_PX, HEIGHT_PX)),
    "no size": ((0.0, 0.0), (1000, 1294)),
    "no height": ((612.0, 0.0), (1000, 1294)),
}


@pytest.mark.parametrize(("size", "expected"), SIZES.values(), ids=SIZES)
def test_no_page_is_drawn_too_large(size: tuple[float, float], expected: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "odd.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(max(3, size[0]), max(3, size[1])))
        pdf.pages[0].obj.MediaBox = pikepdf.Array([0, 0, *size])
        pdf.save(path)
    drawn = print_of(page(), draw(path, 1))
    blank = print_of(Page(1, *size, 0, TextFrom.NONE))
    assert (drawn.width_px, drawn.height_px) == (blank.width_px, blank.height_px) == expected


def test_a_picture_that_takes_too_many_bytes_is_drawn_smaller(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (1400, 1000, 3), np.uint8)
    canvas = Canvas(str(tmp_path / "noise.pdf"))
    noisy = tmp_path / "noise.png"
    Image.fromarray(noise).save(noisy)
    canvas.drawImage(str(noisy), 0, 0, 595, 842)
    canvas.save()
    picture = draw(tmp_path / "noise.pdf", 1)
    assert len(picture.data) <= PICTURE_BYTES
    assert Image.open(BytesIO(picture.data)).width < WIDTH_PX


def test_pages_are_drawn_from_the_file_that_was_read(tmp_path: Path) -> None:
    path = sample("aligned_table", tmp_path / "below")
    sizes = [sheet.page for sheet in read_sheets(path)]
    prints, why = prints_of(of(path, *sizes), [1, 5], tmp_path, "below/aligned_table.pdf")
    assert why == ""
    assert {number: (one.width_px, one.height_px) for number, one in prints.items()} == {1: (1000, 1414), 5: (1000, 707)}
    assert all(one.picture and one.picture.data.startswith(b"\x89PNG") for one in prints.values())


def _missing(path: Path) -> None:
    path.unlink()


def _changed(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


GONE = {
    "missing": (_missing, "one.pdf: is not in the folder of the PDFs"),
    "changed": (_changed, "one.pdf: has changed since it was read"),
}


@pytest.mark.parametrize(("lose", "told"), GONE.values(), ids=GONE)
def test_without_the_file_that_was_read_pages_are_blank_and_it_is_said_why(lose: object, told: str, tmp_path: Path) -> None:
    path = one_page_pdf(tmp_path / "one.pdf")
    read = of(path)
    assert callable(lose)
    lose(path)
    prints, why = prints_of(read, [1], tmp_path, "one.pdf")
    assert why.startswith(told)
    assert (prints[1].picture, prints[1].width_px, prints[1].height_px) == (None, 1000, 1294)


def test_without_a_folder_pages_are_blank() -> None:
    prints, why = prints_of(contract(), [1], None, "msa.pdf")
    assert prints[1].picture is None
    assert "--pdfs" in why


def test_an_encrypted_contract_opens_with_its_password_only(tmp_path: Path) -> None:
    path = locked_pdf(tmp_path / "locked.pdf")
    prints, why = prints_of(of(path), [1], tmp_path, "locked.pdf")
    assert prints[1].picture is None
    assert "encrypted with a password" in why
    assert draw(path, 1, "key").data
    with pytest.raises(EncryptedError, match="does not open it"):
        draw(path, 1, "lack")


def test_what_is_no_pdf_is_told(tmp_path: Path) -> None:
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    with pytest.raises(DamagedError, match=r"^torn\.pdf: a damaged PDF"):
        draw(tmp_path / "torn.pdf", 1)
    with pytest.raises(InputError, match="cannot be read"):
        draw(tmp_path / "none.pdf", 1)


def test_a_page_that_takes_too_long_is_a_blank_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = one_page_pdf(tmp_path / "one.pdf")
    monkeypatch.setattr(pages, "PAGE_S", 0.2)
    monkeypatch.setattr(pages, "draw", hang)
    prints, why = prints_of(of(path), [1], tmp_path, "one.pdf")
    assert prints[1].picture is None
    assert why == "one.pdf: none of its pages could be drawn in time"


def test_a_page_that_is_not_there_is_a_blank_sheet_among_others(tmp_path: Path) -> None:
    path = one_page_pdf(tmp_path / "one.pdf")
    prints, why = prints_of(of(path, page(), page(number=2)), [1, 2], tmp_path, "one.pdf")
    assert why == ""
    assert [prints[number].picture is None for number in (1, 2)] == [False, True]
