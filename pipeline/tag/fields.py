"""The fields of a term: amounts, percentages, the event it waits for, its interval, and days to pay.

Spans count from the start of the contract's text. Redacted values are kept as written, with no value.
"""

import re
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Final

from pipeline.contract import Fields, Interval, Kind, Money, Percent, Quote, Sentence, Span

CURRENCY_CODES: Final = {
    "$": "USD", "us$": "USD", "u.s.$": "USD", "u.s. $": "USD", "usd": "USD", "us dollars": "USD", "u.s. dollars": "USD", "dollars": "USD",
    "united states dollars": "USD", "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP",
    "pounds sterling": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY", "₹": "INR", "inr": "INR", "rs.": "INR", "rs": "INR", "rupees": "INR",
    "a$": "AUD", "au$": "AUD", "aud": "AUD", "c$": "CAD", "cad": "CAD", "cdn$": "CAD", "s$": "SGD", "sgd": "SGD", "hk$": "HKD", "hkd": "HKD",
    "nz$": "NZD", "nzd": "NZD", "r$": "BRL", "brl": "BRL", "chf": "CHF", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "rmb": "CNY", "cny": "CNY",
    "zar": "ZAR", "krw": "KRW", "ngn": "NGN", "kes": "KES", "aed": "AED", "sar": "SAR", "pln": "PLN", "try": "TRY", "ils": "ILS", "php": "PHP",
    "mxn": "MXN", "thb": "THB", "pkr": "PKR", "bdt": "BDT", "ghs": "GHS", "₦": "NGN", "₩": "KRW",
}  # fmt: skip
SCALES: Final = {
    "thousand": 10**3, "k": 10**3, "million": 10**6, "mm": 10**6, "m": 10**6, "mn": 10**6, "billion": 10**9, "bn": 10**9,
    "lakh": 10**5, "lakhs": 10**5, "lac": 10**5, "crore": 10**7, "crores": 10**7,
}  # fmt: skip
_SIGN: Final = r"(?:US\s?\$|U\.S\.\s?\$|A\$|AU\$|C\$|CDN\$|S\$|HK\$|NZ\$|R\$|[$€£¥₹₦₩])"
_CODE: Final = (
    r"(?:USD|EUR|GBP|JPY|INR|Rs\.?|AUD|CAD|SGD|HKD|NZD|BRL|CHF|SEK|NOK|DKK|RMB|CNY|ZAR|KRW|NGN|KES|AED|SAR|PLN|TRY|ILS|PHP|MXN"
    r"|THB|PKR|BDT|GHS)"
)
_NAME: Final = r"(?:(?:US|U\.S\.|United\s+States)\s+)?[Dd]ollars?|[Ee]uros?|[Pp]ounds(?:\s+[Ss]terling)?|[Yy]en|[Rr]upees"
_REDACTED: Final = r"\[[^\[\]]{0,12}[*•][^\[\]]{0,12}\]|\*{2,}|\[(?:redacted|REDACTED|omitted)\]|_{3,}"
_FIGURE: Final = r"\d(?:[\d,.'’ ](?=\d)|\d)*"
_SCALE: Final = r"(?:\s?(?:thousand|million|billion|lakhs?|lac|crores?|mm|mn|bn|[km])\b)?"
MONEY: Final = re.compile(
    rf"(?P<sign>{_SIGN}|\b{_CODE})\s?(?P<figure>{_FIGURE}|{_REDACTED})(?P<scale>{_SCALE})(?:/-)?"
    rf"|(?P<figure2>{_FIGURE}|{_REDACTED})(?P<scale2>{_SCALE})\s?(?P<sign2>{_CODE}\b|{_NAME}|[€£])",
    re.IGNORECASE,
)
PERCENT: Final = re.compile(rf"(?P<figure>\d+(?:[.,]\d+)?|{_REDACTED})\s?(?:%|per\s?cent\b|percent\b|pct\b)", re.IGNORECASE)
PERCENT_WORDS: Final = re.compile(r"\b(?P<words>[a-z]+(?:[- ][a-z]+)?)\s+(?:per\s?cent|percent)\b(?!\s*\()", re.IGNORECASE)
DAYS: Final = re.compile(
    r"(?:within|not later than|no later than|net|after|inside|,)?\s*(?:[a-z]+(?:[- ][a-z]+)?\s*)?\(?(?P<days>\d{1,3})\)?\s*"
    r"(?:calendar|business|working|banking|consecutive)?\s*(?P<unit>days?|weeks?|months?)\b",
    re.IGNORECASE,
)
WORD_DAYS: Final = re.compile(
    r"\bwithin\s+(?P<words>[a-z]+(?:[- ][a-z]+)?)\s+(?:calendar|business|working|banking)?\s*(?P<unit>days?|weeks?|months?)\b", re.IGNORECASE
)
DAYS_TO_PAY: Final = re.compile(
    r"within|not later than|no later than|\bnet\b|\bdue\b|\bpay|\bpaid|remit|days\s+(?:after|of|from|following)", re.IGNORECASE
)
UNIT_DAYS: Final = {"day": 1, "week": 7, "month": 30}
ONES: Final = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
WORD_VALUES: Final = {word: value for value, word in enumerate(ONES.split())} | {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
} | {"hundred": 100}

# What opens the words of an event, and what closes them.
_EVENT: Final = (
    r"accept|achiev|approv|arriv|attain|award|certif|clos|commenc|commission|complet|conclu|deliver|demonstrat|dos(?:ing|ed)|enrol|erect"
    r"|execut|exceed|fil(?:ing|ed)|first|grant|hand|initiat|inspect|install|issu|keel|launch|meet|milestone|mobilis|mobiliz|obtain|occur|pass|perform"
    r"|present|publi|reach|readiness|receipt|receiv|regist|releas|satisf|ship|sign|start|submi|success|taking|test|transfer|verif|win|won|event"
)
TRIGGER: Final = re.compile(
    rf"\b(?:upon|on|after|following|when|once|until|against|of|if|where|unless|for|at)\s+(?P<event>(?:(?!\b(?:shall|will|must)\b)[^.;:|]){{0,90}}?(?:{_EVENT})"
    r"[^.;:|]*)",
    re.IGNORECASE,
)
TRIGGER_END: Final = re.compile(
    r"\s*(?:,?\s*\b(?:the\s+)?(?:[A-Z][\w&.’']*\s+){1,3}(?:shall|will|must|agrees?|may)\b|,\s*(?:and\s+)?(?:provided|subject|but|less|which|whichever|in\s+an?\s+amount|an?\s+(?:further|additional)|payable)\b"
    r"|\b(?:shall|will|must)\s+(?:be\s+)?(?:pay|paid|due|remit)|\s+\((?:the\s+)?[“\"]|\s+in\s+accordance|\s+pursuant\s+to).*",
    re.DOTALL,
)
DAY_LIMIT: Final = re.compile(
    r"^.*?\bdays?\s+(?:after|of|from|following)\s+(?:the\s+(?:date|day)\s+(?:of|on\s+which)\s+)?", re.IGNORECASE | re.DOTALL
)

INTERVALS: Final = (
    ("percentage-of-completion", r"percent(?:age)?\s+(?:of\s+)?complet\w+|percentage\s+of\s+(?:the\s+)?work|schedule\s+of\s+values|work\s+(?:completed|in\s+place|performed|done)|value\s+of\s+(?:the\s+)?work|stored\s+materials|quantit\w+\s+of\s+work"),
    ("monthly", r"monthly|(?:each|every|per|a|calendar)\s+(?:calendar\s+)?month|once\s+a\s+month"),
    ("quarterly", r"quarterly|(?:each|every|per|calendar)\s+(?:calendar\s+)?quarter"),
    ("weekly", r"weekly|bi-?weekly|fortnight\w*|(?:each|every|per)\s+week|(?:two|four)\s+weeks"),
    ("annual", r"annual(?:ly)?|yearly|(?:each|every|per)\s+(?:calendar\s+|contract\s+)?year|anniversar(?:y|ies)"),
    ("cost-incurred", r"costs?\s+(?:\w+\s+){0,3}incurred|incurred\s+(?:\w+\s+){0,3}costs?|expenditures?|allowable\s+costs?|cost\s+of\s+the\s+work"),
    ("applications", r"applications?\s+for\s+(?:\w+\s+)?payment|payment\s+(?:applications?|requests?|claims?|certificates?)|certificates?\s+for\s+payment|requisitions?|progress\s+(?:claims?|payments?)"),
    ("retention", r"retainage|retention|holdback|retained"),
    ("dated", r"(?:on|by|before)\s+(?:or\s+before\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\s+)?(?:January|February|March|April|May|June|July|August|September|October|November|December)\b[\s\d,stndrh]*|\d{1,2}(?:st|nd|rd|th)?\s+(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"),
    ("instalments", r"(?:equal\s+)?instal(?:l)?ments?|periodic(?:ally)?"),
)  # fmt: skip
INTERVAL_PATTERNS: Final = tuple((value, re.compile(pattern, re.IGNORECASE)) for value, pattern in INTERVALS)


def fields_of(sentence: Sentence, kind: Kind) -> Fields:
    """The fields that a term of this kind says in its own words."""
    at = sentence.span.start
    text = sentence.text
    return Fields(
        amounts=tuple(amounts(text, at)),
        percents=tuple(percents(text, at)),
        trigger=_trigger(text, at, row=" | " in text) if kind is Kind.MILESTONE else None,
        interval=_interval(text, at) if kind is Kind.PROGRESS else None,
        due_days=_due_days(text),
    )


def amounts(text: str, at: int = 0) -> list[Money]:
    """The amounts of money in a text, in order; `at` is where the text begins in the contract."""
    return [_money(match, at) for match in MONEY.finditer(text)]


def _money(match: re.Match[str], at: int) -> Money:
    figure, scale = match["figure"] or match["figure2"], (match["scale"] or match["scale2"] or "").strip().lower()
    sign = re.sub(r"\s+", " ", (match["sign"] or match["sign2"]).lower().strip())
    value = _decimal(figure)
    currency = CURRENCY_CODES.get(sign.replace(" $", "$"), CURRENCY_CODES.get(sign.rstrip("s") + "s"))
    span = Span(at + match.start(), at + match.end())
    return Money(match[0], value * SCALES.get(scale, 1) if value is not None else None, currency, span)


def _decimal(figure: str) -> Decimal | None:
    """The value of a figure as written ("1,250.00", "1'000'000", "1.250,00"), or None if it is blacked out."""
    digits = re.sub(r"['’ ]", "", figure)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?", digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        return Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return None


def percents(text: str, at: int = 0) -> list[Percent]:
    """The percentages in a text, in order; one written in words and figures ("thirty percent (30%)") is given once."""
    found = [
        Percent(match[0], _decimal(match["figure"].replace(",", ".")), Span(at + match.start(), at + match.end()))
        for match in PERCENT.finditer(text)
    ]
    spelled = [
        Percent(match[0], Decimal(value), Span(at + match.start(), at + match.end()))
        for match in PERCENT_WORDS.finditer(text)
        if (value := _number(match["words"])) is not None
    ]
    return sorted(chain(found, spelled), key=lambda percent: percent.span)


def _number(words: str) -> int | None:
    """The value of a number in words below one thousand, or None; a leading word that is no number is passed over."""
    parts = re.split(r"[- ]", words.lower())
    if parts and parts[-1] not in WORD_VALUES:
        return None
    values = [WORD_VALUES[part] for part in parts if part in WORD_VALUES]
    return values[0] * 100 if values[1:] == [100] else sum(values)


def _due_days(text: str) -> int | None:
    """Days to pay: the first time limit that stands with words of paying."""
    if not DAYS_TO_PAY.search(text):
        return None
    for match in DAYS.finditer(text):
        if re.match(r"within|not later|no later|net|inside", match[0].strip(), re.IGNORECASE) or re.match(
            r"\s*(?:after|of|from|following)", text[match.end() :]
        ):
            return int(match["days"]) * UNIT_DAYS[match["unit"].lower().rstrip("s")]
    for match in WORD_DAYS.finditer(text):
        if (value := _number(match["words"])) is not None:
            return value * UNIT_DAYS[match["unit"].lower().rstrip("s")]
    return None


def _trigger(text: str, at: int, *, row: bool) -> Quote | None:
    """The words that name the event: after a preposition in prose, the cell that tells it in a table row."""
    if row and (quote := _row_trigger(text, at)):
        return quote
    for match in TRIGGER.finditer(text):
        start, end = match.span("event")
        event = TRIGGER_END.sub("", text[start:end])
        event = event[limit.end() :] if (limit := DAY_LIMIT.match(event)) else event
        start = text.index(event, start) if event else start
        event = event.rstrip(" ,")
        if event and re.search(_EVENT, event, re.IGNORECASE):
            return Quote(event, Span(at + start, at + start + len(event)))
    return None


def _row_trigger(text: str, at: int) -> Quote | None:
    cells = [(match.start(), match[0]) for match in re.finditer(r"(?:(?! \| ).)+", text)]
    named = [(start, cell.strip(" |")) for start, cell in cells if re.search(r"[A-Za-z]{3}", cell) and not MONEY.fullmatch(cell.strip(" |"))]
    if not named:
        return None
    start, cell = max(named, key=lambda one: (bool(re.search(_EVENT, one[1], re.IGNORECASE)), len(one[1])))
    start = text.index(cell, start)
    return Quote(cell, Span(at + start, at + start + len(cell)))


def _interval(text: str, at: int) -> Interval | None:
    for value, pattern in INTERVAL_PATTERNS:
        if match := pattern.search(text):
            quote = match[0].rstrip(" ,")
            return Interval(quote, value, Span(at + match.start(), at + match.start() + len(quote)))
    return None
