"""The facts of a contract."""

from dataclasses import replace
from decimal import Decimal

import pytest
from builders import page, reviewed, risk, term

from pipeline.contract import Basis, Kind, Money, Probabilities, ReviewStatus, Span, Term, Verification
from pipeline.judge.facts import Case, as_reviewed, facts_of, known_facts
from pipeline.judge.policy import default_policy

MILESTONE, PROGRESS = term(Kind.MILESTONE), term(Kind.PROGRESS)
LIMITS = default_policy().limits


def proof(value: str, text: str = "A fee") -> Verification:
    return Verification(text, value, Span(0, len(text)))


def facts(
    *terms: Term, basis: Basis = Basis.MILESTONE, text: str = "", codes: tuple[str, ...] = ()
) -> dict[str, tuple[str, ...]]:
    case = Case(terms, (page(),), tuple(risk(code) for code in codes), text=text)
    return {name: fact.ids for name, fact in facts_of(case, basis, LIMITS, ("Texas",)).items()}


def test_clauses_are_facts_with_all_their_places() -> None:
    first, second = risk("retainage"), replace(risk("retainage"), id="r-2")
    case = Case((), (page(),), (first, second))
    assert facts_of(case, Basis.NONE, LIMITS, ())["clause.retainage"].ids == ("r-retainage", "r-2")


@pytest.mark.parametrize(
    ("verification", "unverified"),
    [
        (None, True),
        (proof("signed_acceptance"), False),
        (proof("deemed_acceptance"), False),
        (proof("acceptance"), True),
        (proof("third_party_certificate", "the engineer's certificate"), False),
        (proof("third_party_certificate", "Regulatory Approval"), True),
    ],
)
def test_a_formal_proof_told_once_holds_for_the_other_milestones(
    verification: Verification | None, *, unverified: bool
) -> None:
    other = replace(MILESTONE, id="t-other", verification=verification)
    assert ("terms.unverified" in facts(MILESTONE, other)) is unverified


@pytest.mark.parametrize(
    ("text", "undated"),
    [
        ("", True),
        ("Each invoice is payable within thirty (30) days of its receipt.", False),
        ("The Supplier shall correct defects within thirty (30) days.", True),
        ("Records of payment are kept for years.", True),
    ],
)
def test_a_day_of_payment_may_be_told_anywhere(text: str, *, undated: bool) -> None:
    assert ("terms.undated" in facts(MILESTONE, text=text)) is undated


def test_a_sum_in_any_milestone_is_enough() -> None:
    told = replace(MILESTONE, amounts=(Money("fee", Decimal(5), "USD", Span(2, 5)),))
    assert "terms.without_sum" in facts(MILESTONE)
    assert "terms.without_sum" not in facts(MILESTONE, told)


def test_doubt_is_about_the_kind_that_the_basis_rests_on() -> None:
    unsure = replace(PROGRESS, probabilities=Probabilities(0.2, 0.5, 0.3))
    assert "terms.unsure" not in facts(MILESTONE, unsure)
    assert facts(MILESTONE, unsure, basis=Basis.MIXED)["terms.unsure"] == (MILESTONE.id, unsure.id)


def test_reviews_are_what_counts() -> None:
    gone = replace(PROGRESS, id="t-gone", review=reviewed(ReviewStatus.REJECTED))
    other = replace(PROGRESS, id="t-other", doubt=("kinds_close",), review=reviewed(ReviewStatus.CORRECTED, Kind.MILESTONE))
    made = as_reviewed([MILESTONE, gone, other])
    assert [(one.id, one.label, one.probabilities is None) for one in made] == [
        (MILESTONE.id, Kind.MILESTONE, False),
        ("t-other", Kind.MILESTONE, True),
    ]
    assert made[1].doubt == ()


def test_every_fact_that_holds_is_known() -> None:
    assert set(facts(MILESTONE, PROGRESS, basis=Basis.MIXED, codes=("set_off",))) <= set(known_facts())
