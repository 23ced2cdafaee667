"""A contract's text to units: their context in named cases, and what holds for any text."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import BLOCK_BREAK, CELL_BREAK, Sentence, Unit
from pipeline.tag.units import CONTEXT_CHARS, units_of

LIST = """4.2 The Price is paid as follows:
(a) 30% on signing;
(b) 70% on delivery:
(i) half on the quay;
(ii) half at sea;
(c) nothing later.
4.3 Taxes are extra."""
TABLE = """Schedule B
Event | Fee
Keel laid | $5
Page 4
Launch | $6
The fees of this schedule are subject to no deduction of any kind.
Stage | Charge
Sea trial | $7"""
NESTED = """ARTICLE IV PAYMENT
4.1 Price
The price is $5.
4.2 Terms
It is due on delivery.
ARTICLE V TERM
The term is a year."""
MARKERS = ["(a)", "(iv)", "(A)", "(1)", "[1]", "a)", "1)", "i.", "1.", "1.1", "1.1.1", "•", "-", "Section 2.1"]
PIECES = st.sampled_from(
    [
        *(
            "Rent is due. ",
            "It is paid. ",
            "the sum of $5 ",
            "as follows:",
            "ARTICLE I",
            "1. ",
            "1.1 ",
            "(a) ",
            "(i) ",
            "• ",
            "PAYMENT",
            "Terms ",
        ),
        *(CELL_BREAK, BLOCK_BREAK, BLOCK_BREAK, " ", "\u2028", "\t", "|", ";", "$", "[***]"),
    ]
)
TEXTS = st.text(max_size=80) | st.lists(PIECES, max_size=30).map("".join)


def named(units: Sequence[Sentence]) -> dict[str, Sentence]:
    return {unit.text: unit for unit in units}


def test_sentences_of_a_block_are_units() -> None:
    units = units_of("Rent is due. It is net.")
    assert [unit.text for unit in units] == ["Rent is due.", "It is net."]
    assert {unit.unit for unit in units} == {Unit.SENTENCE}


def test_a_row_is_one_unit() -> None:
    (row,) = units_of("Launch. Then trials. | $6")
    assert (row.text, row.unit) == ("Launch. Then trials. | $6", Unit.ROW)


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("4.2 The Price is paid as follows:", ""),
        ("(a) 30% on signing;", "4.2 The Price is paid as follows:"),
        ("(b) 70% on delivery:", "4.2 The Price is paid as follows:"),
        ("(i) half on the quay;", "4.2 The Price is paid as follows: (b) 70% on delivery:"),
        ("(ii) half at sea;", "4.2 The Price is paid as follows: (b) 70% on delivery:"),
        ("(c) nothing later.", "4.2 The Price is paid as follows:"),
        ("4.3 Taxes are extra.", ""),
    ],
)
def test_items_know_their_lead_in(text: str, lead: str) -> None:
    assert named(units_of(LIST))[text].lead == lead


def test_only_the_first_sentence_of_an_item_continues_the_lead_in() -> None:
    units = units_of("It is paid as follows:\n(a) half on delivery. The hull is red.")
    assert [unit.lead for unit in units] == ["", "It is paid as follows:", ""]


@pytest.mark.parametrize("marker", MARKERS)
def test_items_of_any_marker_know_their_lead_in(marker: str) -> None:
    lead = "The Price is paid in parts as follows:"
    units = units_of(f"{lead}\n{marker} half of the price is paid on delivery of the ship;\n{marker} the rest is paid at sea.")
    assert [unit.lead for unit in units] == ["", lead, lead]


def test_a_paragraph_ends_a_list_without_markers() -> None:
    long = "word " * 50 + "ends."
    units = units_of(f"The Price is paid as follows:\nhalf on delivery of the ship;\n{long}\nNothing else is due, ever.")
    assert [bool(unit.lead) for unit in units] == [False, True, True, False]


@pytest.mark.parametrize(
    ("text", "header", "title"),
    [
        ("Event | Fee", "Event | Fee", "Schedule B"),
        ("Keel laid | $5", "Event | Fee", "Schedule B"),
        ("Launch | $6", "Event | Fee", "Schedule B"),
        ("Sea trial | $7", "Stage | Charge", "The fees of this schedule are subject to no deduction of any kind."),
    ],
)
def test_rows_know_their_header_and_title(text: str, header: str, title: str) -> None:
    row = named(units_of(TABLE))[text]
    assert (row.header, row.title) == (header, title)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("Event | Fee", "Event | Fee\nKeel laid | $5\nLaunch | $6"),
        ("Launch | $6", "Event | Fee\nKeel laid | $5\nLaunch | $6"),
        ("Page 4", ""),
        ("Sea trial | $7", "Stage | Charge\nSea trial | $7"),
    ],
)
def test_rows_know_the_rows_of_their_table(text: str, table: str) -> None:
    assert named(units_of(TABLE))[text].table == table


def test_tables_without_header_and_title_are_parted_by_prose() -> None:
    first, _, second = units_of("Keel | $5\nThat is all that is due, and nothing else is.\nLaunch | $6")
    assert (first.table, second.table) == ("Keel | $5", "Launch | $6")


def test_a_header_may_name_currencies_and_shares() -> None:
    assert units_of("Fees\nEvent | Share (%) | Amount (US$)\nKeel | 5 | 200")[-1].header == "Event | Share (%) | Amount (US$)"


SECOND = {
    "a title and a header": ("Part B: Monthly Charges", "Instalment | Due | Amount each", "1 to 9 | each month | $5", True),
    "a line that a page break left": ("Draft of May", "Keel laid | $5", "Launch | $6", False),
    "rows that are blacked out": ("Part B", "[***] | [***]", "[***] | [***]", False),
    "a row with an empty cell": ("Part B", "Launch | ", "Sea trial | $6", False),
    "a row of sentences": ("Part B", "Launch of the ship at the yard | Certificate of the class", "Sea trial | $6", False),
    "no line between": ("", "Instalment | Due | Amount each", "1 to 9 | each month | $5", False),
}


@pytest.mark.parametrize(("line", "first", "second", "another"), SECOND.values(), ids=SECOND)
def test_a_second_table_has_its_own_header(line: str, first: str, second: str, *, another: bool) -> None:
    text = "\n".join(filter(None, ["Part A", "Event | Charge", "Design | $9", line, first, second]))
    row = units_of(text)[-1]
    assert (row.header, row.title) == ((first, line) if another else ("Event | Charge", "Part A"))


def test_a_table_may_have_no_header() -> None:
    assert [unit.header for unit in units_of("Fees are due:\nKeel | $5\nLaunch | $6")] == ["", "", ""]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("ARTICLE IV PAYMENT", "ARTICLE IV PAYMENT"),
        ("The price is $5.", "ARTICLE IV PAYMENT > 4.1 Price"),
        ("It is due on delivery.", "ARTICLE IV PAYMENT > 4.2 Terms"),
        ("The term is a year.", "ARTICLE V TERM"),
    ],
)
def test_units_know_their_section(text: str, section: str) -> None:
    assert named(units_of(NESTED))[text].section == section


def test_a_run_in_heading_is_a_section() -> None:
    units = units_of("3. Feedstock. The Buyer pays for it.\n4. Rent. The Tenant pays it.")
    assert [unit.section for unit in units] == ["3. Feedstock."] * 2 + ["4. Rent."] * 2


def test_neighbours() -> None:
    units = units_of("A is due.\nB | $5\nC is due.")
    assert [(unit.before, unit.after) for unit in units] == [("", "B | $5"), ("A is due.", "C is due."), ("B | $5", "")]


def test_context_is_cut() -> None:
    lead = "word " * 200 + "as follows:"
    units = units_of(f"{lead}\n(a) half on delivery;")
    assert units[-1].lead == lead[-CONTEXT_CHARS:]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\n "])
def test_no_text_has_no_units(text: str) -> None:
    assert units_of(text) == []


@given(TEXTS)
def test_spans_point_at_their_text_in_order(text: str) -> None:
    units = units_of(text)
    bounds = [offset for unit in units for offset in unit.span]
    assert bounds == sorted(bounds)
    assert all(text[unit.span.start : unit.span.end] == unit.text != "" for unit in units)


@given(TEXTS)
def test_units_cover_every_block(text: str) -> None:
    units = units_of(text)
    covered = {place for unit in units for place in range(*unit.span)}
    assert all(place in covered or char.isspace() for place, char in enumerate(text))


@given(TEXTS)
def test_no_unit_crosses_a_block_and_only_rows_have_cells(text: str) -> None:
    for unit in units_of(text):
        assert BLOCK_BREAK not in unit.text
        assert (CELL_BREAK in unit.text) <= (unit.unit is Unit.ROW)


@given(TEXTS)
def test_the_same_text_has_the_same_units(text: str) -> None:
    assert units_of(text) == units_of(text)


@given(TEXTS, TEXTS)
def test_what_comes_later_changes_no_unit_but_the_last(text: str, later: str) -> None:
    """A unit is told by what stands before it, but for the text of its neighbour."""
    units = units_of(text)
    assert [(unit.text, unit.lead, unit.section) for unit in units_of(f"{text}\n{later}")][: len(units)] == [
        (unit.text, unit.lead, unit.section) for unit in units
    ]
