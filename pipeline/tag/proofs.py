"""How it is shown that a milestone was reached, and whether what is paid for it stays paid."""

import re
from collections.abc import Sequence
from functools import cache

from pipeline.contract import Finality, Sentence, Span, Verification
from pipeline.tag.figures import Number, any_of, data, lowered
from pipeline.tag.times import days_of


def verification_of(sentence: Sentence, numbers: Sequence[Number]) -> Verification | None:
    """What shows that a milestone's event was reached, and the words that say so; None if nothing does."""
    found = _first(sentence, _patterns("verifications"))
    if found is None:
        return None
    value, start, end = found
    days = _silence(sentence.text, numbers, start) if value == "deemed_acceptance" else None
    at = sentence.span.start
    return Verification(sentence.text[start:end], value, Span(at + start, at + end), days)


def finality_of(sentence: Sentence) -> Finality | None:
    """Whether what a term pays stays paid, and the words that say so; None if it is silent."""
    found = _first(sentence, _patterns("finalities"))
    if found is None:
        return None
    value, start, end = found
    return Finality(sentence.text[start:end], value, Span(sentence.span.start + start, sentence.span.start + end))


def _first(sentence: Sentence, patterns: dict[str, re.Pattern[str]]) -> tuple[str, int, int] | None:
    """The first of the patterns that is found, and where."""
    text = lowered(sentence.text)
    found = ((value, pattern.search(text)) for value, pattern in patterns.items())
    return next(((value, *match.span()) for value, match in found if match), None)


def _silence(text: str, numbers: Sequence[Number], deemed: int) -> int | None:
    """The days after which acceptance is deemed: the time limit that stands nearest to the word."""
    limits = [(abs(number.start - deemed), days) for number in numbers if (days := days_of(text, number)) is not None]
    return min(limits)[1] if limits else None


@cache
def _patterns(table: str) -> dict[str, re.Pattern[str]]:
    certifier = any_of(data("certifiers")["words"])
    return {value: re.compile(pattern.replace("<certifier>", certifier)) for value, pattern in data(table).items()}
