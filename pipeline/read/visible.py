"""Which of a page's characters someone who looks at the page sees.

Every text object of a page is asked for a few cheap signs: how it is painted, in what colour, where, in which layer,
over and under which pictures and filled shapes. Most pages end there. What the signs leave in doubt is settled by
drawing that part of the page with and without it: text that changes nothing is not seen. Invisible words over a
scanned page are another matter: they say what the picture shows (a "searchable scan"), and where it shows anything they
are the page's text.
"""

import ctypes
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import hypot, inf
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw

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

# Paint of so little opacity (of 255), or so near to what it lies on in each of red, green and blue, is not seen.
FAINT: Final = 8
ALIKE: Final = 12
# A character is drawn if it changes some point of the page by this much (of 255).
CONTRAST: Final = 12
# A picture shows something where its points differ by this much (of 255).
INKED: Final = 32
# Text smaller than this is a dot, in points.
LEAST_SIZE_PT: Final = 0.5
# A rule is thinner than this; what is thicker can hide text or lie under it, in points.
PLATE_PT: Final = 2.5
# Pictures that cover this share of a page make it a scan.
SCAN_SHARE: Final = 0.5
# How finely a page is drawn, in pixels a point, and with how many pixels at most.
SCALE: Final = 1.5
PIXELS: Final = 4_000_000
# PDF readers need not go beyond this size (ISO 32000-1, annex C.2), and single precision cannot.
LARGEST_PT: Final = 14_400.0
# Boxes are compared so many at once.
AT_ONCE: Final = 1_000_000
# Text that is drawn twice stands within this of its twin, in points.
TWIN_PT: Final = 1.0
# The last code point; pdfium may tell of greater ones.
LAST_CODE: Final = 0x10FFFF
# Text of which a clip leaves less than this share is cut off.
CUT_SHARE: Final = 0.2
# Text goes as a whole where more than this share of it is not seen.
HALF: Final = 0.5
# Text rendering modes (ISO 32000-1, table 106) that fill, that stroke, and that paint nothing.
FILLS: Final = (0, 2, 4, 6)
STROKES: Final = (1, 2, 5, 6)
# A clip that is a box has its four corners and perhaps the first again.
BOX_SEGMENTS: Final = (4, 5)
LAYER_MARK: Final = "OC\0".encode("utf-16-le")
WHITE: Final = 255
PICTURES: Final = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING)
EVERYWHERE: Final = (-inf, -inf, inf, inf)
IDENTITY: Final = (1, 0, 0, 1, 0, 0)

Pixels = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]
Box = tuple[float, float, float, float]

_mode = bare(raw.FPDFTextObj_GetTextRenderMode, INT, ADDRESS)
_font_size = bare(raw.FPDFTextObj_GetFontSize, INT, ADDRESS, ADDRESS)
_fill = bare(raw.FPDFPageObj_GetFillColor, INT, *[ADDRESS] * 5)
_stroke = bare(raw.FPDFPageObj_GetStrokeColor, INT, *[ADDRESS] * 5)
_bounds = bare(raw.FPDFPageObj_GetBounds, INT, *[ADDRESS] * 5)
_is_transparent = bare(raw.FPDFPageObj_HasTransparency, INT, ADDRESS)
_mark_count = bare(raw.FPDFPageObj_CountMarks, INT, ADDRESS)
_mark = bare(raw.FPDFPageObj_GetMark, ADDRESS, ADDRESS, ctypes.c_ulong)
_mark_name = bare(raw.FPDFPageObjMark_GetName, INT, ADDRESS, ADDRESS, ctypes.c_ulong, ADDRESS)
_draw_mode = bare(raw.FPDFPath_GetDrawMode, INT, ADDRESS, ADDRESS, ADDRESS)
_clip = bare(raw.FPDFPageObj_GetClipPath, ADDRESS, ADDRESS)
_clip_paths = bare(raw.FPDFClipPath_CountPaths, INT, ADDRESS)
_clip_segments = bare(raw.FPDFClipPath_CountPathSegments, INT, ADDRESS, INT)
_clip_segment = bare(raw.FPDFClipPath_GetPathSegment, ADDRESS, ADDRESS, INT, INT)
_point = bare(raw.FPDFPathSegment_GetPoint, INT, ADDRESS, ADDRESS, ADDRESS)
_activate = bare(raw.FPDFPageObj_SetIsActive, INT, ADDRESS, INT)
_char_object = bare(raw.FPDFText_GetTextObject, ADDRESS, ADDRESS, INT)
_char_code = bare(raw.FPDFText_GetUnicode, ctypes.c_uint, ADDRESS, INT)
_char_box = bare(raw.FPDFText_GetCharBox, INT, ADDRESS, INT, *[ADDRESS] * 4)


@dataclass(frozen=True, slots=True)
class Sight:
    """Of a page's characters, as pdfium counts them: those that no one sees, and those of the layer over a scan."""

    hidden: Flags
    layer: Flags


@dataclass(frozen=True, slots=True)
class _Things:
    """Page objects of one sort: what they are, their place in the order of drawing, and box and paint of each.

    Boxes are (left, bottom, right, top) in the page's coordinates. Paint is red, green, blue and opacity, 0 to 255;
    `opaque` says what nothing shines through.
    """

    drawn: Sequence[Drawn]
    order: Floats
    box: Floats
    paint: Floats
    opaque: Flags

    @property
    def at(self) -> list[int]:
        """Their addresses."""
        return [one.at for one in self.drawn]


NOTHING: Final = _Things((), np.zeros(0), np.zeros((0, 4)), np.zeros((0, 4)), np.zeros(0, bool))


def look(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, drawn: Sequence[Drawn]) -> Sight | None:
    """What is seen of the text of a page that is drawn with these things; None if all of it is, as on nearly every page."""
    texts = _things(drawn, lambda one: one.kind == raw.FPDF_PAGEOBJ_TEXT, _text_paint)
    if not texts.drawn:
        return None
    plates = _plates(drawn)
    pictures = _things(drawn, lambda one: one.kind in PICTURES, _fills)
    unpainted = texts.paint[:, 3] <= FAINT
    cut_off, clipped = _clipped(texts)
    gone = unpainted | cut_off | _outside(texts.box, page.get_bbox()) | _dots(texts) | _blank(texts, plates, pictures)
    doubtful, clipped = ~gone & _doubtful(texts, plates, pictures), ~gone & clipped
    if not (gone.any() or doubtful.any() or clipped.any() or _leaves(page, texts.box)):
        return None
    return _settled(page, text, texts, pictures, _Signs(unpainted, gone, doubtful, clipped))


def _things(drawn: Sequence[Drawn], chosen: Callable[[Drawn], bool], paint: Callable[[Sequence[int]], Floats]) -> _Things:
    order = [number for number, one in enumerate(drawn) if chosen(one)]
    if not order:
        return NOTHING
    found = [drawn[number] for number in order]
    at = [one.at for one in found]
    opaque = np.array([not _is_transparent(one) for one in at], bool)
    return _Things(found, np.array(order, float), _boxes(found), paint(at), opaque)


def _boxes(drawn: Sequence[Drawn]) -> Floats:
    """Their boxes in the page's coordinates: what stands in a form is turned as the form is."""
    boxes = _written(_bounds, [one.at for one in drawn], ctypes.c_float).astype(np.float64)
    matrices = {one.matrix for one in drawn}
    if len(matrices) == 1:
        return turned(boxes, drawn[0].matrix) if drawn[0].forms else boxes
    for matrix in matrices:
        within = [one.matrix == matrix for one in drawn]
        boxes[within] = turned(boxes[within], matrix)
    return boxes


def _written(function: Callable[..., Any], at: Sequence[int], kind: Any) -> npt.NDArray[Any]:
    """The four numbers that a function writes for each address, zeros where it writes none; shape (n, 4)."""
    buffer = (kind * (4 * len(at)))()
    start, size = ctypes.addressof(buffer), ctypes.sizeof(kind)
    places = [range(start + part * size, start + 4 * size * len(at), 4 * size) for part in range(4)]
    for _ in map(function, at, *places):
        pass
    return np.ctypeslib.as_array(buffer).reshape(-1, 4)


def _fills(at: Sequence[int]) -> Floats:
    return _written(_fill, at, ctypes.c_uint).astype(np.float64)


def _text_paint(at: Sequence[int]) -> Floats:
    """The paint of text: of its outlines if nothing else is painted, of no opacity if nothing is."""
    paint = _fills(at)
    for index, mode in enumerate(map(_mode, at)):
        if mode in FILLS:
            continue
        paint[index] = _written(_stroke, at[index : index + 1], ctypes.c_uint)[0] if mode in STROKES else 0
    return paint


def _plates(drawn: Sequence[Drawn]) -> _Things:
    """The filled shapes that are more than rules."""
    found = _things(drawn, lambda one: one.kind == raw.FPDF_PAGEOBJ_PATH and _is_filled(one.at), _fills)
    thick = np.minimum(found.box[:, 2] - found.box[:, 0], found.box[:, 3] - found.box[:, 1]) > PLATE_PT
    kept = [one for one, is_thick in zip(found.drawn, thick, strict=True) if is_thick]
    return _Things(kept, found.order[thick], found.box[thick], found.paint[thick], found.opaque[thick])


def _is_filled(at: int) -> bool:
    modes = (ctypes.c_int * 2)()
    _draw_mode(at, ctypes.addressof(modes), ctypes.addressof(modes) + ctypes.sizeof(ctypes.c_int))
    return bool(modes[0])


def _outside(boxes: Floats, shown: tuple[float, float, float, float]) -> Flags:
    """Which boxes lie beside the part of the page that is shown (nothing does if that part is none)."""
    if shown[0] >= shown[2] or shown[1] >= shown[3]:
        return np.zeros(len(boxes), bool)
    left, bottom, right, top = shown
    return np.asarray((boxes[:, 2] <= left) | (boxes[:, 0] >= right) | (boxes[:, 3] <= bottom) | (boxes[:, 1] >= top))


def _leaves(page: pypdfium2.PdfPage, boxes: Floats) -> bool:
    """Whether a text reaches over the edge of what is shown of the page."""
    left, bottom, right, top = page.get_bbox()
    over = (boxes < (left, bottom, left, bottom)) | (boxes > (right, top, right, top))
    return left < right and bottom < top and bool(over.any())


def _middles(boxes: Floats) -> Floats:
    """The middle of each box, as a box of no size."""
    return np.asarray(np.tile((boxes[:, :2] + boxes[:, 2:]) / 2, 2))


def _dots(texts: _Things) -> Flags:
    """Which texts are too small to be seen: by their font's size, as the box of a full stop is small too."""
    height = texts.box[:, 3] - texts.box[:, 1]
    # Spaces alone have a box of no size.
    small = (height > 0) & (height < LEAST_SIZE_PT)
    for index in np.flatnonzero(small).tolist():
        one = texts.drawn[index]
        matrix = product(matrix_of(one.at), one.matrix)
        small[index] = abs(filled(_font_size, 1, [one.at])[0, 0]) * hypot(*matrix[2:4]) < LEAST_SIZE_PT
    return small


def _pale(texts: _Things) -> Flags:
    return np.asarray((texts.paint[:, :3] >= WHITE - ALIKE).all(axis=1))


def _blank(texts: _Things, plates: _Things, pictures: _Things) -> Flags:
    """Which texts are white and lie on nothing."""
    pale = _pale(texts)
    return pale & ~_meet(texts, plates) & ~_meet(texts, pictures) if pale.any() else pale


def _meet(texts: _Things, others: _Things, hides: Callable[[slice, Ints], Flags] | None = None) -> Flags:
    """Which texts share some of their area with one of the others (that hides them: a row for each of a slice of texts)."""
    met = np.zeros(len(texts.drawn), bool)
    # In parts, as a page may be drawn with very many things.
    step = AT_ONCE // len(others.drawn) + 1 if others.drawn else 1
    for part in [slice(start, start + step) for start in range(0, len(met) if others.drawn else 0, step)]:
        a, b = texts.box[part, None, :], others.box[None, :, :]
        across = np.maximum(a[..., 0], b[..., 0]) < np.minimum(a[..., 2], b[..., 2])
        both = across & (np.maximum(a[..., 1], b[..., 1]) < np.minimum(a[..., 3], b[..., 3]))
        # Few of the others meet any text: whether they hide it is asked of those alone.
        near = np.flatnonzero(both.any(axis=0))
        met[part] = (both[:, near] & hides(part, near) if hides else both[:, near]).any(axis=1)
    return met


def _doubtful(texts: _Things, plates: _Things, pictures: _Things) -> Flags:
    """Which texts may be hidden by what they lie under, on, or in."""
    doubtful = ~texts.opaque | _layered(texts) | _pale(texts)
    return doubtful | _meet(texts, pictures) | _meet(texts, plates, lambda part, near: _hides(texts, plates, part, near))


def _hides(texts: _Things, plates: _Things, part: slice, near: Ints) -> Flags:
    """Which filled shapes hide which texts where they meet: opaque ones drawn later, and earlier ones of the text's colour."""
    later = plates.order[None, near] > texts.order[part, None]
    alike = (np.abs(plates.paint[None, near, :3] - texts.paint[part, None, :3]) <= ALIKE).all(axis=2)
    return np.where(later, plates.opaque[None, near], alike)


def _layered(texts: _Things) -> Flags:
    """Which texts belong to a layer that can be turned off."""
    return np.array([any(map(_is_layer, repeat(at), range(_mark_count(at)))) for at in texts.at], bool)


def _is_layer(at: int, index: int) -> bool:
    name, length = ctypes.create_string_buffer(len(LAYER_MARK)), ctypes.c_ulong()
    _mark_name(_mark(at, index), ctypes.addressof(name), len(name), ctypes.addressof(length))
    return length.value == len(LAYER_MARK) and name.raw == LAYER_MARK


def _clipped(texts: _Things) -> tuple[Flags, Flags]:
    """Which texts a clip cuts off, their own or that of a form they stand in, and which it may: its shape is no box.

    What is cut off in part goes or stays as a whole: it is an accident of typesetting as a rule.
    """
    forms: dict[tuple[int, ...], Box | None] = {(): EVERYWHERE}
    cut_off, doubtful = np.zeros((2, len(texts.drawn)), bool)
    for index, one in enumerate(texts.drawn):
        if one.forms not in forms:
            forms[one.forms] = _form_clip(one.forms)
        window = _window(one.at, one.matrix, forms[one.forms])
        if window is None:
            doubtful[index] = True
        elif window is not EVERYWHERE:
            cut_off[index] = _share_within(window, *texts.box[index].tolist()) < CUT_SHARE
    return cut_off, doubtful


def _form_clip(forms: Sequence[int]) -> Box | None:
    """What the clips of forms within forms leave of the page, None if that is no box."""
    window: Box | None = EVERYWHERE
    matrix: Matrix = IDENTITY
    for form in forms:
        window = _window(form, matrix, window)
        matrix = product(matrix_of(form), matrix)
    return window


def _window(at: int, matrix: Matrix, window: Box | None) -> Box | None:
    """What a page object's clip leaves of a window on the page, None if that is no box."""
    clip = _clip(at) or 0
    for path in range(_clip_paths(clip)):
        box = _corners(clip, path, matrix)
        if box is None or window is None:
            return None
        window = max(window[0], box[0]), max(window[1], box[1]), min(window[2], box[2]), min(window[3], box[3])
    return window


def _corners(clip: int, path: int, matrix: Matrix) -> Box | None:
    """The box on the page (left, bottom, right, top) that a path of a clip is, None if it is no box."""
    if _clip_segments(clip, path) not in BOX_SEGMENTS:
        return None
    corners = (ctypes.c_float * 4)()
    start = ctypes.addressof(corners)
    for segment, place in ((0, start), (2, start + 8)):
        _point(_clip_segment(clip, path, segment), place, place + 4)
    a, b, c, d, e, f = matrix
    x = [px * a + py * c + e for px, py in (corners[:2], corners[2:])]
    y = [px * b + py * d + f for px, py in (corners[:2], corners[2:])]
    return min(x), min(y), max(x), max(y)


def _share_within(window: Box, left: float, bottom: float, right: float, top: float) -> float:
    """The share of a box that lies within the window, 0 to 1; a point more or less is no matter."""
    across = min(window[2], right) - max(window[0], left) + 1
    up = min(window[3], top) - max(window[1], bottom) + 1
    return min(1.0, max(0.0, across) / (right - left + 1)) * min(1.0, max(0.0, up) / (top - bottom + 1))


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the signs say of each text: that nothing is painted, that no one sees it, or that a drawing must tell.

    `clipped` is what a clip of any shape may cut off.
    """

    unpainted: Flags
    gone: Flags
    doubtful: Flags
    clipped: Flags


def _settled(
    page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, texts: _Things, pictures: _Things, signs: _Signs
) -> Sight | None:
    """What is hidden, after a drawing where there is doubt, and what of it is the layer over a scan."""
    of, boxes = _objects_of(text, texts), _ink_boxes(text)
    hidden = _by_char(signs.gone, of)
    hidden |= _unchanged(page, texts, signs, of, boxes)
    hidden &= ~_by_char(_with_twin(text, texts, signs, of), of)
    hidden |= (boxes[:, 0] < boxes[:, 2]) & _outside(_middles(boxes), page.get_bbox())
    lost = signs.unpainted | (_count(hidden, of, texts) > HALF * _count(of >= 0, of, texts))
    layer = _by_char(_on_scan(page, texts, pictures, lost), of)
    hidden &= ~layer
    return Sight(hidden, layer) if hidden.any() or layer.any() else None


def _by_char(objects: Flags, of: Indices) -> Flags:
    """What is told of text objects, told of each character."""
    return np.append(objects, [False])[of]


def _objects_of(text: pypdfium2.PdfTextPage, texts: _Things) -> Indices:
    """The index of each character's text object, -1 for a character that pdfium made up."""
    index = {at: number for number, at in enumerate(texts.at)}
    count = text.count_chars()
    return np.array(
        [index.get(at or 0, -1) for at in map(_char_object, repeat(address_of(text), count), range(count))], np.intp
    )


def _ink_boxes(text: pypdfium2.PdfTextPage) -> Floats:
    """The box of each character's ink (left, bottom, right, top), in the page's coordinates, empty for spaces; shape (n, 4)."""
    count, at = text.count_chars(), address_of(text)
    buffer = (ctypes.c_double * (4 * count))()
    start = ctypes.addressof(buffer)
    for number in range(count):
        left = start + 32 * number
        if not chr(min(_char_code(at, number), LAST_CODE)).isspace():
            _char_box(at, number, left, left + 16, left + 8, left + 24)
    return np.frombuffer(buffer, np.float64).reshape(count, 4)


def _unchanged(page: pypdfium2.PdfPage, texts: _Things, signs: _Signs, of: Indices, boxes: Floats) -> Flags:
    """The characters without which the page looks the same, of texts in doubt; none if the page cannot be drawn."""
    doubtful = signs.doubtful | signs.clipped
    drawing = _drawing(page, texts.box[doubtful]) if doubtful.any() else None
    unchanged = np.zeros(len(of), bool)
    if drawing is None:
        return unchanged
    addresses = [one.at for one, is_doubtful in zip(texts.drawn, doubtful, strict=True) if is_doubtful]
    change = np.abs(drawing.without([]).astype(np.int16) - drawing.without(addresses)).max(axis=2)
    asked = _by_char(doubtful, of)
    inked = asked & (boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])
    unchanged[inked] = [drawing.cut(change, box).max(initial=0) < CONTRAST for box in boxes[inked]]
    # What is clipped goes or stays as a whole, and a space goes with the words around it.
    share = _count(unchanged, of, texts) / np.maximum(1, _count(inked, of, texts))
    by_whole = (asked & ~inked) | _by_char(signs.clipped & ~signs.doubtful, of)
    return np.where(by_whole, _by_char(share > HALF, of), unchanged)


def _with_twin(text: pypdfium2.PdfTextPage, texts: _Things, signs: _Signs, of: Indices) -> Flags:
    """Which texts are drawn a second time in their place, and seen there; pdfium may tell the characters of one only."""
    unseen = signs.gone | signs.doubtful | signs.clipped
    told = _count(of >= 0, of, texts) > 0
    twins, seen = np.zeros(len(told), bool), np.flatnonzero(~unseen)
    for index in np.flatnonzero(told & unseen).tolist() if len(seen) else []:
        near = seen[(np.abs(texts.box[seen] - texts.box[index]) <= TWIN_PT).all(axis=1)].tolist()
        twins[index] = any(not told[other] or _says(text, of, other) == _says(text, of, index) for other in near)
    return twins


def _says(text: pypdfium2.PdfTextPage, of: Indices, index: int) -> list[int]:
    """The code points of a text object's characters."""
    at = address_of(text)
    return [_char_code(at, number) for number in np.flatnonzero(of == index).tolist()]


def _count(chars: Flags, of: Indices, texts: _Things) -> Floats:
    """How many of each text's characters are marked."""
    return np.bincount(of[chars & (of >= 0)], minlength=len(texts.drawn)).astype(np.float64)


def _on_scan(page: pypdfium2.PdfPage, texts: _Things, pictures: _Things, lost: Flags) -> Flags:
    """Which of the texts that are not drawn lie on a picture of a page that shows something there."""
    scanned = _share(page, pictures.box) >= SCAN_SHARE
    on = lost & _meet(texts, pictures) if scanned else np.zeros(len(lost), bool)
    drawing = _drawing(page, texts.box[on]) if on.any() else None
    if drawing is None:
        return np.zeros(len(lost), bool)
    picture = drawing.without(texts.at)
    inked = [np.ptp(drawing.cut(picture, box), axis=(0, 1)).max(initial=0) >= INKED for box in texts.box[on]]
    on[on] = inked
    return on


def scanned_share(page: pypdfium2.PdfPage, drawn: Sequence[Drawn]) -> float:
    """The share of a page that its pictures cover, 0 to 1: strips of a scan add up."""
    pictures = [one for one in drawn if one.kind == raw.FPDF_PAGEOBJ_IMAGE]
    return _share(page, _boxes(pictures)) if pictures else 0.0


def _share(page: pypdfium2.PdfPage, boxes: Floats) -> float:
    left, bottom, right, top = page.get_bbox()
    shown = np.clip(boxes, (left, bottom, left, bottom), (right, top, right, top))
    area = float(((shown[:, 2] - shown[:, 0]) * (shown[:, 3] - shown[:, 1])).sum())
    whole: float = (right - left) * (top - bottom)
    return min(1.0, area / max(1.0, whole))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A part of a page to be drawn: `turn` takes the page's coordinates to pixels, `size` counts those (wide, high)."""

    page: pypdfium2.PdfPage
    turn: Matrix
    corner: tuple[float, float]
    size: tuple[int, int]
    scale: float

    def without(self, objects: Iterable[int]) -> Pixels:
        """The part as drawn without these objects: blue, green and red, shape (high, wide, 3)."""
        bitmap = pypdfium2.PdfBitmap.new_native(*self.size, raw.FPDFBitmap_BGRx)
        bitmap.fill_rect((WHITE,) * 4, 0, 0, *self.size)
        matrix = raw.FS_MATRIX(self.scale, 0, 0, self.scale, -self.corner[0] * self.scale, -self.corner[1] * self.scale)
        clip = raw.FS_RECTF(0, 0, *self.size)
        hidden = list(objects)
        for at in hidden:
            _activate(at, 0)
        try:
            raw.FPDF_RenderPageBitmapWithMatrix(bitmap.raw, self.page.raw, matrix, clip, 0)
        finally:
            for at in hidden:
                _activate(at, 1)
        return np.array(bitmap.to_numpy()[:, :, :3])

    def cut(self, drawn: npt.NDArray[Any], box: Floats) -> npt.NDArray[Any]:
        """The pixels of a drawing that a box of the page touches."""
        x0, y0, x1, y1 = (turned(box[None, :], self.turn)[0] - np.array([*self.corner, *self.corner])) * self.scale
        return drawn[max(0, int(y0)) : max(0, int(y1) + 1), max(0, int(x0)) : max(0, int(x1) + 1)]


def _drawing(page: pypdfium2.PdfPage, boxes: Floats) -> _Drawing | None:
    """The part of a page that these boxes take, as far as it is shown; None if that is nothing, or too much to be drawn."""
    shown, turn = page.get_bbox(), _turn(page)
    if max(page.get_size()) > LARGEST_PT:
        return None
    low, high = np.maximum(boxes[:, :2].min(axis=0), shown[:2]), np.minimum(boxes[:, 2:].max(axis=0), shown[2:])
    if (low >= high).any():
        return None
    x0, y0, x1, y1 = turned(np.array([[*low, *high]]), turn)[0]
    scale = min(SCALE, float(np.sqrt(PIXELS / ((x1 - x0 + 2) * (y1 - y0 + 2)))))
    size = int((x1 - x0 + 2) * scale) + 1, int((y1 - y0 + 2) * scale) + 1
    return _Drawing(page, turn, (x0 - 1, y0 - 1), size, scale)


def _turn(page: pypdfium2.PdfPage) -> Matrix:
    """The matrix that takes a page's coordinates to points from the top left of the part that is shown."""
    left, bottom, right, top = page.get_bbox()
    turns: dict[int, Matrix] = {
        0: (1, 0, 0, -1, -left, top),
        90: (0, 1, 1, 0, -bottom, -left),
        180: (-1, 0, 0, 1, right, -bottom),
        270: (0, -1, -1, 0, top, right),
    }
    return turns[page.get_rotation()]
