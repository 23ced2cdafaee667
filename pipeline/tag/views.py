"""What the model sees of a unit, for training and tagging alike.

A view is four strings of normal forms (the unit itself, its list's lead-in, its section headings, its table's header and
title) and a row of flags: what the rules find in each, and the shape of the unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.contract import Sentence, Unit
from pipeline.tag.rules import flag_patterns, flags_of, payment_words
from pipeline.tag.tokens import docs, norms

# The end of a lead-in says what its items are.
LEAD_TOKENS: Final = 60
SHAPES: Final = (
    "row", "heading", "table_header", "lower_case", "colon", "listed", "full_stop", "under_5_words", "under_12_words", "over_40_words",
    "over_80_words", "has_lead", "has_header",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Views:
    """The views of n units: four lists of n strings, and a matrix of n rows with a column for each flag (0 or 1)."""

    text: list[str]
    lead: list[str]
    section: list[str]
    table: list[str]
    flags: npt.NDArray[np.float32]


def own_columns() -> list[int]:
    """The columns that speak of the unit itself: its rules and its shape, without its surroundings."""
    names = flag_columns()
    return [index for index, name in enumerate(names) if ":" not in name]


def candidates(units: Sequence[Sentence]) -> list[int]:
    """The indexes of the units that can be terms at all: no heading, no table header, and money is spoken of there."""
    seen = Seen()
    return [index for index, unit in enumerate(units) if _is_candidate(unit, seen)]


def _is_candidate(unit: Sentence, seen: "Seen") -> bool:
    if unit.section.endswith(unit.text.rstrip()) or unit.header == unit.text:
        return False
    if not payment_words("own").isdisjoint(seen.of(unit.text)[0]):
        return True
    context = (unit.lead, f"{unit.header} {unit.title}".strip())
    return any(not payment_words("context").isdisjoint(seen.of(part)[0]) for part in context)


def flag_columns() -> tuple[str, ...]:
    """The names of the columns of `Views.flags`: the unit's own flags, those of its lead-in and surroundings, its shape."""
    rules = tuple(flag_patterns())
    return (*rules, *(f"lead:{name}" for name in rules), *(f"around:{name}" for name in rules), *SHAPES)


class Seen:
    """Normal forms and flags of texts already seen: neighbours share their sections, lead-ins and headers."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[list[str], frozenset[str]]] = {}

    def of(self, text: str) -> tuple[list[str], frozenset[str]]:
        """The normal forms of the text's tokens and the flags that they raise."""
        if text not in self._known:
            words = norms(next(iter(docs([text])))) if text else []
            self._known[text] = words, flags_of(words)
        return self._known[text]


def views_of(units: Sequence[Sentence]) -> Views:
    """The views of the units, in their order."""
    seen = Seen()
    rows = [_row(unit, seen) for unit in units]
    flags = np.array([row[4] for row in rows], dtype=np.float32).reshape(len(rows), len(flag_columns()))
    return Views(*([row[column] for row in rows] for column in range(4)), flags=flags)  # type: ignore[arg-type]


def _row(unit: Sentence, seen: Seen) -> tuple[str, str, str, str, list[bool]]:
    words, own = seen.of(unit.text)
    lead, led = seen.of(unit.lead)
    section, under = seen.of(unit.section)
    table, beside = seen.of(f"{unit.header} {unit.title}".strip())
    flags = [*_raised(own), *_raised(led), *_raised(under | beside), *_shape(unit, len(words))]
    return " ".join(words), " ".join(lead[-LEAD_TOKENS:]), " ".join(section), " ".join(table), flags


def _raised(found: frozenset[str]) -> Iterable[bool]:
    return (name in found for name in flag_patterns())


def _shape(unit: Sentence, length: int) -> tuple[bool, ...]:
    text = unit.text.rstrip()
    return (
        unit.unit is Unit.ROW,
        unit.section.endswith(text),
        unit.header == text,
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
    )
