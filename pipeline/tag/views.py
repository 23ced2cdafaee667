"""What the model sees of a unit, for training and tagging alike.

A view is four strings of normal forms (the unit itself, its list's lead-in, its section headings, its table's header and
title) and a row of flags: what the rules find in each and in the unit's neighbours, the shape of the unit, and of a table's
row what it says and what all rows of the table say together.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.contract import BLOCK_BREAK, Sentence, Span, Unit
from pipeline.tag.rules import flag_patterns, flags_of, payment_words
from pipeline.tag.tables import Row, evidence_of, row_facts, row_of, table_evidence
from pipeline.tag.tokens import CURRENCY, REDACTED, docs, norms

# The end of a lead-in says what its items are.
LEAD_TOKENS: Final = 60
# A heading has at most this many words beside its number, and its long words are capitalised.
HEADING_WORDS: Final = 9
LONG_WORD: Final = 4
# What begins with these says when, even if its words are capitalised ("Upon Final Acceptance").
EVENT_BEGINS: Final = frozenset({"upon", "on", "at", "after", "following", "when", "within", "by", "once", "until"})
# The dots of a table of contents.
LEADERS: Final = re.compile(r"\.{5,}|(?:\. ){5,}")
MARKER: Final = re.compile(r"^[§•\s]*(?:\(?[\divxlcA-Za-z]{1,4}[.)]+|\d+(?:\.\d+)*)+\s*")
SHAPES: Final = (
    "row",
    "heading",
    "table_header",
    "lower_case",
    "colon",
    "listed",
    "full_stop",
    "under_5_words",
    "under_12_words",
    "over_40_words",
    "over_80_words",
    "has_lead",
    "has_header",
    "no_payment_word",
)
# Where flags are raised but in the unit itself; `around` are its section headings and its table's header and title.
PLACES: Final = ("lead", "around", "before", "after")


@dataclass(frozen=True, slots=True)
class Views:
    """The views of n units: four lists of n strings, and a matrix of n rows with a column for each flag (0 or 1)."""

    text: list[str]
    lead: list[str]
    section: list[str]
    table: list[str]
    flags: npt.NDArray[np.float32]


class Seen:
    """Texts already seen: units share their sections, lead-ins and headers, and are each other's neighbours."""

    def __init__(self) -> None:
        self._words: dict[str, list[str]] = {"": []}
        self._flags: dict[str, frozenset[str]] = {"": frozenset()}
        self._rows: dict[tuple[str, str, str], Row] = {}
        self._tables: dict[tuple[str, str, str], frozenset[str]] = {}

    def words(self, text: str) -> list[str]:
        """The normal forms of the text's tokens."""
        if text not in self._words:
            self._words[text] = norms(next(iter(docs([text]))))
        return self._words[text]

    def flags(self, text: str) -> frozenset[str]:
        """The flags that the text raises."""
        if text not in self._flags:
            self._flags[text] = flags_of(self.words(text))
        return self._flags[text]

    def row(self, text: str, header: str, title: str) -> Row:
        """What a row of a table with this header and title says."""
        key = (text, header, title)
        if key not in self._rows:
            row = Sentence(text, Span(0, len(text)), Unit.ROW, header=header, title=title)
            self._rows[key] = row_of(row, self.words(text))
        return self._rows[key]

    def evidence(self, row: Sentence) -> frozenset[str]:
        """The evidence of the row's whole table, which is the row alone if no other is known."""
        key = (row.table or row.text, row.header, row.title)
        if key not in self._tables:
            texts = [text for text in key[0].split(BLOCK_BREAK) if text != row.header]
            self._tables[key] = evidence_of([self.row(text, *key[1:]) for text in texts], *key[1:])
        return self._tables[key]


def candidates(units: Sequence[Sentence], seen: Seen) -> list[int]:
    """The indexes of the units that can be terms at all: no heading, no table header, and money is spoken of there."""
    return [index for index, unit in enumerate(units) if _is_candidate(unit, seen)]


def _is_candidate(unit: Sentence, seen: Seen) -> bool:
    words = seen.words(unit.text)
    if _is_heading(unit) or _is_header(unit) or _is_title(unit, words) or LEADERS.search(unit.text):
        return False
    if unit.unit is Unit.ROW and not _says_anything(words):
        return False
    if not payment_words("own").isdisjoint(words):
        return True
    if unit.unit is Unit.ROW and payment_words("figures").isdisjoint(words):
        return False
    return any(not payment_words("context").isdisjoint(seen.words(part)) for part in (unit.lead, _table_words(unit)))


def _is_heading(unit: Sentence) -> bool:
    """Whether the unit is the innermost heading of the section that it stands in."""
    return unit.section.endswith(unit.text.rstrip())


def _is_title(unit: Sentence, words: Sequence[str]) -> bool:
    """Whether a sentence is but a title at the head of a paragraph ("(b) Second Payment."): no figure, capitals throughout."""
    if unit.unit is Unit.ROW or unit.lead or len(words) > 2 * HEADING_WORDS or unit.text.rstrip().endswith((";", ",")):
        return False
    title = MARKER.sub("", unit.text).rstrip(" .:–—-")
    parts = title.split()
    if not 0 < len(parts) <= HEADING_WORDS or any(char.isdigit() for char in title) or REDACTED in words:
        return False
    long = [part for part in parts if len(part) >= LONG_WORD]
    return bool(long) and parts[0].lower() not in EVENT_BEGINS and all(part.lstrip("\"“‘'(")[:1].isupper() for part in long)


def _says_anything(words: Sequence[str]) -> bool:
    """Whether a row holds more than what is blacked out: a word, or figures that stand open."""
    return REDACTED not in words or any(len(word) >= LONG_WORD and word.isalpha() and word != REDACTED for word in words)


def _is_header(unit: Sentence) -> bool:
    """Whether the unit is the header of its own table."""
    return unit.header == unit.text


def _table_words(unit: Sentence) -> str:
    return f"{unit.header} {unit.title}".strip()


def views_of(units: Sequence[Sentence], seen: Seen) -> Views:
    """The views of the units, in their order."""
    flags = np.array([_flags(unit, seen) for unit in units], dtype=np.float32)
    return Views(
        text=[" ".join(seen.words(unit.text)) for unit in units],
        lead=[" ".join(seen.words(unit.lead)[-LEAD_TOKENS:]) for unit in units],
        section=[" ".join(seen.words(unit.section)) for unit in units],
        table=[" ".join(seen.words(_table_words(unit))) for unit in units],
        flags=flags.reshape(len(units), len(flag_columns())),
    )


def flag_columns() -> tuple[str, ...]:
    """The names of the columns of `Views.flags`: the unit's own flags, those of what stands about it, its shape, its table."""
    rules = tuple(flag_patterns())
    about = (f"{place}:{name}" for place in PLACES for name in rules)
    return (*rules, *about, *SHAPES, *(f"row:{name}" for name in row_facts()), *(f"table:{name}" for name in table_evidence()))


def own_columns() -> list[int]:
    """The columns that speak of the unit itself: its rules and its shape."""
    return [index for index, name in enumerate(flag_columns()) if ":" not in name]


def _flags(unit: Sentence, seen: Seen) -> list[bool]:
    around = seen.flags(unit.section) | seen.flags(_table_words(unit))
    places = (seen.flags(unit.text), seen.flags(unit.lead), around, seen.flags(unit.before), seen.flags(unit.after))
    columns = _rule_columns()
    raised = [False] * (len(places) * len(columns))
    for start, place in zip(range(0, len(raised), len(columns)), places, strict=True):
        for name in place:
            raised[start + columns[name]] = True
    return [*raised, *_shape(unit, seen.words(unit.text)), *_of_table(unit, seen)]


def _of_table(unit: Sentence, seen: Seen) -> list[bool]:
    """What a row says, and what the rows of its table say together, which is nothing of a total; nothing for prose."""
    facts, evidence = row_facts(), table_evidence()
    if unit.unit is not Unit.ROW:
        return [False] * (len(facts) + len(evidence))
    said = seen.row(unit.text, unit.header, unit.title).facts
    together = seen.evidence(unit) if "total" not in said else frozenset[str]()
    return [*(name in said for name in facts), *(name in together for name in evidence)]


@cache
def _rule_columns() -> Mapping[str, int]:
    """The column of each rule among those of one place."""
    return {name: column for column, name in enumerate(flag_patterns())}


def _shape(unit: Sentence, words: Sequence[str]) -> tuple[bool, ...]:
    text, length = unit.text.rstrip(), len(words)
    return (
        unit.unit is Unit.ROW,
        _is_heading(unit),
        _is_header(unit),
        text[:1].islower(),
        text.endswith(":"),
        text.endswith((";", ",")),
        text.endswith("."),
        length < 5,
        length < 12,
        length > 40,
        length > 80,
        bool(unit.lead),
        bool(unit.header),
        payment_words("context").isdisjoint(words) and CURRENCY not in words,
    )
