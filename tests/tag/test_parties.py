"""Who pays and who is paid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Sentence, Span
from pipeline.tag.parties import parties_of

AT = 500
PARTIES = {
    "both": ("On acceptance the Buyer shall pay Northern Pumps $5,000.", "the Buyer", "Northern Pumps"),
    "to the payee": ("Licensee will promptly pay to Licensor a fee of $5.", "Licensee", "Licensor"),
    "the payer alone": ("The Owner shall pay each invoice within ten days.", "The Owner", None),
    "the payee alone": ("A fee of $5 is payable to the Contractor on delivery.", None, "the Contractor"),
    "the passive voice": ("The instalment shall be paid by the City to Builder.", "the City", None),
    "a milestone is no party": ("Sponsor shall pay Milestone Payments as follows.", "Sponsor", None),
    "a currency is no party": ("Sponsor shall pay USD 5 on delivery.", "Sponsor", None),
    "nobody": ("30% on delivery of the turbine", None, None),
}


def unit(text: str) -> Sentence:
    return Sentence(text, Span(AT, AT + len(text)))


@pytest.mark.parametrize(("text", "payer", "payee"), PARTIES.values(), ids=PARTIES)
def test_parties(text: str, payer: str | None, payee: str | None) -> None:
    assert tuple(one.text if one else None for one in parties_of(unit(text))) == (payer, payee)


@given(st.text(max_size=120))
def test_quotes_stand_where_they_say(text: str) -> None:
    for told in parties_of(unit(text)):
        assert told is None or text[told.span.start - AT : told.span.end - AT] == told.text
