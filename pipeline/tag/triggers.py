"""The words that name the event which a milestone payment waits for.

A term offers several phrases: what follows "upon", "when", "each time" ...; the head of a list's item; the cell of a row that
tells an event; the name of a milestone. Each is cut where the event ends and the payment goes on, and the likeliest is taken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from pipeline.contract import Quote, Sentence, Span, Unit
from pipeline.tag.figures import any_of, data, lowered
from pipeline.tag.rows import cells_of, is_of

# How many characters show what a phrase is about, and how many before it whether a payment waits for it.
HEAD_CHARS: Final = 45
BEFORE_CHARS: Final = 60
SHARE_CHARS: Final = 6
# What speaks for the head of an item (a term of at most so many words) and for a name, as openers' weights do for phrases; how
# much less does for each phrase before it, up to eight; how long the longest of those that come close need be.
ITEM_WEIGHT: Final = 4
ITEM_WORDS: Final = 30
NAME_WEIGHT: Final = 2.5
LATER: Final = 0.2
LONG_CHARS: Final = 60

MONEY: Final = r"(?:(?:US|CDN?|AU|NZ|S|HK|A|C)?\$|[€£₹]|\b(?:USD|EUR|GBP|RMB|INR|CHF|NOK|AUD|CAD|JPY|Rs\.?)\s?[\d\[])"
SHARE: Final = r"\d[\d.,]*\s?(?:%|per\s?cent)|\b\w+(?:-\w+)?\s+per\s?cent"
DUTY: Final = r"(?:shall|will|must|may|agrees?)\s"
PROVISOS: Final = (
    r",\s+(?:and\s+)?(?:provided|subject|but|less|which|whichever|payable|whereupon|if|unless|except|save|irrespective|together)\b",
    r",\s+(?:in\s+(?:an?|the)\s+amount|for\s+which|it\s+being|so\s+that|as\s+(?:evidenced|certified|shown)|an?\s+(?:sum|amount|further))\b",
)
# What ends the words of an event: a mark, a sum, a party's duty, the payment that falls due, a proviso, a reference.
ENDS: Final = (
    r"[;:|]|\s[–—-]+\s|\.(?:\s|$)",
    rf"\s{MONEY}|,?\s+(?:an?\s+)?(?:sum|amount)\s+sufficient\b",
    rf",\s+(?:then\s+)?(?:[\w.'’-]+\s+){{0,6}}?{DUTY}|\s+(?:[A-Z][\w'’-]*\s+){{1,3}}{DUTY}|\s+then\s",
    r",?\s+(?:(?:and|shall)\s+)?(?:is|are|be|becomes?|falls?)\s+(?:\w+\s+)?(?:due|payable|owed|owing|earned|paid|invoiced|billed)\b",
    *PROVISOS,
    r",\s+the\s+(?:remain|balance)|,?\s+the\s+(?:sum|amount)\b|\s+but\s+(?:in\s+no|on|upon|only)\b",
    r"\s+(?:within\s+[^.;]{1,30}?\bdays|in\s+accordance|pursuant\s+to|as\s+provided|as\s+follows|except\s+(?:for|that)|means)\b",
)
END: Final = re.compile("|".join(ENDS))
PROVISO: Final = re.compile("|".join(PROVISOS))
# A comma ends them too, unless it parts the items of a list.
COMMA: Final = re.compile(r",\s(?!(?:and|or)\s(?!(?:the|an?|any|such|its|it|not?|then)\b))")
# A date that the event is reckoned by, before the event.
DATE_OF: Final = re.compile(r"(?:the\s+)?(?:date|day|time|moment)\s+(?:(?:of|on\s+which|that|when|at\s+which)\s+|(?=[A-Z]))")
# The marker of an item, and the sum or share that comes before its event; what ends its event.
MARKER: Final = re.compile(
    r"\s*(?:[-–—•*]+\s+|\.\d{1,2}\s+|\(?(?:[a-zA-Z]{1,2}|[ivxIVX]{1,5}|\d{1,3})(?:\.\d+)*[.)]\s*|(?:[A-Z]{0,2}-?\d{1,3}[A-Z]?(?:\.\d+)*)\.?\s+(?=[A-Z])"
    r"|(?i:event|milestone|stage|step|phase)\s+\w{1,4}\s*[:.-]\s+)*"
)
SUM_FIRST: Final = re.compile(
    rf"(?:an?\s+)?(?:further\s+|additional\s+)?(?:{MONEY}?\s?[\d\[]\S*(?:\s(?:million|billion))?\s?%?|(?:[\w-]+\s+){{1,2}}per\s?cent)\.?"
    r"(?:\s*\([^)]*\))?[\s,:;–-]*(?:(?:up)?on|at|after|when|once|for|against|following)?\s+",
    re.IGNORECASE,
)
HEAD_END: Final = re.compile(
    rf"\s*[,–—-]*\s*(?:{MONEY}|{SHARE})|[;:]|\s[–—]\s|\.(?:\s|$)|\s+(?:Paid|CONFIDENTIAL|[Mm]eans|except\s+(?:for|that))\b|,?\s+{DUTY}"
    r"|\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? ['’‘]?\d"
)
# A clause before the main one is no head: what it tells comes after its opening word.
FRONTED: Final = re.compile(
    r"(?:if|when|once|upon|after|following|before|should|in|on|at|where|unless|pending|within|subject|as|for|by)\b",
    re.IGNORECASE,
)
# Where the first words of a phrase end, what parts them, and what a share or a sum before a phrase ends with.
HEAD_STOP: Final = re.compile(r"[,;:]\s|\s(?:shall|will|must|may|is\s+due)\s")
GAP: Final = re.compile(r"[\s(“\"]+")
SHARE_BEFORE: Final = re.compile(r"(?:[%\d)\]]|cent)\s*$")
ITEM_END: Final = re.compile(r"[;,](?:\s+(?:and|or))?\s*$")
WORDS: Final = re.compile(r"[a-z]+")
WORD: Final = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """Words that start at `start` and may name the event, how much speaks for them, and what ends them."""

    start: int
    weight: float
    ends: re.Pattern[str]


def trigger_of(sentence: Sentence) -> Quote | None:
    """The words that name the event of a milestone's term, or None if it names none."""
    span = _cell(sentence) if sentence.unit is Unit.ROW else None
    span = span or _likeliest(sentence.text)
    if span is None:
        return None
    at = sentence.span.start
    return Quote(sentence.text[span.start : span.end], Span(at + span.start, at + span.end))


def _likeliest(text: str) -> Span | None:
    """The phrase that most speaks for; of those that come close to it the longer says more of its event."""
    phrases = list(_phrases(text))
    close = max((phrase.weight for phrase in phrases), default=0) - 1
    spans = [(phrase.weight, Span(phrase.start, _end(text, phrase))) for phrase in phrases if phrase.weight >= close]
    told = [
        (weight + min(end - start, LONG_CHARS) / LONG_CHARS, Span(start, end)) for weight, (start, end) in spans if end > start
    ]
    return max(told, key=lambda one: one[0])[1] if told else None


def _phrases(text: str) -> Iterator[_Phrase]:
    for number, match in enumerate(_openers().finditer(lowered(text))):
        date = DATE_OF.match(text, match.end())
        start = date.end() if date else match.end()
        weight = int((match.lastgroup or "w0")[1:]) - LATER * min(number, 8)
        if WORD.search(text, start) and not _dates().match(text, start):
            yield _Phrase(start, weight + _speaks(text, start) + _follows_payment(text, match.start()), END)
    yield from _heads(text)
    yield from (_Phrase(match.start(), NAME_WEIGHT, _names()) for match in _names().finditer(lowered(text)))


def _speaks(text: str, start: int) -> int:
    """What the first words of a phrase say for an event or against it."""
    head = HEAD_STOP.split(text[start : start + HEAD_CHARS], maxsplit=1)[0].lower()
    event = 2 if _tells_event(head) else -2
    return event - 2 * _tells_money(head) - 2 * any(words in head for words in data("trigger")["contract"])


def _follows_payment(text: str, opens: int) -> bool:
    """Whether the words before a phrase speak of money or end with a sum or share."""
    before = text[max(0, opens - BEFORE_CHARS) : opens].lower()
    return _tells_money(before) or SHARE_BEFORE.search(before[-SHARE_CHARS:]) is not None


def _tells_event(words: str) -> bool:
    return any(word.startswith(_events()) for word in GAP.split(words))


def _tells_money(words: str) -> bool:
    return not _money_words().isdisjoint(WORDS.findall(words))


def _end(text: str, phrase: _Phrase) -> int:
    """Where a phrase ends: where its pattern says, or at a comma after which something else goes on."""
    start = phrase.start
    if phrase.ends is _names() and (name := _names().match(lowered(text), start)):
        return name.end()
    match = phrase.ends.search(text, start + 1)
    end = match.start() if match else len(text)
    if phrase.ends is END:
        commas = (comma.start() for comma in COMMA.finditer(text, start, end))
        end = next((comma for comma in commas if text.count(" ", start, comma) >= 2), end)
    return start + len(text[start:end].rstrip(" ,.(;"))


def _heads(text: str) -> Iterator[_Phrase]:
    """The head of an item, "(b) keel laid, $400,000"; of a longer term its subject, "Completion of the hull shall ..."."""
    marker = MARKER.match(text)
    start = marker.end() if marker else 0
    money = SUM_FIRST.match(text, start)
    start = money.end() if money else start
    if WORD.search(text, start, start + HEAD_CHARS) and not FRONTED.match(text, start):
        item = (text.count(" ") < ITEM_WORDS or ITEM_END.search(text)) and not _tells_money(
            text[start : start + HEAD_CHARS // 2].lower()
        )
        yield _Phrase(start, (ITEM_WEIGHT if item else 0) + _speaks(text, start), HEAD_END)


def _cell(row: Sentence) -> Span | None:
    """The cell of a row that tells the event: under a heading of events, or that with most words."""
    cells = [cell for cell in cells_of(row) if WORD.search(cell.text) and not is_of("other", cell.head)]
    if not cells:
        return None
    best = max(cells, key=lambda cell: (is_of("event", cell.head), _tells_event(cell.text.lower()), len(cell.text)))
    ends = PROVISO.search(row.text, best.start + 1, best.end)
    return Span(best.start, ends.start() if ends else best.end)


@cache
def _openers() -> re.Pattern[str]:
    groups = (f"(?P<w{group['weight']}>{'|'.join(group['words'])})" for group in data("openers"))
    return re.compile(rf"\b(?:{'|'.join(groups)})\s+".replace(" ", r"\s+"))


@cache
def _events() -> tuple[str, ...]:
    return tuple(data("trigger")["events"])


@cache
def _money_words() -> frozenset[str]:
    return frozenset(data("trigger")["money"])


@cache
def _names() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(data('trigger')['names'])})\b".replace(" ", r"\s+"))


@cache
def _dates() -> re.Pattern[str]:
    """A date, which is no event."""
    months = any_of(data("months"))
    return re.compile(rf"(?:the\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:day\s+of\s+)?{months}|{months}\s+\d)", re.IGNORECASE)
