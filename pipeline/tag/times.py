"""When a term is paid: days to pay after its event or invoice, and the interval of a progress payment."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import cache
from typing import Final

from pipeline.contract import Interval, Quote, Sentence, Span
from pipeline.tag.figures import Number, any_of, data, lowered

# How far back a limit's opening words stand, in characters.
OPENS_CHARS: Final = 40
# What follows the number of a time limit: the kind of its days, and their unit.
UNIT: Final = re.compile(
    r"_{0,4}(?:\s?\))?[\s-]*(?:of\s+)?(?:(?:calendar|business|working|banking|trading|consecutive|clear|natural|running|following|net|full)\s+){0,2}"
    r"(?P<unit>day|week|month)(?:s['’]?|['’]s)?\b",
    re.IGNORECASE,
)
# What makes a number of days a limit: words before it, or after it.
OPENS: Final = re.compile(
    r"\b(?:within|inside(?:\s+of)?|in|not\s+(?:later|more)\s+than|no\s+(?:later|more)\s+than|net|at|has|have|is|are|terms?|not\s+exceed(?:ing)?)"
    r"(?:\s+(?:the|a|an|period|term|delay|further|maximum|of|next|then|at\s+most|up\s+to)){0,4}\s*\(?$",
    re.IGNORECASE,
)
CLOSES: Final = re.compile(
    r"\s*(?:\)|,)?\s*(?:\w+\s+){0,2}?(?:after|of|from|following|net|to\s+(?:pay|settle)|later|thereafter|end\s+of\s+month|eom|on\s+average"
    r"|that\s+follow|counting|reckoned|upon|since)\b|\s*$",
    re.IGNORECASE,
)
# The day that a limit is counted from, up to where the clause goes on.
FROM: Final = re.compile(
    r"['’]?\s*\)?,?\s*(?:after|from|of|following|upon)\s+(?:the\s+date\s+(?:of|on\s+which)\s+)?(?P<day>\w[^,;.|]{2,80}?)"
    r"(?=\s*(?:[,;.|]|$|\band\b|\bor\b|\bshall\b|\bthe\s+\w+\s+(?:shall|will|must)\b|\b[A-Z]\w+\s+(?:shall|will|must)\b))"
)
# Where a deed is told no more for a limit on the other side.
CLAUSE: Final = re.compile(r"[;:]|(?<=[a-z\d)])\.\s")


class _Deed(Enum):
    """What is to be done within a time limit."""

    PAYING = auto()
    OTHER = auto()
    UNTOLD = auto()


def due_days_of(text: str, numbers: Sequence[Number]) -> int | None:
    """Days to pay: the first time limit in a text that is of paying, or else the first that is not of another deed."""
    due = _due(text, numbers)
    return due[0] if due else None


def due_from_of(sentence: Sentence, numbers: Sequence[Number]) -> Quote | None:
    """The words of the day that days to pay are counted from: "receipt of the invoice"."""
    due = _due(sentence.text, numbers)
    match = FROM.match(sentence.text, due[1]) if due else None
    if match is None:
        return None
    at = sentence.span.start
    return Quote(match["day"], Span(at + match.start("day"), at + match.end("day")))


def _due(text: str, numbers: Sequence[Number]) -> tuple[int, int] | None:
    """Days to pay, and where the words of their limit end."""
    limits = [(days, end, deed) for days, end, deed in _limits(text, numbers) if deed is not _Deed.OTHER]
    paying = (limit for limit in limits if limit[2] is _Deed.PAYING)
    found = next(paying, limits[0] if limits else None)
    return found[:2] if found else None


def _limits(text: str, numbers: Sequence[Number]) -> Iterator[tuple[int, int, _Deed]]:
    """The time limits in a text: days, where their words end, and what is to be done within them."""
    for number in numbers:
        unit = UNIT.match(text, number.end)
        if unit is None or (days := days_of(text, number)) is None:
            continue
        if OPENS.search(text[max(0, number.start - OPENS_CHARS) : number.start]) or CLOSES.match(text, unit.end()):
            yield days, unit.end(), _deed(text[: number.start], text[unit.end() :])


def days_of(text: str, number: Number) -> int | None:
    """The days that a number of days, weeks or months in a text comes to; None if it counts something else."""
    unit = UNIT.match(text, number.end)
    if unit is None or number.value is None:
        return None
    return int(number.value) * int(data("time_units")[unit["unit"].lower()])


def _deed(before: str, after: str) -> _Deed:
    """What is to be done within the limit between these: the last deed named before it in its clause, or the next after."""
    left = list(_deeds().finditer(lowered(CLAUSE.split(before)[-1])))
    match = left[-1] if left else _deeds().search(lowered(CLAUSE.split(after, maxsplit=1)[0]))
    if match is None:
        return _Deed.UNTOLD
    return _Deed.PAYING if match["paying"] else _Deed.OTHER


@cache
def _deeds() -> re.Pattern[str]:
    words = data("time_limits")
    verb = rf"(?:shall|will|must|may|can|to|and|or|be|either|thereupon)\s+(?:\w+ly\s+)?{any_of(words['other'])}"
    return re.compile(rf"\b(?:(?P<paying>{any_of(words['paying'])})|{verb})\b")


def interval_of(sentence: Sentence) -> Interval | None:
    """What measures a progress payment, and the words that say so."""
    text, at = lowered(sentence.text), sentence.span.start
    for value, pattern in _intervals().items():
        if match := pattern.search(text):
            end = match.start() + len(match[0].rstrip(" ,"))
            return Interval(sentence.text[match.start() : end], value, Span(at + match.start(), at + end))
    return None


@cache
def _intervals() -> dict[str, re.Pattern[str]]:
    months = any_of(data("months"))
    return {value: re.compile(pattern.replace("<month>", months)) for value, pattern in data("intervals").items()}
