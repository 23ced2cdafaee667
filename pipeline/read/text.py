"""Blocks to one text, and back from any span of it to boxes on pages.

Blocks are parted by `BLOCK_BREAK`, the cells of a row by `CELL_BREAK`, words by a space. A word broken at a line's end
is joined again; every other character of a word stands in the text as it stands on the page.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final

from pipeline.contract import BLOCK_BREAK, CELL_BREAK, Box, Source, Span
from pipeline.read.blocks import Block, blocks_of
from pipeline.read.lines import Line
from pipeline.read.pdf import Sheet, Word, sha256_of
from pipeline.read.sheets import Layout, read_sheets

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


def _counts() -> "array[int]":
    return array("q")


def _points() -> "array[float]":
    return array("d")


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where each word of a text stands, in order: its span, its line in the document, its page, and the four sides of its box.

    Arrays, because a contract of 2,000 pages has 800,000 words, and as objects their places take more room than they.
    """

    start: "array[int]" = field(default_factory=_counts)
    end: "array[int]" = field(default_factory=_counts)
    line: "array[int]" = field(default_factory=_counts)
    page: "array[int]" = field(default_factory=_counts)
    sides: "array[float]" = field(default_factory=_points)

    def add(self, start: int, end: int, line: int, box: Box) -> None:
        """Note the place of the next word."""
        self.start.append(start)
        self.end.append(end)
        self.line.append(line)
        self.page.append(box.page)
        self.sides.extend((box.x0, box.top, box.x1, box.bottom))

    def box(self, words: Sequence[int]) -> Box:
        """The box around words that follow each other on one page, by their numbers."""
        x0, top, x1, bottom = (self.sides[4 * words[0] + side : 4 * words[-1] + 4 : 4] for side in range(4))
        return Box(self.page[words[0]], min(x0), min(top), max(x1), max(bottom))


@dataclass(frozen=True, slots=True)
class Reading:
    """A contract as read: its source, its text, and the place of every word, in order."""

    source: Source
    text: str
    places: Places

    def boxes(self, span: Span) -> tuple[Box, ...]:
        """The boxes of the words that a span touches, one for each line, in reading order."""
        places = self.places
        first, last = bisect_right(places.end, span.start), bisect_left(places.start, span.end)
        lines = groupby(range(first, last), key=places.line.__getitem__)
        return tuple(places.box(list(words)) for _, words in lines)


def read_contract(path: Path, *, password: str = "", layout: Layout = Layout.FAST) -> Reading:
    """Read the PDF at `path`. Raises what `read_sheets` raises."""
    return reading_of(path.name, sha256_of(path), read_sheets(path, password=password, layout=layout))


def reading_of(name: str, sha256: str, sheets: Sequence[Sheet]) -> Reading:
    """The reading of sheets that are at hand, for a source of this name."""
    text, places = text_of(blocks_of(sheets))
    return Reading(Source(name, sha256, tuple(sheet.page for sheet in sheets)), text, places)


def text_of(blocks: Sequence[Block]) -> tuple[str, Places]:
    """The text of the blocks and the place of each of their words."""
    parts: list[str] = []
    places = Places()
    at = 0
    for word, line, text, after in _pieces(blocks, _spellings(blocks)):
        end = at + len(text)
        places.add(at, end, line, word.box)
        parts += (text, after)
        at = end + len(after)
    return "".join(parts).removesuffix(BLOCK_BREAK), places


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
