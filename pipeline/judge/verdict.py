"""What a contract's payments hang on, from its terms and from the pages that could not be read."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from pipeline.contract import Advance, Basis, Kind, Page, Reason, Term, TextFrom, Unit, Verdict

REASON_OF = {
    Basis.MILESTONE: "milestone_billing",
    Basis.PROGRESS: "progress_billing",
    Basis.MIXED: "mixed_billing",
    Basis.NONE: "no_payment_terms",
}


@cache
def _policy() -> Mapping[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8"))


def judge(terms: Sequence[Term], pages: Sequence[Page]) -> Verdict:
    """The verdict on a contract with these terms and pages.

    Pages without text that nobody read make it unknown unless they are plainly blank: "not found" is not "not readable".
    """
    unread = [page.number for page in pages if page.text_from is TextFrom.NONE and "no_text" not in page.flags]
    if unread or all(page.text_from is TextFrom.NONE for page in pages):
        numbers = ", ".join(map(str, unread[:10])) + (f" and {len(unread) - 10} more" if len(unread) > 10 else "")
        return Verdict(Basis.UNKNOWN, Advance.UNKNOWN, (_reason("unread_pages", (), f" Pages: {numbers}." if unread else ""),))
    basis = basis_of(terms)
    code = REASON_OF[basis]
    return Verdict(basis, Advance(_policy()["reasons"][code]["advance"]), (_reason(code, _rests_on(basis, terms)),))


def basis_of(terms: Sequence[Term]) -> Basis:
    """The kind that holds nearly all the evidence, mixed if neither does, none if there is hardly any."""
    rules = _policy()["basis"]
    evidence = {
        kind: sum(_evidence(term, rules["says_how_much"]) for term in terms if term.label is kind)
        for kind in (Kind.MILESTONE, Kind.PROGRESS)
    }
    total = sum(evidence.values())
    if total < rules["least"]:
        return Basis.NONE
    kind = max(evidence, key=lambda kind: evidence[kind])
    return Basis(kind.value) if evidence[kind] >= rules["share"] * total else Basis.MIXED


def _evidence(term: Term, says_how_much: float) -> float:
    """How much a term speaks for its kind: the square of its probability, so that many guesses do not outweigh what is sure."""
    sure = getattr(term.probabilities, term.label) if term.probabilities else 1.0
    weighty = term.amounts or term.percents or term.unit is Unit.ROW
    return float(sure) ** 2 * (1.0 + (says_how_much if weighty else 0.0))


def _rests_on(basis: Basis, terms: Sequence[Term]) -> tuple[str, ...]:
    """The ids of the terms that a basis rests on."""
    return tuple(term.id for term in terms if basis is Basis.MIXED or term.label.value == basis.value)


def _reason(code: str, terms: tuple[str, ...], detail: str = "") -> Reason:
    text = _policy()["reasons"][code]
    return Reason(code, terms, text["why"] + detail, text["remedy"])
