"""Pages of a contract as pictures, to lay boxes on: drawn by pdfium, in processes that may hang or die.

A contract is untrusted: a page may take hours to draw, or any memory. Then, as where the PDF is gone, it is a blank sheet.
"""

import multiprocessing
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Final

import pypdfium2
from pebble import ProcessFuture, ProcessPool
from PIL import Image

from pipeline.contract import Box, Contract, Page
from pipeline.errors import ChangedError, InputError, VanishedError
from pipeline.read.pdf import sha256_of
from pipeline.read.pdfium import LETTER, Frame, frame_of
from pipeline.read.sheets import opened_to_draw

if sys.platform != "win32":
    import resource

# Where a notebook finds the password; as a parameter it would stand in the notebook.
PASSWORD: Final = "PAYTERMS_PASSWORD"  # noqa: S105 (the variable's name)
# A picture is as wide as this, or as high, and no page's shape makes it thinner than a line.
WIDTH_PX: Final = 1000
HEIGHT_PX: Final = 1600
THIN_PX: Final = 8
# Print needs few colours. What is more than so many bytes is drawn smaller, down to a width that can still be made out.
COLOURS: Final = 32
QUALITY: Final = 60
PICTURE_BYTES: Final = 130_000
SMALLER: Final = (1.0, 0.75, 0.55, 0.4)
# So many processes draw, each page within its time and memory, and all of them within theirs; a usual page takes 0.1 s.
DRAWERS: Final = 2
PAGE_S: Final = 10.0
PAGES_S: Final = 45.0
MEMORY_BYTES: Final = 2**31
# Larger than any page: pdfium crops to the media box then, which is the only way to learn one that is inherited.
BEYOND_PT: Final = 1e6

# Left, top, right, bottom.
Sides = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as drawn: a PNG or JPEG, and which part of the page it shows (points, as boxes have them)."""

    media: str
    data: bytes
    shown: Sides


@dataclass(frozen=True, slots=True)
class Print:
    """A page to lay boxes on, so many pixels wide and high; without a picture it is a blank sheet."""

    page: Page
    picture: Picture | None
    shown: Sides
    width_px: int
    height_px: int


def prints_of(
    contract: Contract, numbers: Sequence[int], folder: Path | None, source: str, *, password: str = ""
) -> tuple[dict[int, Print], str]:
    """The pages of these numbers, and why none of them has a picture ("" if one has).

    `source` is the PDF's path below the folder. It must be the file that was read, and open with the password.
    """
    pages = {number: contract.source.pages[number - 1] for number in numbers}
    try:
        pictures = _drawn(_found(contract, folder, source), numbers, password) if numbers else {}
    except InputError as error:
        return {number: print_of(page) for number, page in pages.items()}, f"{error}"
    prints = {number: print_of(page, pictures.get(number)) for number, page in pages.items()}
    return prints, "" if pictures or not numbers else f"{source}: none of its pages could be drawn in time"


def print_of(page: Page, picture: Picture | None = None) -> Print:
    """The page with its picture, or as a blank sheet of its size."""
    if picture is not None:
        left, top, right, bottom = picture.shown
        return Print(page, picture, picture.shown, *size_px(right - left, bottom - top))
    sized = 0 < page.width_pt < BEYOND_PT and 0 < page.height_pt < BEYOND_PT
    width, height = (page.width_pt, page.height_pt) if sized else LETTER[2:]
    return Print(page, None, (0.0, 0.0, width, height), *size_px(width, height))


def size_px(width_pt: float, height_pt: float) -> tuple[int, int]:
    """How large a page is drawn: `WIDTH_PX` by `HEIGHT_PX` at most, and nowhere thinner than `THIN_PX`."""
    scale = min(WIDTH_PX / width_pt, HEIGHT_PX / height_pt)
    return max(THIN_PX, round(scale * width_pt)), max(THIN_PX, round(scale * height_pt))


def placed(box: Box, on: Print) -> Sides | None:
    """Where a box lies on the picture, in its pixels, as far as it lies there; None if it does not."""
    left, top, right, bottom = on.shown
    across, down = on.width_px / (right - left), on.height_px / (bottom - top)
    x0, x1 = (min(max(0.0, (x - left) * across), on.width_px) for x in (box.x0, box.x1))
    y0, y1 = (min(max(0.0, (y - top) * down), on.height_px) for y in (box.top, box.bottom))
    whole = box.x0 < box.x1 and box.top < box.bottom
    return (x0, y0, x1, y1) if whole and x0 < x1 and y0 < y1 else None


def _found(contract: Contract, folder: Path | None, source: str) -> Path:
    """The PDF that the contract was read from. Raises VanishedError or ChangedError."""
    if folder is None:
        raise VanishedError("it is not known where the PDF stands; give its folder with --pdfs")
    path = folder / source
    if not path.is_file():
        raise VanishedError(f"{source}: is not in the folder of the PDFs; name that folder with --pdfs")
    if sha256_of(path) != contract.source.sha256:
        raise ChangedError(f"{source}: has changed since it was read; run `payterms run` again")
    return path


def _drawn(path: Path, numbers: Sequence[int], password: str) -> Mapping[int, Picture]:
    """The pictures of those pages that can be drawn. Raises InputError if the file does not open."""
    ends = time.monotonic() + PAGES_S
    pool = ProcessPool(min(DRAWERS, len(numbers)), initializer=_bound_memory, context=multiprocessing.get_context("spawn"))
    try:
        asked = {number: pool.schedule(draw, args=[path, number, password], timeout=PAGE_S) for number in numbers}
        found = {number: _picture(future, ends) for number, future in asked.items()}
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
    return {number: picture for number, picture in found.items() if picture is not None}


def _picture(asked: ProcessFuture[Picture], ends: float) -> Picture | None:
    """The picture, or None if the process that draws it failed, died, or takes too long."""
    try:
        return asked.result(timeout=max(0.0, ends - time.monotonic()))
    except InputError:
        raise
    except Exception:
        return None


def _bound_memory() -> None:
    """Let this process take so much address space (Linux counts it)."""
    if sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        with suppress(ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))


def draw(path: Path, number: int, password: str = "") -> Picture:
    """Draw a page of the PDF, counted from 1. Raises InputError if the file does not open, PdfiumError if the page fails."""
    with opened_to_draw(path, password=password) as document:
        frame = _frame(document, number)
        width, height = size_px(frame.shown[2] - frame.shown[0], frame.shown[3] - frame.shown[1])
        page = document[number - 1]
        scale = min(width / page.get_width(), height / page.get_height())
        drawn = page.render(scale=scale).to_pil().convert("RGB")
    media, data = _encoded(drawn)
    return Picture(media, data, frame.shown)


def _frame(document: pypdfium2.PdfDocument, number: int) -> Frame:
    """How a page is shown; a media box that it inherits is written onto the page first, to be known."""
    frame = frame_of(document[number - 1], number)
    if not frame.unfit:
        return frame
    page = document[number - 1]
    shown = page.get_bbox()
    page.set_cropbox(-BEYOND_PT, -BEYOND_PT, BEYOND_PT, BEYOND_PT)
    page.set_mediabox(*document[number - 1].get_bbox())
    page.set_cropbox(*shown)
    return replace(frame_of(document[number - 1], number), unfit="")


def _encoded(picture: Image.Image) -> tuple[str, bytes]:
    """The picture as PNG or JPEG, whichever takes fewer bytes, and smaller if it takes too many."""
    for scale in SMALLER:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        smaller = picture if scale == 1.0 else picture.resize(size)
        palette = smaller.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        made = (("image/png", _saved(palette, "PNG")), ("image/jpeg", _saved(smaller, "JPEG", quality=QUALITY)))
        media, data = min(made, key=lambda one: len(one[1]))
        if len(data) <= PICTURE_BYTES:
            break
    return media, data


def _saved(picture: Image.Image, form: str, **options: int) -> bytes:
    stream = BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()
