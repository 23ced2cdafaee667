"""Values filled into a page's forms, and notes typed onto it, as words in their place.

pdfium's text of a page leaves out what stands in annotations, and a field need not even say how it looks (its appearance
stream may be missing). So its value is set here, in the field's own box: on one line in the middle of its height, or on
lines from its top, in letters as wide as they usually are.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
import pypdfium2
from pypdfium2 import raw

from pipeline.contract import Box
from pipeline.read.native import Matrix, turned
from pipeline.read.pdf import Word, clean

# Flags of an annotation that is not shown (ISO 32000-1, table 165), of fields with lines and of passwords (table 228).
UNSHOWN: Final = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
LINES: Final = 1 << 12
PASSWORD: Final = 1 << 13
TEXT: Final = (raw.FPDF_FORMFIELD_TEXTFIELD,)
CHOICE: Final = (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
# Letters of a field that leaves their size to the reader: as high as its box lets them, at most so many points.
LARGEST_PT: Final = 11.0
BOX_SHARE: Final = 0.7
# The width of a usual letter and the distance of two lines, as shares of the letters' size; the margin in a box, in points.
LETTER_WIDTH: Final = 0.5
PITCH: Final = 1.2
MARGIN_PT: Final = 2.0
# No one fills a field with more than this.
LONGEST: Final = 20_000


def know_fields(document: pypdfium2.PdfDocument) -> None:
    """Have pdfium know the fields of the document's forms, if it has any, before its pages are opened."""
    if document.get_formtype() != raw.FORMTYPE_NONE:
        document.init_forms()


def filled_in(document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, number: int, turn: Matrix) -> list[Word]:
    """The words in the fields and typed notes of a page; `turn` takes its coordinates to points from the top left."""
    words: list[Word] = []
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        with _annotation(page, index) as annotation:
            if annotation and not raw.FPDFAnnot_GetFlags(annotation) & UNSHOWN:
                words += _words(document.formenv, annotation, number, turn)
    return words


@contextmanager
def _annotation(page: pypdfium2.PdfPage, index: int) -> Iterator[Any]:
    annotation = raw.FPDFPage_GetAnnot(page, index)
    try:
        yield annotation
    finally:
        if annotation:
            raw.FPDFPage_CloseAnnot(annotation)


def _words(forms: Any, annotation: Any, number: int, turn: Matrix) -> Iterator[Word]:
    value, lines, size_pt = _value(forms, annotation)
    rect = raw.FS_RECTF()
    if not value.strip() or not raw.FPDFAnnot_GetRect(annotation, rect):
        return
    corners = sorted((rect.left, rect.right)), sorted((rect.bottom, rect.top))
    box = np.array([[corners[0][0], corners[1][0], corners[0][1], corners[1][1]]])
    x0, top, x1, bottom = turned(box, turn)[0].tolist()
    if x0 < x1 and top < bottom:
        yield from _set(value, Box(number, x0, top, x1, bottom), lines=lines, size_pt=size_pt)


def _value(forms: Any, annotation: Any) -> tuple[str, bool, float]:
    """What an annotation says to everyone, whether on several lines, and in letters of which size (0 for any that fits)."""
    subtype = raw.FPDFAnnot_GetSubtype(annotation)
    if subtype == raw.FPDF_ANNOT_FREETEXT:
        return _string(lambda *to: raw.FPDFAnnot_GetStringValue(annotation, b"Contents", *to)), True, 0.0
    if subtype != raw.FPDF_ANNOT_WIDGET or not forms:
        return "", False, 0.0
    kind, flags = raw.FPDFAnnot_GetFormFieldType(forms, annotation), raw.FPDFAnnot_GetFormFieldFlags(forms, annotation)
    size = ctypes.c_float()
    raw.FPDFAnnot_GetFontSize(forms, annotation, size)
    if kind in CHOICE:
        return _chosen(forms, annotation), False, size.value
    value = _field_value(forms, annotation) if kind in TEXT and not flags & PASSWORD else ""
    return value, bool(flags & LINES), size.value


def _chosen(forms: Any, annotation: Any) -> str:
    """The options that are chosen, as they are shown; a value that is none of them as it is."""
    count = raw.FPDFAnnot_GetOptionCount(forms, annotation)
    chosen = [index for index in range(max(0, count)) if raw.FPDFAnnot_IsOptionSelected(forms, annotation, index)]
    labels = [_string(lambda *to, at=index: raw.FPDFAnnot_GetOptionLabel(forms, annotation, at, *to)) for index in chosen]
    return " ".join(labels) or _field_value(forms, annotation)


def _field_value(forms: Any, annotation: Any) -> str:
    return _string(lambda *to: raw.FPDFAnnot_GetFormFieldValue(forms, annotation, *to))


def _string(write: Callable[..., int]) -> str:
    """What a function of pdfium writes into a buffer of a length in bytes."""
    length = min(write(None, 0), 2 * LONGEST)
    buffer = ctypes.create_string_buffer(length + 2)
    write(ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), length)
    return buffer.raw[:length].decode("utf-16-le", "replace").partition("\0")[0]


def _set(value: str, box: Box, *, lines: bool, size_pt: float) -> Iterator[Word]:
    """The value's words set in a box."""
    height, width = box.bottom - box.top, max(1.0, box.x1 - box.x0 - 2 * MARGIN_PT)
    size = min(size_pt or LARGEST_PT, height if size_pt else BOX_SHARE * height)
    rows = _rows(value, width / (LETTER_WIDTH * size)) if lines else [value.split()]
    pitch = min(PITCH * size, height / len(rows))
    first = box.top + (MARGIN_PT if len(rows) > 1 else (height - size) / 2)
    for number, row in enumerate(rows):
        yield from _row(row, box, first + number * pitch, min(size, pitch), width)


def _rows(value: str, letters: float) -> list[list[str]]:
    """The words of a value by line: its own lines, wrapped to so many letters."""
    rows: list[list[str]] = []
    for line in value.splitlines():
        rows.append([])
        for word in line.split():
            if rows[-1] and len(" ".join([*rows[-1], word])) > letters:
                rows.append([])
            rows[-1].append(word)
    return [row for row in rows if row]


def _row(words: list[str], box: Box, top: float, size: float, width: float) -> Iterator[Word]:
    step = min(LETTER_WIDTH * size, width / len(" ".join(words)))
    x = box.x0 + MARGIN_PT
    for word in words:
        place = (round(x, 2), round(top, 2), round(x + step * len(word), 2), round(top + size, 2))
        if text := clean(word):
            yield Word(text, *place, size_pt=size, bold=False, box=Box(box.page, *place))
        x += step * (len(word) + 1)
