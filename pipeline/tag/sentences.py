"""Sentence ends made for contracts: where a block of text falls into sentences.

A full stop ends a sentence unless the word before it is an abbreviation, an initial, or the number of a clause, and
only where something follows that can begin one. Semicolons and colons do not end a sentence: what stands between them is one
promise, and a list whose items are paragraphs comes as blocks of its own.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

# A stop with the brackets and quotes that close after it, white space, and the first character that follows.
END: Final = re.compile(r"([.?!])([\"”’'»)\]]*)\s+(?=(\S))")
# What stands before a stop: the last word, with its inner stops and hyphens.
LAST_WORD: Final = re.compile(r"[^\s(\[\"“”‘]+$")
FIRST_WORD: Final = re.compile(r"[\"“‘(\[]*([A-Za-z]+)")
# The number of a clause, or a list marker, at the start of a sentence.
CLAUSE_NUMBER: Final = re.compile(
    r"(?:(?:article|art|section|sec|clause|paragraph|para|§+|exhibit|schedule)\.?\s*)?[(\[]?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]|[ivxl]{1,6})[)\]]?",
    re.IGNORECASE,
)
ITEM: Final = re.compile(r"[(\[](?:\d{1,2}|[a-z]{1,2}|[ivxl]{1,5})[)\]]\s*\S", re.IGNORECASE)
OPENING: Final = "\"“‘«([§$€£¥•*"


@cache
def _abbreviations() -> dict[str, frozenset[str]]:
    source = resources.files(__package__).joinpath("abbreviations.toml").read_text(encoding="utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(source).items()}


def sentence_spans(block: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the sentences of one block of prose, without the white space around them, in order."""
    start = 0
    for match in END.finditer(block):
        if _ends(block, start, match):
            yield start, match.end(2)
            start = match.start(3)
    rest = block[start:].rstrip()
    if rest:
        yield start, start + len(rest)


def _ends(block: str, start: int, match: re.Match[str]) -> bool:
    """Whether the stop that `match` found ends the sentence that began at `start`."""
    following = block[match.start(3) : match.start(3) + 40]
    if not _can_begin(following):
        return False
    if match[1] != ".":
        return True
    before = block[start : match.start(1)]
    if before.endswith(".") and following[:1].islower():
        return False
    if CLAUSE_NUMBER.fullmatch(before.strip()):
        return False
    word = LAST_WORD.search(before)
    return word is None or _word_ends(word[0].casefold(), word[0], following, closed=bool(match[2]))


def _can_begin(following: str) -> bool:
    first = following[0]
    return first.isupper() or first.isdigit() or first in OPENING or bool(ITEM.match(following))


def _word_ends(word: str, written: str, following: str, *, closed: bool) -> bool:
    """Whether a stop after `word` (lower case; `written` as it stands) ends a sentence before `following`."""
    known = _abbreviations()
    if closed:
        return not (following[0].isdigit() and word in known["before_number"])
    if word in known["before_name"]:
        return False
    if word in known["before_number"] and (following[0].isdigit() or following[0] in "([" or _is_label(following)):
        return False
    if word in known["maybe_final"] or _is_initial(written):
        begins = FIRST_WORD.match(following)
        return begins is not None and begins[1].casefold() in known["starters"] and following[0] != "("
    return True


def _is_label(following: str) -> bool:
    """Whether a single letter or Roman number follows, as in "Art. IV" or "Ex. B"."""
    return re.match(r"(?:[A-Z]|[IVXLC]+)\b(?!['’])", following) is not None


def _is_initial(written: str) -> bool:
    """Whether the word is an initial ("J.") or letters with stops ("U.S.C.")."""
    return re.fullmatch(r"[A-Z](?:\.[A-Z])*", written) is not None
