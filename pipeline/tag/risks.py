"""The clauses that bear on a receivable besides its payment terms: sentences that ban its assignment, let it be set off ...

Their words are the rules of `risks.toml`. A sentence is looked at only if it holds a word that a rule is found by, so that
most cost a look-up. A list's item is read with its lead-in: "Contractor shall not: (a) assign this Agreement".
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from pipeline.contract import Box, Risk, Sentence, Span
from pipeline.tag.figures import numbers_in
from pipeline.tag.rules import Pattern, compiled, found
from pipeline.tag.tagger import stable_ids
from pipeline.tag.times import due_days_of
from pipeline.tag.tokens import SPELLING, docs, normal_form, norms
from pipeline.tag.units import units_of

# Shorter sentences are headings; those with a row of dots are lines of a table of contents.
LEAST_WORDS: Final = 6
# Normal forms that are not always written as words: "[***]", "cannot".
HIDDEN: Final = frozenset({"redacted", "not", "can"})
LEADERS: Final = "....."
WORD: Final = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Rule:
    """What makes a sentence a clause with this code: one of `any`, one of `also` if there are some, none of `unless`."""

    code: str
    any: tuple[Pattern, ...]
    also: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    least_days: int
    yields_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """The normal forms of a sentence behind those of its lead-in, which is so many characters long."""

    text: str
    words: frozenset[str]
    lead_chars: int


@cache
def _source() -> Mapping[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("risks.toml").read_text(encoding="utf-8"))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules, in the order of the file."""
    return tuple(_rule(entry) for entry in _source()["rules"])


def _rule(entry: Mapping[str, Any]) -> Rule:
    def patterns(name: str) -> tuple[Pattern, ...]:
        return tuple(compiled(row, _source()["sets"]) for row in entry.get(name, ()))

    return Rule(
        code=entry["code"],
        any=patterns("any"),
        also=patterns("also"),
        unless=patterns("unless"),
        least_days=entry.get("least_days", 0),
        yields_to=tuple(entry.get("yields_to", ())),
    )


@cache
def risk_codes() -> tuple[str, ...]:
    """The codes that a sentence can have, in the order of the rules."""
    return tuple(dict.fromkeys(rule.code for rule in rules()))


@cache
def risk_words() -> frozenset[str]:
    """The words, in lower case as they are written, of which every clause holds at least one; to skip pages by."""
    written = {spelling for spelling, norm in SPELLING.items() if norm in _tries()}
    forms = {*_tries(), *written}
    return frozenset(form for word in forms for form in (word, f"{word}s", f"{word}es", f"{word[:-1]}ies"))


@dataclass(frozen=True, slots=True)
class _Try:
    """A pattern by which a rule is found, and the places of it that plain words fill, for a look before tokenizing."""

    rule: Rule
    pattern: Pattern
    plain: tuple[frozenset[str], ...]


@cache
def _tries() -> Mapping[str, Sequence[_Try]]:
    """What to try for every word of the rarest plain place of each pattern."""
    index: dict[str, list[_Try]] = {}
    for rule in rules():
        for pattern in rule.any:
            plain = tuple(need for need in pattern.needs if need.isdisjoint(HIDDEN) and all(map(WORD.fullmatch, need)))
            for word in min(plain, key=_commonness):
                index.setdefault(word, []).append(_Try(rule, pattern, plain))
    return index


def _commonness(words: frozenset[str]) -> float:
    """How common the words of a place are together, by Zipf's law: the share of a word falls with its rank."""
    ranks = _ranks()
    return sum(1 / ranks.get(word, len(ranks) + 1) for word in words)


@cache
def _ranks() -> Mapping[str, int]:
    return {word: rank for rank, word in enumerate(_source()["common"], 1)}


def codes_of(sentence: Sentence) -> tuple[str, ...]:
    """The codes of the clauses that a sentence holds, in the order of the rules."""
    tries = _likely(f"{sentence.lead} {sentence.text}") if LEADERS not in sentence.text else []
    line = _line(sentence) if tries else None
    if line is None:
        return ()
    held = {one.rule for one in tries if _in(line, one.pattern) and _holds(one.rule, line, sentence)}
    codes = {rule.code for rule in held}
    stand = {rule.code for rule in held if codes.isdisjoint(rule.yields_to)}
    return tuple(code for code in risk_codes() if code in stand)


def _likely(text: str) -> list[_Try]:
    """What is worth trying on a text: its plain words fill every place that they can."""
    words = frozenset(map(_normal, WORD.findall(text.lower())))
    tries = _tries()
    return [one for word in words & tries.keys() for one in tries[word] if not any(map(words.isdisjoint, one.plain))]


_normal = cache(normal_form)


def _line(sentence: Sentence) -> _Line | None:
    """The sentence's line, or None if it is too short to be a clause."""
    *lead, own = (norms(doc) for doc in docs(filter(None, (sentence.lead.rstrip(" :;—–-"), sentence.text))))
    if sum(map(str.isalpha, own)) < LEAST_WORDS and not lead:
        return None
    before = f" {' '.join(lead[0])}" if lead else ""
    return _Line(f"{before} {' '.join(own)} ", frozenset(own).union(*lead), len(before))


def _in(line: _Line, pattern: Pattern) -> bool:
    """Whether a pattern is found in a line, not in its lead-in alone."""
    if any(need.isdisjoint(line.words) for need in pattern.needs):
        return False
    return any(match.end() > line.lead_chars + 1 for match in pattern.expression.finditer(line.text))


def _holds(rule: Rule, line: _Line, sentence: Sentence) -> bool:
    """Whether the rest of a rule holds where one of its patterns is found."""
    if rule.also and not any(found(pattern, line.words, line.text) for pattern in rule.also):
        return False
    if any(found(pattern, line.words, line.text) for pattern in rule.unless):
        return False
    return rule.least_days == 0 or (due_days_of(sentence.text, numbers_in(sentence.text)) or 0) >= rule.least_days


def find_risks(units: Sequence[Sentence], boxes: Callable[[Span], tuple[Box, ...]]) -> tuple[Risk, ...]:
    """The clauses among a contract's units, in order, a risk for each code of a sentence; `boxes` gives a span's boxes."""
    ids = stable_ids("r")
    return tuple(_risk(code, unit, boxes(unit.span), ids(f"{code} {unit.text}")) for unit in units for code in codes_of(unit))


def _risk(code: str, unit: Sentence, boxes: tuple[Box, ...], name: str) -> Risk:
    return Risk(name, code, unit.text, unit.span, boxes[0].page if boxes else 1, boxes)


def holds_clause(text: str) -> bool:
    """Whether a page's or a contract's text holds any clause; some milliseconds a page, so that pages can be skipped by it."""
    return any(codes_of(unit) for unit in units_of(text))
