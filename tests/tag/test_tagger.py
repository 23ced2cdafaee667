"""Units to terms: what becomes a term, what it carries, its name, and the doubts a person should look at first."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Box, Kind, Sentence, Span, Term, Unit
from pipeline.tag.model import KINDS, Model
from pipeline.tag.tagger import NEAR, stable_ids, tag
from pipeline.tag.units import units_of

TEXT = """4 PRICE
$250,000 is payable upon acceptance of the prototype within 30 days of the notice.
The hull is painted red.
The rest is paid monthly."""
# (milestone, progress) of a unit by its first words, at thresholds of 0.4 and 0.3.
SHARES = {"$250,000": (0.9, 0.05), "The rest": (0.02, 0.9)}
# Probabilities, unit, header, and the doubts of a milestone.
DOUBTS: dict[str, tuple[tuple[float, float], Unit, str, list[str]]] = {
    "sure": ((0.9, 0.05), Unit.SENTENCE, "", []),
    "at the threshold": ((0.4, 0.0), Unit.SENTENCE, "", ["near_threshold"]),
    "near the threshold": ((0.4 + NEAR - 0.01, 0.0), Unit.SENTENCE, "", ["near_threshold"]),
    "away from the threshold": ((0.4 + NEAR + 0.01, 0.0), Unit.SENTENCE, "", []),
    "between the kinds": ((0.55, 0.45), Unit.SENTENCE, "", ["kinds_close"]),
    "near and between": ((0.45, 0.4), Unit.SENTENCE, "", ["near_threshold", "kinds_close"]),
    "row with a header": ((0.9, 0.05), Unit.ROW, "Event | Fee", []),
    "row without a header": ((0.9, 0.05), Unit.ROW, "", ["row_without_header"]),
}


@dataclass(frozen=True)
class Sure(Model):
    """A model that answers what the test says, by the first words of a unit."""

    shares: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def probabilities(self, units: object) -> npt.NDArray[np.float64]:
        assert isinstance(units, list)
        return np.array([self._row(unit.text) for unit in units]).reshape(-1, 3)

    def _row(self, text: str) -> list[float]:
        milestone, progress = next((share for start, share in self.shares.items() if text.startswith(start)), (0.0, 0.0))
        by_kind = {Kind.MILESTONE: milestone, Kind.PROGRESS: progress, Kind.NONE: 1 - milestone - progress}
        return [by_kind[kind] for kind in KINDS]


@pytest.fixture
def sure(model: Model) -> Sure:
    given = {name: getattr(model, name) for name in Model.__dataclass_fields__}
    return Sure(**given | {"thresholds": {"milestone": 0.4, "progress": 0.3}}, shares=SHARES)


def boxes(span: Span) -> tuple[Box, ...]:
    return (Box(3, span.start, 0.0, span.end, 12.0), Box(4, 0.0, 0.0, 1.0, 12.0))


def tagged(model: Model, text: str = TEXT) -> tuple[Term, ...]:
    return tag(units_of(text), model, boxes)


def named(*texts: str) -> list[str]:
    name = stable_ids("t")
    return [name(text) for text in texts]


def test_only_terms_are_tagged_in_order(sure: Sure) -> None:
    assert [(term.label, term.text.split()[0]) for term in tagged(sure)] == [
        (Kind.MILESTONE, "$250,000"),
        (Kind.PROGRESS, "The"),
    ]


def test_a_term_carries_its_place_and_its_fields(sure: Sure) -> None:
    first, second = tagged(sure)
    assert TEXT[first.span.start : first.span.end] == first.text
    assert (first.section, first.unit, first.page, first.boxes) == ("4 PRICE", Unit.SENTENCE, 3, boxes(first.span))
    assert first.probabilities is not None
    assert (first.probabilities.milestone, first.probabilities.progress) == (0.9, 0.05)
    assert [str(one.value) for one in first.amounts] == ["250000"]
    assert first.trigger is not None
    assert TEXT[first.trigger.span.start : first.trigger.span.end] == first.trigger.text == "acceptance of the prototype"
    assert first.due_days == 30
    assert second.interval is not None
    assert (second.interval.value, second.trigger) == ("monthly", None)


def test_a_term_without_boxes_stands_on_the_first_page(sure: Sure) -> None:
    assert [term.page for term in tag(units_of(TEXT), sure, lambda span: ())] == [1, 1]


def test_no_units_have_no_terms(sure: Sure) -> None:
    assert tag([], sure, boxes) == ()


def test_thresholds_decide(sure: Sure) -> None:
    strict = replace(sure, thresholds={"milestone": 0.95, "progress": 0.3})
    assert [term.label for term in tagged(strict)] == [Kind.PROGRESS]


@pytest.mark.parametrize(("shares", "unit", "header", "doubts"), DOUBTS.values(), ids=DOUBTS)
def test_doubts(sure: Sure, shares: tuple[float, float], unit: Unit, header: str, doubts: list[str]) -> None:
    one = Sentence("Launch | $5", Span(0, 11), unit, header=header)
    (term,) = tag([one], replace(sure, shares={"Launch": shares}), boxes)
    assert term.label is Kind.MILESTONE
    assert list(term.doubt) == doubts


def test_a_doubt_where_the_rules_speak_for_the_other_kind(sure: Sure) -> None:
    text = "The Fee is paid in equal monthly installments."
    one = Sentence(text, Span(0, len(text)))
    (term,) = tag([one], replace(sure, shares={"The": (0.9, 0.05)}), boxes)
    assert (term.label, term.doubt) == (Kind.MILESTONE, ("rules_disagree",))


def test_terms_of_a_page_that_was_a_picture_are_in_doubt(sure: Sure) -> None:
    assert [term.doubt for term in tag(units_of(TEXT), sure, boxes, ocr_pages={3})] == [("ocr",), ("ocr",)]
    assert [term.doubt for term in tag(units_of(TEXT), sure, boxes, ocr_pages={2, 5})] == [(), ()]


PLAIN = {
    "level payments of a price": ("The Contract Price of $840,000 shall be paid in monthly payments of $70,000.", Kind.PROGRESS),
    "equal parts of a fee": ("The fee shall be paid in twelve equal monthly installments.", Kind.PROGRESS),
    "share of work done": (
        "Contractor shall submit monthly applications for payment based on the percentage of work completed.",
        Kind.PROGRESS,
    ),
    "retainage": ("Retainage of 10% shall be withheld from each progress payment.", Kind.PROGRESS),
    "milestones by the calendar": ("Milestone payments of $50,000 are due on the first of each month.", Kind.PROGRESS),
    "acceptance": ("$250,000 shall be payable upon the Buyer's written acceptance of the prototype.", Kind.MILESTONE),
    "progress payments on events": (
        "Progress payments are due on completion of the milestones in Exhibit B.",
        Kind.MILESTONE,
    ),
    "balance": (
        "The remaining balance shall be paid within 30 days after final acceptance of the Work.",
        Kind.MILESTONE,
    ),
    "net terms": ("Invoices are payable net 30.", None),
    "rent": ("Tenant shall pay rent of $5,000 on the first day of each month.", None),
    "royalty": ("Licensee shall pay a royalty of 5% of Net Sales within 45 days after each calendar quarter.", None),
    "total": ("The Contract Sum is $1,600,000.", None),
}


@pytest.mark.parametrize(("text", "kind"), PLAIN.values(), ids=PLAIN)
def test_plain_sentences_are_what_anybody_would_say_they_are(model: Model, text: str, kind: Kind | None) -> None:
    assert [term.label for term in tagged(model, text)] == ([kind] if kind else [])


def test_the_model_that_comes_along_tags(model: Model) -> None:
    text = "$250,000 shall be payable upon the Buyer's written acceptance of the prototype.\nThis law governs."
    assert [term.label for term in tagged(model, text)] == [Kind.MILESTONE]


def test_names_are_of_the_words_not_of_their_writing() -> None:
    assert named("The fee is due.") == named("THE  FEE is\tdue") != named("The fee is paid.")


def test_names_do_not_depend_on_what_else_is_there() -> None:
    assert named("a", "b", "c")[2] == named("c")[0]


def test_equal_terms_are_told_apart_by_their_place() -> None:
    first, other, second = named("fee", "sum", "fee")
    assert len({first, other, second}) == 3
    assert (first, second) == tuple(named("fee", "fee"))


@given(st.lists(st.sampled_from(["fee", "Fee.", "sum", ""]) | st.text(max_size=3), max_size=40))
def test_names_are_unique_and_stable(texts: list[str]) -> None:
    names = named(*texts)
    assert len(set(names)) == len(texts)
    assert names == named(*texts)
    assert names[: len(texts) // 2] == named(*texts[: len(texts) // 2])


def test_names_stay_unique_where_digests_meet() -> None:
    """A name has six hexadecimal digits: of twelve thousand some are met again."""
    names = named(*(f"term {number}" for number in range(12_000)))
    assert len(set(names)) == len(names)
