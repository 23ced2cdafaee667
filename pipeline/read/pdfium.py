"""A PDF file to sheets by pdfium, at a tenth of pdfplumber's cost: the same words, boxes and grids.

pdfium says where each character stands; what makes words of characters and grids of lines are pdfplumber's rules. A page
that pdfium cannot give, or whose text does not run across it, is read by pdfplumber, and so is a file that it cannot open.
Distances are PDF points from the page's top left, as displayed.
"""

import ctypes
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import pairwise, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pypdfium2
from pdfplumber.table import TableFinder
from pypdfium2 import raw

from pipeline.contract import Box, Page, TextFrom
from pipeline.read.pdf import BULLET, DINGBATS, GRID_EDGES, Grid, Sheet, Word, clean, read_sheets

# Tops further apart than this are of two lines, in points (pdfplumber's `y_tolerance`).
LINE_GAP_PT: Final = 3.0
# Between two runs a gap of this share of the letter height parts two words: pdfium leaves out a run that is a space alone.
RUN_GAP: Final = 0.13
# An edge shorter than this is no rule of a table, in points (pdfplumber's `edge_min_length_prefilter`).
EDGE_PT: Final = 1.0
# A page of more shapes than this is a drawing, not a ruled table, and to follow them takes longer than to read the page.
SHAPES: Final = 3000
# Forms within forms are followed this deep; a loop of them has no end.
FORM_DEPTH: Final = 8
# Readers look for the end of the file in its last kilobyte (ISO 32000-1, implementation note 18).
END_WITHIN: Final = 1024
# pdfium's code for a hyphen at the end of a line, and what it writes for that, or for a character without a letter.
LINE_HYPHEN: Final = 0x2
NO_LETTER: Final = 0xFFFE
# Whether a code point is white space; none is beyond these.
LINE_END: Final = (0x0D, 0x0A)
SPACES: Final = np.array([chr(code).isspace() for code in range(0x3002)])

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Of a PDF: x becomes a x + c y + e, and y becomes b x + d y + f.
Matrix = tuple[float, ...]


def _bare(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of pdfium that takes addresses as numbers: to wrap them takes longer than the call."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ctypes.c_void_p).value or 0)


_int, _address = ctypes.c_int, ctypes.c_void_p
_char_box = _bare(raw.FPDFText_GetLooseCharBox, _int, _address, _int, _address)
_char_code = _bare(raw.FPDFText_GetUnicode, ctypes.c_uint, _address, _int)
_char_generated = _bare(raw.FPDFText_IsGenerated, _int, _address, _int)
_char_matrix = _bare(raw.FPDFText_GetMatrix, _int, _address, _int, _address)
_char_object = _bare(raw.FPDFText_GetTextObject, _address, _address, _int)
_text_font = _bare(raw.FPDFTextObj_GetFont, _address, _address)
_text_size = _bare(raw.FPDFTextObj_GetFontSize, _int, _address, _address)
_font_name = _bare(raw.FPDFFont_GetBaseFontName, ctypes.c_size_t, _address, _address, ctypes.c_size_t)
_font_descent = _bare(raw.FPDFFont_GetDescent, _int, _address, ctypes.c_float, _address)
_page_object = _bare(raw.FPDFPage_GetObject, _address, _address, _int)
_object_kind = _bare(raw.FPDFPageObj_GetType, _int, _address)
_object_matrix = _bare(raw.FPDFPageObj_GetMatrix, _int, _address, _address)
_form_count = _bare(raw.FPDFFormObj_CountObjects, _int, _address)
_form_object = _bare(raw.FPDFFormObj_GetObject, _address, _address, ctypes.c_ulong)
_path_count = _bare(raw.FPDFPath_CountSegments, _int, _address)
_path_segment = _bare(raw.FPDFPath_GetPathSegment, _address, _address, _int)
_segment_kind = _bare(raw.FPDFPathSegment_GetType, _int, _address)
_segment_closes = _bare(raw.FPDFPathSegment_GetClose, _int, _address)
_segment_point = _bare(raw.FPDFPathSegment_GetPoint, _int, _address, _address, _address)


@dataclass(frozen=True, slots=True)
class _Frame:
    """How a page is shown: `turn` takes its coordinates to points from the top left; outside of `shown` it is cropped."""

    number: int
    width_pt: float
    height_pt: float
    rotation: int
    turn: Matrix
    shown: tuple[float, float, float, float]

    def page(self, text_from: TextFrom, *flags: str) -> Page:
        """What describes the page."""
        return Page(self.number, self.width_pt, self.height_pt, self.rotation, text_from, flags)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Pieces of words, without white space and each of one run, an array for each property.

    `start` and `end` among the page's characters, `run`, the sides of its box as displayed, and whether white space stands
    `before` or `after` it.
    """

    start: Ints
    end: Ints
    run: Ints
    before: Flags
    after: Flags
    x0: Floats
    top: Floats
    x1: Floats
    bottom: Floats

    def at(self, chosen: Any) -> "_Pieces":
        """Those at the chosen places, in that order."""
        return _Pieces(*(getattr(self, field.name)[chosen] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class _Runs:
    """The runs of text that a page is drawn in (pdfium's text objects), an array for each property."""

    across: Flags
    top: Floats
    bottom: Floats
    size_pt: Floats
    fonts: Sequence[str]


class _Unfit(Exception):  # noqa: N818 (no error, but a page for pdfplumber)
    """A page that is better read by pdfplumber."""


@contextmanager
def opened(path: Path, *, password: str = "") -> Iterator[pypdfium2.PdfDocument]:
    """The PDF at `path`, as pdfium sees it. Raises PdfiumError if pdfium cannot open it, OSError if it cannot be read."""
    document = pypdfium2.PdfDocument(path, password=password or None)
    try:
        yield document
    finally:
        document.close()


@contextmanager
def page_of(document: pypdfium2.PdfDocument, index: int) -> Iterator[tuple[pypdfium2.PdfPage, pypdfium2.PdfTextPage]]:
    """A page of the document, counted from 0, and its text. Raises PdfiumError if its content cannot be followed."""
    page = document[index]
    try:
        text = page.get_textpage()
        try:
            yield page, text
        finally:
            text.close()
    finally:
        page.close()


def letters(text: pypdfium2.PdfTextPage) -> Ints:
    """The code point of each character of a page, in pdfium's order; 0 for what has no letter."""
    count = text.count_chars()
    buffer = (ctypes.c_ushort * (count + 1))()
    written = raw.FPDFText_GetText(text, 0, count, buffer) - 1
    codes = np.frombuffer(buffer, np.uint16)[:count].astype(np.int64)
    # The text leaves some characters out, and has two halves of one that lies beyond the first plane.
    if written != count or NO_LETTER in codes:
        codes = np.array(list(map(_char_code, repeat(_at(text), count), range(count))), np.int64)
        codes[codes == LINE_HYPHEN] = ord("-")
    return codes


def read_sheets_fast(path: Path, *, password: str = "") -> tuple[Sheet, ...]:
    """Every page of the PDF at `path`, in order, as `pdf.read_sheets` reads it; raises what that raises."""
    try:
        sheets = _sheets(path, password) if _is_whole(path) else []
    except (pypdfium2.PdfiumError, OSError) as error:
        log.info("%s is left to pdfplumber: %r", path.name, error)
        sheets = []
    if not sheets:
        return read_sheets(path, password=password)
    left = [number for number, sheet in enumerate(sheets, 1) if sheet is None]
    instead = {sheet.page.number: sheet for sheet in read_sheets(path, password=password, numbers=left)} if left else {}
    return tuple(sheet or instead[number] for number, sheet in enumerate(sheets, 1))


def _is_whole(path: Path) -> bool:
    """Whether the end of the file is there: pdfium makes do without, and would lose pages in silence."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_WITHIN))
        return b"%%EOF" in file.read()


def _sheets(path: Path, password: str) -> list[Sheet | None]:
    """The sheets of a file; None for a page that is left to pdfplumber."""
    with opened(path, password=password) as document:
        return [_sheet(document, index) for index in range(len(document))]


def _sheet(document: pypdfium2.PdfDocument, index: int) -> Sheet | None:
    try:
        with page_of(document, index) as (page, text):
            return _readable_sheet(page, text, _frame(page, index + 1))
    except (pypdfium2.PdfiumError, _Unfit) as error:
        log.info("page %d is left to pdfplumber: %r", index + 1, error)
        return None


def _readable_sheet(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, frame: _Frame) -> Sheet:
    words = _words(text, frame)
    objects = list(_objects(page))
    if words:
        return Sheet(frame.page(TextFrom.PDF), tuple(words), tuple(_grids(objects, frame.turn)))
    images = any(kind == raw.FPDF_PAGEOBJ_IMAGE for _, kind, _ in objects)
    return Sheet(frame.page(TextFrom.NONE, "image_only" if images else "no_text"), (), ())


def _at(thing: Any) -> int:
    """The address of one of pdfium's things."""
    return ctypes.cast(thing.raw, ctypes.c_void_p).value or 0


def _frame(page: pypdfium2.PdfPage, number: int) -> _Frame:
    """The frame of a page, in pdfplumber's coordinates. Raises _Unfit if its media box cannot be told from its crop box."""
    shown, media = page.get_bbox(), page.get_mediabox(fallback_ok=False)
    if media is None and (shown[:2] != (0.0, 0.0) or page.get_cropbox(fallback_ok=False)):
        raise _Unfit("its media box is inherited")
    (x0, x1), (y0, y1) = (sorted((media or shown)[start::2]) for start in (0, 1))
    rotation = page.get_rotation()
    turn: Matrix = {
        0: (1, 0, 0, -1, 0, y1 - y0),
        90: (0, 1, 1, 0, 0, -2 * x0),
        180: (-1, 0, 0, 1, x0 + x1, -2 * y0),
        270: (0, -1, -1, 0, y0 + y1, x1 - x0),
    }[rotation]
    size = (y1 - y0, x1 - x0) if rotation in (90, 270) else (x1 - x0, y1 - y0)
    return _Frame(number, *size, rotation, turn, tuple(_turned(np.array([shown]), turn)[0].tolist()))


def _turned(boxes: Floats, turn: Matrix) -> Floats:
    """Boxes (left, one end of y, right, the other) on a page as (x0, top, x1, bottom) as displayed; shape (n, 4)."""
    a, b, c, d, e, f = turn
    x = boxes[:, [0, 2]] * a + boxes[:, [1, 3]] * c + e
    y = boxes[:, [0, 2]] * b + boxes[:, [1, 3]] * d + f
    return np.stack([np.minimum(x[:, 0], x[:, 1]), y.min(1), np.maximum(x[:, 0], x[:, 1]), y.max(1)], axis=1)


def _words(text: pypdfium2.PdfTextPage, frame: _Frame) -> list[Word]:
    """The words of a page, in no order. Raises _Unfit if its text does not run across it."""
    codes = letters(text)
    pieces, runs = _pieces(codes, _at(text), frame.turn)
    pieces = pieces.at(_within(pieces, frame.shown))
    pieces = pieces.at(_distinct(pieces, codes))
    across, size = runs.across[pieces.run], pieces.end - pieces.start
    if 2 * size[across].sum() < size.sum():
        raise _Unfit("its text does not run across it")
    return list(_words_of(codes, pieces.at(across), runs, frame.number))


def _pieces(codes: Ints, at: int, turn: Matrix) -> tuple[_Pieces, _Runs]:
    """The pieces of words of the text page at this address, in pdfium's order, and the runs that they are of."""
    space = SPACES[np.minimum(codes, len(SPACES) - 1)]
    start, end, objects = _cut(space, at)
    found, first, run = np.unique(objects, return_index=True, return_inverse=True)
    runs = _runs(found.tolist(), at, start[first].tolist(), turn)
    left, right = (_turned(_filled(_char_box, 4, at, places.tolist()), turn) for places in (start, end - 1))
    before = _spaces_before(codes, space, at, start, end)
    after = np.r_[before[1:], True][: len(start)]
    x0, x1 = np.minimum(left[:, 0], right[:, 0]), np.maximum(left[:, 2], right[:, 2])
    return _Pieces(start, end, run, before, after, x0, runs.top[run], x1, runs.bottom[run]), runs


def _cut(space: Flags, at: int) -> tuple[Ints, Ints, Ints]:
    """Where each piece of a word starts and ends, and the address of its text object: pdfium is asked for the words' ends."""
    around = np.r_[True, space, True]
    turns = np.flatnonzero(around[1:] != around[:-1])
    start, end = turns[::2], turns[1::2]
    first, last = _text_objects(at, start), _text_objects(at, end - 1)
    objects = np.zeros(len(space), np.int64)
    objects[start] = first
    mixed = np.zeros(len(space), bool)
    mixed[~space] = np.repeat(first != last, end - start)
    within = np.flatnonzero(mixed)
    objects[within] = _text_objects(at, within)
    begins = mixed & (objects != np.r_[0, objects[:-1]])
    begins[start] = True
    begins &= objects != 0
    starts = np.flatnonzero(begins)
    ends = np.minimum(np.r_[starts[1:], len(space)], end[np.searchsorted(start, starts, "right") - 1])
    return starts, ends, objects[starts]


def _text_objects(at: int, places: Ints) -> Ints:
    """The addresses of the text objects of the characters at these places, 0 where there is none."""
    return np.array([address or 0 for address in map(_char_object, repeat(at), places.tolist())], np.int64)


def _spaces_before(codes: Ints, space: Flags, at: int, start: Ints, end: Ints) -> Flags:
    """Whether white space of the document stands before each piece; where pdfium finds a gap, it makes up some."""
    places = np.flatnonzero(space & (codes != LINE_END[0]) & (codes != LINE_END[1]))
    made_up = np.array([*map(_char_generated, repeat(at), places.tolist())], bool)
    real = places[~made_up]
    return np.asarray(np.searchsorted(real, start) > np.searchsorted(real, np.r_[0, end[:-1]][: len(start)]))


def _within(pieces: _Pieces, frame: tuple[float, float, float, float]) -> Flags:
    """Which pieces have their middle in the part of the page that is shown."""
    x, y = (pieces.x0 + pieces.x1) / 2, (pieces.top + pieces.bottom) / 2
    return np.asarray((frame[0] <= x) & (x <= frame[2]) & (frame[1] <= y) & (y <= frame[3]))


def _distinct(pieces: _Pieces, codes: Ints) -> Flags:
    """Which pieces are not drawn a second time where they stand."""
    text = codes[pieces.start] + 31 * codes[pieces.end - 1] + 997 * (pieces.end - pieces.start)
    first = np.ones(len(text), bool)
    # Two grids, half a point apart: what is that near shares a cell of one of them.
    for shift in (0.0, 0.5):
        x, y = np.rint(pieces.x0 + shift).astype(np.int64), np.rint(pieces.top + shift).astype(np.int64)
        places = (text << 40) + (x << 20) + y
        again = np.ones(len(text), bool)
        again[np.unique(places, return_index=True)[1]] = False
        first &= ~again
    return first


def _runs(objects: Sequence[int], at: int, first: Sequence[int], turn: Matrix) -> _Runs:
    """The runs of these text objects, of each of which the first character is known."""
    a, b, c, d, e, f = _filled(_char_matrix, 6, at, first).T
    fonts = _fonts(objects)
    size = np.abs(_sizes(objects))
    ta, tb, tc, td, _, tf = turn
    # The text's two directions, as displayed: x to the right, y up.
    right, up = (a * ta + b * tc, c * ta + d * tc), (-a * tb - b * td, -c * tb - d * td)
    height = np.abs(up[1]) * size
    bottom = e * tb + f * td + tf - height * np.array([descent for _, descent in fonts])
    across = (right[0] * up[1] > 0) & (up[0] * right[1] <= 0) & (right[0] >= 0)
    return _Runs(across, bottom - height, bottom, height, [name for name, _ in fonts])


def _fonts(objects: Sequence[int]) -> list[tuple[str, float]]:
    """The font of each text object: its name in lower case, and how far it reaches below the line, as a share of its size."""
    fonts = [font or 0 for font in map(_text_font, objects)]
    known = {font: _font(font) for font in set(fonts)}
    return [known[font] for font in fonts]


def _font(font: int) -> tuple[str, float]:
    name, descent = ctypes.create_string_buffer(256), ctypes.c_float()
    _font_name(font, ctypes.addressof(name), len(name))
    _font_descent(font, 1.0, ctypes.addressof(descent))
    return name.value.decode("latin-1").lower(), descent.value


def _sizes(objects: Sequence[int]) -> Floats:
    """The size of print of each text object, before its matrix."""
    sizes = np.empty(len(objects), np.float32)
    start = sizes.ctypes.data
    deque(map(_text_size, objects, range(start, start + 4 * len(objects), 4)), maxlen=0)
    return sizes.astype(np.float64)


def _filled(function: Callable[..., Any], width: int, at: int, places: Sequence[int]) -> Floats:
    """What a function of a text page writes for the characters at these places; shape (n, width)."""
    buffer = np.empty((len(places), width), np.float32)
    start, step = buffer.ctypes.data, 4 * width
    deque(map(function, repeat(at), places, range(start, start + step * len(places), step)), maxlen=0)
    return buffer.astype(np.float64)


def _words_of(codes: Ints, pieces: _Pieces, runs: _Runs, page_number: int) -> Iterator[Word]:
    """The words that pieces make: those of a line, from left to right, up to a space or a gap."""
    if not len(pieces.start):
        return
    lines = _lines(runs.top)[pieces.run]
    if not _in_order(lines, pieces.x0):
        order = np.lexsort((pieces.x0, lines))
        pieces, lines = pieces.at(order), lines[order]
    gap = pieces.x0[1:] - pieces.x1[:-1] > RUN_GAP * runs.size_pt[pieces.run[:-1]]
    apart = gap | pieces.after[:-1] | pieces.before[1:] | (lines[1:] != lines[:-1])
    apart |= np.abs(np.diff(pieces.top)) > LINE_GAP_PT
    yield from _placed(codes, pieces, runs, np.flatnonzero(np.r_[True, apart]), page_number)


def _lines(tops: Floats) -> Ints:
    """The number of the line that each top is of, from above: tops that follow each other closely are of one."""
    found, of = np.unique(tops, return_inverse=True)
    return np.cumsum(np.r_[0, np.diff(found) > LINE_GAP_PT])[of]


def _in_order(lines: Ints, x0: Floats) -> bool:
    """Whether characters stand line by line and from left to right."""
    down = lines[1:] - lines[:-1]
    return bool(((down > 0) | ((down == 0) & (x0[1:] >= x0[:-1]))).all())


def _placed(codes: Ints, pieces: _Pieces, runs: _Runs, starts: Ints, page_number: int) -> Iterator[Word]:
    """The words that begin with the pieces at `starts`."""
    sides = (
        np.minimum.reduceat(pieces.x0, starts),
        np.minimum.reduceat(pieces.top, starts),
        np.maximum.reduceat(pieces.x1, starts),
        np.maximum.reduceat(pieces.bottom, starts),
    )
    places = np.round(np.stack(sides, axis=1), 2).tolist()
    text = codes.astype("<u4").tobytes().decode("utf-32-le", "replace")
    parts = [text[start:end] for start, end in zip(pieces.start.tolist(), pieces.end.tolist(), strict=True)]
    bold = ["bold" in font for font in runs.fonts]
    dingbats = [any(name in font for name in DINGBATS) for font in runs.fonts]
    sizes, run, at = runs.size_pt.tolist(), pieces.run[starts].tolist(), [*starts.tolist(), len(parts)]
    # Words of one line share their height: kept once, it is a tenth of a page's memory.
    once: dict[float, float] = {}
    for start, end, first, (x0, y0, x1, y1) in zip(at, at[1:], run, places, strict=False):
        top, bottom = once.setdefault(y0, y0), once.setdefault(y1, y1)
        word = parts[start] if end - start == 1 else "".join(parts[start:end])
        if shown := BULLET if len(word) == 1 and dingbats[first] else clean(word):
            yield Word(shown, x0, top, x1, bottom, sizes[first], bold[first], Box(page_number, x0, top, x1, bottom))


def _objects(page: pypdfium2.PdfPage) -> Iterator[tuple[int, int, Matrix]]:
    """The objects drawn on a page, those within forms too: the address, the kind, the matrix of the forms around it."""
    at = _at(page)
    addresses = [_page_object(at, index) for index in range(raw.FPDFPage_CountObjects(page))]
    yield from _unfolded(addresses, (1, 0, 0, 1, 0, 0), FORM_DEPTH)


def _unfolded(addresses: Sequence[int], matrix: Matrix, depth: int) -> Iterator[tuple[int, int, Matrix]]:
    for address, kind in zip(addresses, map(_object_kind, addresses), strict=True):
        if kind == raw.FPDF_PAGEOBJ_FORM and depth:
            within = [_form_object(address, index) for index in range(_form_count(address))]
            yield from _unfolded(within, _product(_matrix(address), matrix), depth - 1)
        else:
            yield address, kind, matrix


def _matrix(address: int) -> Matrix:
    """The matrix of a page object."""
    matrix = (ctypes.c_float * 6)()
    _object_matrix(address, ctypes.addressof(matrix))
    return tuple(matrix)


def _product(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does what the first does, then what the other does."""
    a, b, c, d, e, f = first
    ta, tb, tc, td, te, tf = then
    return (
        a * ta + b * tc, a * tb + b * td, c * ta + d * tc, c * tb + d * td, e * ta + f * tc + te, e * tb + f * td + tf
    )  # fmt: skip


def _grids(objects: Sequence[tuple[int, int, Matrix]], turn: Matrix) -> Iterator[Grid]:
    """The grids that the lines and rectangles of a page rule, by pdfplumber's table finder."""
    shapes = [(address, matrix) for address, kind, matrix in objects if kind == raw.FPDF_PAGEOBJ_PATH]
    if len(shapes) > SHAPES:
        return
    edges = [edge for address, matrix in shapes for edge in _edges(address, _product(_product(_matrix(address), matrix), turn))]
    if len(edges) < GRID_EDGES:
        return
    page: Any = SimpleNamespace(edges=edges)
    for table in TableFinder(page).tables:
        yield Grid(tuple(tuple(row.cells) for row in table.rows))


def _edges(path: int, matrix: Matrix) -> Iterator[dict[str, Any]]:
    """The level and upright edges of a path, as displayed, in pdfplumber's form."""
    for points in _strokes(path):
        x = [px * matrix[0] + py * matrix[2] + matrix[4] for px, py in points]
        y = [px * matrix[1] + py * matrix[3] + matrix[5] for px, py in points]
        for (x0, y0), (x1, y1) in pairwise(zip(x, y, strict=True)):
            level = abs(y0 - y1) < 0.01
            if (level or abs(x0 - x1) < 0.01) and max(abs(x0 - x1), abs(y0 - y1)) >= EDGE_PT:
                yield _edge(x0, y0, x1, y1, "h" if level else "v")


def _edge(x0: float, y0: float, x1: float, y1: float, orientation: str) -> dict[str, Any]:
    left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    return {
        "object_type": "line_edge",
        "x0": left,
        "x1": right,
        "top": top,
        "bottom": bottom,
        "width": right - left,
        "height": bottom - top,
        "orientation": orientation,
    }


def _strokes(path: int) -> Iterator[list[tuple[float, float]]]:
    """The points that each stroke of a path joins; a closed one ends where it began."""
    stroke: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(_path_count(path)):
        segment = _path_segment(path, index)
        _segment_point(segment, ctypes.addressof(x), ctypes.addressof(y))
        if _segment_kind(segment) == raw.FPDF_SEGMENT_MOVETO:
            yield stroke
            stroke = []
        stroke.append((x.value, y.value))
        if _segment_closes(segment) and stroke[0] != stroke[-1]:
            stroke.append(stroke[0])
    yield stroke
