"""Lines to paragraphs, items and rows: what follows on, what begins anew, what goes on over a column or page."""

import pytest

from pipeline.contract import Box, Page, TextFrom
from pipeline.read.blocks import Block, blocks_of
from pipeline.read.pdf import Sheet, Word

LETTER_PT = 5.0
HIGH_PT = 10.0
PITCH_PT = 12.0
FULL = "The Buyer shall pay to the Seller the whole of the price for the goods on the"
Print = str | tuple[float, str] | dict[float, str]


def words(x0: float, top: float, text: str, page: int, size: float = HIGH_PT) -> list[Word]:
    """The words of a line of print, three points apart; `*word*` is bold."""
    found: list[Word] = []
    for part in text.split():
        bold, plain = part.startswith("__"), part.strip("_") if part.startswith("__") else part
        start = found[-1].x1 + 3 if found else x0
        end, bottom = start + LETTER_PT * len(plain), top + size
        found.append(Word(plain, start, top, end, bottom, size, bold, Box(page, start, top, end, bottom)))
    return found


def sheet(*lines: Print, number: int = 1, top: float = 100, pitch: float = PITCH_PT) -> Sheet:
    """A page of lines: text at the left edge, at an indent, or in cells by their left end; "" is an empty line."""
    found: list[Word] = []
    for at, line in enumerate(lines):
        parts = {72.0: line} if isinstance(line, str) else dict([line]) if isinstance(line, tuple) else line
        for x0, text in parts.items():
            found += words(x0, top + pitch * at, text, number)
    return Sheet(Page(number, 612, 792, 0, TextFrom.PDF), tuple(found), ())


def shown(block: Block) -> str:
    return " | ".join(" ".join(line.text for line in cell) for cell in block.cells)


def blocks(*sheets: Sheet) -> list[str]:
    return [shown(block) for block in blocks_of(sheets)]


ONE_BLOCK: dict[str, list[Print]] = {
    "full line goes on": [FULL, "date of delivery."],
    "full line goes on in a name": [FULL, "Delivery Date of the last unit."],
    "short line goes on in lower case": ["The Buyer shall pay", "on delivery.", FULL],
    "short line that cannot end there": ["The price is due on the", "Delivery Date.", FULL],
    "marker on a line of its own": ["(c)", "", "delivery of the goods; and"],
    "number on a line of its own": ["1.5", "Delivery means the handing over of the goods.", FULL],
    "bold definition over what it means": ["__“Batch”", "", "shall mean the product of one run.", "", FULL],
    "number that stands there by chance": [FULL.replace(" the", " its"), "2. January of each year.", FULL],
}


@pytest.mark.parametrize("lines", ONE_BLOCK.values(), ids=ONE_BLOCK)
def test_lines_of_one_block(lines: list[Print]) -> None:
    tail = [FULL] if lines[-1] == FULL else []
    head = [line for line in lines[: len(lines) - len(tail)] if line]
    assert blocks(sheet(*lines))[0] == " ".join(map(str, head)).replace("__", "")


BEGINS: dict[str, list[Print]] = {
    "after an empty line": [FULL, "last day", "", "Delivery is at the works."],
    "after a short line that ends": [FULL, "Date.", "Payment is by wire."],
    "under a heading": ["PRICE AND PAYMENT", "Payment is by wire.", FULL],
    "numbered paragraph": [FULL + " day.", "4.2 Payment is by wire."],
    "list item": ["(a) delivery; and", "(b) acceptance.", FULL],
    "indented": [
        FULL,
        "delivery of the goods on the date that is set out in the first schedule to it.",
        (100, "Payment is by wire."),
    ],
    "line of an address": ["Jane Roe", "12 Main Street", FULL],
}
BEGINNINGS = ("Delivery is", "Payment is", "4.2 ", "(b) ", "12 Main")


@pytest.mark.parametrize("lines", BEGINS.values(), ids=BEGINS)
def test_block_begins(lines: list[Print]) -> None:
    page = sheet(*lines, "", "", FULL)
    assert any(found.startswith(BEGINNINGS) for found in blocks(page)[1:])


def test_larger_print_is_a_block_of_its_own() -> None:
    page = sheet("", FULL, FULL)
    title = words(72, 100, "Supply of goods and services to be rendered at the works of the Buyer", 1, size=14)
    assert len(blocks(Sheet(page.page, (*title, *page.words), ()))) == 2


GOES_ON = {
    "in lower case": (FULL, "delivery date."),
    "in a name, from a full line": (FULL, "Delivery Date."),
    "from a line that cannot end there": ("The price is due upon the", "Delivery Date."),
}
STOPS = {
    "sentence ends": (FULL + " date.", "delivery date."),
    "item begins": (FULL, "(b) acceptance."),
    "heading follows": ("The price is set out in the first schedule of this contract", "ACCEPTANCE"),
    "title of one short line": ("Schedule of goods", "Delivery Date."),
}


@pytest.mark.parametrize(("last", "first"), GOES_ON.values(), ids=GOES_ON)
def test_sentence_goes_on_over_a_page(last: str, first: str) -> None:
    found = blocks(sheet("", FULL, last), sheet(first, FULL, number=2))
    assert found[0].startswith(f"{FULL} {last} {first}")


@pytest.mark.parametrize(("last", "first"), STOPS.values(), ids=STOPS)
def test_block_ends_with_its_page(last: str, first: str) -> None:
    assert len(blocks(sheet(last), sheet(first, number=2))) == 2


def test_sentence_goes_on_over_a_column() -> None:
    left = ["the left column says that", *["and what stands in this"] * 10, "column goes on in the"]
    right = [*["next column with the rest"] * 11, "of what it has to say."]
    page = sheet(*[{72.0: a, 330.0: b} for a, b in zip(left, right, strict=True)])
    (found,) = blocks(page)
    assert found.startswith("the left column")
    assert "goes on in the next column" in found


def test_footnote_does_not_interrupt_a_sentence() -> None:
    before, after = sheet(*[FULL] * 6), sheet("delivery date.", "", FULL + ".", number=2)
    note = words(72, 300, "1 As defined in the first schedule.", 1, size=8)
    found = blocks(Sheet(before.page, (*before.words, *note), ()), after)
    assert found[0].endswith("on the delivery date.")
    assert found[1] == "1 As defined in the first schedule."


def test_table_of_small_print_at_the_foot_is_no_footnote() -> None:
    page = sheet(*[FULL] * 6)
    rows = [
        made
        for at in (0, 1)
        for x0, text in ((72, f"{at + 1} Delivery"), (300, "$600"))
        for made in words(x0, 200 + 14 * at, text, 1, 8)
    ]
    assert blocks(Sheet(page.page, (*page.words, *rows), ()))[1:] == ["1 Delivery | $600", "2 Delivery | $600"]


HEADER: Print = {72: "Event", 300: "Amount"}


def test_table_over_pages_loses_its_repeated_header() -> None:
    pages = [sheet(HEADER, {72: "Delivery", 300: f"${at}00"}, {72: "Test", 300: f"${at}50"}, number=at) for at in (1, 2, 3)]
    found = blocks(*pages)
    assert found == ["Event | Amount", *[row for at in (1, 2, 3) for row in (f"Delivery | ${at}00", f"Test | ${at}50")]]


def test_rows_at_one_place_of_every_page_are_no_running_head() -> None:
    pages = [
        sheet(*[{72.0: f"Month {at}", 300.0: "$900"} for at in range(first, first + 4)], number=n)
        for n, first in enumerate((1, 5, 9), 1)
    ]
    assert blocks(*pages) == [f"Month {at} | $900" for at in range(1, 13)]


def test_second_table_keeps_its_header() -> None:
    table: list[Print] = [HEADER, {72: "Delivery", 300: "$600"}]
    pages = [
        sheet(*table, "", "", "", FULL + " first day.", number=1),
        sheet("Part B of the price is due:", "", "", *table, number=2),
    ]
    assert blocks(*pages).count("Event | Amount") == 2


def test_header_after_a_word_of_continuation_is_dropped() -> None:
    first = sheet(HEADER, {72: "Delivery", 300: "$600"})
    second = sheet("Schedule 1 (continued)", "", "", HEADER, {72: "Test", 300: "$400"}, number=2)
    assert blocks(first, second) == ["Event | Amount", "Delivery | $600", "Schedule 1 (continued)", "Test | $400"]


def test_no_pages_make_no_blocks() -> None:
    assert blocks() == []
    assert blocks(sheet()) == []
