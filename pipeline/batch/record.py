"""What became of each input: a record, for `run.json` and for whoever watches the run."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pipeline.batch.jobs import Job
from pipeline.contract import Basis, Contract, Kind, TextFrom
from pipeline.judge.amounts import largest_amounts


class Why(StrEnum):
    """Why an input was read, or why what an earlier run made of it was kept (`UNCHANGED`, `REVIEWED`)."""

    NEW = "new"
    FILE = "file_changed"
    RECIPE = "recipe_changed"
    RESULT = "result_missing"
    AGAIN = "failed_before"
    FORCED = "forced"
    UNCHANGED = "unchanged"
    REVIEWED = "reviewed"


KEPT: Final = frozenset({Why.UNCHANGED, Why.REVIEWED})


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one input: `error` is None for a contract that was read, else a code, and `message` says the rest.

    `source` and `output` are paths below the input and output folders, with forward slashes. `sha256` is of the input's bytes
    ("" if unknown), `recipe` stands for all else that the result depends on; `limit` is the time (s) or memory (MB) that did
    not do; `largest` tells the largest amounts of the terms, short: "USD 4.8m, 720k".
    """

    source: str
    output: str | None
    error: str | None
    message: str
    pages: int
    unread_pages: int
    milestone_terms: int
    progress_terms: int
    basis: str
    advance: str
    seconds: float
    doubtful_terms: int = 0
    why: str = Why.NEW
    sha256: str = ""
    recipe: str = ""
    limit: float = 0.0
    largest: str = ""

    @property
    def kept(self) -> bool:
        """Whether the result of an earlier run stands."""
        return self.why in KEPT

    @property
    def in_doubt(self) -> bool:
        """Whether a person should look at the contract: a term is doubtful, or a part could not be read."""
        return self.error is None and (self.doubtful_terms > 0 or self.basis == Basis.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Done:
    """A record, and what libraries warned of while the contract was read: each kind of warning once."""

    record: Record
    warnings: tuple[str, ...] = ()


def failure(job: Job, error: str, message: str, **more: Any) -> Record:
    """The record of a contract that could not be read; `more` are fields of it."""
    return Record(job.source, None, error, message, 0, 0, 0, 0, "unknown", "unknown", **{"seconds": 0.0, **more})


def success(job: Job, contract: Contract, *, seconds: float, why: str, recipe: str) -> Record:
    """The record of a contract that was read."""
    pages = contract.source.pages
    return Record(
        source=job.source,
        output=job.source.rsplit(".", 1)[0] + job.output.suffix,
        error=None,
        message="",
        pages=len(pages),
        unread_pages=sum(page.text_from is TextFrom.NONE for page in pages),
        milestone_terms=sum(term.label is Kind.MILESTONE for term in contract.terms),
        progress_terms=sum(term.label is Kind.PROGRESS for term in contract.terms),
        basis=contract.verdict.basis.value,
        advance=contract.verdict.advance.value,
        seconds=round(seconds, 2),
        doubtful_terms=sum(bool(term.doubt) for term in contract.terms),
        why=why,
        sha256=contract.source.sha256,
        recipe=recipe,
        largest=largest_amounts(contract.terms),
    )
