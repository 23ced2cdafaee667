"""Lines and rows to blocks: paragraphs, headings, list items and table rows, across columns and pages.

A block is what was written as one: its lines follow on, or it goes on over a column or a page. A line break is taken
as meant where the next word would still have fitted on the line.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles
from typing import Final

from pipeline.read.furniture import without_furniture
from pipeline.read.lines import Line, reading_order
from pipeline.read.pdf import Sheet
from pipeline.read.tables import Row, aligned_rows, ruled_rows

# Lines further apart than this many usual line distances are of two paragraphs.
PARAGRAPH_PITCH: Final = 1.3
# Print that differs by this share in size is of two paragraphs.
SIZE_CHANGE: Final = 0.12
# An indent of this many letter heights begins a paragraph.
INDENT: Final = 0.8
# A footnote's print is this much smaller than the page's.
NOTE_SIZE: Final = 0.93
SENTENCE_END: Final = re.compile(r"[.:;?!][\"”’')\]]*$")
MARKER: Final = re.compile(
    r"(?:[(\[](?:\d{1,3}|[a-zA-Z]{1,2}|[ivxlIVXL]{1,6})[)\]]|\d{1,3}(?:\.\d{1,3})+\.?|\.\d{1,2}(?:\.\d{1,2})*"
    r"|(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[IVX]{1,5})[.)]|[•●▪◦·–—*]|§+)(?=\s|$)"
    r"|(?:ARTICLE|Article|SECTION|Section|CLAUSE|Clause|EXHIBIT|Exhibit|SCHEDULE|Schedule|ANNEX|Annex|APPENDIX|Appendix"
    r"|PART|Part)\s+[\dIVXLA-Z]{1,5}\b"
)
NUMBERED: Final = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\s|(?:ARTICLE|Article|SECTION|Section)\s")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one cell) or a table row (two or more), as the lines that make it."""

    cells: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a column of text is set: usual distance of its lines and its right edge, in points."""

    pitch: float
    right: float


def blocks_of(sheets: Sequence[Sheet]) -> list[Block]:
    """The contract as blocks in reading order, without heads, feet, page and line numbers."""
    blocks: list[Block] = []
    notes: list[Block] = []
    for sheet, words in zip(sheets, without_furniture(sheets), strict=True):
        body, foot = _page_blocks(sheet, words)
        if blocks and body and _runs_on(blocks[-1], body[0]):
            blocks[-1] = _joined(blocks[-1], body.pop(0))
            if body:
                blocks, notes = blocks + notes, []
        else:
            blocks, notes = blocks + notes, []
        blocks += body
        notes += foot
    return _stitched(blocks + notes)


def _page_blocks(sheet: Sheet, words: Sequence[object]) -> tuple[list[Block], list[Block]]:
    """A page's blocks and its footnotes."""
    tables, prose = ruled_rows(words, sheet.grids)  # type: ignore[arg-type]
    body: list[Block] = []
    notes: list[Block] = []
    for column in reading_order(prose):
        lines, small = _without_notes(column)
        found = _column_blocks(list(_with_tables(lines, tables)))
        if body and found and _runs_on(body[-1], found[0]):
            body[-1] = _joined(body[-1], found.pop(0))
        body += found
        notes += _column_blocks(list(small))
    body += [Block(row.cells) for rows in tables for row in rows]
    return body, notes


def _with_tables(lines: Sequence[Line], tables: list[list[Row]]) -> Iterator[Line | Row]:
    """The lines with each ruled table before the first line below it; placed tables are taken off the list."""
    pending: list[Line] = []
    for line in lines:
        for rows in [rows for rows in tables if rows[0].top <= line.top]:
            yield from aligned_rows(pending)
            pending = []
            yield from rows
            tables.remove(rows)
        pending.append(line)
    yield from aligned_rows(pending)


def _without_notes(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines of a column parted into text and the footnotes of smaller print at its foot."""
    if not lines:
        return lines, ()
    usual = median(line.size_pt for line in lines)
    at = len(lines)
    while at > 0 and lines[at - 1].size_pt < NOTE_SIZE * usual:
        at -= 1
    return lines[:at], lines[at:]


def _column_blocks(items: Sequence[Line | Row]) -> list[Block]:
    setting = _setting([item for item in items if isinstance(item, Line)])
    blocks: list[Block] = []
    before: Line | Row | None = None
    for item in items:
        if isinstance(item, Row):
            blocks.append(Block(item.cells))
        elif isinstance(before, Line) and not _breaks(before, item, blocks[-1], setting):
            blocks[-1] = Block(((*blocks[-1].cells[0], item),))
        else:
            blocks.append(Block(((item,),)))
        before = item
    return blocks


def _setting(lines: Sequence[Line]) -> _Setting:
    pitches = [lower.top - upper.top for upper, lower in pairwise(lines) if lower.top > upper.top]
    rights = [line.x1 for line in lines]
    usual = quantiles(pitches, n=4)[0] if len(pitches) > 1 else (pitches or [0.0])[0]
    return _Setting(usual, quantiles(rights, n=10)[-1] if len(rights) > 1 else (rights or [0.0])[0])


def _breaks(upper: Line, lower: Line, block: Block, setting: _Setting) -> bool:
    """Whether a new block begins between two lines that follow each other in a column."""
    ended = bool(SENTENCE_END.search(upper.text))
    goes_on = lower.text[:1].islower() and not ended
    if abs(lower.size_pt - upper.size_pt) > SIZE_CHANGE * upper.size_pt and not goes_on:
        return True
    full = not _fits_on(upper, lower, setting)
    if lower.top - upper.top > PARAGRAPH_PITCH * max(setting.pitch, upper.bottom - upper.top):
        return not (full and goes_on)
    if MARKER.match(lower.text) and _begins_item(upper, lower, block, ended=ended, full=full):
        return True
    if upper.bold != lower.bold and not goes_on and not full:
        return True
    indented = lower.x0 - upper.x0 > INDENT * lower.size_pt
    if ended and indented and len(block.cells[0]) > 1:
        return True
    return not full and not goes_on


def _begins_item(upper: Line, lower: Line, block: Block, *, ended: bool, full: bool) -> bool:
    """Whether a marker at the start of a line begins an item, rather than standing there by chance."""
    if not full or NUMBERED.match(lower.text) and ended:
        return True
    shifted = abs(lower.x0 - upper.x0) > INDENT / 2 * lower.size_pt
    return ended or shifted and upper.text.endswith((",", "and", "or", "–", "-"))


def _fits_on(upper: Line, lower: Line, setting: _Setting) -> bool:
    """Whether the first word of the lower line would have fitted on the upper one."""
    word = lower.words[0]
    return upper.x1 + (word.x1 - word.x0) + 0.5 * upper.size_pt < setting.right


def _runs_on(block: Block, following: Block) -> bool:
    """Whether a block that ends a column or page goes on in the one that begins the next."""
    if len(block.cells) > 1 or len(following.cells) > 1:
        return False
    last, first = block.cells[0][-1], following.cells[0][0]
    if SENTENCE_END.search(last.text) or MARKER.match(first.text):
        return False
    if first.text[:1].islower():
        return True
    same_print = abs(first.size_pt - last.size_pt) <= SIZE_CHANGE * last.size_pt and first.bold == last.bold
    return same_print and len(block.cells[0]) > 1 and _long(block) and not first.text.isupper()


def _long(block: Block) -> bool:
    """Whether the last line of a block is as long as its others, as in a paragraph that goes on."""
    lines = block.cells[0]
    widest = max(line.x1 for line in lines)
    return lines[-1].x1 > widest - 0.12 * (widest - min(line.x0 for line in lines))


def _joined(block: Block, following: Block) -> Block:
    return Block((block.cells[0] + following.cells[0],))


def _stitched(blocks: Iterable[Block]) -> list[Block]:
    """The blocks without the table headers that a table repeats on each of its pages."""
    kept: list[Block] = []
    header: Block | None = None
    for block in blocks:
        row = len(block.cells) > 1
        if row and header is not None and _words(block) == _words(header):
            if block.cells[0][0].page != kept[-1].cells[0][0].page:
                continue
        if row and (not kept or len(kept[-1].cells) == 1):
            header = block
        elif not row and header is not None and len(_words(block)) > 0:
            header = None if block.cells[0][0].page == (kept[-1].cells[0][0].page if kept else 0) else header
        kept.append(block)
    return kept


def _words(block: Block) -> list[str]:
    return [word.text for cell in block.cells for line in cell for word in line.words]
