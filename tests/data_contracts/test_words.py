"""Clause numbers and hyphenation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from words import soften, split_number

NUMBERS = {
    "a clause": ("4.2 The fee is due.", ("4.2", "The fee is due.")),
    "a section": ("Section 12. Fees", ("Section 12.", "Fees")),
    "a letter": ("(a) on delivery", ("(a)", "on delivery")),
    "a Roman number": ("(iv) on delivery", ("(iv)", "on delivery")),
    "a bullet": ("\u2022 on delivery", ("\u2022", "on delivery")),
    "none": ("The fee is due.", ("", "The fee is due.")),
    "a number that is the text": ("42", ("", "42")),
}


@pytest.mark.parametrize(("text", "parts"), NUMBERS.values(), ids=NUMBERS)
def test_split_number(text: str, parts: tuple[str, str]) -> None:
    assert split_number(text) == parts


@given(st.from_regex(r"[A-Za-z]{6,20}", fullmatch=True))
def test_soft_hyphens_change_no_letter_and_leave_three_on_either_side(word: str) -> None:
    parts = soften(word).split("\u00ad")
    assert "".join(parts) == word
    assert len(parts) == 1 or min(len(parts[0]), len(parts[-1])) >= 3


def test_a_long_word_may_break() -> None:
    assert soften("shipment") == "ship\u00adment"
