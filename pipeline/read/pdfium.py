"""What pdfium finds on a page, at a tenth of pdfplumber's cost: the same words, boxes and grids.

pdfium says where each character stands; what makes words of characters and grids of lines are pdfplumber's rules.
Distances are PDF points from the page's top left, as displayed.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from itertools import islice, pairwise, repeat
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pypdfium2
from pdfplumber.table import TableFinder
from pypdfium2 import raw

from pipeline.contract import Box, Page, TextFrom
from pipeline.read.forms import know_fields
from pipeline.read.native import (
    ADDRESS,
    INT,
    Drawn,
    Flags,
    Floats,
    Ints,
    Matrix,
    address_of,
    bare,
    filled,
    matrix_of,
    product,
    turned,
)
from pipeline.read.pdf import BULLET, DINGBATS, GRID_EDGES, Grid, Word, clean

# Tops further apart than this are of two lines, in points (pdfplumber's `y_tolerance`).
LINE_GAP_PT: Final = 3.0
# Between two runs a gap of this share of the letter height parts two words: pdfium leaves out a run that is a space alone.
RUN_GAP: Final = 0.13
# An edge shorter than this is no rule of a table, in points (pdfplumber's `edge_min_length_prefilter`).
EDGE_PT: Final = 1.0
# A page of more shapes than this is a drawing, not a ruled table, and to follow them takes longer than to read the page.
SHAPES: Final = 10_000
# Nor is one of more edges, or whose edges cross more often: finding its tables would take minutes.
EDGES: Final = 20_000
CROSSINGS: Final = 25_000
# The page that pdfium shows where a file gives no size (left, bottom, right, top), in points.
LETTER: Final = (0.0, 0.0, 612.0, 792.0)
# The code of a character that no one sees.
HIDDEN: Final = -1
# pdfium's code for a hyphen at the end of a line, and what it writes for that, or for a character without a letter.
LINE_HYPHEN: Final = 0x2
NO_LETTER: Final = 0xFFFE
# Whether a code point is white space; none is beyond these.
LINE_END: Final = (0x0D, 0x0A)
SPACES: Final = np.array([chr(code).isspace() for code in range(0x3002)])

_char_box = bare(raw.FPDFText_GetLooseCharBox, INT, ADDRESS, INT, ADDRESS)
_char_code = bare(raw.FPDFText_GetUnicode, ctypes.c_uint, ADDRESS, INT)
_char_generated = bare(raw.FPDFText_IsGenerated, INT, ADDRESS, INT)
_char_matrix = bare(raw.FPDFText_GetMatrix, INT, ADDRESS, INT, ADDRESS)
_char_object = bare(raw.FPDFText_GetTextObject, ADDRESS, ADDRESS, INT)
_text_font = bare(raw.FPDFTextObj_GetFont, ADDRESS, ADDRESS)
_text_size = bare(raw.FPDFTextObj_GetFontSize, INT, ADDRESS, ADDRESS)
_font_name = bare(raw.FPDFFont_GetBaseFontName, ctypes.c_size_t, ADDRESS, ADDRESS, ctypes.c_size_t)
_font_descent = bare(raw.FPDFFont_GetDescent, INT, ADDRESS, ctypes.c_float, ADDRESS)
_path_count = bare(raw.FPDFPath_CountSegments, INT, ADDRESS)
_path_segment = bare(raw.FPDFPath_GetPathSegment, ADDRESS, ADDRESS, INT)
_segment_kind = bare(raw.FPDFPathSegment_GetType, INT, ADDRESS)
_segment_closes = bare(raw.FPDFPathSegment_GetClose, INT, ADDRESS)
_segment_point = bare(raw.FPDFPathSegment_GetPoint, INT, ADDRESS, ADDRESS, ADDRESS)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page is shown: `turn` takes its coordinates to points from the top left; outside of `shown` it is cropped.

    `unfit` says why that is not sure.
    """

    number: int
    width_pt: float
    height_pt: float
    rotation: int
    turn: Matrix
    shown: tuple[float, float, float, float]
    unfit: str = ""

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


class Unfit(Exception):  # noqa: N818 (no error, but a page for pdfplumber)
    """A page that is better read by pdfplumber."""


@contextmanager
def opened(data: bytes, *, password: str = "") -> Iterator[pypdfium2.PdfDocument]:
    """The PDF of these bytes, as pdfium sees it, its forms too. Raises PdfiumError if pdfium cannot open it."""
    document = pypdfium2.PdfDocument(data, password=password or None)
    try:
        know_fields(document)
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
        codes = np.array(list(map(_char_code, repeat(address_of(text), count), range(count))), np.int64)
        codes[codes == LINE_HYPHEN] = ord("-")
    return codes


def frame_of(page: pypdfium2.PdfPage, number: int) -> Frame:
    """The frame of a page, in pdfplumber's coordinates, as far as its media box can be told from its crop box."""
    shown, media = page.get_bbox(), page.get_mediabox(fallback_ok=False)
    inherited = media is None and (shown[:2] != (0.0, 0.0) or page.get_cropbox(fallback_ok=False))
    # A box of no size is none; pdfium shows the page as letter paper then.
    media = next((box for box in (media, shown) if box and box[0] != box[2] and box[1] != box[3]), LETTER)
    shown = media if shown[0] == shown[2] or shown[1] == shown[3] else shown
    (x0, x1), (y0, y1) = (sorted(media[start::2]) for start in (0, 1))
    rotation = page.get_rotation()
    turn: Matrix = {
        0: (1, 0, 0, -1, 0, y1 - y0),
        90: (0, 1, 1, 0, 0, -2 * x0),
        180: (-1, 0, 0, 1, x0 + x1, -2 * y0),
        270: (0, -1, -1, 0, y0 + y1, x1 - x0),
    }[rotation]
    size = (y1 - y0, x1 - x0) if rotation in (90, 270) else (x1 - x0, y1 - y0)
    within = tuple(turned(np.array([shown]), turn)[0].tolist())
    return Frame(number, *size, rotation, turn, within, "its media box is inherited" if inherited else "")


def words_of(text: pypdfium2.PdfTextPage, codes: Ints, frame: Frame, *, any_way: bool = False) -> list[Word]:
    """The words that these characters make on a page, in no order.

    Raises Unfit if they do not run across it, unless they may run any way: in pieces then.
    """
    pieces, runs = _pieces(codes, address_of(text), frame.turn)
    pieces = pieces.at(_within(pieces, frame.shown))
    pieces = pieces.at(_distinct(pieces, codes))
    across, size = runs.across[pieces.run] | any_way, pieces.end - pieces.start
    if 2 * size[across].sum() < size.sum():
        raise Unfit("its text does not run across it")
    return list(_words_of(codes, pieces.at(across), runs, frame.number))


def _pieces(codes: Ints, at: int, turn: Matrix) -> tuple[_Pieces, _Runs]:
    """The pieces of words of the text page at this address, in pdfium's order, and the runs that they are of."""
    space = SPACES[np.minimum(codes, len(SPACES) - 1)] | (codes == HIDDEN)
    start, end, objects = _cut(space, at)
    found, first, run = np.unique(objects, return_index=True, return_inverse=True)
    runs = _runs(found.tolist(), at, start[first].tolist(), turn)
    left, right = (turned(_filled(_char_box, 4, at, places.tolist()), turn) for places in (start, end - 1))
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
    places = np.flatnonzero(space & (codes != LINE_END[0]) & (codes != LINE_END[1]) & (codes != HIDDEN))
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
    return filled(_text_size, 1, objects)[:, 0]


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


def grids_of(drawn: Sequence[Drawn], turn: Matrix) -> tuple[Grid, ...] | None:
    """The grids that the lines and rectangles of a page rule, by pdfplumber's table finder; None if those are too many."""
    shapes = [one for one in drawn if one.kind == raw.FPDF_PAGEOBJ_PATH]
    if len(shapes) > SHAPES:
        return None
    edges: list[dict[str, Any]] = []
    for one in shapes:
        edges += islice(_edges(one.at, product(product(matrix_of(one.at), one.matrix), turn)), EDGES + 1)
        if len(edges) > EDGES:
            return None
    if len(edges) < GRID_EDGES:
        return ()
    if _crossings(edges) > CROSSINGS:
        return None
    page: Any = SimpleNamespace(edges=edges)
    return tuple(Grid(tuple(tuple(row.cells) for row in table.rows)) for table in TableFinder(page).tables)


def _crossings(edges: Sequence[dict[str, Any]]) -> int:
    """How often level and upright edges can cross at most, those at one place taken as one."""
    level = {round(edge["top"]) for edge in edges if edge["orientation"] == "h"}
    upright = {round(edge["x0"]) for edge in edges if edge["orientation"] == "v"}
    return len(level) * len(upright)


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
