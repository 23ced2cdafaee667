"""Clause numbers, run-in captions and hyphenation of a paragraph's text."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from markup import Unit
from page import Layout

NUMBER = re.compile(
    r"((?:Article |Section |Clause |§ ?)?\d+(?:\.\d+)*[.)]?|\((?:[a-zA-Z\d]|[ivx]+)\)|\.\d+"
    r"|[A-Z](?:-\d+|\.\d*)|[a-z]\)|\u2022|\u2013) +(?=\S)"
)
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
CAPTION_WORD = re.compile(r"(?:[A-Z][\w'\u2019/-]*|and|of|the|for|to|in|by|on|or|with|upon|at|no|[,;&])")
CAPTION_WORDS = 9  # the longest caption
CAPTION_TAGS = {"bold": "b", "underline": "u", "italic": "i"}
CLUSTERS = frozenset("bl br ch ck cl cr dr fl fr gh gl gr ph pl pr qu sc sh sk sl sm sp st sw th tr wh".split())
TAILS = ("tion", "sion", "ment", "ness", "less", "able", "ible", "tive", "ture", "ship", "ing")
SHORTEST_PART = 3  # letters that must stand before and after a break


def split_number(text: str) -> tuple[str, str]:
    """Split a clause number such as `4.2`, `(a)` or `B.` from the text; it may be empty."""
    match = NUMBER.match(text)
    return (match.group(1), text[match.end() :]) if match else ("", text)


def depth(unit: Unit, number: str, *, deep: bool) -> int:
    """How deep a paragraph stands: 0 for clauses, 1 for (a), 2 for (i), 3 for (A) if `deep`."""
    inner = number.strip("()")
    if unit.kind in ("item", "sublead"):
        return 2 if deep and inner in ROMAN else 1
    if unit.kind == "subitem":
        return 2
    if not number.startswith("("):
        return 0
    if inner.isupper():
        return 3 if deep else 0
    return 2 if inner in ROMAN else 1


def rich(text: str, layout: Layout) -> str:
    """Text without its number as reportlab markup: caption set off, soft hyphens by option."""
    tag = CAPTION_TAGS.get(layout.get("captions"))
    stop = _caption_end(text) if tag else 0
    head, rest = text[:stop], text[stop:]
    if layout.on("hyphenate"):
        rest = re.sub(r"[A-Za-z]{6,}", lambda match: soften(match[0]), rest)
    return (f"<{tag}>{escape(head)}</{tag}>" if head else "") + escape(rest)


def _caption_end(text: str) -> int:
    """Where a run-in caption such as `Final Payment.` ends; 0 if there is none."""
    stop = max(text.find(". "), 0)
    words = re.sub(r"([,;])", r" \1", text[:stop]).split()
    fits = 0 < len(words) <= CAPTION_WORDS and words[0][0].isupper()
    return stop + 1 if fits and all(map(CAPTION_WORD.fullmatch, words)) else 0


def soften(word: str) -> str:
    """Put soft hyphens where an English word may break; coarse, but never within a cluster."""
    low = word.lower()
    ends = len(low) - SHORTEST_PART + 1
    cuts = {i for i in range(SHORTEST_PART, ends) if _may_break(low, i)}
    return "".join(("\u00ad" if i in cuts else "") + letter for i, letter in enumerate(word))


def _may_break(low: str, i: int) -> bool:
    """Whether a lower-case word may break before letter `i`: at a tail or between consonants."""
    if low[i:] in TAILS or (low[-1] == "s" and low[i:-1] in TAILS):
        return True
    vowels = [letter in "aeiouy" for letter in low[i - 2 : i + 2]]
    return vowels == [True, False, False, True] and low[i - 1 : i + 1] not in CLUSTERS
