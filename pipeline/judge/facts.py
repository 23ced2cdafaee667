"""The facts of a contract that a policy's rules are made of, each with the terms or clauses that it rests on.

`basis.*`   what the payments hang on
`terms.*`   `unverified` milestones (nothing shows that they were reached), milestones reached at the customer's `satisfaction`,
            `without_sum`, `undated` (nor does any other sentence say when to pay), `slow` (too many days to pay), `clawback`,
            `unsure` (the model is sure of none, or in doubt of most), `stray` (some, but too unsure to make a basis)
`clause.*`  clauses by their codes, as `pipeline/tag/risks.toml` lists them
`law.lifts_ban`        the governing law makes a ban on assigning receivables ineffective
`schedule.mismatch`    a schedule of payments does not add up to the price
`exhibits.missing`     the payment terms point to an exhibit that the file does not hold
`pages.unread`         a page without text was not read
`otherwise`            no other reason holds
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from pipeline.contract import (
    BLOCK_BREAK,
    Basis,
    Finality,
    Kind,
    Page,
    ReviewStatus,
    Risk,
    Schedule,
    Term,
    TextFrom,
    Verification,
)
from pipeline.judge.exhibits import missing_exhibits, references
from pipeline.tag.figures import numbers_in
from pipeline.tag.risks import risk_codes
from pipeline.tag.sentences import sentence_spans
from pipeline.tag.times import due_days_of

TERMS: Final = ("unverified", "satisfaction", "without_sum", "undated", "slow", "clawback", "unsure", "stray")
OTHERWISE: Final = "otherwise"
DOUBTS: Final = frozenset({"near_threshold", "kinds_close"})
FORMAL: Final = frozenset({"signed_acceptance", "deemed_acceptance"})
# How many pages or exhibits a reason names.
NAMED: Final = 10
# A sentence that speaks of days and of invoices or payments may say when to pay.
DAYS: Final = re.compile(r"\b(?:days?|weeks?|months?)\b", re.IGNORECASE)
PAYING: Final = re.compile(r"\b(?:invoices?|pay|paid|payable|payments?|remit|settle)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the terms as reviewed, the other clauses, the schedules, the pages and the text."""

    terms: tuple[Term, ...]
    pages: tuple[Page, ...]
    risks: tuple[Risk, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that holds: the ids of the terms or clauses that it rests on, and what is to be added to the reason why."""

    ids: tuple[str, ...] = ()
    detail: str = ""


@cache
def known_facts() -> tuple[str, ...]:
    """The names of all facts."""
    return (
        *(f"basis.{basis}" for basis in Basis),
        *(f"terms.{name}" for name in TERMS),
        *(f"clause.{code}" for code in risk_codes()),
        "law.lifts_ban",
        "schedule.mismatch",
        "exhibits.missing",
        "pages.unread",
        OTHERWISE,
    )


def as_reviewed(terms: Sequence[Term]) -> tuple[Term, ...]:
    """The terms as their reviewer says: without those that are none, by the label given, all that was reviewed as sure."""
    return tuple(one for term in terms if (one := _reviewed(term)) is not None)


def _reviewed(term: Term) -> Term | None:
    match term.review.status:
        case ReviewStatus.PENDING:
            return term
        case ReviewStatus.ACCEPTED:
            return replace(term, probabilities=None, doubt=())
        case ReviewStatus.REJECTED:
            return None
        case ReviewStatus.CORRECTED:
            label = term.review.label or term.label
            return None if label is Kind.NONE else replace(term, label=label, probabilities=None, doubt=())


def unread_pages(pages: Sequence[Page]) -> Fact | None:
    """Pages without text that nobody read, unless they are plainly blank among others that were read."""
    unread = [page.number for page in pages if page.text_from is TextFrom.NONE and "no_text" not in page.flags]
    if not unread and any(page.text_from is not TextFrom.NONE for page in pages):
        return None
    return Fact(detail=f"Pages: {_listed(unread)}." if unread else "")


def facts_of(case: Case, basis: Basis, limits: Mapping[str, float], lifting_laws: Sequence[str]) -> dict[str, Fact]:
    """The facts that hold for a case whose basis is known, by name."""
    found: dict[str, Fact | None] = {
        f"basis.{basis}": Fact(rests_on(basis, case.terms)),
        "pages.unread": unread_pages(case.pages),
        "exhibits.missing": _missing(case),
        "law.lifts_ban": _lifting_law(case.risks, lifting_laws),
        "schedule.mismatch": _mismatch(case.schedules),
        **{f"terms.{name}": fact for name, fact in _of_terms(case, basis, limits).items()},
    }
    for risk in case.risks:
        name = f"clause.{risk.code}"
        found[name] = Fact((*(known.ids if (known := found.get(name)) else ()), risk.id))
    return {name: fact for name, fact in found.items() if fact is not None}


def rests_on(basis: Basis, terms: Sequence[Term]) -> tuple[str, ...]:
    """The ids of the terms that a basis rests on."""
    return tuple(term.id for term in terms if basis is Basis.MIXED or term.label.value == basis.value)


def _of_terms(case: Case, basis: Basis, limits: Mapping[str, float]) -> dict[str, Fact | None]:
    terms = case.terms
    milestones = [term for term in terms if term.label is Kind.MILESTONE]
    told = any(term.amounts or term.percents for term in milestones)
    dated = any(term.due_days is not None for term in terms) or _tells_days_to_pay(case.text)
    return {
        "unverified": None if any(map(_governs, milestones)) else _those(milestones, lambda term: term.verification is None),
        "satisfaction": _those(milestones, lambda term: _value(term.verification) == "customer_satisfaction"),
        "without_sum": None if told else _those(milestones, lambda _: True),
        "undated": None if dated else _those(milestones, lambda _: True),
        "slow": _those(terms, lambda term: (term.due_days or 0) > limits["longest_days"]),
        "clawback": _those(terms, lambda term: _value(term.finality) == "clawback"),
        "unsure": _unsure(terms, basis, limits),
        "stray": _those(terms, lambda term: basis is Basis.NONE and sureness(term) >= limits["stray_sure"]),
    }


def _governs(term: Term) -> bool:
    """Whether a term tells a proof that holds for other milestones too: an acceptance in form, not one authority's approval."""
    return _value(term.verification) in FORMAL or "certif" in (term.verification.text.lower() if term.verification else "")


def _value(told: Verification | Finality | None) -> str:
    return told.value if told else ""


def _tells_days_to_pay(text: str) -> bool:
    """Whether any sentence of the text says within how many days to pay."""
    near = (block for block in text.split(BLOCK_BREAK) if _may_tell(block))
    sentences = (block[start:end] for block in near for start, end in sentence_spans(block))
    return any(due_days_of(one, numbers_in(one)) is not None for one in sentences if _may_tell(one))


def _may_tell(text: str) -> bool:
    return DAYS.search(text) is not None and PAYING.search(text) is not None


def _those(terms: Sequence[Term], which: Callable[[Term], bool]) -> Fact | None:
    ids = tuple(term.id for term in terms if which(term))
    return Fact(ids) if ids else None


def sureness(term: Term) -> float:
    """The probability of a term's label; 1 for one that a reviewer has accepted, corrected or added."""
    return float(getattr(term.probabilities, term.label)) if term.probabilities else 1.0


def _unsure(terms: Sequence[Term], basis: Basis, limits: Mapping[str, float]) -> Fact | None:
    """The terms of the basis, if the model is sure of none of a kind, or in doubt of most of their weight."""
    of_kinds = [[term for term in terms if term.label is kind] for kind in (Kind.MILESTONE, Kind.PROGRESS)]
    used = [kind for kind in of_kinds if kind and (basis is Basis.MIXED or kind[0].label.value == basis.value)]
    every = [term for kind in used for term in kind]
    doubtful = sum(sureness(term) for term in every if DOUBTS.intersection(term.doubt))
    in_doubt = doubtful > limits["most_doubtful"] * sum(map(sureness, every))
    if in_doubt or any(max(map(sureness, kind)) < limits["least_sure"] for kind in used):
        return Fact(tuple(term.id for term in every))
    return None


def _missing(case: Case) -> Fact | None:
    names = missing_exhibits((term.text for term in case.terms), case.text)
    pointing = _those(case.terms, lambda term: not set(names).isdisjoint(references(term.text)))
    return replace(pointing, detail=f"Not found in the file: {_listed(names)}.") if pointing else None


def _lifting_law(risks: Sequence[Risk], lifting_laws: Sequence[str]) -> Fact | None:
    """The clause that names a governing law which lifts bans on assignment, and that law."""
    for risk in risks:
        for law in lifting_laws if risk.code == "choice_of_law" else ():
            if re.search(rf"\b{re.escape(law)}\b", risk.text, re.IGNORECASE):
                return Fact((risk.id,), f"The contract names the law of {law}.")
    return None


def _mismatch(schedules: Sequence[Schedule]) -> Fact | None:
    off = [schedule for schedule in schedules if schedule.matches is False]
    return Fact(tuple(name for schedule in off for name in schedule.terms)) if off else None


def _listed(names: Sequence[object]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(map(str, names[:NAMED])) + more
