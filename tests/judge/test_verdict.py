"""Terms, clauses and pages to a verdict: the truth table of the policies that come with payterms."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from builders import SAMPLES, contract, page, reviewed, risk, term
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batch.one import annotate
from pipeline.contract import (
    Advance,
    Basis,
    Finality,
    Kind,
    Money,
    Page,
    Percent,
    Probabilities,
    ReviewStatus,
    Risk,
    Schedule,
    Span,
    Term,
    TextFrom,
    Unit,
    Verdict,
    Verification,
)
from pipeline.judge.facts import Case
from pipeline.judge.policy import Policy, default_policy, loads, read_policy
from pipeline.judge.verdict import ORDER, basis_of, judge, judged
from pipeline.tag.model import Model
from pipeline.tag.risks import risk_codes

MILESTONE, PROGRESS = term(Kind.MILESTONE), term(Kind.PROGRESS)
UNSURE = term(Kind.MILESTONE, probabilities=Probabilities(0.4, 0.3, 0.3))
STRAY = term(Kind.MILESTONE, probabilities=Probabilities(0.45, 0.1, 0.45))
LIKELY = term(Kind.MILESTONE, probabilities=Probabilities(0.55, 0.2, 0.25))
ADDED = term(Kind.PROGRESS, probabilities=None)
SHARE = term(Kind.MILESTONE, "30% on delivery", percents=(Percent("30%", Decimal(30), Span(0, 3)),))
ROW = term(Kind.MILESTONE, "Delivery | 30", unit=Unit.ROW)
SUM = Money("$5,000", Decimal(5000), "USD", Span(0, 6))
SIGNED = Verification("signed acceptance", "signed_acceptance", Span(0, 17))
SOUND = term(
    Kind.MILESTONE, "$5,000 on signed acceptance of the report.", id="t-sound", amounts=(SUM,), verification=SIGNED, due_days=30
)
CERTIFIED = read_policy(Path("certified_progress"))

BASES = {
    "no terms": ([], Basis.NONE),
    "one unsure term is a stray": ([UNSURE], Basis.NONE),
    "one sure term": ([MILESTONE], Basis.MILESTONE),
    "one sure term with a share of the price": ([SHARE], Basis.MILESTONE),
    "one row of a schedule": ([ROW], Basis.MILESTONE),
    "one that a reviewer added": ([ADDED], Basis.PROGRESS),
    "milestones alone": ([MILESTONE] * 3, Basis.MILESTONE),
    "progress alone": ([PROGRESS] * 3, Basis.PROGRESS),
    "half and half": ([MILESTONE, PROGRESS] * 2, Basis.MIXED),
    "a fourth of the evidence makes it mixed": ([MILESTONE] * 3 + [PROGRESS], Basis.MIXED),
    "a tenth of the evidence does not": ([MILESTONE] * 9 + [PROGRESS], Basis.MILESTONE),
}
PAGES = {
    "a page of text": ([page()], Basis.MILESTONE),
    "a page read by OCR": ([page(TextFrom.OCR)], Basis.MILESTONE),
    "a blank page among others": ([page(), page(TextFrom.NONE, "no_text")], Basis.MILESTONE),
    "a picture among others": ([page(), page(TextFrom.NONE, "image_only")], Basis.UNKNOWN),
    "an unreadable page among others": ([page(), page(TextFrom.NONE, "unreadable")], Basis.UNKNOWN),
    "blank pages alone": ([page(TextFrom.NONE, "no_text")], Basis.UNKNOWN),
    "no pages": ([], Basis.UNKNOWN),
}
# What the terms, with the clauses of these codes, come to: the gravest reason under the default policy, and what it allows.
NO, YES, IF, UNKNOWN = Advance.NO, Advance.YES, Advance.CONDITIONAL, Advance.UNKNOWN
TRUTHS: dict[str, tuple[list[Term], list[str], str, Advance]] = {
    "sum, signed acceptance, 30 days, no blocker": ([SOUND], [], "milestone_billing", YES),
    "the same where acceptance is told elsewhere": (
        [replace(SOUND, verification=None)],
        ["acceptance_procedure"],
        "milestone_billing",
        YES,
    ),
    "no proof": ([replace(SOUND, verification=None)], [], "no_verification", IF),
    "no sum": ([replace(SOUND, amounts=())], [], "no_fixed_sum", IF),
    "no day of payment": ([replace(SOUND, due_days=None)], [], "no_payment_day", IF),
    "at the customer's satisfaction": (
        [replace(SOUND, verification=replace(SIGNED, value="customer_satisfaction"))],
        [],
        "acceptance_at_will",
        IF,
    ),
    "ninety days": ([replace(SOUND, due_days=90)], [], "milestone_billing", YES),
    "ninety-one days": ([replace(SOUND, due_days=91)], [], "slow_payment", IF),
    "refundable": ([replace(SOUND, finality=Finality("refundable", "clawback", Span(0, 10)))], [], "refundable_terms", IF),
    "set-off": ([SOUND], ["set_off"], "set_off", IF),
    "set-off across contracts": ([SOUND], ["set_off", "cross_contract_set_off"], "cross_contract_set_off", IF),
    "retainage": ([SOUND], ["retainage"], "retainage", IF),
    "held back through the warranty": ([SOUND], ["retainage", "warranty_holdback"], "warranty_holdback", IF),
    "a ban on assignment": ([SOUND], ["anti_assignment"], "anti_assignment", IF),
    "a ban with money carved out": ([SOUND], ["anti_assignment", "assignment_carve_out"], "milestone_billing", YES),
    "a claim on a government": ([SOUND], ["anti_assignment", "government_assignment"], "government_assignment", IF),
    "paid when paid": ([SOUND], ["pay_when_paid"], "pay_when_paid", IF),
    "paid if paid": ([SOUND], ["pay_if_paid"], "pay_if_paid", NO),
    "advances that are recovered": ([SOUND], ["advance_recovery"], "advance_recovery", NO),
    "ended without cause": ([SOUND], ["termination_for_convenience"], "termination_for_convenience", IF),
    "progress alone": ([PROGRESS] * 3, [], "progress_billing", NO),
    "progress that an engineer certifies": ([PROGRESS] * 3, ["third_party_certificate"], "progress_billing", NO),
    "both kinds": ([SOUND, PROGRESS], [], "mixed_billing", IF),
    "neither": ([], [], "no_payment_terms", NO),
    "a likely term that is too little for a basis": ([STRAY], [], "stray_terms", UNKNOWN),
    "a term of which the model is not sure": ([LIKELY], [], "low_confidence", UNKNOWN),
    "terms of which the model is sure of none": ([LIKELY] * 3, [], "low_confidence", UNKNOWN),
    "terms in doubt": ([replace(SOUND, doubt=("kinds_close",))], [], "low_confidence", UNKNOWN),
    "progress in doubt, which nothing cures if it is paid if paid": ([LIKELY] * 3, ["pay_if_paid"], "pay_if_paid", NO),
}
CERTIFIED_TRUTHS: dict[str, tuple[list[Term], list[str], str, Advance, int | None]] = {
    "milestones": ([SOUND], [], "milestone_billing", YES, 85),
    "progress": ([PROGRESS] * 3, [], "progress_billing", NO, None),
    "certified progress": ([PROGRESS] * 3, ["third_party_certificate"], "certified_progress_billing", IF, 60),
    "both kinds": ([SOUND, PROGRESS], [], "mixed_billing", IF, 60),
    "certified progress that is paid if paid": (
        [PROGRESS] * 3,
        ["third_party_certificate", "pay_if_paid"],
        "pay_if_paid",
        NO,
        None,
    ),
}
EXHIBIT = replace(SOUND, text="The amounts in Exhibit B fall due on acceptance.")
some_terms = st.lists(st.sampled_from([MILESTONE, PROGRESS, UNSURE, ADDED, SHARE, ROW, SOUND]), max_size=12)
some_risks = st.lists(st.sampled_from(risk_codes()).map(risk), max_size=4)


def verdict(terms: list[Term], codes: list[str], policy: Policy | None = None) -> Verdict:
    return judge(Case(tuple(terms), (page(),), tuple(risk(code) for code in codes)), policy)


@pytest.mark.parametrize(("terms", "basis"), BASES.values(), ids=BASES)
def test_basis(terms: list[Term], basis: Basis) -> None:
    assert basis_of(terms) is basis


@pytest.mark.parametrize(("pages", "basis"), PAGES.values(), ids=PAGES)
def test_what_is_not_read_is_not_judged(pages: list[Page], basis: Basis) -> None:
    made = judge(Case((SOUND,) * 3, tuple(pages), (risk("pay_if_paid"),) if basis is Basis.UNKNOWN else ()))
    assert (made.basis, made.advance is Advance.UNKNOWN) == (basis, basis is Basis.UNKNOWN)


@pytest.mark.parametrize(("terms", "codes", "code", "advance"), TRUTHS.values(), ids=TRUTHS)
def test_the_cautious_factor(terms: list[Term], codes: list[str], code: str, advance: Advance) -> None:
    made = verdict(terms, codes)
    assert (made.reasons[0].code, made.advance, made.rate_percent) == (code, advance, None)
    assert made.policy == "cautious factor"


@pytest.mark.parametrize(("terms", "codes", "code", "advance", "rate"), CERTIFIED_TRUTHS.values(), ids=CERTIFIED_TRUTHS)
def test_a_desk_that_funds_certified_progress(
    terms: list[Term], codes: list[str], code: str, advance: Advance, rate: int | None
) -> None:
    made = verdict(terms, codes, CERTIFIED)
    assert (made.reasons[0].code, made.advance, made.rate_percent) == (code, advance, rate)


@pytest.mark.parametrize(
    ("law", "code"),
    [
        ("This Order is governed by the laws of the State of New York.", "assignment_ban_lifted"),
        ("This Order is governed by the laws of Germany.", "assignment_ban_lifted"),
        ("This Order is governed by the laws of Singapore.", "anti_assignment"),
    ],
)
def test_the_law_decides_whether_a_ban_on_assignment_binds(law: str, code: str) -> None:
    made = judge(Case((SOUND,), (page(),), (risk("anti_assignment"), risk("choice_of_law", law))))
    (reason,) = [one for one in made.reasons if one.code.startswith(("anti_", "assignment_"))]
    assert reason.code == code
    assert made.advance is (Advance.YES if code == "assignment_ban_lifted" else Advance.CONDITIONAL)


def test_an_exhibit_that_is_not_in_the_file_makes_it_unknown_and_is_named() -> None:
    case = Case((EXHIBIT,), (page(),), text=EXHIBIT.text)
    first, *_ = judge(case).reasons
    assert (first.code, first.terms) == ("missing_exhibits", ("t-sound",))
    assert first.why.endswith("Not found in the file: Exhibit B.")
    body = "EXHIBIT B\n" + "The amount of the first deliverable is five thousand dollars, due on its acceptance. " * 2
    assert judge(replace(case, text=f"{EXHIBIT.text}\n{body}")).advance is Advance.YES


def test_a_schedule_that_does_not_add_up_makes_it_unknown() -> None:
    off = Schedule(("t-sound",), "USD", Decimal(4000), None, SUM, matches=False)
    assert judge(Case((SOUND,), (page(),), schedules=(off,))).reasons[0].code == "schedule_mismatch"
    assert judge(Case((SOUND,), (page(),), schedules=(replace(off, matches=None),))).advance is Advance.YES


@pytest.mark.parametrize(
    ("status", "label", "basis"),
    [
        (ReviewStatus.PENDING, None, Basis.PROGRESS),
        (ReviewStatus.ACCEPTED, None, Basis.PROGRESS),
        (ReviewStatus.REJECTED, None, Basis.NONE),
        (ReviewStatus.CORRECTED, Kind.NONE, Basis.NONE),
        (ReviewStatus.CORRECTED, Kind.MILESTONE, Basis.MILESTONE),
    ],
)
def test_terms_count_as_the_reviewer_says(status: ReviewStatus, label: Kind | None, basis: Basis) -> None:
    made = judge(Case((replace(PROGRESS, review=reviewed(status, label)),), (page(),)))
    assert made.basis is basis


def test_what_a_reviewer_accepted_is_no_longer_in_doubt() -> None:
    doubtful = replace(SOUND, probabilities=Probabilities(0.3, 0.3, 0.4), doubt=("near_threshold", "kinds_close"))
    assert judge(Case((doubtful,) * 6, (page(),))).advance is Advance.UNKNOWN
    assert judge(Case((replace(doubtful, review=reviewed(ReviewStatus.ACCEPTED)),), (page(),))).advance is Advance.YES


def test_a_million_by_the_month_is_no_and_how_to_cut_it_anew(model: Model) -> None:
    """The mission's example: one price of $1,000,000, paid $100,000 a month."""
    made = annotate(SAMPLES / "million_by_month.pdf", model)
    first = made.verdict.reasons[0]
    assert (made.verdict.basis, made.verdict.advance, first.code) == (Basis.PROGRESS, Advance.NO, "progress_billing")
    assert "separately priced deliverables" in first.remedy
    assert "divisible" in first.remedy
    rests_on = " ".join(one.text for one in made.terms if one.id in first.terms)
    assert "monthly payment" in rests_on
    assert {one.id for one in made.terms if one.label is Kind.MILESTONE}.isdisjoint(first.terms)


def test_another_policy_changes_the_verdict_and_nothing_else() -> None:
    made = contract(replace(SOUND, span=Span(0, 13), review=reviewed(ReviewStatus.ACCEPTED)))
    again = judged(made, CERTIFIED)
    assert again.verdict.policy == "certified progress"
    assert replace(again, verdict=made.verdict) == made


def test_unread_pages_are_named() -> None:
    pages = tuple(page(TextFrom.NONE, "image_only", number=number) for number in range(1, 15))
    (reason,) = judge(Case((), pages)).reasons
    assert reason.code == "unread_pages"
    assert reason.why.endswith("Pages: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 4 more.")


def test_a_policy_without_a_fitting_reason_says_so() -> None:
    text = 'name = "bare"\n[reasons.x]\nwhen = ["clause.retainage"]\nadvance = "no"\nwhy = "a"\nremedy = "b"\n'
    bare = loads(text, name="bare.toml")
    assert (verdict([SOUND], [], bare).advance, verdict([SOUND], [], bare).reasons) == (Advance.UNKNOWN, ())
    assert verdict([SOUND], ["retainage"], bare).advance is Advance.NO


@given(some_terms, st.randoms())
def test_the_order_of_terms_does_not_matter(terms: list[Term], dice: Random) -> None:
    shuffled = dice.sample(terms, len(terms))
    assert basis_of(shuffled) is basis_of(terms)


@given(some_terms, some_risks)
def test_a_clause_more_never_makes_the_verdict_better_but_for_those_that_ease(terms: list[Term], risks: list[Risk]) -> None:
    eases = {"assignment_carve_out", "acceptance_procedure", "choice_of_law", "government_assignment"}
    threats = tuple(one for one in risks if one.code not in eases)
    with_them, without = (judge(Case(tuple(terms), (page(),), one)) for one in (threats, ()))
    firm = {rule.code for rule in default_policy().rules if rule.firm}
    assert with_them.basis is without.basis
    if firm.isdisjoint(reason.code for reason in with_them.reasons):
        assert ORDER.index(with_them.advance) >= ORDER.index(without.advance)


@given(some_terms, some_risks)
def test_every_verdict_has_reasons_that_rest_on_what_is_there(terms: list[Term], risks: list[Risk]) -> None:
    made = judge(Case(tuple(terms), (page(),), tuple(risks)))
    assert made.reasons
    assert made.reasons[0].advance is made.advance
    known = {one.id for one in terms} | {one.id for one in risks}
    for reason in made.reasons:
        assert set(reason.terms) <= known
        assert reason.why.endswith(".")
        assert reason.remedy
