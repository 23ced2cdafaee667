"""Running heads and feet, page numbers and line numbers: what stands on a page without belonging to the text.

Known by position and repetition: a line that comes back at the head or foot of page after page, whatever numbers stand
in it; a page number that stands alone; numbers down the margin that count the lines.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from pipeline.read.lines import Line, lines_of
from pipeline.read.pdf import Sheet, Word

# How many lines from either end of a page may be head or foot.
ZONE_LINES: Final = 5
# A head or foot comes back on this share of the pages (odd and even pages may differ), and at least twice.
REPEATED_SHARE: Final = 0.2
REPEATED_TWICE: Final = 2
# In the body (a filing's own page breaks) a line of this many words must come back more often.
BODY_WORDS: Final = 4
BODY_TIMES: Final = 4
PAGE_NUMBER: Final = re.compile(
    r"(?:page\s*)?[-–—\[(]*\s*(?:[a-z]{1,2}-)?(?:\d{1,4}|[ivxl]{1,6})\s*[-–—\])]*(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)
# White space above and below, in usual line distances, that a page number in the body has.
ALONE: Final = 1.4
MARGIN_NUMBERS: Final = 8


def without_furniture(sheets: Sequence[Sheet]) -> list[list[Word]]:
    """The words of each sheet that belong to the contract's text."""
    bodies = [_without_line_numbers(sheet.words) for sheet in sheets]
    pages = [lines_of(words) for words in bodies]
    repeated = _repeated(pages)
    return [[word for line in _kept(lines, repeated) for word in line.words] for lines in pages]


def _kept(lines: Sequence[Line], repeated: set[str]) -> list[Line]:
    zone = set(_zone(lines))
    numbers = _page_numbers(lines)
    return [
        line
        for index, line in enumerate(lines)
        if index not in numbers
        and not (index in zone and _key(line) in repeated)
        and not (_spelled(line) >= BODY_WORDS and "body:" + _key(line) in repeated)
    ]


def _spelled(line: Line) -> int:
    """How many of the line's words are spelled out: a row of redactions may well come back."""
    return sum(word.text.isalpha() for word in line.words)


def _zone(lines: Sequence[Line]) -> Iterable[int]:
    """Indexes of the lines at the head and foot of a page."""
    count = len(lines)
    return (index for index in range(count) if index < ZONE_LINES or index >= count - ZONE_LINES)


def _key(line: Line) -> str:
    """The line's text with numbers made alike."""
    return re.sub(r"\d+", "#", line.text.casefold())


def _repeated(pages: Sequence[Sequence[Line]]) -> set[str]:
    """Keys of lines that come back: at head or foot, or (prefixed `body:`) anywhere."""
    ends: Counter[str] = Counter()
    bodies: Counter[str] = Counter()
    for lines in pages:
        ends.update({_key(lines[index]) for index in _zone(lines)})
        bodies.update({_key(line) for line in lines})
    enough = max(REPEATED_TWICE, REPEATED_SHARE * len(pages))
    often = max(BODY_TIMES, REPEATED_SHARE * len(pages))
    return {key for key, times in ends.items() if times >= enough} | {
        "body:" + key for key, times in bodies.items() if times >= often
    }


def _page_numbers(lines: Sequence[Line]) -> set[int]:
    """Indexes of the lines that are nothing but a page number with white space around it."""
    pitches = [lower.top - upper.top for upper, lower in pairwise(lines)]
    usual = median(pitches) if pitches else 0.0
    return {
        index
        for index, line in enumerate(lines)
        if PAGE_NUMBER.fullmatch(line.text)
        and (index == 0 or pitches[index - 1] > ALONE * usual)
        and (index == len(lines) - 1 or pitches[index] > ALONE * usual or index < 1)
    }


def _without_line_numbers(words: Sequence[Word]) -> list[Word]:
    """The words without a column of rising numbers left of all others."""
    numbers = sorted((word for word in words if word.text.isdecimal()), key=lambda word: word.top)
    others = [word for word in words if not word.text.isdecimal()]
    if len(numbers) < MARGIN_NUMBERS or not others:
        return list(words)
    edge = min(word.x0 for word in others)
    margin = [word for word in numbers if word.x1 <= edge]
    rising = all(int(upper.text) < int(lower.text) for upper, lower in pairwise(margin))
    if len(margin) < MARGIN_NUMBERS or not rising:
        return list(words)
    return [word for word in words if word not in margin]
