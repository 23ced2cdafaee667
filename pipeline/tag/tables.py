"""What the rows of a table say together: a person knows a schedule of payments by its columns and its sums, not row by row.

Facts are told of each row, evidence of all of them: what most rows say, whether their shares come to 100% and their sums to the
total, what the columns are headed. A row alone is a table of one row.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final

from pipeline.contract import Sentence
from pipeline.tag.amounts import amounts_of, percents_of
from pipeline.tag.figures import numbers_in
from pipeline.tag.rows import is_of
from pipeline.tag.rules import flag_patterns, flags_of
from pipeline.tag.schedules import TOTAL

# Most rows are so many of them; sums are level if so many of them are the same.
MOST: Final = 0.6
LEVEL: Final = 0.75
# Rows have words if they have so many of so many letters.
WORDS: Final = 4
LONG_WORD: Final = 4
# How far shares may be from 100, in percent, and sums from their total, in units of the currency, by rounding.
ROUNDING_PERCENT: Final = Decimal("0.5")
ROUNDING: Final = Decimal(1)
# Columns as `fields.toml` lists their headings.
HEADED: Final = ("event", "money", "share", "date", "rate", "proof")
SUMS: Final = ("shares_whole", "sums_total", "sums_told", "sums_level")


@dataclass(frozen=True, slots=True)
class Row:
    """What a row says: its facts, and the first sum and the first share that it tells (None if it tells none)."""

    facts: frozenset[str]
    amount: Decimal | None
    percent: Decimal | None


@cache
def row_facts() -> tuple[str, ...]:
    """The names of the facts of a row: those that patterns find (`patterns.toml`, `rows`), then the others."""
    return (*flag_patterns("rows"), "amount", "percent", "words", "date_alone", "total")


@cache
def table_evidence() -> tuple[str, ...]:
    """The names of all evidence that a table can give."""
    counted = [f"most_{fact}" for fact in row_facts() if fact != "total"]
    return (*counted, *SUMS, "has_total", *(f"column_{name}" for name in HEADED), "title_rate")


def row_of(row: Sentence, norms: Sequence[str]) -> Row:
    """What a row says, given the normal forms of its tokens; its header and title tell which of its figures are money."""
    numbers = numbers_in(row.text)
    amounts = [one.value for one in amounts_of(row, numbers) if not one.per]
    percents = [one.value for one in percents_of(row, numbers)]
    found = set(flags_of(norms, "rows"))
    told = {
        "amount": bool(amounts),
        "percent": bool(percents),
        "words": sum(len(word) >= LONG_WORD and word.isalpha() for word in norms) >= WORDS,
        "date_alone": "date" in found and "event" not in found,
        "total": TOTAL.match(row.text) is not None,
    }
    facts = frozenset(found.union(name for name, holds in told.items() if holds))
    return Row(facts, next(iter(amounts), None), next(iter(percents), None))


def evidence_of(rows: Sequence[Row], header: str, title: str) -> frozenset[str]:
    """The evidence that the rows of a table give, its header not among them."""
    lines = [row for row in rows if "total" not in row.facts]
    found = [*_counted(lines), *_sums(lines, rows, title), *_headed(header)]
    if len(lines) < len(rows):
        found.append("has_total")
    if is_of("rate", title):
        found.append("title_rate")
    return frozenset(found)


def _counted(lines: Sequence[Row]) -> Iterator[str]:
    counts = Counter(fact for line in lines for fact in line.facts)
    yield from (f"most_{fact}" for fact, count in counts.items() if count >= MOST * len(lines))


def _sums(lines: Sequence[Row], rows: Sequence[Row], title: str) -> Iterator[str]:
    percents = [line.percent for line in lines if line.percent is not None]
    if len(percents) > 1 and abs(sum(percents, Decimal(-100))) <= ROUNDING_PERCENT:
        yield "shares_whole"
    amounts = [line.amount for line in lines if line.amount is not None]
    if len(amounts) < 2:
        return
    if any(_is_sum(row.amount, amounts) for row in rows if "total" in row.facts):
        yield "sums_total"
    if any(_is_sum(number.value, amounts) for number in numbers_in(title)):
        yield "sums_told"
    if len(amounts) == len(lines) and amounts.count(amounts[0]) >= LEVEL * len(amounts):
        yield "sums_level"


def _is_sum(total: Decimal | None, amounts: Sequence[Decimal]) -> bool:
    return total is not None and abs(sum(amounts, -total)) <= ROUNDING


def _headed(header: str) -> Iterator[str]:
    yield from (f"column_{name}" for name in HEADED if is_of(name, header))
