"""The fields of a term: named cases of money, percentages, triggers, intervals and days to pay, and what holds for any text."""

from decimal import Decimal

import pytest
from builders import LABELS
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import CELL_BREAK, Kind, Sentence, Span, Unit
from pipeline.learn.labels import read_labels
from pipeline.tag.fields import fields_of
from pipeline.tag.figures import spelled, value_of

# What a term says, and its amounts as (text, value, currency).
AMOUNTS: dict[str, tuple[str, list[tuple[str, str | None, str | None]]]] = {
    "grouped": ("a fee of $1,250,000.00 is due", [("$1,250,000.00", "1250000.00", "USD")]),
    "scaled": ("pays US$ 1.2 million", [("US$ 1.2 million", "1200000", "USD")]),
    "scaled by a letter": ("pays EUR 40k on delivery", [("EUR 40k", "40000", "EUR")]),
    "cents of a sum in words": ("TWO THOUSAND 00/100 U.S. DOLLARS (US$ 2,000.00)", [("US$ 2,000.00", "2000.00", "USD")]),
    "pounds": ("£96,000 on signature", [("£96,000", "96000", "GBP")]),
    "indian": ("Rs. 4,50,000/- is due", [("Rs. 4,50,000/-", "450000", "INR")]),
    "crore": ("INR 2.5 crore is due", [("INR 2.5 crore", "25000000", "INR")]),
    "swiss": ("USD 1'000'000 is due", [("USD 1'000'000", "1000000", "USD")]),
    "swiss, before another figure": ("USD 1'000'000 3.2.3.", [("USD 1'000'000", "1000000", "USD")]),
    "continental": ("Euro 985.000,50 is due", [("Euro 985.000,50", "985000.50", "EUR")]),
    "continental, without decimals": ("EUR 86.000 is due", [("EUR 86.000", "86000", "EUR")]),
    "sign after": ("399.000 € are due", [("399.000 €", "399000", "EUR")]),
    "name after": ("40,000 US dollars are due", [("40,000 US dollars", "40000", "USD")]),
    "scale and name after": ("1.5 million euros", [("1.5 million euros", "1500000", "EUR")]),
    "letter before": ("R 6 100 000 on shaft bottom", [("R 6 100 000", "6100000", "ZAR")]),
    "a letter and a digit are a name": ("line R4 is accepted", []),
    "a word's end is no sign": ("the FARM 400 acres", []),
    "a sign between two numbers": ("0€FIVE", [("0€", "0", "EUR")]),
    "after a letter that is two in lower case": ("İzmir pays $5", [("$5", "5", "USD")]),
    "other codes": (
        "IDR 14,025,000,000 and TZS 5,000",
        [("IDR 14,025,000,000", "14025000000", "IDR"), ("TZS 5,000", "5000", "TZS")],
    ),
    "in words and figures, once": (
        "Five Hundred Thousand Dollars ($500,000) is due",
        [("Five Hundred Thousand Dollars ($500,000)", "500000", "USD")],
    ),
    "in words and bare figures, once": ("forty thousand (40,000) euros", [("forty thousand (40,000) euros", "40000", "EUR")]),
    "rupees in figures and words, once": (
        "Rs. 50,000/- (Rupees Fifty Thousand)",
        [("Rs. 50,000/- (Rupees Fifty Thousand)", "50000", "INR")],
    ),
    "in words alone": (
        "two hundred and fifty thousand dollars is due",
        [("two hundred and fifty thousand dollars", "250000", "USD")],
    ),
    "two sums, one in brackets": ("$500,000 ($250,000 each)", [("$500,000", "500000", "USD"), ("$250,000", "250000", "USD")]),
    "range": ("$100,000 to $150,000", [("$100,000", "100000", "USD"), ("$150,000", "150000", "USD")]),
    "range with one sign": ("$5-10 million", [("$5", "5000000", "USD"), ("10 million", "10000000", "USD")]),
    "per unit": ("$12,500 for each well drilled", [("$12,500", "12500", "USD")]),
    "redacted": ("$[***] upon filing", [("$[***]", None, "USD")]),
    "redacted with gaps": ("US$[ * ] million is due", [("US$[ * ] million", None, "USD")]),
    "blank": ("a fee of $_____ is due", [("$_____", None, "USD")]),
    "threshold": ("$2,000,000 upon annual Net Sales exceeding $50,000,000", [("$2,000,000", "2000000", "USD")]),
    "threshold in words": ("due when sales reach an amount of ten million dollars ($10,000,000)", []),
    "threshold without a verb": ("$5,000 upon Net Sales of $200,000", [("$5,000", "5000", "USD")]),
    "thresholds in a list": (
        "$1 million on sales exceeding $5 million and $9 million, respectively",
        [("$1 million", "1000000", "USD")],
    ),
    "a sum after a threshold": (
        "upon sales exceeding $50,000,000, $2,000,000 shall be paid",
        [("$2,000,000", "2000000", "USD")],
    ),
    "a cap is of the payment": ("bonuses shall not exceed $600,000", [("$600,000", "600000", "USD")]),
    "no money": ("30 days after delivery of 400 units", []),
    "a clause number": ("4.1 The fee is $400", [("$400", "400", "USD")]),
}
PERCENTS: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    "sign": ("30% on delivery", [("30%", "30")]),
    "decimals": ("7.5 per cent of the Price", [("7.5 per cent", "7.5")]),
    "decimal comma": ("12,5 % of the Price", [("12,5 %", "12.5")]),
    "in words": ("forty-five percent on signing", [("forty-five percent", "45")]),
    "words before a number are none of it": ("the other ten per cent is due", [("ten per cent", "10")]),
    "words and figures, once": ("thirty percent (30%)", [("thirty percent (30%)", "30")]),
    "figures and words, once": ("30% (thirty percent)", [("30% (thirty percent)", "30")]),
    "figure in brackets": ("thirty (30) percent", [("thirty (30) percent", "30")]),
    "hundreds": ("one hundred fifty percent of the punch list", [("one hundred fifty percent", "150")]),
    "a half": ("two and one-half percent (2.5%)", [("two and one-half percent (2.5%)", "2.5")]),
    "two thirds": ("66 2/3% of the fee", [("66 2/3%", "66.67")]),
    "range": ("5-10% of the fee", [("5", "5"), ("10%", "10")]),
    "redacted": ("[***]% on filing", [("[***]%", None)]),
    "interest": ("plus interest at 9% from the due date", []),
    "per annum": ("a charge of 5% per annum on 20% of the price", [("20%", "20")]),
    "a state of things": ("$9,000 when 50% of subjects are enrolled", []),
    "a step and its share": ("Go-live of wave 2 - 30%", [("30%", "30")]),
    "percentage of completion": ("the percentage of work completed", []),
}
# What a term says, and words that its trigger is.
TRIGGERS = {
    "upon": (
        "$250,000 is payable upon the Buyer's written acceptance of the prototype.",
        "the Buyer's written acceptance of the prototype",
    ),
    "when": ("The last 10% is paid when the vessel has left the yard.", "the vessel has left the yard"),
    "once": ("We invoice the rest once the report has been approved, and not before.", "the report has been approved"),
    "each time": ("$20,000 each time Ames wins a final.", "Ames wins a final"),
    "if": ("If the plant passes its test, Owner shall pay $5,000.", "the plant passes its test"),
    "following": ("A bonus is due following first dosing of a patient.", "first dosing of a patient"),
    "days after": ("Fee due within 30 days after completion of the works.", "completion of the works"),
    "days after the date of": ("Fee due 30 days after the date of delivery of the hull.", "delivery of the hull"),
    "without the payer": ("Upon Delivery of the Vessel, Buyer shall pay the balance.", "Delivery of the Vessel"),
    "without the payment": ("On completion of the survey the sum of $4,000 shall be payable.", "completion of the survey"),
    "subject": ("Completion of the tunnel shall entitle the Builder to $900,000.", "Completion of the tunnel"),
    "item with its share first": ("(b) thirty percent upon delivery of the hull;", "delivery of the hull"),
    "item with its sum last": ("(ii) keel laid in the dock: $400,000;", "keel laid in the dock"),
    "item with its sum after a comma": ("c) first site activated, CHF 310,500;", "first site activated"),
    "item in the middle of a list": ("an approved prototype; and", "an approved prototype"),
    "date, not event, before": (
        "No part of the price is due on 1 May but on acceptance of the mould.",
        "acceptance of the mould",
    ),
    "date, or event": ("The last part is due on 1 May or on delivery.", "delivery"),
    "first of equals": ("$5 upon delivery of the hull; $6 upon delivery of the masts", "delivery of the hull"),
    "before the time to pay": ("$5 upon acceptance of the mould within 30 days of the notice.", "acceptance of the mould"),
    "threshold": ("$1,000,000 upon Net Sales first exceeding $50,000,000 in a year.", "Net Sales first exceeding"),
    "name": ("Milestone Payments are not refundable.", "Milestone"),
}
ROWS = {
    "event under its heading": ("Milestone | Share | Proof", "Keel laid | 30% | class certificate", "Keel laid"),
    "event under another's length": (
        "No. | Event | Certificate",
        "1 | Launch | builder's long certificate of launching",
        "Launch",
    ),
    "without its proviso": ("", "1. | Upon launch, provided that it floats | $5", "Upon launch"),
    "without headings": ("", "2 | Hull delivered to the yard | 40% | $90,000", "Hull delivered to the yard"),
}
ROW_AMOUNTS: dict[str, tuple[str, str, str, list[tuple[str, str | None, str | None]]]] = {
    "sign": ("Step | Fee", "", "Go-live | $36,800", [("$36,800", "36800", "USD")]),
    "bare, under a price": ("Event | Amount (CAD)", "", "Launch | 12,400", [("12,400", "12400", "CAD")]),
    "bare, without groups": ("Event | Price", "", "Launch | 650", [("650", "650", None)]),
    "bare, under a currency": ("No | AUD | EUR", "", "7 | 4,120 | 987", [("4,120", "4120", "AUD"), ("987", "987", "EUR")]),
    "bare, in a table of a currency": ("Event | Blowers", "Equipment (EUR)", "Launch | 84,800", [("84,800", "84800", "EUR")]),
    "a share of a price": ("Event | Share of Price", "", "Launch | 30", []),
    "a currency in the cell before": ("", "", "Launch | USD | 1’000’000", [("1’000’000", "1000000", "USD")]),
    "a sign in the cell before": ("Stage | Fee", "", "Launch | $ | 450", [("450", "450", "USD")]),
    "a currency in the cell after": ("Area | Note | Unit", "", "Launch | 5,870 | EUR", [("5,870", "5870", "EUR")]),
    "a currency named in the heading": ("Stage | Fee in US Dollars", "", "Launch | 450", [("450", "450", "USD")]),
    "pounds of weight in the heading": ("Stage | Fee by pounds", "", "Launch | 450", [("450", "450", None)]),
    "bare, under other headings": ("Area | Premises", "", "North | 5,870", []),
    "bare, without headings": ("", "", "Launch | 6,000,000", [("6,000,000", "6000000", None)]),
    "small, without headings": ("", "", "Launch | 14", []),
    "redacted": ("Event | Amount", "", "Launch | [***]", [("[***]", None, None)]),
    "run together": ("", "", "Launch of hull  |  Mar. 28  7 %  186  Note", [("186", "186", None)]),
}
ROW_PERCENTS: dict[str, tuple[str, str, list[tuple[str, str | None]]]] = {
    "sign": ("Event | Share", "Launch | 30%", [("30%", "30")]),
    "bare, under a share": ("Event | %", "Launch | 16.0", [("16.0", "16.0")]),
    "too much for a share": ("Event | Share", "Launch | 1600", []),
    "of the event, not of the price": ("Event | Share", "95% of panels hung | 30%", [("30%", "30")]),
    "redacted": ("Event | %", "Launch | [***]", [("[***]", None)]),
}
DUE_DAYS = {
    "within": ("Owner shall pay within thirty (30) days after receipt of the invoice.", 30),
    "in words": ("Owner pays within forty-five days of the invoice.", 45),
    "net": ("Payment terms are net 60.", None),
    "net days": ("Invoices are paid net 60 days.", 60),
    "weeks": ("The sum is due six weeks after acceptance.", 42),
    "months": ("Half is released 3 months after completion.", 90),
    "business days": ("Buyer pays in ten (10) Business Days of the notice.", 10),
    "of paying, not of telling": (
        "It shall notify Owner within 10 days, and Owner shall pay within 45 days of the notice.",
        45,
    ),
    "of paying, fronted": ("Within 14 days of the certificate the Employer pays the sum.", 14),
    "of telling alone": ("Licensee shall notify Licensor within 10 days of the event.", None),
    "item": ("(iii) twenty percent within 45 days after the Certificate;", 45),
    "not a limit": ("The fee covers 30 days of testing by two men.", 30),
    "redacted": ("Owner shall pay within [***] days of the invoice.", None),
    "none": ("The fee is due on delivery.", None),
}
INTERVALS = {
    "monthly": ("The price is paid monthly.", ("monthly", "monthly")),
    "in small capitals": ("PAID EACH QUARTER.", ("quarterly", "EACH QUARTER")),
    "work in place": ("Paid monthly for work in place.", ("percentage-of-completion", "work in place")),
    "dated": ("Paid on 1 March 2026 and 1 June 2026.", ("dated", "on 1 March 2026")),
    "month first": ("Fifth | August 1, 2025 | $3,750,000", ("dated", "August 1, 2025")),
    "month in full": ("$300,000 by January 31.", ("dated", "by January 31")),
    "retention": ("Ten percent is held as retainage.", ("retention", "retainage")),
    "none": ("The price is $4.", None),
}
# Pieces of what the patterns look at, so that chance finds their branches.
PIECES = st.sampled_from(
    [
        *"$€£¥%().,;:|-–'’ \n\u202f",
        *("US$", "EUR ", "Rs.", "USD", "R ", "dollars", " million", "k", "[***]", "**", "___", "[ * ]", "/-", " | "),
        *(
            "1",
            "30",
            "1,000",
            "1.000,00",
            "1'000",
            "10 000",
            "2/3",
            "five ",
            "hundred ",
            "thousand ",
            "forty-",
            "and one-half",
            "per cent",
        ),
        *(
            "upon ",
            "when ",
            "if ",
            "the date of ",
            "completion ",
            "of the hull ",
            "Milestone ",
            "shall pay ",
            "is due ",
            "within ",
            " days ",
            "after ",
        ),
        *("exceeding ", "Net Sales of ", "interest at ", " per annum", "monthly", "1 March 2026", "İ", "ß", "K"),
    ]
)
TEXTS = st.text(max_size=60) | st.lists(PIECES, max_size=30).map("".join)


def unit(text: str, at: int = 0, *, header: str = "", title: str = "") -> Sentence:
    kind = Unit.ROW if CELL_BREAK in text else Unit.SENTENCE
    return Sentence(text, Span(at, at + len(text)), kind, header=header, title=title)


@pytest.mark.parametrize(("text", "wanted"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts(text: str, wanted: list[tuple[str, str | None, str | None]]) -> None:
    found = fields_of(unit(text), Kind.MILESTONE).amounts
    assert [(one.text, one.value, one.currency) for one in found] == [
        (one, value and Decimal(value), code) for one, value, code in wanted
    ]


@pytest.mark.parametrize(("header", "title", "text", "wanted"), ROW_AMOUNTS.values(), ids=ROW_AMOUNTS)
def test_amounts_in_rows(header: str, title: str, text: str, wanted: list[tuple[str, str | None, str | None]]) -> None:
    found = fields_of(unit(text, header=header, title=title), Kind.MILESTONE).amounts
    assert [(one.text, one.value, one.currency) for one in found] == [
        (one, value and Decimal(value), code) for one, value, code in wanted
    ]


@pytest.mark.parametrize(("text", "wanted"), PERCENTS.values(), ids=PERCENTS)
def test_percents(text: str, wanted: list[tuple[str, str | None]]) -> None:
    found = fields_of(unit(text), Kind.MILESTONE).percents
    assert [(one.text, one.value) for one in found] == [(one, value and Decimal(value)) for one, value in wanted]


@pytest.mark.parametrize(("header", "text", "wanted"), ROW_PERCENTS.values(), ids=ROW_PERCENTS)
def test_percents_in_rows(header: str, text: str, wanted: list[tuple[str, str | None]]) -> None:
    found = fields_of(unit(text, header=header), Kind.MILESTONE).percents
    assert [(one.text, one.value) for one in found] == [(one, value and Decimal(value)) for one, value in wanted]


@pytest.mark.parametrize(("text", "wanted"), TRIGGERS.values(), ids=TRIGGERS)
def test_trigger(text: str, wanted: str) -> None:
    trigger = fields_of(unit(text), Kind.MILESTONE).trigger
    assert trigger is not None
    assert trigger.text == wanted


@pytest.mark.parametrize(("header", "text", "wanted"), ROWS.values(), ids=ROWS)
def test_trigger_in_rows(header: str, text: str, wanted: str) -> None:
    trigger = fields_of(unit(text, header=header), Kind.MILESTONE).trigger
    assert trigger is not None
    assert trigger.text == wanted


@pytest.mark.parametrize("text", ["$5,000", "| |", "30% | $900", "", "upon .. the"])
def test_no_trigger(text: str) -> None:
    assert fields_of(unit(text), Kind.MILESTONE).trigger is None


@pytest.mark.parametrize(("text", "days"), DUE_DAYS.values(), ids=DUE_DAYS)
def test_due_days(text: str, days: int | None) -> None:
    assert fields_of(unit(text), Kind.PROGRESS).due_days == days


@pytest.mark.parametrize(("text", "wanted"), INTERVALS.values(), ids=INTERVALS)
def test_interval(text: str, wanted: tuple[str, str] | None) -> None:
    interval = fields_of(unit(text), Kind.PROGRESS).interval
    assert (interval and (interval.value, interval.text)) == wanted


def test_each_kind_has_its_own_fields() -> None:
    text = "Paid monthly upon acceptance of the work in place."
    milestone, progress = (fields_of(unit(text), kind) for kind in (Kind.MILESTONE, Kind.PROGRESS))
    assert milestone.trigger is not None
    assert milestone.interval is None
    assert progress.trigger is None
    assert progress.interval is not None


@given(TEXTS, st.sampled_from(Kind), st.integers(0, 10_000))
def test_every_span_points_at_its_text(text: str, kind: Kind, at: int) -> None:
    fields = fields_of(unit(text, at), kind)
    quotes = (*fields.amounts, *fields.percents, fields.trigger, fields.interval)
    for quote in (quote for quote in quotes if quote):
        assert at <= quote.span.start < quote.span.end <= at + len(text)
        assert text[quote.span.start - at : quote.span.end - at] == quote.text


@given(TEXTS)
def test_amounts_and_percents_stand_in_order_apart(text: str) -> None:
    fields = fields_of(unit(text), Kind.PROGRESS)
    for found in (fields.amounts, fields.percents):
        bounds = [offset for one in found for offset in one.span]
        assert bounds == sorted(bounds)


@given(st.integers(0, 10**9 - 1))
def test_grouped_figures_have_their_value(value: int) -> None:
    for figure in (f"{value:,}", f"{value:,}".replace(",", "'"), f"{value:,}".replace(",", "\u202f"), str(value)):
        (one,) = fields_of(unit(f"USD {figure} is due"), Kind.MILESTONE).amounts
        assert one.value == value


@given(st.integers(0, 10**7), st.integers(0, 99))
def test_both_decimal_signs_are_read(whole: int, cents: int) -> None:
    english = f"{whole:,}.{cents:02}"
    continental = english.translate(str.maketrans(".,", ",."))
    assert value_of(english) == value_of(continental) == Decimal(f"{whole}.{cents:02}")


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("one hundred and twenty-five", 125),
        ("four lakh fifty thousand", 450_000),
        ("two million, one hundred thousand", 2_100_000),
    ],
)
def test_numbers_in_words(words: str, value: int) -> None:
    assert spelled(words) == value


def test_the_corpus_is_read_as_its_authors_read_it() -> None:
    """A floor under all of it together: how many terms of the authored labels have a field that tells how much or on what."""
    terms = [label for label in read_labels(LABELS) if label.kind is Kind.MILESTONE]
    told = [fields for label in terms if (fields := fields_of(label.unit, label.kind)).trigger]
    assert len(told) / len(terms) > 0.95


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$180 per hour on approval", [("$180", "hour", None, False)]),
        ("EUR 40 for each enrolled patient", [("EUR 40", "patient", None, False)]),
        ("$12/ton delivered", [("$12", "ton", None, False)]),
        ("$100,000 a month", [("$100,000", None, None, False)]),
        ("$5 to $10 million on approval", [("$5", None, "low", False), ("$10 million", None, "high", False)]),
        ("$[***] on approval", [("$[***]", None, None, True)]),
    ],
)
def test_what_an_amount_is(text: str, told: list[tuple[str, str | None, str | None, bool]]) -> None:
    made = fields_of(Sentence(text, Span(0, len(text))), Kind.MILESTONE).amounts
    assert [(one.text, one.per, one.end, one.redacted) for one in made] == told


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("30% of the Contract Price on delivery", "price"),
        ("thirty percent (30%) of each invoice", "invoice"),
        ("Owner shall retain 10% of each payment", "retained"),
        ("30% on delivery", None),
    ],
)
def test_what_a_percentage_is_of(text: str, of: str | None) -> None:
    (made,) = fields_of(Sentence(text, Span(0, len(text))), Kind.PROGRESS).percents
    assert made.of == of


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("payable within thirty (30) days after receipt of the invoice.", "receipt of the invoice"),
        ("due 45 days from the date of acceptance, net", "acceptance"),
        ("Within 10 days following delivery Buyer shall pay $5.", "delivery"),
        ("payable net 30 days", None),
        ("$5 on delivery", None),
    ],
)
def test_the_day_that_days_to_pay_are_counted_from(text: str, day: str | None) -> None:
    made = fields_of(Sentence(text, Span(0, len(text))), Kind.MILESTONE).due_from
    assert (made.text if made else None) == day


def test_a_number_that_counts_payments_is_no_amount() -> None:
    row = Sentence("3 | December 2, 2024 | $100,000", Span(0, 31), Unit.ROW, header="Payment | Due | Amount")
    assert [one.text for one in fields_of(row, Kind.PROGRESS).amounts] == ["$100,000"]
