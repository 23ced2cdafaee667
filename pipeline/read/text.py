"""Blocks to one text, and back from any span of it to boxes on pages.

Blocks are parted by `BLOCK_BREAK`, the cells of a row by `CELL_BREAK`, words by a space. A word broken at a line's end
is joined again; every other character of a word stands in the text as it stands on the page.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.contract import BLOCK_BREAK, CELL_BREAK, Box, Source, Span
from pipeline.read.blocks import Block, blocks_of
from pipeline.read.lines import Line
from pipeline.read.pdf import Sheet, Word, read_sheets, sha256_of
from pipeline.read.pdfium import read_sheets_fast

# Parts that keep their hyphen when the document itself does not tell how the word is written.
HYPHENATED: Final = frozenset({
    "all", "anti", "co", "counter", "cross", "eighty", "ex", "fifty", "first", "forty", "full", "half", "high", "inter",
    "low", "mid", "mile", "multi", "ninety", "non", "off", "on", "one", "post", "pre", "quasi", "re", "second", "self",
    "semi", "seventy", "short", "sixty", "so", "sub", "third", "thirty", "three", "twenty", "two", "under", "well",
    "year"
})  # fmt: skip
HYPHENATED_ENDS: Final = frozenset({"off", "up"})
# "pre- and post-": such a hyphen stands for a word to come, not for a broken one.
SUSPENDED: Final = frozenset({"and", "or", "to"})
AROUND_WORD: Final = ".,:;()[]\"“”’'"


class Layout(StrEnum):
    """Which pages pdfplumber lays out: those that pdfium cannot give (`FAST`), or all of them."""

    FAST = "fast"
    ALL = "all"


class PlacedWord(NamedTuple):
    """A word's place in the text and on its page; `line` numbers the lines of the document."""

    span: Span
    box: Box
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A contract as read: its source, its text, and the place of every word, in order."""

    source: Source
    text: str
    words: tuple[PlacedWord, ...]

    def boxes(self, span: Span) -> tuple[Box, ...]:
        """The boxes of the words that a span touches, one for each line, in reading order."""
        first = bisect_right(self.words, span.start, key=lambda word: word.span.end)
        last = bisect_left(self.words, span.end, key=lambda word: word.span.start)
        lines = groupby(self.words[first:last], key=lambda word: word.line)
        return tuple(_around([word.box for word in words]) for _, words in lines)


def read_contract(path: Path, *, password: str = "", layout: Layout = Layout.FAST) -> Reading:
    """Read the PDF at `path`. Raises what `read_sheets` raises."""
    read = read_sheets if layout is Layout.ALL else read_sheets_fast
    return reading_of(path.name, sha256_of(path), read(path, password=password))


def reading_of(name: str, sha256: str, sheets: Sequence[Sheet]) -> Reading:
    """The reading of sheets that are at hand, for a source of this name."""
    text, words = text_of(blocks_of(sheets))
    return Reading(Source(name, sha256, tuple(sheet.page for sheet in sheets)), text, words)


def text_of(blocks: Sequence[Block]) -> tuple[str, tuple[PlacedWord, ...]]:
    """The text of the blocks and the place of each of their words."""
    parts: list[str] = []
    placed: list[PlacedWord] = []
    at = 0
    for word, line, text, after in _pieces(blocks, _spellings(blocks)):
        end = at + len(text)
        placed.append(PlacedWord(Span(at, end), word.box, line))
        parts += (text, after)
        at = end + len(after)
    return "".join(parts).removesuffix(BLOCK_BREAK), tuple(placed)


def _pieces(blocks: Iterable[Block], known: Counter[str]) -> Iterator[tuple[Word, int, str, str]]:
    """Each word, the number of its line, the text that it stands for, and what parts it from the next word."""
    number = 0
    for block in blocks:
        for cell in block.cells:
            cell_end = BLOCK_BREAK if cell is block.cells[-1] else CELL_BREAK
            for line, following in zip(cell, [*cell[1:], None], strict=True):
                number += 1
                for word in line.words[:-1]:
                    yield word, number, word.text, " "
                last = line.words[-1]
                yield last, number, *_line_end(last.text, following, cell_end, known)


def _line_end(text: str, following: Line | None, cell_end: str, known: Counter[str]) -> tuple[str, str]:
    """What the last word of a line stands for, and what parts it from the next line's first."""
    if following is None:
        return text, cell_end
    joined = _joint(text, following.words[0].text, known)
    return (text, " ") if joined is None else (joined, "")


def _joint(text: str, following: str, known: Counter[str]) -> str | None:
    """What a word at a line's end stands for if the next line goes on with it; None if that is a word of its own."""
    if len(text) < 2 or text[-1] not in "-‐" or not text[-2].isalnum() or not following[0].isalnum():
        return None
    stem, rest = text[:-1].strip(AROUND_WORD).casefold(), following.strip(AROUND_WORD).casefold()
    if rest in SUSPENDED:
        return None
    whole, hyphenated = known[stem + rest], known[f"{stem}-{rest}"]
    if whole != hyphenated:
        return text[:-1] if whole > hyphenated else text
    broken = text[-2].isalpha() and following[0].islower() and stem not in HYPHENATED and rest not in HYPHENATED_ENDS
    return text[:-1] if broken else text


def _spellings(blocks: Iterable[Block]) -> Counter[str]:
    """How often each word stands in the text unbroken."""
    written = Counter(word.text for block in blocks for cell in block.cells for line in cell for word in line.words)
    spelled: Counter[str] = Counter()
    for text, times in written.items():
        spelled[text.strip(AROUND_WORD).casefold()] += times
    return spelled


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        boxes[0].page,
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )
