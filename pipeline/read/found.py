"""A page to a sheet by pdfium: what is printed and seen on it, what is filled into its fields, and what is odd about it."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pypdfium2
from pypdfium2 import raw

from pipeline.contract import TextFrom
from pipeline.read.forms import filled_in
from pipeline.read.native import ADDRESS, INT, Flags, Ints, Matrix, address_of, bare, drawn_on
from pipeline.read.pdf import BULLET, Place, Sheet, Word, place_of
from pipeline.read.pdfium import HIDDEN, SPACES, Frame, Unfit, frame_of, grids_of, letters, page_of, words_of
from pipeline.read.visible import LAST_CODE, SCAN_SHARE, Sight, look, scanned_share

# What a character is taken for whose font does not tell its letter: `clean` makes a bullet of it.
UNKNOWN: Final = 0xF0B7
# With more than a few of those a page is garbled, and with many it is not read at all, as shares of its characters.
FEW_UNKNOWN: Final = 0.02
MANY_UNKNOWN: Final = 0.3
# A scan with fewer characters than this on it has its stamps and page numbers printed, and all else is picture.
SCAN_LETTERS: Final = 250
# Two readers place a character within this of each other, in points.
NEAR_PT: Final = 0.25

_char_code = bare(raw.FPDFText_GetUnicode, ctypes.c_uint, ADDRESS, INT)
_char_unmapped = bare(raw.FPDFText_HasUnicodeMapError, INT, ADDRESS, INT)


@dataclass(frozen=True, slots=True)
class Found:
    """A page as pdfium finds it: a sheet, and what another reader of the page must know.

    `words` of the sheet are printed, `fields` stand in annotations; `letters` counts the characters of the former, and
    `hidden` says where what no one sees stands. `unfit` says why the page is better laid out by pdfplumber, `blank` that
    nothing at all is found, not even a line.
    """

    sheet: Sheet
    fields: tuple[Word, ...]
    letters: int
    hidden: frozenset[Place]
    unfit: str
    blank: bool


@dataclass(frozen=True, slots=True)
class _Sighted:
    """How many characters of a page are seen, hidden, of a layer over a scan, and of no known letter."""

    chars: int
    hidden: int
    layer: int
    unknown: int


def found_on(document: pypdfium2.PdfDocument, index: int) -> Found:
    """What pdfium finds on a page, counted from 0. Raises PdfiumError if its content cannot be followed."""
    with page_of(document, index) as (page, text):
        frame, drawn, codes = frame_of(page, index + 1), drawn_on(page), letters(text)
        sight = look(page, text, drawn)
        sighted = _sighted(text, codes, sight)
        words, unfit = _words(text, codes, frame)
        fields = tuple(word for word in filled_in(document, page, frame.number, frame.turn) if _is_within(word, frame.shown))
        grids = grids_of(drawn, frame.turn) if words else ()
        text_from, flags = _told(len(words) + len(fields), sighted, scanned_share(page, drawn))
        flags += ["over_budget"] * (grids is None)
        return Found(
            sheet=Sheet(frame.page(text_from, *sorted(flags)), (*words, *fields), grids or ()),
            fields=fields,
            letters=sum(len(word.text) for word in words),
            hidden=frozenset(_places(text, sight, frame.turn)) if sight else frozenset(),
            unfit=unfit or frame.unfit,
            blank=flags == ["no_text"] and not fields and all(one.kind == raw.FPDF_PAGEOBJ_TEXT for one in drawn),
        )


def _sighted(text: pypdfium2.PdfTextPage, codes: Ints, sight: Sight | None) -> _Sighted:
    """Counts of the page's characters; in `codes` the hidden ones become `HIDDEN`, those of no known letter `UNKNOWN`."""
    inked = ~SPACES[np.minimum(codes, len(SPACES) - 1)]
    unknown = _unknown(text, codes, inked)
    hidden = inked & sight.hidden if sight else np.zeros(len(codes), bool)
    layer = int((inked & sight.layer).sum()) if sight else 0
    codes[unknown] = UNKNOWN
    codes[hidden] = HIDDEN
    return _Sighted(int(inked.sum() - hidden.sum()), int(hidden.sum()), layer, int((unknown & ~hidden).sum()))


def _unknown(text: pypdfium2.PdfTextPage, codes: Ints, inked: Flags) -> Flags:
    """Which characters have no letter by their font: the first of each word tells whether to ask of all."""
    at, unknown = address_of(text), np.zeros(len(codes), bool)
    if any(_char_unmapped(at, index) == 1 for index in np.flatnonzero(inked & ~np.r_[False, inked[:-1]]).tolist()):
        unknown[:] = [_char_unmapped(at, index) == 1 for index in range(len(codes))]
    return unknown


def _words(text: pypdfium2.PdfTextPage, codes: Ints, frame: Frame) -> tuple[list[Word], str]:
    """The printed words, and why they are no good if they do not run across the page."""
    if not len(codes):
        return [], ""
    try:
        words, unfit = words_of(text, codes, frame), ""
    except Unfit as error:
        words, unfit = words_of(text, codes, frame, any_way=True), str(error)
    # Nothing but characters of no known letter is no word; one of them alone is a bullet.
    return [word for word in words if len(word.text) == 1 or set(word.text) != {BULLET}], unfit


def _told(words: int, sighted: _Sighted, pictures: float) -> tuple[TextFrom, list[str]]:
    """Where a page's text is from, and its flags; `pictures` is the share of the page that they cover."""
    flags = ["hidden_text"] * (sighted.hidden > 0) + ["ocr_layer"] * (sighted.layer > 0)
    flags += ["garbled"] * (sighted.unknown > FEW_UNKNOWN * sighted.chars)
    if not words and pictures:
        flags.append("image_only")
    elif not words and "garbled" not in flags:
        flags.append("no_text")
    elif pictures >= SCAN_SHARE and not sighted.layer and sighted.chars < SCAN_LETTERS:
        flags.append("mostly_picture")
    unread = not words or "mostly_picture" in flags or sighted.unknown > MANY_UNKNOWN * sighted.chars
    return TextFrom.NONE if unread else TextFrom.OCR if sighted.layer else TextFrom.PDF, flags


def _is_within(word: Word, shown: tuple[float, float, float, float]) -> bool:
    x, y = (word.box.x0 + word.box.x1) / 2, (word.box.top + word.box.bottom) / 2
    return shown[0] <= x <= shown[2] and shown[1] <= y <= shown[3]


def _places(text: pypdfium2.PdfTextPage, sight: Sight, turn: Matrix) -> Iterator[Place]:
    """Where the hidden characters of a page begin; what lies between two whole points is said of both."""
    x, y = ctypes.c_double(), ctypes.c_double()
    a, b, c, d, e, f = turn
    for index in np.flatnonzero(sight.hidden).tolist():
        raw.FPDFText_GetCharOrigin(text, index, x, y)
        shown_x, shown_y = x.value * a + y.value * c + e, x.value * b + y.value * d + f
        for dx, dy in product((-NEAR_PT, NEAR_PT), repeat=2):
            yield place_of(chr(min(_char_code(address_of(text), index), LAST_CODE)), shown_x + dx, shown_y + dy)
