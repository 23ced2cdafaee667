"""Running heads and feet, page numbers and line numbers: what stands on a page without belonging to the text.

Known by position and repetition: a line that comes back at the same place of page after page, whatever numbers stand
in it; page numbers that count on; numbers down the margin that count the lines. An old filing breaks its own pages
within the pages of the PDF: what such breaks part are the leaves of a page.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Final, NamedTuple

from pipeline.read.lines import Line, lines_of
from pipeline.read.pdf import Sheet, Word

# A head or foot is no longer than this; a page of scattered words may make a line of thousands of numbers.
HEAD_CHARS: Final = 400
# How many lines from either end of a page may be head or foot, and how far apart on two pages, in points.
ZONE_LINES: Final = 5
SAME_PLACE_PT: Final = 9.0
# A head or foot comes back on this share of the pages (odd and even pages may differ), and at least twice.
REPEATED_SHARE: Final = 0.2
REPEATED_TWICE: Final = 2
# In the body (a filing's own page breaks) a line of this many words must come back more often.
BODY_WORDS: Final = 4
BODY_TIMES: Final = 4
# Beside such a line or a page number, a line of this many characters that comes back word for word belongs to it.
NOTICE_CHARS: Final = 8
NUMBER: Final = re.compile(r"[-–—\[]*\s*([a-z]{1,2}-)?(\d{1,4})\s*[-–—\]]*", re.IGNORECASE)
PAGE_WORD: Final = re.compile(r"\bpage\b")
ROMAN: Final = re.compile(r"[-–—\[]*\s*[ivxl]{1,6}\s*[-–—\]]*", re.IGNORECASE)
NUMBERED: Final = re.compile(
    r"page\s*[-–—]*\s*(?:[a-z]{1,2}-)?(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\s*[-–—]*|\d{1,4}\s*(?:of|/)\s*\d{1,4}"
    r"|[-–—]+\s*\d{1,4}\s*[-–—]+",
    re.IGNORECASE,
)
# Page numbers of a filing's own pages: so many that count on by one, this many lines of the document apart.
COUNTED: Final = 3
LEAF_LINES: Final = 160
LEAF_LINES_LEAST: Final = 20
CENTRED_LEAF_LINES: Final = 3
# White space above and below, in usual line distances, that a page number has.
ALONE: Final = 1.4
MARGIN_NUMBERS: Final = 8
# The mark-up of old filings (EDGAR Filer Manual, ASCII documents): page breaks, and tags that say how tables are set.
PAGE_TAG: Final = "<PAGE>"
TABLE_TAG: Final = re.compile(r"</?(?:PAGE|TABLE|CAPTION|S|C|FN|F\d+)>")

Leaf = list[Line]


class _Number(NamedTuple):
    """A number alone on its line: the line's id, its place among the document's lines, and whether it stands centred."""

    line: int
    at: int
    prefix: str
    value: int
    centred: bool


def leaves_of(sheets: Sequence[Sheet]) -> list[list[Leaf]]:
    """The lines of each sheet that belong to the contract's text, parted where the document breaks its own pages."""
    pages = [lines_of(_without_line_numbers(sheet.words)) for sheet in sheets]
    numbers = _page_numbers(pages)
    breaks = numbers | _repeated_at_ends(sheets, pages) | _repeated_in_body(pages, numbers)
    return [list(_leaves(lines, breaks)) for lines in pages]


def _leaves(lines: Sequence[Line], breaks: set[int]) -> Iterator[Leaf]:
    leaf: Leaf = []
    for line in lines:
        if id(line) not in breaks:
            leaf += [line] if "<" not in line.text else _without_tags(line)
        if leaf and (id(line) in breaks or PAGE_TAG in line.text):
            yield leaf
            leaf = []
    if leaf:
        yield leaf


def _without_tags(line: Line) -> list[Line]:
    """The line up to a page break, without the tags of tables; nothing if it holds no more than those."""
    texts = [word.text for word in line.words]
    end = texts.index(PAGE_TAG) if PAGE_TAG in texts else len(texts)
    words = tuple(word for word in line.words[:end] if not TABLE_TAG.fullmatch(word.text))
    return [Line(words)] if words else []


def _key(line: Line) -> str:
    """The line's text with numbers made alike."""
    return re.sub(r"\d+", "#", line.text.casefold())


def _repeated_at_ends(sheets: Sequence[Sheet], pages: Sequence[Sequence[Line]]) -> set[int]:
    """Ids of the lines that come back at one place at the head or foot of pages, but for table headers."""
    found: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for number, (sheet, lines) in enumerate(zip(sheets, pages, strict=True)):
        for index, line in enumerate(lines):
            if index < ZONE_LINES or index >= len(lines) - ZONE_LINES:
                from_end = 0.0 if index < len(lines) / 2 else sheet.page.height_pt
                for key in set(_keys_on_page(line, number)):
                    found[key].append((line.top - from_end, id(line)))
    enough = max(REPEATED_TWICE, REPEATED_SHARE * len(pages))
    repeated = {line for places in found.values() if len(places) >= enough for line in _at_one_place(places, enough)}
    pairs = [pair for lines in pages for pair in pairwise(lines) if id(pair[0]) in repeated and id(pair[1]) not in repeated]
    return repeated - {id(upper) for upper, lower in pairs if _heads(upper, lower)}


def _keys_on_page(line: Line, page: int) -> Iterator[str]:
    """The line's text, and its text with each number as its distance from the page's: only page numbers count with pages."""
    text = line.text.casefold()
    yield _key(line) if PAGE_WORD.search(text) else text
    if len(text) > HEAD_CHARS:
        return
    for number in re.finditer(r"\d{1,4}", text):
        yield f"{text[: number.start()]}#{int(number[0]) - page}{text[number.end() :]}"


def _heads(upper: Line, lower: Line) -> bool:
    """Whether the upper line may be the header of a table that the lower line is a row of."""
    return min(len(upper.cells), len(lower.cells)) > 1 and lower.top - upper.bottom < upper.size_pt


def _at_one_place(places: Sequence[tuple[float, int]], enough: float) -> Iterator[int]:
    tops = sorted(top for top, _ in places)
    for top, line in places:
        if bisect_right(tops, top + SAME_PLACE_PT) - bisect_left(tops, top - SAME_PLACE_PT) >= enough:
            yield line


def _repeated_in_body(pages: Sequence[Sequence[Line]], numbers: set[int]) -> set[int]:
    """Ids of the lines that come back anywhere, often, and say something or stand beside what does or a page number."""
    keys = _often(pages, _key)
    texts = {text for text in _often(pages, _before_break) if len(text) >= NOTICE_CHARS and any(map(str.isalpha, text))}
    told = numbers | {id(line) for lines in pages for line in lines if _key(line) in keys and _is_notice(line, texts)}
    repeated = told | {id(line) for lines in pages for line in lines if _before_break(line) in texts}
    runs = [set(map(id, run)) for lines in pages for again, run in groupby(lines, lambda line: id(line) in repeated) if again]
    return {line for run in runs if run & told for line in run}


def _often(pages: Sequence[Sequence[Line]], key: Callable[[Line], str]) -> set[str]:
    """The keys of lines that stand on many pages."""
    times = Counter(found for lines in pages for found in set(map(key, lines)))
    return {found for found, count in times.items() if count >= max(BODY_TIMES, REPEATED_SHARE * len(pages))}


def _before_break(line: Line) -> str:
    return line.text.partition(PAGE_TAG)[0].strip()


def _is_notice(line: Line, texts: set[str]) -> bool:
    """Whether the line says something, and is no row of a table whose figures alone differ."""
    says = sum(word.text.strip(".,;:()").isalpha() for word in line.words) >= BODY_WORDS
    alike = len(line.cells) == 2 and (_before_break(line) in texts or PAGE_WORD.search(line.text.casefold()))
    return says and bool(len(line.cells) == 1 or alike)


def _page_numbers(pages: Sequence[Sequence[Line]]) -> set[int]:
    """Ids of the lines that are nothing but a page number."""
    told = {id(line) for lines in pages for line in lines if NUMBERED.fullmatch(line.text)}
    ends = {id(line) for lines in pages for line in _numbers_at_ends(lines)}
    return told | ends | _counted(pages)


def _numbers_at_ends(lines: Sequence[Line]) -> Iterator[Line]:
    """The first and last line, if they are a number with white space between it and the text."""
    usual = median([lower.top - upper.top for upper, lower in pairwise(lines)]) if len(lines) > 1 else 0.0
    for line in lines[:1]:
        if NUMBER.fullmatch(line.text) or ROMAN.fullmatch(line.text):
            yield line
    for upper, line in pairwise(lines[-2:]):
        if line.top - upper.top > ALONE * usual and (NUMBER.fullmatch(line.text) or ROMAN.fullmatch(line.text)):
            yield line


def _counted(pages: Sequence[Sequence[Line]]) -> set[int]:
    """Ids of the lines that count on by one through the document: a page of text apart, or in the middle of their lines."""
    chains: list[tuple[_Number, list[int]]] = []
    for number in _numbers(pages):
        before = [chain for last, chain in chains[-LEAF_LINES:] if _follows(last, number)]
        chains.append((number, [*max(before, key=len, default=[]), number.line]))
    return {line for _, chain in chains if len(chain) >= COUNTED for line in chain}


def _numbers(pages: Sequence[Sequence[Line]]) -> Iterator[_Number]:
    start = 0
    for lines in pages:
        middle = (min(line.x0 for line in lines) + max(line.x1 for line in lines)) / 2 if lines else 0.0
        for at, line in enumerate(lines, start):
            if match := NUMBER.fullmatch(line.text):
                centred = line.x0 <= middle <= line.x1
                yield _Number(id(line), at, (match[1] or "").casefold(), int(match[2]), centred)
        start += len(lines)


def _follows(last: _Number, number: _Number) -> bool:
    least = CENTRED_LEAF_LINES if last.centred and number.centred else LEAF_LINES_LEAST
    counts_on = last.prefix == number.prefix and last.value + 1 == number.value
    return counts_on and least <= number.at - last.at <= LEAF_LINES


def _without_line_numbers(words: Sequence[Word]) -> Sequence[Word]:
    """The words without a column of rising numbers left of all others."""
    others = [word.x0 for word in words if not word.text.isdecimal()]
    edge = min(others, default=0.0)
    margin = sorted((word.top, int(word.text), id(word)) for word in words if word.text.isdecimal() and word.x1 <= edge)
    rising = all(upper[1] < lower[1] for upper, lower in pairwise(margin))
    if len(margin) < MARGIN_NUMBERS or not rising:
        return words
    numbers = {word for _, _, word in margin}
    return [word for word in words if id(word) not in numbers]
