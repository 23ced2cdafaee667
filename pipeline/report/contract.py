"""One contract of a run as tables: its terms, payments, clauses, reasons and odd pages, numbered as its report numbers them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pipeline.batch.jobs import result_path
from pipeline.batch.journal import read_run
from pipeline.contract import Contract, Kind, Money, Percent, Risk, Term, TextFrom
from pipeline.errors import ReportError
from pipeline.judge.amounts import Payable, payables
from pipeline.judge.facts import as_reviewed
from pipeline.report.events import event_words
from pipeline.report.explain import sum_of
from pipeline.report.words import doubts_told
from pipeline.review import annotated

PAYMENT_COLUMNS: Final = (
    "group", "number", "term", "tag", "page", "kind", "event", "value", "currency", "worked_out", "percent", "running",
    "due_days", "verification",
)  # fmt: skip
TERM_COLUMNS: Final = (
    "term", "tag", "page", "kind", "amounts", "value", "currency", "percents", "event", "verification", "due_days", "doubts",
    "probability", "review",
)  # fmt: skip
CLAUSE_COLUMNS: Final = ("clause", "tag", "page", "code", "text")
REASON_COLUMNS: Final = ("number", "code", "advance", "why", "remedy", "rests_on")
SCHEDULE_COLUMNS: Final = ("group", "terms", "currency", "total", "percent", "price", "matches", "told")
MONEY_COLUMNS: Final = ("kind", "currency", "value", "terms", "worked_out")
PAGE_COLUMNS: Final = ("page", "text_from", "flags")
# What stands for the payments that no schedule holds.
OUTSIDE: Final = 0
LETTERS: Final = {Kind.MILESTONE: "M", Kind.PROGRESS: "P"}
FLAGS: Final = {
    "no_text": "no words",
    "image_only": "no words, but a picture",
    "mostly_picture": "a scan with a few printed words",
    "ocr_layer": "a searchable scan: the words lie invisible over their picture",
    "hidden_text": "words that no one sees were left out",
    "garbled": "print whose font does not tell its letters was left out",
    "unreadable": "could not be read",
    "damaged": "the file was cut off or rebuilt; pages may be missing",
    "unchecked": "only one of two readers could read it",
    "resaved": "read from a copy that was saved anew",
    "pdfium_text": "the readers disagreed; one's words were taken",
    "over_budget": "too much is drawn to look for tables",
}

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class One:
    """A contract of a run: its `source` there, its terms as reviewed, what each pays, and the tag of each term and clause.

    Tags ("M1", "P2", "R3" for a clause) count terms and clauses together, in the order of the text. `pages` are those that one
    stands on.
    """

    source: str
    contract: Contract
    terms: tuple[Term, ...]
    paid: Mapping[str, Payable]
    tags: Mapping[str, str]
    pages: tuple[int, ...]


def read_one(out: Path, source: str) -> One:
    """A contract of the run in a folder, by its source in `run.json`. Raises RecordError, ReportError if it was not read."""
    found = [record for record in read_run(out) if record.source == source and record.output is not None]
    if not found or found[0].output is None:
        raise ReportError(f"{source}: no contract of this run that was read; `payterms summary` lists their names")
    return one_of(source, annotated.read(result_path(out, found[0].output)))


def one_of(source: str, contract: Contract) -> One:
    """A contract with what its report shows of it."""
    terms = tuple(term for term in as_reviewed(contract.terms) if term.label is not Kind.NONE)
    every: list[Term | Risk] = [*terms, *contract.risks]
    marked = sorted(every, key=lambda one: (one.page, one.span))
    tags = {one.id: f"{_letter(one)}{number}" for number, one in enumerate(marked, 1)}
    pages = {page for one in marked for page in pages_with(one)}
    return One(source, contract, terms, payables(contract), tags, tuple(sorted(pages)))


def _letter(one: Term | Risk) -> str:
    return "R" if isinstance(one, Risk) else LETTERS[one.label]


def pages_with(one: Term | Risk) -> list[int]:
    """The pages that a term or clause stands on, the first one first."""
    return sorted({one.page, *(box.page for box in one.boxes)})


def money(one: One) -> pd.DataFrame:
    """What the terms pay: a row for each kind and currency, with how many terms it is of, and how much is worked out."""
    paid = pd.DataFrame(
        [(term.label.value, one.paid[term.id].currency, one.paid[term.id]) for term in one.terms if term.id in one.paid],
        columns=["kind", "currency", "paid"],
    )
    rows = [
        (kind, currency, float(_sum(group["paid"])), len(group), sum(each.worked_out for each in group["paid"]))
        for (kind, currency), group in paid.groupby(["kind", "currency"], sort=True)
    ]
    return _frame(rows, MONEY_COLUMNS)


def _sum(paid: Any) -> Decimal:
    return sum((one.value for one in paid), Decimal(0))


def payments(one: One) -> pd.DataFrame:
    """The payments in the contract's order: schedule by schedule (`group` 1, 2 ...), then those outside of any (`OUTSIDE`).

    `running` is the total so far of the payments of the group in their currency. Terms of a schedule that name neither a sum
    nor a share are left out, and so are terms outside that pay none.
    """
    known = {term.id: term for term in one.terms}
    groups = [[known[name] for name in schedule.terms if name in known] for schedule in one.contract.schedules]
    scheduled = {term.id for group in groups for term in group}
    rows = [row for number, group in enumerate(groups, 1) for row in _payments(one, number, group)]
    outside = [term for term in one.terms if term.id in one.paid and term.id not in scheduled]
    return _frame([*rows, *_payments(one, OUTSIDE, sorted(outside, key=lambda term: (term.page, term.span)))], PAYMENT_COLUMNS)


def schedules_of(one: One) -> pd.DataFrame:
    """The contract's schedules: their totals, the price that they are held against, whether they agree, and that in words."""
    rows = [
        (
            number,
            len(schedule.terms),
            schedule.currency or "",
            schedule.total,
            schedule.percent,
            schedule.price.value if schedule.price else None,
            schedule.matches,
            sum_of(schedule),
        )
        for number, schedule in enumerate(one.contract.schedules, 1)
    ]
    return _frame(rows, SCHEDULE_COLUMNS)


def _payments(one: One, group: int, terms: Sequence[Term]) -> Iterator[Row]:
    running: dict[str, Decimal] = {}
    for number, term in enumerate(terms, 1):
        paid = one.paid.get(term.id)
        if paid is not None:
            running[paid.currency] = running.get(paid.currency, Decimal(0)) + paid.value
        sums = (float(paid.value), paid.currency, paid.worked_out) if paid else (None, "", False)
        share = next((each.value for each in term.percents if each.value is not None), None)
        said = (share and float(share), float(running[paid.currency]) if paid else None, term.due_days, _proof(term))
        yield (group, number, term.id, one.tags[term.id], term.page, term.label.value, event_of(term), *sums, *said)


def event_of(term: Term) -> str:
    """The words of what a term's payment hangs on; the whole term where no words were made out."""
    return event_words(term) or term.text


def _proof(term: Term) -> str:
    return term.verification.value.replace("_", " ") if term.verification else ""


def terms_of(one: One) -> pd.DataFrame:
    """The terms as reviewed, in the order of the text; `probability` is of their kind (NaN if a person spoke)."""
    return _frame([_term(one, term) for term in sorted(one.terms, key=lambda term: (term.page, term.span))], TERM_COLUMNS)


def taken_out(one: One) -> tuple[Term, ...]:
    """The terms that a reviewer said are none, in the order of the text."""
    kept = {term.id for term in one.terms}
    return tuple(sorted((term for term in one.contract.terms if term.id not in kept), key=lambda term: term.span))


def _term(one: One, term: Term) -> Row:
    paid = one.paid.get(term.id)
    probability = float(getattr(term.probabilities, term.label)) if term.probabilities else None
    return (
        term.id,
        one.tags[term.id],
        term.page,
        term.label.value,
        "; ".join(amount_words(each) for each in term.amounts),
        float(paid.value) if paid else None,
        paid.currency if paid else "",
        "; ".join(percent_words(each) for each in term.percents),
        event_words(term),
        _proof(term),
        term.due_days,
        " ".join(doubt_words(term)),
        probability,
        review_words(term),
    )


def amount_words(amount: Money) -> str:
    """An amount as written, and its price's unit."""
    return amount.text + (f" per {amount.per}" if amount.per else "")


def percent_words(percent: Percent) -> str:
    """A percentage as written, and of what it is."""
    return percent.text + (f" of the {percent.of}" if percent.of else "")


def doubt_words(term: Term) -> list[str]:
    """Why a person should look at a term, in words."""
    return [doubts_told(code) for code in term.doubt]


def review_words(term: Term) -> str:
    """What a person has done with a term; "" for nothing yet."""
    if term.review.status.value != "pending":
        return str(term.review.status.value)
    return "added" if term.probabilities is None else ""


def clauses_of(one: One) -> pd.DataFrame:
    """What else bears on the receivable, in the order of the text."""
    risks = sorted(one.contract.risks, key=lambda risk: (risk.page, risk.span))
    return _frame([(risk.id, one.tags[risk.id], risk.page, risk.code, risk.text) for risk in risks], CLAUSE_COLUMNS)


def reasons_of(one: One) -> pd.DataFrame:
    """Why the verdict is what it is, the gravest reason first, and how many terms or clauses each rests on."""
    reasons = one.contract.verdict.reasons
    rows = [
        (number, reason.code, reason.advance, reason.why, reason.remedy, len(reason.terms))
        for number, reason in enumerate(reasons, 1)
    ]
    return _frame(rows, REASON_COLUMNS)


def odd_pages(one: One) -> pd.DataFrame:
    """The pages that nobody has read, or that something is odd about, and what."""
    pages = (page for page in one.contract.source.pages if page.flags or page.text_from is not TextFrom.PDF)
    words = (
        (page.number, page.text_from.value, "; ".join(FLAGS.get(flag, flag.replace("_", " ")) for flag in page.flags))
        for page in pages
    )
    return _frame(list(words), PAGE_COLUMNS)


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(rows, columns=list(columns))
    numbers = ("value", "total", "price", "percent", "running", "due_days", "probability")
    return frame.astype({name: "float64" for name in numbers if name in columns})
