"""A stranger's text where it is shown: nothing in it moves a cursor, turns the direction of writing, or breaks a line."""

import unicodedata
from typing import Final

# Control characters, and those that turn the direction of writing or cannot be encoded.
UNSAFE: Final = frozenset({"Cc", "Cf", "Cs"})


def shown(text: str) -> str:
    r"""The text with what a terminal would obey rather than show written as \uXXXX; a contract must not move the cursor."""
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(char):04x}" if unicodedata.category(char) in UNSAFE and char != "\n" else char for char in text)


def in_a_line(text: str) -> str:
    r"""The text on one line, each stretch of white space a blank, control characters as \uXXXX."""
    return shown(" ".join(text.split()))
