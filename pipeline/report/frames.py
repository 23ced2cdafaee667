"""A run as tables: contracts, terms, reasons, clauses, and what could not be read. The notebooks count and draw from these.

Contracts are read one at a time and leave their text behind, so that thousands of them fit into memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from pipeline.batch.jobs import result_path
from pipeline.batch.journal import read_run
from pipeline.batch.record import Record
from pipeline.contract import Advance, Basis, Contract, Kind, Term, TextFrom
from pipeline.errors import RecordError
from pipeline.judge.amounts import Payable, payables
from pipeline.judge.facts import as_reviewed
from pipeline.report.events import event_kind, event_words
from pipeline.report.show import line
from pipeline.review import annotated

# Columns with few different values: a table of 5,000 contracts holds each word once.
CATEGORIES: Final = {"kind": list(Kind), "basis": list(Basis), "advance": list(Advance)}
CONTRACT_COLUMNS: Final = (
    "contract", "output", "basis", "advance", "rate_percent", "policy", "model", "tool", "pages", "unread_pages",
    "milestone_terms", "progress_terms", "doubtful_terms", "reviewed_terms", "sha256",
)  # fmt: skip
TERM_COLUMNS: Final = (
    "contract", "term", "kind", "page", "text", "value", "currency", "worked_out", "event", "event_kind", "due_days",
    "verification", "finality", "doubts", "probability", "margin", "reviewed",
)  # fmt: skip
REASON_COLUMNS: Final = ("contract", "code", "advance", "terms", "why", "remedy")
CLAUSE_COLUMNS: Final = ("contract", "code", "page", "text")
UNREAD_COLUMNS: Final = ("source", "error", "message")
# The code of a result that was there once, and cannot be read now.
FAULTY: Final = "faulty_result"

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """A run as tables, a row each, in the order of the inputs.

    `contracts`: the contracts that were read, with their verdict and counts; `output` is the JSON file below the run's folder.
    `terms`: payment terms as reviewed. `value` is what the term pays (NaN if it names no sum, or one that another term stands
    for) in `currency` ("" if not told); `event` is the words of the trigger or interval, `event_kind` one of
    `events.event_kinds`; `due_days` are days to pay;
    `doubts` are codes parted by spaces; `margin` is how far the probability lies above its threshold (NaN if a person spoke).
    `reasons`: why each verdict is what it is, the gravest first. `clauses`: what else bears on the receivable, by its code.
    `unread`: inputs without a result, by the code of their error.
    """

    folder: Path
    contracts: pd.DataFrame
    terms: pd.DataFrame
    reasons: pd.DataFrame
    clauses: pd.DataFrame
    unread: pd.DataFrame


def read_batch(out: Path) -> Batch:
    """What `payterms run` wrote into a folder; a result that is missing or faulty is told in `unread`.

    Raises RecordError if the folder holds no run.
    """
    contracts: list[Row] = []
    terms: list[Row] = []
    reasons: list[Row] = []
    clauses: list[Row] = []
    unread: list[Row] = []
    for record in read_run(out):
        contract = _read(record, out, unread)
        if contract is not None:
            contracts.append(_contract(record, contract))
            terms += _terms(record.source, contract)
            reasons += _reasons(record.source, contract)
            clauses += ((record.source, risk.code, risk.page, line(risk.text)) for risk in contract.risks)
    return Batch(
        out,
        _frame(contracts, CONTRACT_COLUMNS),
        _frame(terms, TERM_COLUMNS),
        _frame(reasons, REASON_COLUMNS),
        _frame(clauses, CLAUSE_COLUMNS),
        _frame(unread, UNREAD_COLUMNS),
    )


def _read(record: Record, out: Path, unread: list[Row]) -> Contract | None:
    if record.output is None:
        unread.append((record.source, record.error, record.message))
        return None
    path = result_path(out, record.output)
    try:
        return annotated.read(path)
    except RecordError as error:
        # A report is passed on: where its reader's files stand is nobody's business.
        unread.append((record.source, FAULTY, str(error).replace(str(path), record.output)))
        return None


def _frame(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    frame = pd.DataFrame.from_records(rows, columns=list(columns))
    known = {name: pd.CategoricalDtype(values) for name, values in CATEGORIES.items() if name in columns}
    numbers = {name: "float64" for name in ("value", "due_days", "probability", "margin", "rate_percent") if name in columns}
    return frame.astype({**known, **numbers})


def _contract(record: Record, contract: Contract) -> Row:
    verdict, terms = contract.verdict, as_reviewed(contract.terms)
    kinds = [term.label for term in terms]
    return (
        record.source,
        record.output,
        verdict.basis,
        verdict.advance,
        verdict.rate_percent,
        verdict.policy,
        f"{contract.model.name} {contract.model.sha256[:8]}",
        f"{contract.tool.name} {contract.tool.version}",
        len(contract.source.pages),
        sum(page.text_from is TextFrom.NONE for page in contract.source.pages),
        kinds.count(Kind.MILESTONE),
        kinds.count(Kind.PROGRESS),
        sum(bool(term.doubt) for term in terms),
        sum(term.probabilities is None for term in terms),
        contract.source.sha256,
    )


def _terms(source: str, contract: Contract) -> Iterator[Row]:
    paid = payables(contract)
    for term in as_reviewed(contract.terms):
        sum_of = paid.get(term.id)
        yield (source, term.id, term.label, term.page, line(term.text), *_sum(sum_of), *_said(term), *_sure(term, contract))


def _sum(paid: Payable | None) -> tuple[float | None, str, bool]:
    return (float(paid.value), paid.currency, paid.worked_out) if paid else (None, "", False)


def _said(term: Term) -> Row:
    return (
        line(event_words(term)),
        event_kind(term),
        term.due_days,
        term.verification.value if term.verification else "",
        term.finality.value if term.finality else "",
    )


def _sure(term: Term, contract: Contract) -> Row:
    doubts = " ".join(term.doubt)
    if term.probabilities is None:
        return doubts, None, None, True
    probability = float(getattr(term.probabilities, term.label))
    return doubts, probability, probability - contract.model.thresholds.get(term.label, 0.0), False


def _reasons(source: str, contract: Contract) -> Iterable[Row]:
    return (
        (source, reason.code, reason.advance, len(reason.terms), reason.why, reason.remedy)
        for reason in contract.verdict.reasons
    )


def counts(column: pd.Series, names: Iterable[str]) -> Mapping[str, int]:
    """How often each name stands in the column, those that do not with 0."""
    found = column.value_counts()
    return {str(name): int(found.get(name, 0)) for name in names}
