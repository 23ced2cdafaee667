"""The rules: flags that token patterns raise on a sentence, from `patterns.toml`.

A pattern is a row of tokens in their normal form: `a|b` either, `<name>` any of a named set, `~3` up to three tokens of
any kind, `^3` up to three that do not end a clause, a trailing `?` for an optional one. A pattern is tried only on sentences
that hold a word for each of its places.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from pipeline.contract import Kind

GAP: Final = re.compile(r"([~^])(\d+)")
# What may stand in either gap.
FILLERS: Final = {"~": r"\S+", "^": r"[^\s;:.]\S*"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern: the sets of which a sentence needs a word each, and the source of the expression that tells their order."""

    needs: tuple[frozenset[str], ...]
    source: str

    @property
    def expression(self) -> re.Pattern[str]:
        """The expression, compiled when it is first asked for: few patterns are, and all take half a second."""
        return _expression(self.source)


_expression = cache(re.compile)


@cache
def _source() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(resources.files(__package__).joinpath("patterns.toml").read_text(encoding="utf-8"))


@cache
def flag_patterns(section: str = "flags") -> Mapping[str, tuple[Pattern, ...]]:
    """The patterns of each flag of a section (`flags`, `rows`), by its name, in the order of the patterns file."""
    sets = _source()["sets"]
    return {name: tuple(compiled(row, sets) for row in rows) for name, rows in _source()[section].items()}


@cache
def payment_words(place: str) -> frozenset[str]:
    """The normal forms of which a term holds at least one: `own` in its own words, or `context` in what it continues."""
    return frozenset(_source()["candidates"][place])


def flags_of(norms: Sequence[str], section: str = "flags") -> frozenset[str]:
    """The names of the flags of a section that a sentence raises, given the normal forms of its tokens."""
    words = frozenset(norms)
    line = f" {' '.join(norms)} "
    index = _patterns_by_word(section)
    raised: set[str] = set()
    for word in words & index.keys():
        for name, pattern in index[word]:
            if name not in raised and found(pattern, words, line):
                raised.add(name)
    return frozenset(raised)


def votes(norms: Sequence[str]) -> dict[Kind, int]:
    """How many of the rules that speak for a kind a sentence raises, for each of the two kinds."""
    raised = flags_of(norms)
    return {Kind(kind): len(raised.intersection(names)) for kind, names in _source()["votes"].items()}


@cache
def _patterns_by_word(section: str) -> Mapping[str, list[tuple[str, Pattern]]]:
    """The patterns, each with its flag, under every word of its narrowest place: one of them a sentence must hold."""
    index: dict[str, list[tuple[str, Pattern]]] = {}
    for name, patterns in flag_patterns(section).items():
        for pattern in patterns:
            for word in min(pattern.needs, key=len):
                index.setdefault(word, []).append((name, pattern))
    return index


def found(pattern: Pattern, words: frozenset[str], line: str) -> bool:
    """Whether a pattern is found in a line of normal forms parted and surrounded by spaces; `words` are those of the line."""
    if any(map(words.isdisjoint, pattern.needs)):
        return False
    return len(pattern.needs) == 1 or pattern.expression.search(line) is not None


def compiled(row: str, sets: Mapping[str, Sequence[str]]) -> Pattern:
    """The pattern of a row of the patterns file."""
    needs: list[frozenset[str]] = []
    parts: list[str] = []
    for part in row.split():
        if gap := GAP.fullmatch(part):
            parts.append(rf"(?:{FILLERS[gap[1]]} ){{0,{gap[2]}}}")
            continue
        words = _words(part.rstrip("?"), sets)
        if not part.endswith("?"):
            needs.append(frozenset(words))
        parts.append(
            f"(?:{'|'.join(map(re.escape, words))}) "
            if not part.endswith("?")
            else f"(?:(?:{'|'.join(map(re.escape, words))}) )?"
        )
    return Pattern(tuple(needs), " " + "".join(parts))


def _words(part: str, sets: Mapping[str, Sequence[str]]) -> list[str]:
    """The words that a place of a pattern allows."""
    return [word for one in part.split("|") for word in (sets[one[1:-1]] if one[1:-1] in sets and one[0] == "<" else [one])]
