"""Blocks to one text, and back from any span of it to boxes on pages.

Blocks are parted by `BLOCK_BREAK`, the cells of a row by `CELL_BREAK`, words by a space. A word broken at a line's end
is joined again; every other character of a word stands in the text as it stands on the page.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from pipeline.contract import BLOCK_BREAK, CELL_BREAK, Box, Page, Source, Span
from pipeline.read.blocks import Block, blocks_of
from pipeline.read.lines import Line
from pipeline.read.pdf import Sheet, Word, read_sheets, sha256_of

# Parts that keep their hyphen when the document itself does not tell how the word is written.
HYPHENATED: Final = frozenset(
    "all anti co counter cross ex first full half high inter low mid mile multi non off on one post pre quasi re second self"
    " semi short so sub third three two under well year".split()
)


@dataclass(frozen=True, slots=True)
class PlacedWord:
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


def read_contract(path: Path, *, password: str = "") -> Reading:
    """Read the PDF at `path`. Raises what `read_sheets` raises."""
    sheets = read_sheets(path, password=password)
    text, words = text_of(blocks_of(sheets))
    return Reading(source_of(path, [sheet.page for sheet in sheets]), text, words)


def source_of(path: Path, pages: Iterable[Page]) -> Source:
    """What a record says of the file it was made from."""
    return Source(path.name, sha256_of(path), tuple(pages))


def reading_of(name: str, sha256: str, sheets: Sequence[Sheet]) -> Reading:
    """The reading of sheets that are at hand, for a source of this name."""
    text, words = text_of(blocks_of(sheets))
    return Reading(Source(name, sha256, tuple(sheet.page for sheet in sheets)), text, words)


def text_of(blocks: Sequence[Block]) -> tuple[str, tuple[PlacedWord, ...]]:
    """The text of the blocks and the place of each of their words."""
    known = _vocabulary(blocks)
    parts: list[str] = []
    placed: list[PlacedWord] = []
    at = 0
    for word, line, text in _pieces(blocks, known):
        if word:
            placed.append(PlacedWord(Span(at, at + len(text)), word.box, line))
        parts.append(text)
        at += len(text)
    return "".join(parts), tuple(placed)


def _pieces(blocks: Sequence[Block], known: Counter[str]) -> Iterator[tuple[Word | None, int, str]]:
    """Words with the text that each stands for, and the separators between them (with no word)."""
    number = 0
    for index, block in enumerate(blocks):
        if index:
            yield None, number, BLOCK_BREAK
        for cell_index, cell in enumerate(block.cells):
            if cell_index:
                yield None, number, CELL_BREAK
            for line, after in zip(cell, [*cell[1:], None], strict=True):
                number += 1
                yield from _line_pieces(line, after, number, known)


def _line_pieces(line: Line, after: Line | None, number: int, known: Counter[str]) -> Iterator[tuple[Word | None, int, str]]:
    for word in line.words[:-1]:
        yield word, number, word.text
        yield None, number, " "
    last = line.words[-1]
    joined = _joint(last.text, after.words[0].text, known) if after else None
    if joined is not None:
        yield last, number, joined
        return
    yield last, number, last.text
    if after:
        yield None, number, " "


def _joint(text: str, following: str, known: Counter[str]) -> str | None:
    """What a word at a line's end stands for if the next line goes on with it; None if that is a word of its own."""
    if len(text) < 2 or text[-1] not in "-‐" or not text[-2].isalpha() or not following[:1].islower():
        return None
    stem, rest = text[:-1], following.rstrip(".,;:)\"”’").casefold()
    whole, hyphenated = stem.casefold() + rest, f"{stem}-{rest}".casefold()
    if known[whole] != known[hyphenated]:
        return stem if known[whole] > known[hyphenated] else text
    return text if stem.casefold().strip("(“\"") in HYPHENATED else stem


def _vocabulary(blocks: Iterable[Block]) -> Counter[str]:
    """How often each word stands in the text unbroken."""
    lines = (line for block in blocks for cell in block.cells for line in cell)
    return Counter(word.text.strip(".,;:()\"“”’").casefold() for line in lines for word in line.words)


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        boxes[0].page,
        min(box.x0 for box in boxes),
        min(box.top for box in boxes),
        max(box.x1 for box in boxes),
        max(box.bottom for box in boxes),
    )
