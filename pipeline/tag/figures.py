"""Numbers as contracts write them, in figures or in words, and their values; the data that the fields are told by."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final

# Digits in groups parted by a comma, a stop, an apostrophe or a space, or digits alone; decimals after a stop or a comma.
FIGURE: Final = (
    r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)(?:\.\d+)?"
    r"|[1-9]\d{0,2}(?:\.\d{3})+(?!\d)(?:,\d{1,2}(?!\d))?"
    r"|\d{1,3}(?:['’]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?"
    r"|[1-9]\d{0,2}(?:[ \xa0\u202f]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?"
    r"|\d+(?:\.\d+|,\d{1,2}(?!\d)|\s\d/\d(?=\s?%))?)"
)
# A place that is blacked out or blank.
REDACTED: Final = (
    r"(?:\[[^\[\]\w]{0,12}[*•●…][^\[\]\w]{0,12}\]|\[\.{3}[^\[\]\w]{0,12}\]"
    r"|\[\s?(?:redacted|omitted|confidential)[^\[\]]{0,30}\]|\*{2,}|_{3,})"
)
GROUPS: Final = re.compile(r"['’ \xa0\u202f]")
# "1.250" as the Continent writes it; decimals after a comma: "1.250,00" or "12,5", but not "1,250".
THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")
COMMA_DECIMALS: Final = re.compile(r"[^,]*,\d{1,2}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a text, from `start` to `end`: its value (None if redacted), its scale (1 for none), whether in words."""

    start: int
    end: int
    value: Decimal | None
    scale: int = 1
    spelled: bool = False


@cache
def data(table: str) -> Any:
    """A table of `fields.toml`."""
    return _source()[table]


@cache
def _source() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("fields.toml").read_text(encoding="utf-8"))


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of the words, the longest first."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


def lowered(text: str) -> str:
    """The text in lower case, if that leaves every character in its place: a pattern that minds case is quicker."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text


def numbers_in(text: str) -> list[Number]:
    """The numbers in a text, in order; one in words with its figure in brackets, "thirty (30)", is one."""
    source, found, end = lowered(text), list[Number](), 0
    for place in PLACES.finditer(source):
        if place.start() >= end and (place[0] in "[_*" or place[0].isdigit() or place[0] in _first_words()):
            match = _pattern().match(source, place.start())
            if match:
                found.append(_number(match))
                end = match.end()
    return found


# Where a number may begin: a digit, a redaction, a word.
PLACES: Final = re.compile(r"[\d\[_*]|[a-z]+")


@cache
def _first_words() -> frozenset[str]:
    return frozenset([*number_words(), *data("scales"), "hundred"])


@cache
def _pattern() -> re.Pattern[str]:
    scales = any_of([*data("scales"), *data("short_scales")])
    figure = rf"(?<!\d)(?<!\d[.,])(?P<figure>{FIGURE}|{REDACTED})(?:[\s-]?(?P<scale>{scales})(?!\w))?"
    return re.compile(rf"{figure}|(?P<words>{_in_words()})(?:\s?\(\s?(?P<bracketed>{FIGURE})\s?\))?")


def _number(match: re.Match[str]) -> Number:
    written = match["figure"] or match["bracketed"]
    if not written:
        return Number(*match.span(), spelled(match["words"]), spelled=True)
    if not written[0].isdigit():
        return Number(*match.span(), None)
    scale = _scales().get((match["scale"] or "").lower(), 1)
    return Number(*match.span(), value_of(written, scaled=scale > 1) * scale, scale)


@cache
def _scales() -> dict[str, int]:
    return {**data("scales"), **data("short_scales")}


@cache
def number_words() -> dict[str, int]:
    """The words of numbers below one hundred, and their values."""
    ones, tens = data("words")["ones"], data("words")["tens"]
    return {word: value for value, word in enumerate(ones)} | {word: 10 * value for value, word in enumerate(tens, 2)}


def _in_words() -> str:
    scales = any_of(data("scales"))
    word = rf"(?:{any_of([*number_words(), 'hundred'])}|{scales},?)"
    return rf"\b{word}(?:(?:\s?-\s?|\s+(?:and\s+)?){word})*(?:{_fraction()})?\b(?!-{any_of(data('fractions'))})"


def _fraction() -> str:
    return rf"\s+and\s+(?:an?|one|two|three)[\s-]+{any_of(data('fractions'))}"


@cache
def _fraction_pattern() -> re.Pattern[str]:
    return re.compile(_fraction() + "$", re.IGNORECASE)


def spelled(words: str) -> Decimal:
    """The value of a number in words: "two hundred and fifty thousand", "two and one-half"."""
    total = current = 0
    for word in re.findall(r"[a-z]+", _fraction_pattern().sub("", words).lower()):
        if word in data("scales"):
            total, current = total + (current or 1) * data("scales")[word], 0
        else:
            current = (current or 1) * 100 if word == "hundred" else current + number_words().get(word, 0)
    return total + current + _part(words)


def _part(words: str) -> Decimal:
    """The fraction that a number in words ends with: 0.5 of "two and one-half"."""
    if not (match := _fraction_pattern().search(words)):
        return Decimal(0)
    _, count, part = re.findall(r"[a-z]+", match[0].lower())
    return round(Decimal(number_words().get(count, 1)) / int(data("fractions")[part]), 2)


def value_of(figure: str, *, scaled: bool = False) -> Decimal:
    """The value of a figure: "1,250.00", "1'000'000", "1.250,00", "66 2/3"; a `scaled` one ("1.250 million") has decimals."""
    if "/" in figure:
        whole, over, under = map(int, re.findall(r"\d+", figure))
        return round(whole + Decimal(over) / under, 2)
    digits = GROUPS.sub("", figure)
    if COMMA_DECIMALS.fullmatch(digits):
        return Decimal(digits.replace(".", "").replace(",", "."))
    if digits.count(".") > 1 or (THOUSANDS.fullmatch(digits) and not scaled):
        return Decimal(digits.replace(".", ""))
    return Decimal(digits.replace(",", ""))
