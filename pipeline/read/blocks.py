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

from pipeline.read.furniture import Leaf, leaves_of
from pipeline.read.lines import Line, reading_order
from pipeline.read.pdf import Grid, Sheet
from pipeline.read.tables import Row, aligned_rows, ruled_rows

# Lines further apart than this many usual line distances are of two paragraphs.
PARAGRAPH_PITCH: Final = 1.3
# Print that differs by this share in size is of two paragraphs.
SIZE_CHANGE: Final = 0.12
# An indent of this many letter heights begins a paragraph.
INDENT: Final = 0.8
# A line of so many words that reaches this far over the column is full, even if one more short word had fitted.
FULL_WORDS: Final = 8
FULL_SHARE: Final = 0.85
# A list marker on a line of its own stands at most this many usual line distances above its item.
MARKER_PITCH: Final = 2.5
# A footnote's print is this much smaller than the page's.
NOTE_SIZE: Final = 0.93
# Lines of prose that may stand between a page's top and the header that a table repeats there ("continued").
CONTINUED_BLOCKS: Final = 2
SENTENCE_END: Final = re.compile(r"[.:;?!][\"”’')\]]*$")
# A line that ends in one of these words is not the end of what it says.
DANGLING: Final = re.compile(
    r"(?<![;,:] )\b(?:a|an|and|any|as|at|be|between|by|each|for|from|has|have|if|in|into|is|its|may|not|of|on|or|other|shall"
    r"|such|than|that|the|their|these|this|to|under|upon|which|will|with)$"
)
MARKER: Final = re.compile(
    r"(?:[(\[](?:\d{1,3}|[a-zA-Z]{1,2}|[ivxlIVXL]{1,6})[)\]]|§*\s?\d{1,3}(?:\.\d{1,3})+\.?|\.\d{1,2}(?:\.\d{1,2})*"
    r"|(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5}|[IVX]{1,5})[.)]|[•●▪◦·–—*]|§+)(?=\s|$)"
    r"|(?:ARTICLE|Article|SECTION|Section|CLAUSE|Clause|EXHIBIT|Exhibit|SCHEDULE|Schedule|ANNEX|Annex|APPENDIX|Appendix"
    r"|PART|Part)\s+[\dIVXLA-Z]{1,5}\b"
)
BARE_MARKER: Final = re.compile(
    r"[(\[](?:\d{1,3}|[a-zA-Z]{1,2}|[ivxlIVXL]{1,6})[)\]]|§*\s?\d{1,3}(?:\.\d{1,3})+\.?|(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|[•●▪◦]"
)
HEADING_STARTS: Final = frozenset('0123456789§"“')
NUMBERED: Final = re.compile(r"\d{1,3}(?:\.\d{1,3})+\.?\s|(?:ARTICLE|Article|SECTION|Section)\s")
NOTE_MARK: Final = re.compile(r"(?:\d{1,2}|[*†‡]{1,3}|[(\[]\d{1,2}[)\]])(?!\d)")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (one cell) or a table row (two or more), as the lines that make it."""

    cells: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a column of text is set: usual distance of its lines and its left and right edge, in points."""

    pitch: float
    left: float
    right: float


def blocks_of(sheets: Sequence[Sheet]) -> list[Block]:
    """The contract as blocks in reading order, without heads, feet, page and line numbers.

    Footnotes follow the paragraph that goes on over the end of their page.
    """
    blocks: list[Block] = []
    notes: list[Block] = []
    for body, foot in _leaf_blocks(sheets):
        runs_on = bool(blocks and body) and _runs_on(blocks[-1], body[0])
        if runs_on:
            blocks[-1] = _joined(blocks[-1], body.pop(0))
        if body or not runs_on:
            blocks += [*notes, *body]
            notes = []
        notes += foot
    return _stitched(blocks + notes)


def _leaf_blocks(sheets: Sequence[Sheet]) -> Iterator[tuple[list[Block], list[Block]]]:
    """The blocks of each page (or of each part of a page that breaks its own pages) and its footnotes."""
    for sheet, leaves in zip(sheets, leaves_of(sheets), strict=True):
        setting = _setting([line for leaf in leaves for line in leaf])
        for leaf in leaves:
            yield _body_and_notes(leaf, sheet.grids, setting)


def _body_and_notes(leaf: Leaf, grids: Iterable[Grid], setting: _Setting) -> tuple[list[Block], list[Block]]:
    tables, prose = ruled_rows(leaf, grids)
    body: list[Block] = []
    notes: list[Block] = []
    columns = reading_order(prose)
    for column in columns:
        items, small = _without_notes(list(_with_tables(column, tables)))
        found = _column_blocks(items, setting if len(columns) == 1 else _setting(column))
        if body and found and _runs_on(body[-1], found[0]):
            body[-1] = _joined(body[-1], found.pop(0))
        body += found
        notes += _column_blocks(small, _setting(column))
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


def _without_notes(items: Sequence[Line | Row]) -> tuple[Sequence[Line | Row], Sequence[Line | Row]]:
    """The items of a column parted into text and the footnotes at its foot: marked lines of smaller print."""
    lines = [item for item in items if isinstance(item, Line)]
    usual = median(line.size_pt for line in lines) if lines else 0.0
    at = end = len(items)
    for index in range(end - 1, -1, -1):
        item = items[index]
        if isinstance(item, Row) or item.size_pt >= NOTE_SIZE * usual:
            break
        at = index if NOTE_MARK.match(item.text) else at
    return items[:at], items[at:]


def _column_blocks(items: Iterable[Line | Row], setting: _Setting) -> list[Block]:
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
    right = quantiles(rights, n=10)[-1] if len(rights) > 1 else (rights or [0.0])[0]
    return _Setting(usual, min((line.x0 for line in lines), default=0.0), right)


def _breaks(upper: Line, lower: Line, block: Block, setting: _Setting) -> bool:
    """Whether a new block begins between two lines that follow each other in a column."""
    ended = bool(SENTENCE_END.search(upper.text))
    goes_on = not ended and bool(lower.text[:1].islower() or DANGLING.search(upper.text))
    full = not _fits_on(upper, lower, setting)
    pitch = (lower.top - upper.top) / max(setting.pitch, upper.bottom - upper.top)
    if BARE_MARKER.fullmatch(upper.text) and len(block.cells[0]) == 1:
        return pitch > MARKER_PITCH or bool(MARKER.match(lower.text))
    if _begins_item(upper, lower, ended=ended, full=full):
        return True
    if goes_on:
        return pitch > PARAGRAPH_PITCH and not full and not (pitch <= MARKER_PITCH and _finishes(block, lower))
    return pitch > PARAGRAPH_PITCH or _is_set_off(upper, lower, block, full=full) or not (full or _nearly_full(upper, setting))


def _begins_item(upper: Line, lower: Line, *, ended: bool, full: bool) -> bool:
    """Whether a list item begins with the lower line, and no marker stands at its start by chance."""
    if not MARKER.match(lower.text):
        return False
    if not full or (NUMBERED.match(lower.text) and ended):
        return True
    shifted = abs(lower.x0 - upper.x0) > INDENT / 2 * lower.size_pt
    return ended or (shifted and upper.text.endswith((",", "and", "or", "–", "-")))


def _is_set_off(upper: Line, lower: Line, block: Block, *, full: bool) -> bool:
    """Whether the lower line is set off from the block above it by the size or weight of its print, or by its indent."""
    if abs(lower.size_pt - upper.size_pt) > SIZE_CHANGE * upper.size_pt or (upper.bold != lower.bold and not full):
        return True
    indented = lower.x0 - upper.x0 > INDENT * lower.size_pt
    return indented and len(block.cells[0]) > 1 and bool(SENTENCE_END.search(upper.text))


def _finishes(block: Block, lower: Line) -> bool:
    """Whether a line says what a heading on a line of its own begins ("1.5 Batch" over "shall mean ...")."""
    (*_, upper), word = block.cells[0], lower.words[0].text
    heading = len(block.cells[0]) == 1 and (upper.bold or upper.text[0] in HEADING_STARTS)
    return heading and len(word) > 1 and word.isalpha() and word.islower()


def _fits_on(upper: Line, lower: Line, setting: _Setting) -> bool:
    """Whether the first word of the lower line would have fitted on the upper one."""
    word = lower.words[0]
    return upper.x1 + (word.x1 - word.x0) + 0.5 * upper.size_pt < setting.right


def _nearly_full(line: Line, setting: _Setting) -> bool:
    """Whether a line of ragged prose is long enough to be full."""
    reach = setting.left + FULL_SHARE * (setting.right - setting.left)
    return len(line.words) >= FULL_WORDS and line.x1 > reach and not SENTENCE_END.search(line.text)


def _runs_on(block: Block, following: Block) -> bool:
    """Whether a block that ends a column or page goes on in the one that begins the next."""
    if len(block.cells) > 1 or len(following.cells) > 1:
        return False
    last, first = block.cells[0][-1], following.cells[0][0]
    if SENTENCE_END.search(last.text) or MARKER.match(first.text):
        return False
    if first.text[:1].islower() or DANGLING.search(last.text):
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
    """The blocks without the headers that a table repeats where it goes on on a new page."""
    kept: list[Block] = []
    header: list[str] = []
    last_row = -1
    for block in blocks:
        if len(block.cells) > 1:
            begins = last_row < len(kept) - 1 or last_row < 0
            if _words(block) == header and _goes_on(kept[last_row:], block):
                last_row = len(kept) - 1
                continue
            header = _words(block) if begins else header
            last_row = len(kept)
        kept.append(block)
    return kept


def _goes_on(since: Sequence[Block], header: Block) -> bool:
    """Whether a table whose last row `since` begins with goes on at this header: nothing but a line or two stands between."""
    page = _page(header)
    return _page(since[0]) < page and len(since) <= 1 + CONTINUED_BLOCKS and all(_page(block) == page for block in since[1:])


def _page(block: Block) -> int:
    return block.cells[0][0].page


def _words(block: Block) -> list[str]:
    return [word.text for cell in block.cells for line in cell for word in line.words]
