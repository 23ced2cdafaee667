"""What an export tells of each term: its columns, in order. Nothing else knows this list; `docs/export.md` is made from it."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from pipeline.contract import CELL_BREAK, Contract, Kind, Percent, Term
from pipeline.judge.amounts import Payable, payables
from pipeline.judge.facts import as_reviewed

# The longest decimal numbers that databases agree on: so many digits, of which so many behind the point.
DIGITS: Final = 38
DECIMALS: Final = 6
# The bounds of whole numbers in 64 bits.
LEAST: Final = -(2**63)
MOST: Final = 2**63 - 1

# A time is in UTC, and None is nothing: an empty cell, a null.
Value = str | int | Decimal | float | bool | datetime | None


class Type(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    WHOLE = "whole number"
    DECIMAL = "decimal"
    SHARE = "number"
    FLAG = "true or false"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, the type of its values, where they stand in a `Row`, and a sentence on what they are."""

    name: str
    type: Type
    path: str
    holds: str


@dataclass(frozen=True, slots=True)
class Row:
    """A term, and what its row tells of it besides: the paths of its contract and result below the folders of a run, the labels
    after and before review, what it pays, its first percentage, the number of its schedule, and lists in a line.
    """

    source: str
    output: str
    contract: Contract
    term: Term
    label: Kind
    tagged: Kind | None
    paid: Payable | None
    percent: Percent | None
    schedule: int | None
    amounts: str
    percents: str
    doubt: str


COLUMNS: Final = (
    Column("contract", Type.TEXT, "source", "The contract: its path below the folder that was read, as in `run.json`."),
    Column("result", Type.TEXT, "output", "Its annotated JSON: the path below the folder of results."),
    Column("contract_sha256", Type.TEXT, "contract.source.sha256", "SHA-256 of the contract's bytes."),
    Column(
        "basis", Type.TEXT, "contract.verdict.basis", "What its payments hang on: milestone, progress, mixed, none, unknown."
    ),
    Column("advance", Type.TEXT, "contract.verdict.advance", "Whether to advance money on it: yes, conditional, no, unknown."),
    Column("rate_percent", Type.WHOLE, "contract.verdict.rate_percent", "The most to advance of an invoice, in percent."),
    Column("policy", Type.TEXT, "contract.verdict.policy", "The policy that it was judged by."),
    Column("term", Type.TEXT, "term.id", "The term's id; `result` and `term` together are the key of a row."),
    Column("label", Type.TEXT, "label", "milestone, progress or none, as reviewed; none if the term was rejected."),
    Column("tagged_label", Type.TEXT, "tagged", "The label before review; empty if a reviewer added the term."),
    Column(
        "probability_milestone", Type.SHARE, "term.probabilities.milestone", "How likely it is a milestone term, from 0 to 1."
    ),
    Column("probability_progress", Type.SHARE, "term.probabilities.progress", "How likely it is a progress term, from 0 to 1."),
    Column("probability_none", Type.SHARE, "term.probabilities.none", "How likely it is neither, from 0 to 1."),
    Column("review_status", Type.TEXT, "term.review.status", "pending, accepted, corrected, or rejected (no payment term)."),
    Column("review_label", Type.TEXT, "term.review.label", "The right label, if the reviewer corrected it."),
    Column("review_note", Type.TEXT, "term.review.note", "What the reviewer noted."),
    Column("review_by", Type.TEXT, "term.review.by", "Who reviewed it."),
    Column(
        "review_at", Type.TIME, "term.review.at", "When, in UTC, to the second; empty if it is not told as an ISO 8601 time."
    ),
    Column("page", Type.WHOLE, "term.page", "The page on which the term begins, counted from 1."),
    Column("unit", Type.TEXT, "term.unit", "sentence, or row (of a table)."),
    Column("section", Type.TEXT, "term.section", "The headings that it stands under, outermost first, parted by `>`."),
    Column("text", Type.TEXT, "term.text", "The term's words; a row's cells are parted by a bar."),
    Column(
        "amount", Type.DECIMAL, "paid.value", "The sum that it pays, in `currency`; empty if another row holds the same money."
    ),
    Column("currency", Type.TEXT, "paid.currency", "ISO 4217 code of the currency of `amount`; empty if it is not told."),
    Column(
        "amount_worked_out", Type.FLAG, "paid.worked_out", "Whether `amount` is a share of the price, not written as a sum."
    ),
    Column("amounts", Type.TEXT, "amounts", "All amounts as written, unit prices and ranges too, parted by a bar."),
    Column("percent", Type.DECIMAL, "percent.value", "The first percentage, in percent: 30 for 30%."),
    Column(
        "percent_of", Type.TEXT, "percent.of", "What that is a share of: price, invoice, retained; empty if it is not told."
    ),
    Column("percents", Type.TEXT, "percents", "All percentages as written, parted by a bar."),
    Column("trigger", Type.TEXT, "term.trigger.text", "The words of the event that it falls due on."),
    Column("interval", Type.TEXT, "term.interval.text", "The words that measure a progress payment."),
    Column("interval_kind", Type.TEXT, "term.interval.value", "Their sense: monthly, dated, percentage-of-completion ..."),
    Column("due_days", Type.WHOLE, "term.due_days", "Days to pay."),
    Column("due_from", Type.TEXT, "term.due_from.text", "The words of the day that they are counted from."),
    Column(
        "verification", Type.TEXT, "term.verification.value", "What shows that the event was reached: signed_acceptance ..."
    ),
    Column("verification_days", Type.WHOLE, "term.verification.days", "Days of silence after which acceptance is deemed."),
    Column("finality", Type.TEXT, "term.finality.value", "Whether what is paid stays paid: non_refundable, clawback."),
    Column("payer", Type.TEXT, "term.payer.text", "The words for who pays."),
    Column("payee", Type.TEXT, "term.payee.text", "The words for who is paid."),
    Column("schedule", Type.WHOLE, "schedule", "Which of the contract's payment schedules it stands in, counted from 1."),
    Column("doubt", Type.TEXT, "doubt", "Why a person should look at it first: codes, parted by a bar."),
    Column("span_start", Type.WHOLE, "term.span.start", "Where its words begin in the JSON's `text`, in characters from 0."),
    Column("span_end", Type.WHOLE, "term.span.end", "Where they end: the first character after them."),
)


def rows_of(contract: Contract, *, source: str, output: str) -> list[tuple[Value, ...]]:
    """A value for each column, for each term of a contract, rejected ones too.

    `source` and `output` are the paths of the contract and of its result as a run records them. What a column's type cannot
    hold, such as a number beyond its bounds, is None.
    """
    return [tuple(FORMS[column.type](_at(row, column.path)) for column in COLUMNS) for row in _rows(contract, source, output)]


def _rows(contract: Contract, source: str, output: str) -> Iterable[Row]:
    labels = {term.id: term.label for term in as_reviewed(contract.terms)}
    paid = payables(contract)
    schedules = {name: number for number, schedule in enumerate(contract.schedules, 1) for name in schedule.terms}
    for term in contract.terms:
        yield Row(
            source=source,
            output=output,
            contract=contract,
            term=term,
            label=labels.get(term.id, Kind.NONE),
            tagged=term.label if term.probabilities else None,
            paid=paid.get(term.id),
            percent=term.percents[0] if term.percents else None,
            schedule=schedules.get(term.id),
            amounts=CELL_BREAK.join(one.text for one in term.amounts),
            percents=CELL_BREAK.join(one.text for one in term.percents),
            doubt=CELL_BREAK.join(term.doubt),
        )


def _at(row: Row, path: str) -> Any:
    """What stands there; None if anything on the way is None."""
    value: Any = row
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    return value


def _text(value: str | None) -> str | None:
    return str(value) if value else None


def _whole(value: int | None) -> int | None:
    return value if value is not None and LEAST <= value <= MOST else None


def _decimal(value: Decimal | None) -> Decimal | None:
    try:
        return None if value is None else value.quantize(Decimal(1).scaleb(-DECIMALS), context=Context(prec=DIGITS))
    except InvalidOperation:
        return None


def _share(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _time(value: str | None) -> datetime | None:
    """The time in UTC; one without an offset is taken to be in UTC."""
    try:
        told = datetime.fromisoformat(value or "").replace(microsecond=0)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


FORMS: Final[Mapping[Type, Callable[[Any], Value]]] = {
    Type.TEXT: _text,
    Type.WHOLE: _whole,
    Type.DECIMAL: _decimal,
    Type.SHARE: _share,
    Type.FLAG: lambda value: value,
    Type.TIME: _time,
}


def columns_table() -> str:
    """The columns as a table in Markdown, for the documents."""
    rows = (f"| `{column.name}` | {column.type} | {column.holds} |" for column in COLUMNS)
    return "\n".join(["| column | type | what it holds |", "|---|---|---|", *rows, ""])
