"""What a payment waits for, by kind: an acceptance, a delivery, an authority's approval, a month ... Words: `events.toml`."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from pipeline.contract import Kind, Term

OTHER: Final = "other"


@cache
def _source() -> Mapping[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("events.toml").read_text(encoding="utf-8"))


@cache
def _patterns(kind: Kind) -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile("|".join(f"(?:{one})" for one in rows)) for name, rows in _source()[kind].items()}


@cache
def event_kinds(kind: Kind) -> Sequence[str]:
    """The kinds of events that terms of a kind can wait for, each once, the last of them `OTHER`."""
    by_interval = _source()["intervals"].values() if kind is Kind.PROGRESS else ()
    return tuple(dict.fromkeys((*by_interval, *_patterns(kind), OTHER)))


def event_kind(term: Term) -> str:
    """What a term waits for: by its interval if it is one of progress, by the words of its event, or else by all its words."""
    if term.label is Kind.PROGRESS and term.interval and term.interval.value in _source()["intervals"]:
        return str(_source()["intervals"][term.interval.value])
    return next((name for text in (event_words(term), term.text) for name in _found(text, term.label)), OTHER)


def event_words(term: Term) -> str:
    """The words of what a term's payment hangs on, be it an event or an interval; "" where none were made out."""
    event = term.trigger or term.interval
    return event.text if event else ""


def _found(text: str, kind: Kind) -> Sequence[str]:
    """The first kind of event that a text speaks of, or nothing."""
    words = " ".join(text.lower().split())
    return [name for name, pattern in _patterns(kind).items() if pattern.search(words)][:1]
