"""A PDF file to sheets: each page's words, ruled grids and pictures, by pdfplumber, before any order is made of them.

A sheet is all that the rest of the reading sees of a page, so that order, tables and text can be worked on (and
tested) without a PDF. Distances are PDF points from the page's top left, as displayed.
"""

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

import pdfplumber
from pdfminer.layout import LTChar
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFStream, resolve1
from pdfplumber.utils.text import extract_words

from pipeline.contract import Box, Page, TextFrom
from pipeline.read.bounds import CONTENT_BYTES, TooMuch

# A gap this share of the letter height parts two words; pdfplumber's fixed 3 points joins words of small print.
WORD_GAP: Final = 0.15
# Fewer lines than a two-cell grid has cannot rule a table.
GRID_EDGES: Final = 5
# How pdfplumber is to order the characters of a word by the way that a page's text runs.
ORDERS: Final = {
    "across": {"char_dir": "ltr"},
    "over": {"char_dir": "rtl"},
    "down": {"char_dir_rotated": "ttb"},
    "up": {"char_dir_rotated": "btt"},
}
# "|" parts the cells of a row in the text, so that a bar in a document is shown by its broken twin.
BAR: Final = str.maketrans({"|": "¦", "\u00a0": " ", "\u00ad": "-", "\ufeff": ""})
# Most words come again; so many are kept, each once.
KNOWN_WORDS: Final = 20_000
BULLET: Final = "•"
# A glyph whose font does not tell its character: pdfminer's way to write it; alone, it is a bullet, and so is a dingbat.
UNKNOWN_GLYPH: Final = re.compile(r"\(cid:\d+\)")
DINGBATS: Final = ("dingbats", "wingdings")

# Where a character stands: its text and its place, in whole points.
Place = tuple[str, int, int]


class Word(NamedTuple):
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


def document_of(stream: BytesIO, *, password: str = "") -> PDFDocument:
    """The file as pdfminer sees it. Raises nearly anything if it is damaged."""
    return PDFDocument(PDFParser(stream), password=password)


def pages_of(stream: BytesIO, *, password: str = "") -> list[Any]:
    """The pages of a file, as pdfplumber sees them. Raises nearly anything if it is damaged.

    They are closed one by one, and the file by its owner, as pdfplumber's `close` trips over bad pages.
    """
    pages: list[Any] = pdfplumber.open(stream, password=password).pages
    return pages


def laid_out(page: Any, hidden: Container[Place] = frozenset()) -> tuple[Sheet, int]:
    """A page without its hidden characters, and how many characters it has, spaces apart, whichever way they run.

    Raises nearly anything if its content cannot be followed, TooMuch if it is too long.
    """
    try:
        _bound_content(page)
        return _sheet(page, hidden)
    finally:
        page.close()


def sha256_of(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def has_content(page: Any) -> bool:
    """Whether the page has any content to follow."""
    return any(isinstance(stream, PDFStream) and stream.rawdata != b"" for stream in map(resolve1, page.page_obj.contents))


def _bound_content(page: Any) -> None:
    """Raises TooMuch if the page's content takes too long to follow; what is nested in it the clock must tell."""
    size = sum(len(stream.get_data()) for stream in map(resolve1, page.page_obj.contents) if isinstance(stream, PDFStream))
    if size > CONTENT_BYTES:
        raise TooMuch(f"page content of {size:,} bytes")


def _sheet(page: Any, hidden: Container[Place]) -> tuple[Sheet, int]:
    _describe_chars_briefly(page)
    chars = _distinct(
        [char for char in page.chars if _within(char, page.cropbox) and place_of(*_origin(char, page)) not in hidden]
    )
    letters = sum(not (char["text"].isspace() or UNKNOWN_GLYPH.fullmatch(char["text"])) for char in chars)
    way, chars = _one_way(chars)
    found = extract_words(chars, return_chars=True, x_tolerance_ratio=WORD_GAP, expand_ligatures=True, **ORDERS[way])
    words = [word for word in (_word(one, way, page.page_number) for one in found) if word.text]
    if words:
        return Sheet(_page(page, TextFrom.PDF, ()), tuple(words), tuple(_grids(page))), letters
    flag = "image_only" if page.images else "no_text"
    return Sheet(_page(page, TextFrom.NONE, (flag,)), (), ()), letters


def place_of(text: str, x: float, y: float) -> Place:
    """Where a character begins, as near as two readers agree on it, in points from the page's top left."""
    return text, round(x), round(y)


def _origin(char: dict[str, Any], page: Any) -> tuple[str, float, float]:
    """A character, and the point on its line that it begins at."""
    x, y = char["matrix"][4:]
    return char["text"], x + page.mediabox[0], page.height - y + page.mediabox[1]


def _describe_chars_briefly(page: Any) -> None:
    """Have pdfplumber describe a character by what words are made from; its colours and the rest cost half of its time."""
    in_full = page.process_object
    page.process_object = lambda item: _char(page, item) if type(item) is LTChar else in_full(item)


def _char(page: Any, item: LTChar) -> dict[str, Any]:
    """A character as pdfplumber places it: distances from the top left of the page's media box."""
    left, top = page.mediabox[:2]
    above = page.height - item.y1 + top
    return {
        "object_type": "char",
        "text": item.get_text(),
        "fontname": str(item.fontname),
        "size": item.size,
        "upright": item.upright,
        "matrix": item.matrix,
        "x0": item.x0 + left,
        "x1": item.x1 + left,
        "top": above,
        "bottom": page.height - item.y0 + top,
        "doctop": page.initial_doctop + above,
        "width": item.width,
        "height": item.height,
    }


def _page(page: Any, text_from: TextFrom, flags: tuple[str, ...]) -> Page:
    return Page(page.page_number, float(page.width), float(page.height), int(page.rotation), text_from, flags)


def _within(char: dict[str, Any], frame: tuple[float, float, float, float]) -> bool:
    """Whether the middle of a character lies in the part of the page that is shown."""
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(frame[0] <= x <= frame[2] and frame[1] <= y <= frame[3])


def _distinct(chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The characters without those drawn twice in one place, as some printers do for bold."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for char in chars:
        text, x0, top = char["text"], char["x0"], char["top"]
        # Two grids, half a point apart: what is that near shares a cell of one of them.
        places = {(text, round(x0), round(top)), (text + "+", round(x0 + 0.5), round(top + 0.5))}
        if places.isdisjoint(seen):
            kept.append(char)
        seen |= places
    return kept


def _one_way(chars: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """The way that most of the page's text runs, and its characters: a stamp up the margin is not part of the text."""
    ways: dict[str, list[dict[str, Any]]] = {"across": []}
    for char in chars:
        ways.setdefault(_way(char), []).append(char)
    return max(ways.items(), key=lambda way: len(way[1]))


def _way(char: dict[str, Any]) -> str:
    along, up = char["matrix"][:2]
    if char["upright"]:
        return "across" if along >= 0 else "over"
    return "up" if up > 0 else "down"


def _word(word: dict[str, Any], way: str, page_number: int) -> Word:
    first = word["chars"][0]
    box = Box(page_number, *(round(float(word[side]), 2) for side in ("x0", "top", "x1", "bottom")))
    font = first["fontname"].lower()
    text = BULLET if len(word["text"]) == 1 and any(name in font for name in DINGBATS) else clean(word["text"])
    return Word(text, *_turned(box, way), float(first["size"]), "bold" in font, box)


def _turned(box: Box, way: str) -> tuple[float, float, float, float]:
    """The box in reading orientation: a page of sideways text is read as if it were turned."""
    if way == "up":
        return -box.bottom, box.x0, -box.top, box.x1
    if way == "down":
        return box.top, -box.x1, box.bottom, -box.x0
    if way == "over":
        return -box.x1, -box.bottom, -box.x0, -box.top
    return box.x0, box.top, box.x1, box.bottom


@lru_cache(maxsize=KNOWN_WORDS)
def clean(text: str) -> str:
    """The text of a word as it may stand in the contract's text."""
    if text.isascii() and (text.isalnum() or (text.isprintable() and "|" not in text and "(cid:" not in text)):
        return text
    if UNKNOWN_GLYPH.fullmatch(text):
        return BULLET
    text = UNKNOWN_GLYPH.sub("", text)
    text = unicodedata.normalize("NFC", text.translate(BAR))
    return "".join(map(_shown, text)).strip()


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
