"""A contract's text to the units that are tagged: sentences and table rows, each with the context that gives it meaning.

Everything is told from the text alone (blocks by line, cells by `CELL_BREAK`), so that a reviewed JSON can be cut into the
same units again when the classifier is trained from it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pipeline.contract import BLOCK_BREAK, CELL_BREAK, Sentence, Span, Unit
from pipeline.tag.sentences import sentence_spans

# A heading has at most this many words, and a table may be broken by lines of at most this many.
HEADING_WORDS: Final = 14
INTERRUPTION_WORDS: Final = 8
# The heading of a column has at most this many words.
COLUMN_WORDS: Final = 5
# Context is cut to this many characters: enough for what a lead-in says, not a page of it.
CONTEXT_CHARS: Final = 400
# An item of a list without markers is shorter than this; a longer block is a paragraph after the list.
PARAGRAPH_WORDS: Final = 40
SECTION_BREAK: Final = " > "

# List markers by style; items of one list share their style.
STYLES: Final = {
    "(roman)": re.compile(r"\((?:[ivx]{1,6})\)\s*"),
    "(a)": re.compile(r"\([a-z]{1,2}\)\s*"),
    "(A)": re.compile(r"\([A-Z]{1,2}\)\s*"),
    "(1)": re.compile(r"\(\d{1,3}\)\s*"),
    "[1]": re.compile(r"\[\d{1,3}\]\s*"),
    "a)": re.compile(r"[a-z]\)\s+"),
    "A)": re.compile(r"[A-Z]\)\s+"),
    "1)": re.compile(r"\d{1,3}\)\s+"),
    "i.": re.compile(r"[ivx]{1,6}[.)]\s+"),
    "a.": re.compile(r"[a-z]\.\s+"),
    "A.": re.compile(r"[A-Z]\.\s+"),
    ".1": re.compile(r"\.\d{1,2}\s+"),
    "1.1.1.1": re.compile(r"§?\s?\d{1,3}(?:\.\d{1,3}){3}\.?\s+"),
    "1.1.1": re.compile(r"§?\s?\d{1,3}(?:\.\d{1,3}){2}\.?\s+"),
    "1.1": re.compile(r"(?:(?:Section|SECTION|Clause|§)\s*)?\d{1,3}\.\d{1,3}\.?[):]?\s+"),
    "1.": re.compile(r"(?:(?:Section|SECTION|Clause|CLAUSE|Sec\.)\s*)?\d{1,3}\.?[.:]\s+"),
    "•": re.compile(r"[•●▪◦·–—*o-]\s+"),
}
UNORDERED: Final = ("", "•")
HEADING_RANK: Final = {"1.": 1, "A.": 2, "1.1": 2, "1.1.1": 3, "1.1.1.1": 4}
ARTICLE: Final = re.compile(
    r"(?:article|clause|section|part|chapter|title|schedule|exhibit|annex|appendix|attachment|addendum)\s+[\dIVXLA-Z]{1,5}\b",
    re.IGNORECASE,
)
LEADS: Final = re.compile(r"(?:[:—–]|\b(?:as follows|following|when|if|all of|of|to|by))\s*[-–—:]*$", re.IGNORECASE)
SENTENCE_END: Final = re.compile(r"[.?!][\"”’')\]]*$")
# What a table's header does not hold: a figure, or one that is blacked out. "Amount (US$)" and "Share (%)" are headers.
FIGURE: Final = re.compile(r"\d|\[\s?\*|\*{2,}")


@dataclass(slots=True)
class _Lists:
    """The lists that are open at a place in the text: (style, lead-in), the outermost first."""

    open: list[tuple[str, str]] = field(default_factory=list)
    introduced: str = ""
    introduced_by: str = ""

    def lead(self, style: str) -> str:
        """The lead-in of a block with this style of marker ("" for none); closes the lists that it ends.

        A block marked like the one with the lead-in is its sibling, not an item of its list.
        """
        styles = [name for name, _ in self.open]
        if self.introduced and (style != self.introduced_by or style in UNORDERED):
            self.open = self.open[: styles.index(style)] if style in styles else self.open
            self.open.append((style, self.introduced))
        elif style in styles:
            del self.open[styles.index(style) + 1 :]
        else:
            self.open.clear()
        return " ".join(lead for _, lead in self.open)[-CONTEXT_CHARS:]

    def after(self, text: str, style: str) -> None:
        """Note how a block ended: with a lead-in, or with a paragraph, which ends a list without markers."""
        self.introduced = text[-CONTEXT_CHARS:] if LEADS.search(text) else ""
        self.introduced_by = style
        if style == "" and len(text.split()) > PARAGRAPH_WORDS and self.open and self.open[-1][0] == "":
            self.open.pop()


def units_of(text: str) -> list[Sentence]:
    """The sentences and table rows of a contract's text, in order, without headings' and lead-ins' context lost.

    Spans point into `text`; `before` and `after` are the neighbouring units' texts, `table` those of a row's table.
    """
    found: list[Sentence] = []
    headings: dict[int, str] = {}
    lists = _Lists()
    table = _Table()
    at = 0
    for block in text.split(BLOCK_BREAK):
        if CELL_BREAK in block:
            found.append(_row(block, at, _section(headings), lists, table))
        elif block.strip():
            if table.interrupted_by(block):
                lists.introduced = ""
            found += _prose(block, at, headings, lists)
        at += len(block) + len(BLOCK_BREAK)
    return in_place(found)


@dataclass(slots=True)
class _Table:
    """The table that the text stands in: its header ("" if it has none), its title, whether a row was seen.

    `parted` is whether a short line has come since: the title of the next table, or a line that a page break left there.
    """

    header: str = ""
    title: str = ""
    inside: bool = False
    parted: bool = False
    last_line: str = ""

    def interrupted_by(self, block: str) -> bool:
        """Whether a block of prose ends a table: one does, unless it is a short line between its rows."""
        ends = self.inside and _ends_table(block)
        if ends:
            self.inside, self.header = False, ""
        self.parted = self.inside
        self.last_line = block[-CONTEXT_CHARS:]
        return ends

    def row(self, block: str) -> str:
        """The header of a row; a first row without figures is the header, and its own."""
        another = self.parted and _is_header(block)
        if another or not self.inside or (not self.header and not FIGURE.search(block)):
            self.header = "" if FIGURE.search(block) else block
            self.title = self.last_line if another or not self.inside else self.title
        self.inside, self.parted = True, False
        return self.header


def _ends_table(prose: str) -> bool:
    """Whether prose after a row ends its table; a short line may have been left there by a page break."""
    return len(prose.split()) > INTERRUPTION_WORDS or SENTENCE_END.search(prose) is not None


def _is_header(block: str) -> bool:
    """Whether a row can only be a header: a word or a few in each cell, and no figure."""
    cells = block.split(CELL_BREAK)
    return not FIGURE.search(block) and all(cell[:1].isalpha() and len(cell.split()) <= COLUMN_WORDS for cell in cells)


def _row(block: str, at: int, section: str, lists: _Lists, table: _Table) -> Sentence:
    header = table.row(block)
    return Sentence(block, Span(at, at + len(block)), Unit.ROW, section, lists.introduced, header, table.title)


def _prose(block: str, at: int, headings: dict[int, str], lists: _Lists) -> Iterator[Sentence]:
    style, marker_end = _marker(block)
    rank = _heading_rank(block, style)
    if rank:
        _enter(headings, rank, block)
    spans = list(sentence_spans(block))
    if not rank and style in HEADING_RANK:
        _enter(headings, HEADING_RANK[style], _run_in(block, spans, marker_end))
    lead = lists.lead(style) if not rank else ""
    if rank:
        lists.open.clear()
    for number, (start, end) in enumerate(spans):
        yield Sentence(
            block[start:end], Span(at + start, at + end), Unit.SENTENCE, _section(headings), lead if number == 0 else ""
        )
    lists.after("" if rank else block[spans[-1][0] : spans[-1][1]] if spans else "", style)


def _marker(block: str) -> tuple[str, int]:
    """The style of the block's list marker ("" for none) and where the marker ends."""
    for style, pattern in STYLES.items():
        if match := pattern.match(block):
            return style, match.end()
    return "", 0


def _heading_rank(block: str, style: str) -> int:
    """How deep a heading is, 1 the outermost; 0 for what is no heading."""
    words = block.split()
    if len(words) > HEADING_WORDS or LEADS.search(block) or block.endswith((";", ",")):
        return 0
    body = [word for word in words if word[0].isalpha()]
    if not body:
        return 0
    capital = sum(word[0].isupper() for word in body if len(word) > 3 or word.isupper())
    long = sum(len(word) > 3 or word.isupper() for word in body)
    titled = long > 0 and capital >= 0.8 * long
    if ARTICLE.match(block) and (titled or len(words) <= 3):
        return 1
    if block.isupper() and len(block) > 3:
        return HEADING_RANK.get(style, 1)
    if not titled or (SENTENCE_END.search(block) and style not in HEADING_RANK):
        return 0
    return HEADING_RANK.get(style, 3) if style not in ("", "•") or len(words) <= 8 else 0


def _run_in(block: str, spans: Sequence[tuple[int, int]], marker_end: int) -> str:
    """The heading that a numbered paragraph begins with ("3. Feedstock. The Buyer ..."), or its bare number."""
    for start, end in spans:
        title = block[max(start, marker_end) : end]
        if 0 < len(title.split()) <= INTERRUPTION_WORDS and title[0].isupper() and end > marker_end and len(spans) > 1:
            return block[:end]
        break
    titled = re.match(r"[A-Z][\w’'&,/ -]{2,60}?[.:–—]\s", block[marker_end:])
    if titled and sum(word[0].isupper() for word in titled[0].split()) >= len(titled[0].split()) / 2:
        return block[: marker_end + titled.end()].strip()
    return block[:marker_end].strip()


def _enter(headings: dict[int, str], rank: int, title: str) -> None:
    for deeper in [known for known in headings if known >= rank]:
        del headings[deeper]
    headings[rank] = title[: CONTEXT_CHARS // 4]


def _section(headings: dict[int, str]) -> str:
    return SECTION_BREAK.join(headings[rank] for rank in sorted(headings))


def in_place(units: Sequence[Sentence]) -> list[Sentence]:
    """The units, in document order, each with the texts of its neighbours, and rows with those of their table."""
    texts = ["", *(unit.text for unit in units), ""]
    return [
        replace(unit, table=table, before=before, after=after)
        for unit, table, before, after in zip(units, _tables(units), texts, texts[2:], strict=False)
    ]


def _tables(units: Sequence[Sentence]) -> list[str]:
    """The rows of each unit's table, one a line; "" for prose."""
    numbers = list(_table_numbers(units))
    rows: dict[int, list[str]] = {}
    for number, unit in zip(numbers, units, strict=True):
        rows.setdefault(number, []).append(unit.text)
    tables = {number: BLOCK_BREAK.join(texts) for number, texts in rows.items() if number}
    return [tables.get(number, "") for number in numbers]


def _table_numbers(units: Sequence[Sentence]) -> Iterator[int]:
    """The number of each unit's table, 0 for prose; the rows of one table have one header and one title."""
    number, table = 0, None
    for unit in units:
        if unit.unit is Unit.ROW:
            number += table != (unit.header, unit.title)
            table = (unit.header, unit.title)
        elif _ends_table(unit.text):
            table = None
        yield number if unit.unit is Unit.ROW else 0
