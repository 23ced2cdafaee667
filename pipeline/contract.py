"""The nouns of the product: plain, frozen data that every stage hands to the next.

One text per contract, one coordinate system: a `Span` counts code points of `Contract.text`, half open, so that
`text[span.start:span.end]` is always the quote. The text is made of blocks, one per line of text: a block is a
paragraph, a heading, a list item, or a table row, whose cells are parted by `CELL_BREAK`. Nothing here does I/O.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

BLOCK_BREAK: Final = "\n"
CELL_BREAK: Final = " | "


class Kind(StrEnum):
    """What a sentence or table row is a term of, by the labelling guidelines."""

    MILESTONE = "milestone"
    PROGRESS = "progress"
    NONE = "none"


class Unit(StrEnum):
    """What was tagged: a sentence of prose, or a row of a table."""

    SENTENCE = "sentence"
    ROW = "row"


class TextFrom(StrEnum):
    """Where a page's text came from; `NONE` means that nobody has read the page."""

    PDF = "pdf"
    OCR = "ocr"
    NONE = "none"


class Basis(StrEnum):
    """What the contract's payments hang on, over all its terms."""

    MILESTONE = "milestone"
    PROGRESS = "progress"
    MIXED = "mixed"
    NONE = "none"
    UNKNOWN = "unknown"


class Advance(StrEnum):
    """Whether a factor would advance money against the contract's invoices."""

    YES = "yes"
    CONDITIONAL = "conditional"
    NO = "no"
    UNKNOWN = "unknown"


class ReviewStatus(StrEnum):
    """What a reviewer did with a term: `CORRECTED` carries another label, `REJECTED` means that it is no term."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


class Span(NamedTuple):
    """Half-open range of code points in the contract's text, 0 <= start < end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in PDF points from the page's top left; `page` counts from 1."""

    page: int
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """One page: size in points as displayed, rotation in degrees clockwise, and what is odd about it.

    Flags of what is on it: `no_text` (no words), `image_only` (no words, but a picture), `mostly_picture` (a scan with a few
    printed words), `ocr_layer` (the words lie invisible over a scan of themselves), `hidden_text` (words that no one sees
    were left out), `garbled` (print whose font does not tell its letters was left out).

    Flags of how it was read: `unreadable` (its content failed), `damaged` (the file was cut off or rebuilt, and pages may be
    missing), `unchecked` (only one of two readers could read it), `resaved` (read from a copy that pdfium saved anew),
    `pdfium_text` (the readers disagreed, and pdfium's words were taken), `over_budget` (too much is drawn to find tables).
    """

    number: int
    width_pt: float
    height_pt: float
    rotation: int
    text_from: TextFrom
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence or table row with the context that gives it its meaning; what is tagged, reviewed and learned from.

    `lead` is the lead-in of the list that it continues, `section` the headings it stands under (outermost first,
    parted by " > "), `header` and `title` a row's table header and table title, `table` the rows of its table, one a
    line, `before` and `after` its neighbours.
    """

    text: str
    span: Span
    unit: Unit = Unit.SENTENCE
    section: str = ""
    lead: str = ""
    header: str = ""
    title: str = ""
    table: str = ""
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as written, with its value (None if redacted) and ISO 4217 currency (None if not told).

    `per` names the unit that it is the price of ("hour", "ton"; None for a sum), `end` the end of a range that it is
    ("low" or "high").
    """

    text: str
    value: Decimal | None
    currency: str | None
    span: Span
    per: str | None = None
    end: str | None = None
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage as written, with its value in percent (None if redacted or blank).

    `of` tells what it is a share of: "price", "invoice" or "retained" (None where the term does not say).
    """

    text: str
    value: Decimal | None
    span: Span
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the contract and where they stand."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Interval:
    """What measures a progress payment: `value` is monthly, weekly, quarterly, dated, percentage-of-completion ..."""

    text: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Verification:
    """How it is shown that an event was reached, by `value`: signed_acceptance, deemed_acceptance (after `days`, if told),
    third_party_certificate or customer_satisfaction.
    """

    text: str
    value: str
    span: Span
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Finality:
    """Whether what is paid stays paid, by `value`: non_refundable or clawback."""

    text: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Fields:
    """What a term says: how much, on what event, how it is shown, how often, when and between whom (None where it is silent).

    `due_days` are days to pay, `due_from` the words of the day that they are counted from.
    """

    amounts: tuple[Money, ...] = ()
    percents: tuple[Percent, ...] = ()
    trigger: Quote | None = None
    interval: Interval | None = None
    due_days: int | None = None
    due_from: Quote | None = None
    verification: Verification | None = None
    finality: Finality | None = None
    payer: Quote | None = None
    payee: Quote | None = None


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Calibrated probability of each kind; the three sum to 1."""

    milestone: float
    progress: float
    none: float


@dataclass(frozen=True, slots=True)
class Review:
    """What a reviewer said of a term; `at` is an ISO 8601 time, `label` the right label where it was corrected."""

    status: ReviewStatus = ReviewStatus.PENDING
    label: Kind | None = None
    note: str = ""
    by: str = ""
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """A payment term: its words, place, probabilities (None if a reviewer added it), fields, doubts and review."""

    id: str
    label: Kind
    text: str
    span: Span
    unit: Unit
    section: str
    page: int
    boxes: tuple[Box, ...]
    probabilities: Probabilities | None
    amounts: tuple[Money, ...] = ()
    percents: tuple[Percent, ...] = ()
    trigger: Quote | None = None
    interval: Interval | None = None
    due_days: int | None = None
    due_from: Quote | None = None
    verification: Verification | None = None
    finality: Finality | None = None
    payer: Quote | None = None
    payee: Quote | None = None
    doubt: tuple[str, ...] = ()
    review: Review = field(default_factory=Review)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The rows of one table, or items of one list, that are payment terms together.

    `total` is the sum of their amounts (None if one has no value, or none has any), `percent` of their percentages;
    `price` is the contract's price as it is told, and `matches` whether the total, or 100 percent, agrees with it (None if
    that cannot be told).
    """

    terms: tuple[str, ...]
    currency: str | None
    total: Decimal | None
    percent: Decimal | None
    price: Money | None
    matches: bool | None


@dataclass(frozen=True, slots=True)
class Risk:
    """A sentence that bears on the receivable besides the payment terms, mostly as a threat, and the code of what it holds."""

    id: str
    code: str
    text: str
    span: Span
    page: int
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the verdict is what it is: a code, the ids of the terms or risks it rests on, and what would change it.

    `advance` is what the reason alone would allow (None in records of before version 1.1).
    """

    code: str
    terms: tuple[str, ...]
    why: str
    remedy: str
    advance: Advance | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the payments hang on, whether to advance (and how much of an invoice at most, if the policy says), and why."""

    basis: Basis
    advance: Advance
    reasons: tuple[Reason, ...] = ()
    rate_percent: int | None = None
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """The program that wrote a record."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class ModelRef:
    """The model that tagged a contract; `sha256` is of its weights, `thresholds` the least probability of each kind."""

    name: str
    sha256: str
    thresholds: dict[str, float]


@dataclass(frozen=True, slots=True)
class Source:
    """The file that was read; `sha256` is of its bytes."""

    name: str
    sha256: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """One contract, read, tagged and judged: what an annotated JSON file holds."""

    schema_version: str
    tool: Tool
    model: ModelRef
    source: Source
    verdict: Verdict
    terms: tuple[Term, ...]
    risks: tuple[Risk, ...]
    schedules: tuple[Schedule, ...] = field(default=(), kw_only=True)
    text: str
