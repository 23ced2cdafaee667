"""How a milestone is shown to be reached, and whether its payment is final."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Sentence, Span
from pipeline.tag.figures import numbers_in
from pipeline.tag.proofs import finality_of, verification_of

AT = 1000
VERIFICATIONS = {
    "written acceptance": ("$5 upon written acceptance of the prototype", "signed_acceptance", "written acceptance", None),
    "a certificate of acceptance": (
        "30% when the Acceptance Certificate is signed",
        "signed_acceptance",
        "Acceptance Certificate",
        None,
    ),
    "a countersigned note": ("due once the Buyer has countersigned the note", "signed_acceptance", "countersigned", None),
    "silence": (
        "payable when the Report is deemed accepted ten (10) days after delivery",
        "deemed_acceptance",
        "deemed accepted",
        10,
    ),
    "silence without days": ("payable when the Report is deemed approved", "deemed_acceptance", "deemed approved", None),
    "an engineer": (
        "$5 on the Engineer's certificate of completion",
        "third_party_certificate",
        "Engineer's certificate",
        None,
    ),
    "a public authority": ("EUR 5 upon FDA Approval of the Product", "third_party_certificate", "FDA Approval", None),
    "the customer's own mind": (
        "30% when the work is to the satisfaction of Client",
        "customer_satisfaction",
        "to the satisfaction of",
        None,
    ),
    "acceptance in no form": ("20% on acceptance of the system", "acceptance", "acceptance", None),
    "a test": (
        "20% once the pump has passed its test",
        "acceptance",
        "passed",
        None,
    ),
    "nothing": ("$5 upon delivery of the vessel", None, None, None),
    "an agreement that was accepted": ("$5 upon acceptance of this Agreement", None, None, None),
}
FINALITIES = {
    "non-refundable": ("a non-refundable fee of $5", "non_refundable", "non-refundable"),
    "never refunded": ("The fee shall not be refunded", "non_refundable", "not be refunded"),
    "refunded on failure": ("If the trial fails the fee shall be refunded", "clawback", "shall be refunded"),
    "subject to clawback": ("The fee is subject to clawback", "clawback", "subject to clawback"),
    "silent": ("A fee of $5 is due on delivery", None, None),
}


def unit(text: str) -> Sentence:
    return Sentence(text, Span(AT, AT + len(text)))


@pytest.mark.parametrize(("text", "value", "words", "days"), VERIFICATIONS.values(), ids=VERIFICATIONS)
def test_verification(text: str, value: str | None, words: str | None, days: int | None) -> None:
    told = verification_of(unit(text), numbers_in(text))
    assert (told.value, told.text, told.days) == (value, words, days) if told else value is None


@pytest.mark.parametrize(("text", "value", "words"), FINALITIES.values(), ids=FINALITIES)
def test_finality(text: str, value: str | None, words: str | None) -> None:
    told = finality_of(unit(text))
    assert (told.value, told.text) == (value, words) if told else value is None


@given(st.text(max_size=120))
def test_quotes_stand_where_they_say(text: str) -> None:
    for told in (verification_of(unit(text), numbers_in(text)), finality_of(unit(text))):
        assert told is None or text[told.span.start - AT : told.span.end - AT] == told.text
