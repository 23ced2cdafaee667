"""What pdfium finds on a page, and what it says of it."""

import pypdfium2
import pytest
from hostile import CASES, GREY, SAID, page, picture, say, scan

from pipeline.contract import TextFrom
from pipeline.read.found import Found, found_on
from pipeline.read.pdfium import opened

WIDE = b"q 612 0 0 792 0 0 cm /I Do Q "
PICTURE = {"resources": b"/XObject << /I 6 0 R >>", "more": [picture(GREY, 10, 10)]}
LINES = b"".join(say(f"{SAID} number {at}", y=700 - 14 * at) for at in range(12))
# A page, where its text is from, and its flags.
TOLD = {
    "print": (page(say()), TextFrom.PDF, ()),
    "nothing": (page(b""), TextFrom.NONE, ("no_text",)),
    "a line": (page(b"0 0 m 9 9 l S"), TextFrom.NONE, ("no_text",)),
    "a picture": (page(WIDE, **PICTURE), TextFrom.NONE, ("image_only",)),  # type: ignore[arg-type]
    "print on a letterhead": (page(WIDE + LINES, **PICTURE), TextFrom.PDF, ()),  # type: ignore[arg-type]
    "a stamp on a scan": (page(WIDE + say("Received"), **PICTURE), TextFrom.NONE, ("mostly_picture",)),  # type: ignore[arg-type]
    "a logo beside print": (page(b"q 60 0 0 60 9 9 cm /I Do Q " + say(), **PICTURE), TextFrom.PDF, ()),  # type: ignore[arg-type]
    "a searchable scan": (scan(over=say(before="3 Tr")), TextFrom.OCR, ("ocr_layer",)),
    "glyph numbers": (CASES["print of glyph numbers"].make(), TextFrom.NONE, ("garbled",)),
    "a line of glyph numbers": (CASES["a line of glyph numbers"].make(), TextFrom.PDF, ("garbled",)),
}


def found(data: bytes) -> Found:
    with opened(data) as document:
        return found_on(document, 0)


@pytest.mark.parametrize(("data", "text_from", "flags"), TOLD.values(), ids=TOLD)
def test_what_is_told_of_a_page(data: bytes, text_from: TextFrom, flags: tuple[str, ...]) -> None:
    shown = found(data).sheet.page
    assert (shown.text_from, shown.flags) == (text_from, flags)


def test_letters_are_those_of_the_printed_words() -> None:
    assert found(page(say("Pay now") + say("or never", y=20, before="3 Tr"))).letters == len("Paynow")


def test_hidden_places_tell_their_characters() -> None:
    places = found(page(say() + say("or never", x=100, y=92, before="3 Tr"))).hidden
    assert ("o", 100, 700) in places
    assert {text for text, _, _ in places} >= set("ornev")


def test_page_of_sideways_text_is_for_another_reader() -> None:
    sideways = b"q 0 1 -1 0 300 100 cm BT /F1 11 Tf 0 0 Td (Pay upon acceptance) Tj ET Q"
    made = found(page(sideways))
    assert "across" in made.unfit
    assert "".join(sorted("".join(word.text for word in made.sheet.words))) == "".join(sorted("Payuponacceptance"))
    assert not found(page(say() + sideways.replace(b"upon acceptance", b"now"))).unfit


def test_page_that_is_not_there_is_an_error_of_pdfium() -> None:
    with opened(page(say())) as document, pytest.raises(pypdfium2.PdfiumError):
        found_on(document, 7)
