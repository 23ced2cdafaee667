"""What is seen of a page's text, beyond what the hostile corpus holds: in part, in bulk, and whatever the page's turn."""

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pytest
from hostile import GREY, SAID, UNSEEN, beside, form, page, picture, say, scan
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.native import drawn_on
from pipeline.read.visible import Sight, look, scanned_share


@contextmanager
def looked_at(data: bytes) -> Iterator[tuple[Sight | None, str]]:
    """What is seen of the first page, and its text as pdfium tells it."""
    document = pypdfium2.PdfDocument(data)
    one = document[0]
    text = one.get_textpage()
    yield look(one, text, drawn_on(one)), text.get_text_range()
    text.close()
    one.close()
    document.close()


def hidden(data: bytes) -> str:
    with looked_at(data) as (sight, text):
        return "".join(char for index, char in enumerate(text) if sight and sight.hidden[index]).strip()


PAGES = {
    "plain": (page(say()), ""),
    "a word under a bar": (page(say("pay nothing now", x=100) + b"0 g 98 695 20 20 re f"), "pay"),
    "an outline under white": (beside(say(UNSEEN, y=600, before="1 Tr") + b"1 g 60 590 400 30 re f"), UNSEEN),
    "a form under white": (
        beside(b"/X Do 1 g 60 590 400 30 re f", resources=b"/XObject << /X 6 0 R >>", more=[form(say(UNSEEN, y=600))]),
        UNSEEN,
    ),
    "in a form that is moved off": (
        beside(b"q 1 0 0 1 0 -900 cm /X Do Q", resources=b"/XObject << /X 6 0 R >>", more=[form(say(UNSEEN, y=600))]),
        UNSEEN,
    ),
    "in a form that is cut off": (
        beside(b"q 0 0 9 9 re W n /X Do Q", resources=b"/XObject << /X 6 0 R >>", more=[form(say(UNSEEN, y=600))]),
        UNSEEN,
    ),
    "in a round window": (beside(b"q 0 0 m 0 9 9 9 9 0 c h W n " + say(UNSEEN, y=600) + b" Q"), UNSEEN),
    "half of it in a window": (beside(b"q 0 500 140 200 re W n " + say(UNSEEN, y=600) + b" Q"), ""),
    "under a later picture of white": (
        beside(
            say(UNSEEN, y=600) + b"q 400 0 0 30 60 590 cm /I Do Q",
            resources=b"/XObject << /I 6 0 R >>",
            more=[picture(b"\xff" * 100, 10, 10)],
        ),
        UNSEEN,
    ),
    "a white letterhead under the text": (
        page(
            b"q 612 0 0 792 0 0 cm /I Do Q " + say(),
            resources=b"/XObject << /I 6 0 R >>",
            more=[picture(b"\xff" * 100, 10, 10)],
        ),
        "",
    ),
    "a full stop": (page(say() + say(".", y=600)), ""),
    "a line over the edge": (page(say("W" * 90)), "W" * (90 - 52)),
}


@pytest.mark.parametrize(("data", "unseen"), PAGES.values(), ids=PAGES)
def test_what_is_hidden_of_a_page(data: bytes, unseen: str) -> None:
    assert hidden(data) == unseen


def test_a_page_of_many_shapes_is_searched_in_parts() -> None:
    shapes = b"".join(b"0.9 g %d %d 5 5 re f 0 g " % (at % 600, at // 600 * 6) for at in range(0, 9000, 6))
    lines = b"".join(say(f"Line {at}", y=30 + 3 * at, size=3) for at in range(200))
    assert hidden(page(shapes + lines + say(UNSEEN, y=700) + b"1 g 60 690 400 30 re f")) == UNSEEN


def test_words_over_an_empty_part_of_a_scan_are_hidden() -> None:
    with looked_at(scan(over=say(before="3 Tr") + say(UNSEEN, y=100, before="3 Tr"))) as (sight, text):
        assert sight is not None
        assert [text[index] for index in range(len(SAID)) if not sight.layer[index]] == []
        assert not sight.layer[len(SAID) :].any()


@pytest.mark.parametrize(("height", "share"), [(792, 1.0), (396, 0.5), (2000, 1.0), (0, 0.0)])
def test_share_of_a_page_that_is_picture(height: int, share: float) -> None:
    drawn = b"q 612 0 0 %d 0 0 cm /I Do Q" % height if height else b""
    document = pypdfium2.PdfDocument(page(drawn, resources=b"/XObject << /I 6 0 R >>", more=[picture(GREY, 10, 10)]))
    assert scanned_share(document[0], drawn_on(document[0])) == pytest.approx(share)


@given(st.sampled_from([0, 90, 180, 270]), st.integers(0, 500), st.integers(0, 700))
def test_what_is_drawn_over_hides_wherever_it_is(turn: int, x: int, y: int) -> None:
    over, entries = b"0.5 g %d %d 200 20 re f" % (x - 5, y - 5), b"/Rotate %d" % turn
    assert not hidden(page(say("abc", x=x, y=y), entries=entries))
    assert hidden(page(say("abc", x=x, y=y) + over, entries=entries)) == "abc"
