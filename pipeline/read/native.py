"""pdfium by address: its functions, told where things are by numbers, and what they write read in bulk.

pypdfium2 wraps each address in an object; for calls made for every character and object of a page that takes longer than
the call. What is drawn on a page is unfolded here, forms within forms too.
"""

import ctypes
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2
from pypdfium2 import raw

# Forms within forms are followed this deep; a loop of them has no end.
FORM_DEPTH: Final = 8
# A page drawn with more objects than this is no contract's; forms that draw each other by the dozen are a trap.
OBJECTS: Final = 200_000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
# Of a PDF: x becomes a x + c y + e, and y becomes b x + d y + f.
Matrix = tuple[float, ...]
INT, ADDRESS, FLOAT, COUNT = ctypes.c_int, ctypes.c_void_p, ctypes.c_float, ctypes.c_size_t


def bare(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of pdfium that takes addresses as numbers."""
    return ctypes.PYFUNCTYPE(result, *arguments)(ctypes.cast(function, ADDRESS).value or 0)


_page_object = bare(raw.FPDFPage_GetObject, ADDRESS, ADDRESS, INT)
_object_kind = bare(raw.FPDFPageObj_GetType, INT, ADDRESS)
_object_matrix = bare(raw.FPDFPageObj_GetMatrix, INT, ADDRESS, ADDRESS)
_form_count = bare(raw.FPDFFormObj_CountObjects, INT, ADDRESS)
_form_object = bare(raw.FPDFFormObj_GetObject, ADDRESS, ADDRESS, ctypes.c_ulong)


class Drawn(NamedTuple):
    """Something that a page is drawn with: its address, its kind, the matrix of the forms around it, and those forms."""

    at: int
    kind: int
    matrix: Matrix
    forms: tuple[int, ...]


def address_of(thing: Any) -> int:
    """The address of one of pypdfium2's things."""
    return ctypes.cast(thing.raw, ADDRESS).value or 0


def filled(function: Callable[..., Any], width: int, *arguments: Sequence[Any]) -> Floats:
    """What a function writes, as single precision, for each row of arguments; shape (n, width)."""
    count = len(arguments[0])
    buffer = np.zeros((count, width), np.float32)
    start, step = buffer.ctypes.data, 4 * width
    deque(map(function, *arguments, range(start, start + step * count, step)), maxlen=0)
    return buffer.astype(np.float64)


def drawn_on(page: pypdfium2.PdfPage) -> list[Drawn]:
    """What a page is drawn with, in order, those things within forms too; at most `OBJECTS` of them."""
    at = address_of(page)
    addresses = [_page_object(at, index) for index in range(min(OBJECTS, raw.FPDFPage_CountObjects(page)))]
    return list(islice(_unfolded(addresses, (1, 0, 0, 1, 0, 0), ()), OBJECTS))


def _unfolded(addresses: Sequence[int], matrix: Matrix, forms: tuple[int, ...]) -> Iterator[Drawn]:
    for address, kind in zip(addresses, map(_object_kind, addresses), strict=True):
        if kind == raw.FPDF_PAGEOBJ_FORM and len(forms) < FORM_DEPTH:
            within = [_form_object(address, index) for index in range(_form_count(address))]
            yield from _unfolded(within, product(matrix_of(address), matrix), (*forms, address))
        else:
            yield Drawn(address, kind, matrix, forms)


def matrix_of(address: int) -> Matrix:
    """The matrix of a page object."""
    matrix = (ctypes.c_float * 6)()
    _object_matrix(address, ctypes.addressof(matrix))
    return tuple(matrix)


def product(first: Matrix, then: Matrix) -> Matrix:
    """The matrix that does what the first does, then what the other does."""
    a, b, c, d, e, f = first
    ta, tb, tc, td, te, tf = then
    return (
        a * ta + b * tc, a * tb + b * td, c * ta + d * tc, c * tb + d * td, e * ta + f * tc + te, e * tb + f * td + tf
    )  # fmt: skip


def turned(boxes: Floats, turn: Matrix) -> Floats:
    """What boxes (left, bottom, right, top) become by a matrix: (least x, least y, greatest x, greatest y); shape (n, 4)."""
    a, b, c, d, e, f = turn
    x = boxes[:, [0, 2, 0, 2]] * a + boxes[:, [1, 3, 3, 1]] * c + e
    y = boxes[:, [0, 2, 0, 2]] * b + boxes[:, [1, 3, 3, 1]] * d + f
    return np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], axis=1)
