"""The amounts of money and the percentages that a term says, each once.

An amount is a number with a currency before or after it, a percentage one with a percent sign or word after it. In a table
a number that fills a cell under a heading of prices or shares is one too. What is named only to say when a payment falls due
("Net Sales exceeding $50,000,000") is left out, and so is interest.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import Final

from pipeline.contract import CELL_BREAK, Money, Percent, Sentence, Span, Unit
from pipeline.tag.figures import Number, any_of, data
from pipeline.tag.rows import Cell, cells_of, is_of

# The longest sign of a currency, and how far back the words stand that make an amount a threshold, in characters.
SIGN_CHARS: Final = 8
BEFORE_CHARS: Final = 70
SPACE: Final = " \xa0"
# What follows a number that may be the name of its currency, and the figure that a code after a number belongs to.
NAME: Final = re.compile(r"(?:\s?/-)?\s?([€£]|[A-Za-z.]+(?:\s[A-Za-z.]+){0,2})")
NEXT: Final = re.compile(r"\s?[\d\[]")
PERCENT: Final = re.compile(r"\s?(?:%|per\s?cent(?:um)?\b|pct\b)", re.IGNORECASE)
# Between two writings of one sum, and after the second; between the ends of a range.
BRACKET: Final = re.compile(r"(?:\s+only)?(?:\s+and\s+\w+/100(?:\s+dollars)?)?,?\s?\(\s?", re.IGNORECASE)
BRACKET_END: Final = re.compile(r"\s?(?:/-)?\s?\)")
RANGE: Final = re.compile(r"-|–|\sto\s")
# What parts the items of a list of thresholds, which "respectively" closes.
LISTED: Final = re.compile(r"(?:,\s?|\s(?:and|or)\s)+")
RESPECTIVELY: Final = re.compile(r"\brespectively\b")
# A number of thousands with its groups parted: in a table without headings, money.
GROUPED: Final = re.compile(r"\d{1,3}(?:[,.'’ ]\d{3})+(?:[.,]\d{1,2})?")
# In a row whose cells have run together, the number after a share is its amount.
RUN_TOGETHER: Final = re.compile(r"%\s{1,4}(?=\d{2,3}(?:[ ,]\d{3})?(?:\s+[A-Z(]|\s*$))")
PER_TIME: Final = r"(?:per\s+annum|p\.\s?a\.|(?:a|per)\s+(?:year|month)\b)"
INTEREST_AFTER: Final = re.compile(rf"\s?\)?,?\s+(?:\w+\s+){{0,2}}?{PER_TIME}", re.IGNORECASE)
INTEREST_BEFORE: Final = re.compile(r"\binterest\b[^,;.]{0,40}$", re.IGNORECASE)
# Below this a bare number beside an amount counts something.
COUNTED: Final = 1000
CURRENCY: Final = re.compile(r"[A-Z]{3}\b|US\$|[$€£]")


@dataclass(frozen=True, slots=True)
class _Said:
    """A number and its unit, "%" or a currency (None if not told), from `start` to `end`; `side` of a range: low or high."""

    number: Number
    unit: str | None
    start: int
    end: int
    side: str | None = None

    def span(self, at: int) -> Span:
        """Where it stands in the contract, in which its text begins at `at`."""
        return Span(at + self.start, at + self.end)


def amounts_of(sentence: Sentence, numbers: Sequence[Number]) -> tuple[Money, ...]:
    """The amounts of money that a term says, in order, of the numbers in its text."""
    text, at = sentence.text, sentence.span.start
    said = {one.number: one for one in _cells_of_money(sentence, numbers)}
    said |= {one.number: one for one in _said(text, numbers, _with_currency)}
    due = _without_thresholds(text, _in_order(_without_counts(said.values())))
    return tuple(_money(text, one, at) for one in due)


def _money(text: str, said: _Said, at: int) -> Money:
    unit = _per_unit().match(text, said.end)
    return Money(
        text=text[said.start : said.end],
        value=said.number.value,
        currency=said.unit,
        span=said.span(at),
        per=unit["unit"].lower() if unit else None,
        end=said.side,
        redacted=said.number.value is None,
    )


@cache
def _per_unit() -> re.Pattern[str]:
    """What follows the price of one unit: "per hour", "for each patient", "/ton"."""
    units = any_of(data("units")["words"])
    before = r"\s?\)?\s?(?:/\s?|per\s+|(?:for\s+)?(?:each|every)\s+|an?\s+)(?:[a-z]+\s+)?"
    return re.compile(rf"{before}(?P<unit>{units})s?(?!\w)", re.IGNORECASE)


def _without_counts(said: Collection[_Said]) -> Iterator[_Said]:
    """The amounts without bare numbers below a thousand, where another has a currency: those count the payments."""
    told = any(one.unit for one in said)
    yield from (one for one in said if one.unit or not told or one.number.value is None or one.number.value >= COUNTED)


def percents_of(sentence: Sentence, numbers: Sequence[Number]) -> tuple[Percent, ...]:
    """The percentages that a term says, in order, of the numbers in its text; of a row, those that fill cells if any do."""
    text, at = sentence.text, sentence.span.start
    said = list(_cells_of_shares(sentence, numbers)) or _said(text, numbers, _with_percent)
    paid = (one for one in said if not _is_interest(text, one) and not _states().match(text, one.end))
    return tuple(Percent(text[one.start : one.end], one.number.value, one.span(at), _share_of(text, one)) for one in paid)


def _share_of(text: str, said: _Said) -> str | None:
    """What a percentage is a share of: what is retained, the price, or an invoice; by the words around it."""
    after = text[said.end :]
    around = {"retained": text[max(0, said.start - BEFORE_CHARS) : said.end + BEFORE_CHARS], "price": after, "invoice": after}
    return next((name for name, words in around.items() if _shares()[name].search(words)), None)


@cache
def _shares() -> Mapping[str, re.Pattern[str]]:
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in data("shares").items()}


def _said(text: str, numbers: Sequence[Number], with_unit: Callable[[str, Number], _Said | None]) -> list[_Said]:
    """The numbers that have a unit, in order, each once; both ends of a range share theirs."""
    found = {number: one for number in numbers if (one := with_unit(text, number))}
    for lower, upper in pairwise(numbers):
        if RANGE.fullmatch(text, lower.end, found[upper].start if upper in found else upper.start):
            found |= _ends(lower, upper, found)
    return list(_once(text, _in_order(found.values())))


def _ends(lower: Number, upper: Number, found: Mapping[Number, _Said]) -> dict[Number, _Said]:
    """The ends of a range, each with the unit and the scale of the other: "$5 to 10 million", "5-10%"."""
    low, high = found.get(lower), found.get(upper)
    if high and not low and high.start == upper.start:
        low = _Said(lower, high.unit, lower.start, lower.end)
    if low and not high and upper.scale > 1:
        high = _Said(upper, low.unit, upper.start, upper.end)
    if not (low and high):
        return {}
    scaled = lower.scale == 1 and lower.value is not None and lower.value < 1000
    value = lower.value * upper.scale if scaled and lower.value is not None else lower.value
    return {lower: replace(low, number=replace(lower, value=value), side="low"), upper: replace(high, side="high")}


def _once(text: str, said: Sequence[_Said]) -> Iterator[_Said]:
    """What is said, that which is said again in brackets only once: "Five Hundred Thousand Dollars ($500,000)".

    A sign between two numbers is the first one's.
    """
    merged: list[_Said] = []
    for one in said:
        closes = BRACKET_END.match(text, one.end)
        if merged and closes and BRACKET.fullmatch(text, merged[-1].end, one.start) and _are_same(merged[-1], one):
            merged[-1] = _both(merged[-1], one, closes.end())
        elif not merged or one.start >= merged[-1].end:
            merged.append(one)
    yield from merged


def _are_same(first: _Said, second: _Said) -> bool:
    return first.number.spelled or second.number.spelled or first.number.value == second.number.value


def _both(first: _Said, second: _Said, end: int) -> _Said:
    """A sum in both its writings; the figure tells its value."""
    told = first if second.number.spelled else second
    return _Said(told.number, told.unit, first.start, end)


def _in_order(said: Iterable[_Said]) -> list[_Said]:
    return sorted(said, key=lambda one: one.start)


def _with_percent(text: str, number: Number) -> _Said | None:
    match = PERCENT.match(text, number.end)
    return _Said(number, "%", number.start, match.end()) if match else None


def _with_currency(text: str, number: Number) -> _Said | None:
    """The number with the currency before or after it, if it has one; cents ("and 00/100 dollars") are none."""
    if text.startswith("100", number.start) and text[: number.start].endswith("/"):
        return None
    start, sign = _sign_before(text, number.start)
    end, name = _name_after(text, number.end)
    return _Said(number, sign or name, start, end) if sign or name else None


def _sign_before(text: str, number_start: int) -> tuple[int, str | None]:
    """Where the sign of a currency before a number starts, and the currency."""
    tail = text[max(0, number_start - SIGN_CHARS - 2) : number_start]
    bare = tail.rstrip(SPACE)
    for length in range(min(len(bare), SIGN_CHARS), 0, -1):
        sign = bare[-length:]
        whole = not (sign[0].isalpha() and bare[-length - 1 : -length].isalnum())
        currency = _signs().get(sign) or (_letters().get(sign) if GROUPED.match(text, number_start) else None)
        if currency and whole:
            return number_start - len(tail) + len(bare) - length, currency
    return number_start, None


def _name_after(text: str, number_end: int) -> tuple[int, str | None]:
    """Where the name of a currency after a number ends, and the currency; a code before the next number is that one's."""
    match = NAME.match(text, number_end)
    words = match[1] if match else ""
    while match and words:
        end = match.start(1) + len(words)
        currency = _names().get(words) or _names().get(words.lower())
        if currency and not NEXT.match(text, end):
            return end, currency
        words = words.rpartition(" ")[0]
    return (number_end + 2 if text.startswith("/-", number_end) else number_end), None


@cache
def _signs() -> Mapping[str, str]:
    return _codes() | _by_form("signs")


@cache
def _letters() -> Mapping[str, str]:
    return _by_form("letters")


@cache
def _names() -> Mapping[str, str]:
    return _codes() | _by_form("names")


def _codes() -> dict[str, str]:
    return {code: code for code in data("money")["codes"]}


def _by_form(kind: str) -> dict[str, str]:
    """The currency of each form of this kind."""
    return {form: currency for currency, forms in data("money")[kind].items() for form in forms}


def _is_interest(text: str, said: _Said) -> bool:
    before = text[max(0, said.start - BEFORE_CHARS) : said.start]
    return INTEREST_AFTER.match(text, said.end) is not None or INTEREST_BEFORE.search(before) is not None


@cache
def _states() -> re.Pattern[str]:
    """What follows a percentage that says how far something has come, not what is paid: "50% of subjects"."""
    states = any_of(data("thresholds")["states"])
    return re.compile(rf"\.?\s+(?:of\s+(?:the\s+)?(?:\w+\s+)?)?{states}(?!\w)", re.IGNORECASE)


def _without_thresholds(text: str, said: Sequence[_Said]) -> Iterator[_Said]:
    """The amounts without the marks that must be reached before they are due, and what is listed on with one."""
    mark_end = -1
    for one in said:
        listed = mark_end >= 0 and LISTED.fullmatch(text, mark_end, one.start) and RESPECTIVELY.search(text, one.end)
        if listed or _threshold().search(text[max(0, one.start - BEFORE_CHARS) : one.start]):
            mark_end = one.end
        else:
            yield one


@cache
def _threshold() -> re.Pattern[str]:
    """What makes an amount after it a threshold; a cap ("shall not exceed") is one of the payment itself."""
    compared = rf"(?<!no )(?<!not )(?<!n't )(?<!not go )(?<!case go )(?<!-)\b{any_of(data('thresholds')['more'])}"
    measured = rf"\b{any_of(data('thresholds')['measures'])}(?:\s+(?:of|at|is|equal\s+to))?"
    between = r"(?:\s+(?:an?|the|amount|sum|total|of|in|aggregate|first|at|to|or|over|value|equal)){0,5}\s*\(?\s*$"
    return re.compile(rf"(?:{compared}|{measured}){between}", re.IGNORECASE)


def _cells_of_money(row: Sentence, numbers: Sequence[Number]) -> Iterator[_Said]:
    """The bare numbers of a row that are money by their place."""
    for cell, number in _filled(row, numbers):
        if number.end == cell.end and _is_money(cell, row):
            yield _Said(number, _beside(cell, row) or _currency_of(cell.head) or _currency_of(row.title), cell.start, cell.end)
    after_share = {match.end() for match in RUN_TOGETHER.finditer(row.text)}
    yield from (_Said(number, None, number.start, number.end) for number in numbers if number.start in after_share)


def _is_money(cell: Cell, row: Sentence) -> bool:
    """Whether a cell that a number fills is money: by its heading, or by its looks where no heading or the title tells."""
    if _beside(cell, row) or (is_of("money", cell.head) and not is_of("share", cell.head)):
        return True
    return GROUPED.fullmatch(cell.text) is not None and (not cell.head or _currency_of(row.title) is not None)


def _beside(cell: Cell, row: Sentence) -> str | None:
    """The currency that stands alone in the cell before or after: "USD | 1,000,000", as tables that come apart have it."""
    before = row.text[: cell.start].removesuffix(CELL_BREAK).rpartition(CELL_BREAK)[2]
    after = row.text[cell.end :].removeprefix(CELL_BREAK).partition(CELL_BREAK)[0]
    return _signs().get(before.strip()) or _signs().get(after.strip())


def _cells_of_shares(row: Sentence, numbers: Sequence[Number]) -> Iterator[_Said]:
    """The percentages of a row that fill their cells, with a sign or under a heading of shares."""
    for cell, number in _filled(row, numbers):
        sign = PERCENT.match(row.text, number.end)
        bare = number.end == cell.end and is_of("share", cell.head) and (number.value is None or number.value <= 100)
        if bare or (sign and sign.end() == cell.end):
            yield _Said(number, "%", cell.start, cell.end)


def _filled(row: Sentence, numbers: Sequence[Number]) -> Iterator[tuple[Cell, Number]]:
    """The cells of a row that begin with a figure, and the figure."""
    by_start = {number.start: number for number in numbers if not number.spelled}
    for cell in cells_of(row) if row.unit is Unit.ROW else ():
        if number := by_start.get(cell.start):
            yield cell, number


def _currency_of(heading: str) -> str | None:
    """The currency that a heading names: "Amount (CAD)", "Payment Plan in EUR"."""
    told = next((_signs()[word] for word in CURRENCY.findall(heading) if word in _signs()), None)
    return told or next((_names()[name] for name in _named_currency().findall(heading.lower())), None)


@cache
def _named_currency() -> re.Pattern[str]:
    """The name of a currency in a heading; pounds alone may be of weight."""
    return re.compile(rf"(?<!\w){any_of(name for name in _by_form('names') if name != 'pounds')}(?!\w)")
