"""Terms and pages to a verdict."""

from decimal import Decimal
from random import Random

import pytest
from builders import page, term
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Advance, Basis, Kind, Page, Percent, Probabilities, Span, Term, TextFrom, Unit
from pipeline.judge.verdict import REASON_OF, basis_of, judge

MILESTONE, PROGRESS = term(Kind.MILESTONE), term(Kind.PROGRESS)
UNSURE = term(Kind.MILESTONE, probabilities=Probabilities(0.4, 0.3, 0.3))
ADDED = term(Kind.PROGRESS, probabilities=None)
SHARE = term(Kind.MILESTONE, "30% on delivery", percents=(Percent("30%", Decimal(30), Span(0, 3)),))
ROW = term(Kind.MILESTONE, "Delivery | 30", unit=Unit.ROW)

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
ADVANCES = {
    "milestones": ([MILESTONE] * 3, Advance.CONDITIONAL),
    "progress": ([PROGRESS] * 3, Advance.NO),
    "both": ([MILESTONE, PROGRESS] * 2, Advance.CONDITIONAL),
    "neither": ([], Advance.NO),
}
some_terms = st.lists(st.sampled_from([MILESTONE, PROGRESS, UNSURE, ADDED, SHARE, ROW]), max_size=12)


@pytest.mark.parametrize(("terms", "basis"), BASES.values(), ids=BASES)
def test_basis(terms: list[Term], basis: Basis) -> None:
    assert basis_of(terms) is basis


@pytest.mark.parametrize(("pages", "basis"), PAGES.values(), ids=PAGES)
def test_what_is_not_read_is_not_judged(pages: list[Page], basis: Basis) -> None:
    assert judge([MILESTONE] * 3, pages).basis is basis


@pytest.mark.parametrize(("terms", "advance"), ADVANCES.values(), ids=ADVANCES)
def test_advance(terms: list[Term], advance: Advance) -> None:
    assert judge(terms, [page()]).advance is advance


def test_unread_pages_are_named() -> None:
    pages = [page(TextFrom.NONE, "image_only", number=number) for number in range(1, 15)]
    (reason,) = judge([], pages).reasons
    assert reason.code == "unread_pages"
    assert reason.why.endswith("Pages: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 4 more.")


def test_every_reason_tells_why_and_what_to_do() -> None:
    for terms in ([MILESTONE] * 3, [PROGRESS] * 3, [MILESTONE, PROGRESS] * 2, []):
        (reason,) = judge(terms, [page()]).reasons
        assert reason.why.endswith(".")
        assert reason.remedy.endswith(".")


@given(some_terms, st.randoms())
def test_the_order_of_terms_does_not_matter(terms: list[Term], dice: Random) -> None:
    shuffled = dice.sample(terms, len(terms))
    assert basis_of(shuffled) is basis_of(terms)


@given(some_terms)
def test_a_verdict_rests_on_terms_of_its_kind(terms: list[Term]) -> None:
    verdict = judge(terms, [page()])
    (reason,) = verdict.reasons
    assert reason.code == REASON_OF[verdict.basis]
    labels = {one.label.value for one in terms if one.id in reason.terms}
    if verdict.basis in {Basis.MILESTONE, Basis.PROGRESS}:
        assert labels == {verdict.basis.value}
    else:
        assert labels == ({"milestone", "progress"} if verdict.basis is Basis.MIXED else set())
