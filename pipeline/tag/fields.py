"""The fields of a term: amounts, percentages, the event it waits for and its proof, its interval, and days to pay.

Spans count from the start of the contract's text. Redacted values are kept as written, with no value. Words and patterns stand
in `fields.toml`.
"""

from pipeline.contract import Fields, Kind, Sentence
from pipeline.tag.amounts import amounts_of, percents_of
from pipeline.tag.figures import numbers_in
from pipeline.tag.parties import parties_of
from pipeline.tag.proofs import finality_of, verification_of
from pipeline.tag.times import due_days_of, due_from_of, interval_of
from pipeline.tag.triggers import trigger_of


def fields_of(sentence: Sentence, kind: Kind) -> Fields:
    """The fields that a term of this kind says: a milestone has a trigger, a progress payment an interval."""
    numbers = numbers_in(sentence.text)
    payer, payee = parties_of(sentence)
    return Fields(
        amounts=amounts_of(sentence, numbers),
        percents=percents_of(sentence, numbers),
        trigger=trigger_of(sentence) if kind is Kind.MILESTONE else None,
        interval=interval_of(sentence) if kind is Kind.PROGRESS else None,
        due_days=due_days_of(sentence.text, numbers),
        due_from=due_from_of(sentence, numbers),
        payer=payer,
        payee=payee,
        verification=verification_of(sentence, numbers) if kind is Kind.MILESTONE else None,
        finality=finality_of(sentence),
    )
