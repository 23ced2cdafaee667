"""Who pays a term and who is paid, where it names them."""

import re
from typing import Final

from pipeline.contract import Quote, Sentence, Span
from pipeline.tag.figures import any_of, data

# A party as contracts name one: words with capitals, an article before them or not.
PARTY: Final = r"(?:[Tt]he\s+)?[A-Z][\w&’'.-]*(?:\s+(?:[A-Z][\w&’'.-]*|of|&)){0,3}"
PAYS: Final = re.compile(
    rf"(?P<payer>{PARTY})\s+(?:shall|will|must|agrees\s+to|is\s+to|undertakes\s+to)\s+(?:\w+ly\s+|then\s+|also\s+)?(?:pay|remit|disburse|reimburse)\b"
    rf"(?:\s+(?:to\s+)?(?P<payee>{PARTY}))?"
)
PAID_BY: Final = re.compile(rf"\b(?:paid|payable|made)\s+by\s+(?P<payer>{PARTY})")
PAID_TO: Final = re.compile(rf"\b(?:paid|payable|pay|payment|due|owed|remitted)\s+to\s+(?P<payee>{PARTY})")


def parties_of(sentence: Sentence) -> tuple[Quote | None, Quote | None]:
    """The payer and the payee that a term names, each None where it does not."""
    found = PAYS.search(sentence.text)
    payer = _quote(sentence, found, "payer") or _quote(sentence, PAID_BY.search(sentence.text), "payer")
    payee = _quote(sentence, found, "payee") or _quote(sentence, PAID_TO.search(sentence.text), "payee")
    return payer, payee


def _quote(sentence: Sentence, match: re.Match[str] | None, name: str) -> Quote | None:
    """The party of a match, unless its words are of something else: a sum, a date, what is paid."""
    if match is None or match[name] is None:
        return None
    words = re.sub(r"(?:\s+of|\s+&|[.’'-])+$", "", match[name])
    first = re.sub(r"^[Tt]he\s+", "", words).split()[0].lower()
    if first.rstrip("s") in data("no_parties")["words"] or re.match(any_of(data("money")["codes"]), words):
        return None
    at = sentence.span.start + match.start(name)
    return Quote(words, Span(at, at + len(words)))
