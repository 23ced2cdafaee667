"""What of a stranger's text is not let through."""

import pytest

from pipeline.review.shown import in_a_line, shown

UNSAFE = {
    "plain text": ("Price: 3 €", "Price: 3 €"),
    "other scripts": ("价格 цена", "价格 цена"),
    "an escape": ("\x1b[31mred", r"\u001b[31mred"),
    "an 8-bit control": ("\x9b31m", r"\u009b31m"),
    "a carriage return": ("paid\rfree", r"paid\u000dfree"),
    "a turn of direction": ("a\u202eb", r"a\u202eb"),
    "a lone surrogate": ("\udce9", r"\udce9"),
    "a newline": ("a\nb", "a\nb"),
}
LINES = {
    "a paragraph": (" Due:\n\t30  days\r\n", "Due: 30 days"),
    "separators that only Unicode knows": ("a\u2028b\u00a0c\x85d", "a b c d"),
    "an escape": ("\x1b[31m\nred", r"\u001b[31m red"),
    "nothing": (" \n", ""),
}


@pytest.mark.parametrize(("text", "expected"), UNSAFE.values(), ids=UNSAFE)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES)
def test_a_text_is_put_on_a_line(text: str, expected: str) -> None:
    assert in_a_line(text) == expected
