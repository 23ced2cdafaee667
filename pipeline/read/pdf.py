"""A PDF file to sheets: each page's words, ruled grids and pictures, by pdfplumber, before any order is made of them.

A sheet is all that the rest of the reading sees of a page, so that order, tables and text can be worked on (and
tested) without a PDF. Distances are PDF points from the page's top left, as displayed.
"""

import hashlib
import logging
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException
from pdfplumber.utils.text import extract_words

from pipeline.contract import Box, Page, TextFrom
from pipeline.errors import DamagedError, EncryptedError, InputError, NoPagesError, NotPdfError

# A gap this share of the letter height parts two words; pdfplumber's fixed 3 points joins words of small print.
WORD_GAP: Final = 0.15
# Readers look for the signature in the first kilobyte (ISO 32000-1, implementation note 13).
SIGNATURE_WITHIN: Final = 1024
# Fewer edges than a two-cell grid has cannot rule a table.
GRID_EDGES: Final = 7
# "|" parts the cells of a row in the text, so that a bar in a document is shown by its broken twin.
BAR: Final = str.maketrans({"|": "¦", "\u00a0": " ", "\u00ad": "-", "\ufeff": ""})
BULLET: Final = "•"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Word:
    """A word in reading orientation (`x0` to `x1` along the line, `top` to `bottom` across) and its box on the page."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size_pt: float
    bold: bool
    box: Box


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: rows of cells, each cell (x0, top, x1, bottom) or None where a cell is merged into another."""

    rows: tuple[tuple[tuple[float, float, float, float] | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as found: what describes it, its words in no order, its ruled grids."""

    page: Page
    words: tuple[Word, ...]
    grids: tuple[Grid, ...]


def read_sheets(path: Path, *, password: str = "") -> tuple[Sheet, ...]:
    """Every page of the PDF at `path`, in order.

    Raises NotPdfError, EncryptedError, NoPagesError or DamagedError, naming the file. A page whose content cannot be
    followed does not raise: its sheet is empty and flagged `unreadable`.
    """
    with _opened(path, password) as pdf:
        try:
            pages = pdf.pages
        except Exception as error:
            raise DamagedError(f"{path.name}: the list of pages cannot be followed ({error}); save it anew") from error
        if not pages:
            raise NoPagesError(f"{path.name}: a PDF without pages; nothing to read")
        return tuple(_sheet(page) for page in pages)


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: Path, password: str) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            start = file.read(SIGNATURE_WITHIN)
    except OSError as error:
        raise InputError(f"{path}: cannot be opened ({error.strerror}); check the path and its permissions") from error
    if b"%PDF-" not in start:
        raise NotPdfError(f"{path.name}: not a PDF (no %PDF- at its start); convert it to PDF first")
    with _plumber(path, password) as pdf:
        yield pdf


def _plumber(path: Path, password: str) -> Any:
    try:
        return pdfplumber.open(path, password=password)
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise EncryptedError(f"{path.name}: encrypted with a password; save it without one first") from error
        raise DamagedError(f"{path.name}: a damaged PDF ({error}); open it in a viewer and save it anew") from error
    except Exception as error:
        raise DamagedError(f"{path.name}: a damaged PDF ({error}); open it in a viewer and save it anew") from error


def _sheet(page: Any) -> Sheet:
    try:
        return _readable_sheet(page)
    except Exception as error:
        # pdfminer raises nearly anything on bad content; one bad page must not cost the rest of the contract.
        log.warning("page %d cannot be read: %r", page.page_number, error)
        return Sheet(_page(page, TextFrom.NONE, ("unreadable",)), (), ())
    finally:
        page.close()


def _readable_sheet(page: Any) -> Sheet:
    chars = _distinct([char for char in page.chars if _within(char, page.cropbox)])
    found = extract_words(chars, return_chars=True, x_tolerance_ratio=WORD_GAP, expand_ligatures=True)
    words = [word for word in (_word(one, page.page_number) for one in _one_way(found)) if word.text]
    if words:
        return Sheet(_page(page, TextFrom.PDF, ()), tuple(words), tuple(_grids(page)))
    flag = "image_only" if page.images else "no_text"
    return Sheet(_page(page, TextFrom.NONE, (flag,)), (), ())


def _page(page: Any, text_from: TextFrom, flags: tuple[str, ...]) -> Page:
    return Page(page.page_number, float(page.width), float(page.height), int(page.rotation), text_from, flags)


def _within(char: dict[str, Any], frame: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a character lies in the part of the page that is shown."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3])


def _distinct(chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The characters without those drawn twice in one place, as some printers do for bold."""
    seen: dict[tuple[str, int, int], dict[str, Any]] = {}
    for char in chars:
        seen.setdefault((char["text"], round(char["x0"]), round(char["top"])), char)
    return list(seen.values())


def _one_way(words: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The words that run the way most of the page's text runs: a stamp up the margin is not part of the text."""
    letters: dict[str, int] = {}
    for word in words:
        letters[_way(word)] = letters.get(_way(word), 0) + len(word["text"])
    main = max(letters, key=lambda way: letters[way], default="")
    return [word for word in words if _way(word) == main]


def _way(word: dict[str, Any]) -> str:
    if word["upright"]:
        return "across"
    return "up" if word["chars"][0]["matrix"][1] > 0 else "down"


def _word(word: dict[str, Any], page_number: int) -> Word:
    chars = word["chars"]
    box = Box(page_number, *(round(float(word[side]), 2) for side in ("x0", "top", "x1", "bottom")))
    bold = "bold" in chars[0].get("fontname", "").lower()
    return Word(_clean(word["text"]), *_turned(box, _way(word)), float(chars[0]["size"]), bold, box)


def _turned(box: Box, way: str) -> tuple[float, float, float, float]:
    """The box in reading orientation: a page of sideways text is read as if it were turned."""
    if way == "up":
        return -box.bottom, box.x0, -box.top, box.x1
    if way == "down":
        return box.top, -box.x1, box.bottom, -box.x0
    return box.x0, box.top, box.x1, box.bottom


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.translate(BAR))
    return "".join(filter(None, map(_shown, text))).strip()


def _shown(char: str) -> str:
    """A character as text: symbol fonts put their bullets in the private use area; control characters are nothing."""
    category = unicodedata.category(char)
    if category == "Co":
        return BULLET
    return "" if category[0] == "C" else char


def _grids(page: Any) -> Iterator[Grid]:
    if len(page.edges) < GRID_EDGES:
        return
    for table in page.find_tables():
        yield Grid(tuple(tuple(row.cells) for row in table.rows))
