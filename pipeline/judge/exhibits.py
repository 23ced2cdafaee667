"""The exhibits and schedules that a text points to, and which of them it holds.

An exhibit is held where its heading stands on a line of its own, with text below it: an entry in a list of exhibits is none.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.contract import BLOCK_BREAK, CELL_BREAK

KINDS: Final = r"exhibit|schedule|annex|annexure|appendix|attachment|addendum"
LABEL: Final = r"[A-Z]{1,2}(?:-?\d{1,2})?|\d{1,2}(?:[.-]\d{1,2})?|[IVX]{1,5}"
# A reference begins with a capital; one to a part of another document ("Exhibit B to the Lease") is not ours to hold.
REFERENCE: Final = re.compile(
    rf"\b(?P<kind>(?i:{KINDS}))\s+(?:No\.\s*)?[“\"'‘]?(?P<label>{LABEL})[”\"'’]?(?![\w§])(?!\s+(?:to|of|from)\s+(?:the|that|an?)\s+[A-Z])"
)
HEADING: Final = re.compile(
    rf"\s*(?P<kind>(?i:{KINDS}))\s+(?:No\.\s*)?[“\"'‘]?(?P<label>{LABEL})[”\"'’]?(?:\s*[-–—:.,(|]|\s+[A-Z“\"]|\s*$)"
)
# Where an exhibit's text is left out of the file, its first words say so.
OMITTED: Final = re.compile(
    r"\b(?:omitted|not attached|to be (?:attached|agreed|provided|added)|intentionally (?:left )?blank|redacted)\b",
    re.IGNORECASE,
)
LEAST_WORDS: Final = 12
FIRST_WORDS: Final = 30
HEADING_WORDS: Final = 14


@dataclass(frozen=True, slots=True)
class _Place:
    """A heading of an exhibit: its name, and the words that stand between it and the next."""

    name: str
    words: tuple[str, ...]

    def holds(self) -> bool:
        return len(self.words) >= LEAST_WORDS and not OMITTED.search(" ".join(self.words[:FIRST_WORDS]))


def missing_exhibits(texts: Iterable[str], whole: str) -> tuple[str, ...]:
    """The exhibits that the texts point to and the whole text does not hold, in the order in which they are named."""
    held = {place.name for place in _places(whole) if place.holds()}
    return tuple(dict.fromkeys(name for text in texts for name in references(text) if name not in held))


def references(text: str) -> Iterator[str]:
    """The names of the exhibits that a text points to: "Exhibit B", "Schedule 2"."""
    for match in REFERENCE.finditer(text):
        if match["kind"][0].isupper():
            yield _name(match)


def _places(whole: str) -> Iterator[_Place]:
    """The headings of exhibits in a text, each with the words up to the next."""
    name, words = "", list[str]()
    for block in whole.split(BLOCK_BREAK):
        match = HEADING.match(block) if len(block.split()) <= HEADING_WORDS and CELL_BREAK not in block else None
        if match is None:
            words += block.split() if len(words) < FIRST_WORDS else []
            continue
        if name:
            yield _Place(name, tuple(words))
        name, words = _name(match), []
    if name:
        yield _Place(name, tuple(words))


def _name(match: re.Match[str]) -> str:
    return f"{match['kind'].capitalize()} {match['label']}"
