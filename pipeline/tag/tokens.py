"""Tokens as the model sees them: spaCy's, in a normal form that forgets which number, date or plural it was.

The normal form is an attribute of the lexeme, computed once for each distinct word and kept in the vocabulary.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Final

# spaCy takes most of a second to import: whoever starts workers does not wait for it, they do.
if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

NUMBER: Final = "#"
CURRENCY: Final = "¤"
PERCENT: Final = "%"
REDACTED: Final = "redacted"
MONTH: Final = "<month>"

# How many distinct strings between white space the tokenizer takes apart once only; spaCy's 10,000 are those of one contract.
KNOWN_CHUNKS: Final = 50_000

# A blacked-out or blank place: "[***]", "[ * ]", "[...***...]", "* * *", "[REDACTED]", "_____".
REDACTION: Final = re.compile(
    r"[\[(]\s*(?:[*•.…\s-]*[*•][*•.…\s-]*|redacted|omitted|_+|confidential[^\])]{0,60}|\.\.\.)[\])]|\*(?:\s?\*)+|_{2,}",
    re.IGNORECASE,
)
# "thirty (30)" is one number.
WORD_AND_FIGURE: Final = re.compile(
    r"((?:\b[a-z][a-z.]*[\s-]+){1,8})\(\s*((?:US|U\.S\.)?\s?[$€£]?\s?\d[\d.,]*\s?%?)\s*\)", re.IGNORECASE
)
# The bracket without which there is no such number: nearly all sentences are spared the search for the words before it.
FIGURE_IN_BRACKETS: Final = re.compile(r"\(\s*(?:US|U\.S\.)?\s?[$€£]?\s?\d", re.IGNORECASE)
NUMBER_WORDS: Final = frozenset(
    """one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred""".split()
)
# What may stand among the words that spell a figure given after them in brackets.
SPELLED: Final = NUMBER_WORDS | frozenset("and thousand million billion lakh crore dollars dollar us u.s. euros pounds".split())
CURRENCIES: Final = frozenset(
    """$ € £ ¥ ₹ usd eur gbp jpy cad aud inr chf sek nok dkk cny rmb zar brl mxn sgd hkd nzd aed sar krw ils pln try ngn kes php
    thb dollar euro pound yen rupee rs franc krone krona yuan rand peso naira shilling dirham riyal us$ a$ c$ s$ hk$ nz$ r$
    u.s. cent""".split()
)
MONTHS: Final = frozenset(
    """january february march april june july august september october november december jan feb mar apr jun jul aug sep sept
    oct nov dec""".split()
)
SPELLING: Final = {
    "installment": "instalment",
    "percent": PERCENT,
    "labor": "labour",
    "licence": "license",
    "fulfillment": "fulfilment",
    "monies": "money",
}
# Words that end like plurals and are none; those in -ss, -us and -is are told by their ending.
NO_PLURALS: Final = frozenset({"means", "series", "always"})
FIGURE: Final = re.compile(r"[\d.,'’/]*\d[\d.,'’/%]*(?:st|nd|rd|th|k|m|mm|bn)?", re.IGNORECASE)


@cache
def language() -> "Language":
    """Blank English of spaCy with the normal form below; nothing is downloaded."""
    import spacy
    from spacy.attrs import IS_SPACE, NORM

    nlp = spacy.blank("en")
    getters: dict[int, Callable[[str], str]] = getattr(nlp.vocab, "lex_attr_getters")  # noqa: B009 (untyped in spaCy's stubs)
    # What else spaCy would note of each new word (its shape, whether it looks like a web address) nobody asks for.
    for attribute in set(getters) - {NORM, IS_SPACE}:
        del getters[attribute]
    getters[NORM] = normal_form
    tokenizer: Any = nlp.tokenizer
    tokenizer.max_cache_size = KNOWN_CHUNKS
    for lexeme in nlp.vocab:
        lexeme.norm_ = normal_form(lexeme.text)
    return nlp


def normal_form(word: str) -> str:
    """The normal form of one token: a class for numbers, currencies, percents and months, else lower case singular."""
    lower = word.lower()
    if FIGURE.fullmatch(lower) or lower in NUMBER_WORDS:
        return PERCENT if lower.endswith("%") else NUMBER
    if lower in CURRENCIES or (lower.rstrip("s") in CURRENCIES and len(lower) > 3):
        return CURRENCY
    if lower in MONTHS:
        return MONTH
    singular = SPELLING.get(lower) or _singular(lower)
    return SPELLING.get(singular, singular)


def _singular(word: str) -> str:
    if len(word) < 4 or word in NO_PLURALS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    return word[:-1]


def docs(texts: Iterable[str]) -> "Iterator[Doc]":
    """Each text as a spaCy document, with redactions made words and numbers written twice made one."""
    make: Callable[[str], Doc] = language().make_doc
    return (make(plain(text)) for text in texts)


def plain(text: str) -> str:
    """The text with every redaction as one word, and "thirty (30)" as its figure."""
    text = REDACTION.sub(f" {REDACTED} ", text)
    return WORD_AND_FIGURE.sub(_figure_only, text) if FIGURE_IN_BRACKETS.search(text) else text


def _figure_only(match: re.Match[str]) -> str:
    """The words before a bracketed figure without those that spell it, and the figure."""
    words = match[1].split()
    while words and all(part.lower() in SPELLED for part in words[-1].split("-")):
        words.pop()
    return " ".join([*words, match[2]])


def norms(doc: "Doc") -> list[str]:
    """The normal forms of a document's tokens, without white space."""
    strings = doc.vocab.strings
    return [strings[norm] for norm, space in doc.to_array(["NORM", "IS_SPACE"]).tolist() if not space]
