"""The text of a contract and the way back from it to boxes: made from words, from small PDFs, and the sample contracts."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pdfplumber
import pytest
from builders import SAMPLES
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate

from pipeline.contract import Box, Page, Span, TextFrom
from pipeline.read.pdf import Sheet, Word
from pipeline.read.text import Reading, read_contract, reading_of
from pipeline.tag.units import units_of

HIGH_PT = 10.0
# Every sample but the one that is a scan, whose pages hold no words.
NAMES = sorted(path.stem for path in SAMPLES.glob("*.pdf") if path.stem != "scan")
# Columns, line numbers, rotated and cropped pages, tables, an encrypted file: what boxes may go wrong on.
ODD = ("aligned_table", "encrypted", "milestone_table", "progress_in_name", "two_columns")
WHOLE = 0.99


def reading(*lines: str, size: float = HIGH_PT) -> Reading:
    """A page of these lines, each as wide as the page, whatever their words."""
    found: list[Word] = []
    for at, line in enumerate(lines):
        parts = line.split()
        wide = 468 / max(1, len(parts))
        for number, part in enumerate(parts):
            x0, top = 72 + wide * number, 100 + 12.0 * at
            x1, bottom = x0 + wide - 3, top + size
            found.append(Word(part, x0, top, x1, bottom, size, False, Box(1, x0, top, x1, bottom)))
    return reading_of("made.pdf", "ab", [Sheet(Page(1, 612, 792, 0, TextFrom.PDF), tuple(found), ())])


BROKEN = {
    "broken word": ("the Buyer shall de-", "liver the goods", "shall deliver the"),
    "word the document writes with a hyphen": ("a non-refundable fee is non-", "refundable in part", "is non-refundable in"),
    "word the document writes without": ("a prepaid fee is pre-", "paid in part", "is prepaid in"),
    "tens and ones": ("within twenty-", "four hours of it", "within twenty-four hours"),
    "verb and adverb": ("delivery and set-", "up of the unit", "and set-up of"),
    "name with a hyphen": ("patents and Know-", "How of the Seller", "and Know-How of"),
    "number with a hyphen": ("under form A-", "12 of the Buyer", "form A-12 of"),
    "hyphen that waits for its word": ("the pre- and post-", "or later tests", "pre- and post- or later"),
    "dash": ("the price -", "in full - is due", "price - in full"),
}


@pytest.mark.parametrize(("upper", "lower", "expected"), BROKEN.values(), ids=BROKEN)
def test_word_at_a_line_end(upper: str, lower: str, expected: str) -> None:
    assert expected in reading(upper, lower).text


def test_joined_word_leads_to_both_lines() -> None:
    found = reading("the Buyer shall de-", "liver the goods")
    start = found.text.index("deliver")
    boxes = found.boxes(Span(start, start + len("deliver")))
    assert [box.top for box in boxes] == [100, 112]


def test_box_is_of_the_words_of_the_span() -> None:
    found = reading("the price is due")
    start = found.text.index("price")
    (box,) = found.boxes(Span(start, start + len("price is")))
    assert (box.page, box.x0, box.x1) == (1, 72 + 117, 72 + 3 * 117 - 3)


def test_span_between_words_has_no_box() -> None:
    assert reading("the price").boxes(Span(3, 4)) == ()


def test_no_pages_make_no_text() -> None:
    assert (reading_of("a.pdf", "ab", []).text, list(reading().places.start)) == ("", [])


def test_source_names_the_file_and_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "small.pdf"
    style = ParagraphStyle("body", fontName="Helvetica", fontSize=11, leading=14, spaceAfter=8)
    text = " ".join(f"The Buyer shall pay part {at} of the price upon acceptance of stage {at}." for at in range(130))
    SimpleDocTemplate(str(path)).build([Paragraph(text, style)])
    found = read_contract(path)
    assert found.source.name == "small.pdf"
    assert [page.number for page in found.source.pages] == [1, 2, 3]
    assert found.text.replace("\n", " ") == text
    crossing = [unit for unit in units_of(found.text) if len({box.page for box in found.boxes(unit.span)}) == 2]
    assert len(crossing) == 2


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"], exclude_characters="|"), min_size=1, max_size=9)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=8).map(" ".join), max_size=12))
def test_words_stand_in_order_where_they_say(lines: list[str]) -> None:
    check_places(reading(*lines))


def check_places(found: Reading) -> None:
    """Words follow each other, none is empty, what parts them is no word, and their boxes lie on their pages."""
    at = 0
    for span in map(Span, found.places.start, found.places.end):
        between, text = found.text[at : span.start], found.text[slice(*span)]
        assert between.strip() in ("", "|")
        assert text
        assert not re.search(r"\s", text)
        (box,) = found.boxes(span)
        page = found.source.pages[box.page - 1]
        assert -0.1 <= box.x0 <= box.x1 <= page.width_pt + 0.1
        assert -0.1 <= box.top <= box.bottom <= page.height_pt + 0.1
        at = span.end
    assert at == len(found.text)
    assert not [char for char in found.text if not char.isprintable() and char != "\n"]


@cache
def sample(name: str) -> Reading:
    return read_contract(SAMPLES / f"{name}.pdf")


@pytest.mark.parametrize("name", NAMES)
def test_sample_has_its_words_in_place(name: str) -> None:
    check_places(sample(name))


def test_samples_say_what_was_set() -> None:
    known = defaultdict(list)
    for line in (SAMPLES / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        known[label["contract"]].append(" ".join(label["text"].split()))
    missing = [text for name in NAMES for text in known[name] if text not in " ".join(sample(name).text.split())]
    assert missing == []


UNREAD = {
    "running head": ("milestone_table", "Tolliver Water District / Branscombe Membrane Works"),
    "page number": ("aligned_table", "Page 5 of 6"),
    "slug outside the crop box": ("aligned_table", "PROOF"),
}


@pytest.mark.parametrize(("name", "words"), UNREAD.values(), ids=UNREAD)
def test_samples_leave_out_what_is_no_text(name: str, words: str) -> None:
    assert words not in sample(name).text


def test_scan_is_recognised() -> None:
    found = read_contract(SAMPLES / "scan.pdf")
    assert (found.text, list(found.places.start)) == ("", [])
    assert {page.flags for page in found.source.pages} == {("image_only",)}


def test_table_over_pages_has_one_header() -> None:
    rows = [line for line in sample("milestone_table").text.splitlines() if " | " in line]
    assert max(Counter(rows).values()) == 1


@cache
def printed(name: str) -> list[list[tuple[float, float, str]]]:
    """The words that pdfplumber itself finds on each page: the middle of each, and its text."""
    with pdfplumber.open(SAMPLES / f"{name}.pdf") as pdf:
        return [
            [((word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2, word["text"]) for word in page.extract_words()]
            for page in pdf.pages
        ]


def letters(text: str) -> Counter[str]:
    return Counter(char for char in text.casefold() if char.isalnum())


def inside(name: str, boxes: Sequence[Box]) -> str:
    return " ".join(
        text
        for box in boxes
        for x, y, text in printed(name)[box.page - 1]
        if box.x0 <= x <= box.x1 and box.top <= y <= box.bottom
    )


def test_boxes_of_a_sentence_hold_its_words() -> None:
    held = Counter(
        letters(inside(name, sample(name).boxes(unit.span))) == letters(unit.text)
        for name in ODD
        for unit in units_of(sample(name).text)
    )
    assert held[True] >= WHOLE * held.total()
