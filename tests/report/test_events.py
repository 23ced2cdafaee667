"""What payments wait for, by kind."""

import pytest
from builders import term

from pipeline.contract import Interval, Kind, Quote, Span
from pipeline.report.events import OTHER, event_kind, event_kinds

MILESTONES = {
    "customer's acceptance of the pilot plant": "acceptance by the customer",
    "written acceptance of the prototype": "acceptance by the customer",
    "approval of the design review report": "acceptance by the customer",
    "acceptance of the clinical information system": "acceptance by the customer",
    "acceptance takes place on site": "acceptance by the customer",
    "delivery of the study report": "delivery, shipment or installation",
    "completion of the data acquisition system": "completion",
    "launch of the new website": "go-live",
    "launch of the licensed product": "sales reached or first sale",
    "the prototype flies": "clinical or development step",
    "permits for the works are issued": "authority's approval or certificate",
    "the driver comes in 2nd place on the list": "result or prize",
    "the Buyer's written approval of the layout drawings": "acceptance by the customer",
    "shipment of the second lot from the works": "delivery, shipment or installation",
    "installation of the last panel": "delivery, shipment or installation",
    "completion of the roof": "completion",
    "the Contractor has fully performed its duties": "completion",
    "passing of the factory acceptance test": "commissioning or tests",
    "commissioning of the boiler": "commissioning or tests",
    "go-live of the payroll module": "go-live",
    "signing of this agreement": "signing, order or start",
    "receipt of the purchase order": "signing, order or start",
    "marketing approval by the EMA": "authority's approval or certificate",
    "the building permit": "authority's approval or certificate",
    "dosing of the first patient": "clinical or development step",
    "start of a Phase II trial": "clinical or development step",
    "first commercial sale in Norway": "sales reached or first sale",
    "annual net sales first exceed $10,000,000": "sales reached or first sale",
    "financial close of the project": "financing or closing",
    "the engineer's certificate that the pier stands": "independent certificate",
    "the achievement of each milestone in the table": "milestone that stands elsewhere",
    "[***]": "event that is blacked out",
    "receipt of an invoice": "invoice or notice",
    "the moon is full": OTHER,
}
INTERVALS = {
    "monthly": "month",
    "quarterly": "quarter",
    "annual": "year",
    "percentage-of-completion": "share of the work done",
    "cost-incurred": "cost incurred",
    "dated": "other dates",
    "retention": "money held back",
}
PROGRESS = {
    "The fee is due at the end of every month.": "month",
    "Five percent of each payment is retained.": "money held back",
    "Work completed since the last estimate is paid for.": "share of the work done",
    "Subtract the aggregate of previous payments.": "applications for payment",
    "Half is due on 1 June 2025 and half later.": "other dates",
    "The rest follows in due course.": OTHER,
}


@pytest.mark.parametrize(("event", "kind"), MILESTONES.items(), ids=MILESTONES)
def test_a_milestone_is_of_the_kind_of_its_event(event: str, kind: str) -> None:
    made = term(Kind.MILESTONE, "$5 is due.", trigger=Quote(event, Span(0, len(event))))
    assert event_kind(made) == kind


def test_where_the_event_says_nothing_the_whole_term_does() -> None:
    assert event_kind(term(Kind.MILESTONE, "$5 on delivery.", trigger=Quote("it", Span(0, 2)))).startswith("delivery")
    assert event_kind(term(Kind.MILESTONE, "$5 on delivery.")).startswith("delivery")


@pytest.mark.parametrize(("interval", "kind"), INTERVALS.items(), ids=INTERVALS)
def test_a_progress_payment_is_of_the_kind_of_its_interval(interval: str, kind: str) -> None:
    made = term(Kind.PROGRESS, "Net sales matter not.", interval=Interval("x", interval, Span(0, 1)))
    assert event_kind(made) == kind


@pytest.mark.parametrize(("text", "kind"), PROGRESS.items(), ids=PROGRESS)
def test_without_an_interval_its_words_tell(text: str, kind: str) -> None:
    assert event_kind(term(Kind.PROGRESS, text)) == kind


def test_the_kinds_are_listed_once_each() -> None:
    for kind in (Kind.MILESTONE, Kind.PROGRESS):
        names = event_kinds(kind)
        assert len(set(names)) == len(names)
        assert names[-1] == OTHER
    assert set(INTERVALS.values()) < set(event_kinds(Kind.PROGRESS))
