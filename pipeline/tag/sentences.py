"""Sentence ends made for contracts: where a block of text falls into sentences.

A full stop ends a sentence unless the word before it is an abbreviation, an initial, or the number of a clause, and
only where something follows that can begin one. Semicolons and colons do not end a sentence: what stands between them is one
promise, and a list whose items are paragraphs comes as blocks of its own.

After an abbreviation that may close a sentence ("Acme Inc. Rent is due.") what follows decides: a word that begins
sentences, or a noun with its verb where the words before the stop have a verb of their own.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

# A stop with the brackets, quotes and footnote marks after it, white space, and the first character that follows.
END: Final = re.compile(r"(?P<mark>(?P<stop>[.?!])(?P<closers>[\"”’'»)\]]*)(?:\[\d{1,3}\]|[¹²³⁰-⁹†‡]+)?)\s+(?=\S)")
# How far a sentence is looked at before a stop, how far for its last words, and how far after it, in characters.
BEFORE_CHARS: Final = 400
LAST_CHARS: Final = 40
AFTER_CHARS: Final = 90
# What stands before a stop: the last word, with its inner stops and hyphens.
LAST_WORD: Final = re.compile(r"[^\s(\[\"“”‘,;:]+$")
# An article that its word has swallowed: "l'art".
ELISION: Final = re.compile(r"^[dl]'")
# What stands after it: the first word, unless it is letters with stops.
FIRST_WORD: Final = re.compile(r"[\"“‘(\[]*([^\W\d_]+)(?![^\W\d_]|\.\w)")
# An initial or a short abbreviation, which begins no sentence though its letters may: "A. Smith", "No. 4".
SHORT: Final = re.compile(r"[\"“‘(\[]*[^\W\d_]{1,2}\.")
# The number of a clause, or a list marker, at the start of a sentence.
NUMBER: Final = re.compile(
    r"[(\[]?(?:\d{1,3}[a-z]?|([a-z])\1?|[ivxl]{1,6})(?:[.-](?:\d{1,3}|[a-z]))*(?:\([a-z\d]{1,4}\))*[)\]]?", re.IGNORECASE
)
# The longest such number with its noun, in characters; a longer beginning is none.
NUMBER_CHARS: Final = 24
# A number as a list's marker within a sentence: "as follows: 1. The ...".
MARKER: Final = re.compile(r"[:;](?: (?:and|or))?\s+(?:\d{1,2}|[a-zA-Z]|[ivx]{1,5})$")
# The marker of a list's item and the beginning of its text.
ITEM: Final = re.compile(r"[(\[](?:\d{1,2}|[a-zA-Z]{1,2}|[ivxlIVXL]{1,5})[)\]]\s*\S|(?:[ivx]{1,5}|([a-z])\1?)[.)]\s+[A-Z]")
# A clause number and its first word; a number of a citation has no such word after it.
CLAUSE: Final = re.compile(r"\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+[\"“]?[A-Z]")
# The name of a field: "Travel: none".
FIELD: Final = re.compile(r"[A-Z]\w{2,}:\s")
# The inside of a bracket that stands for what was blacked out ("[...***...]"): its dots end nothing.
BLACKED_OUT: Final = re.compile(r"[\[(][\s*•.…_-]*$")
BULLETS: Final = "•●▪◦‣■□☐☑☒✓➢"
QUOTES: Final = "\"”’'»"
OPENING: Final = "\"“‘'«([§$€£¥₹*¿¡" + BULLETS
# An item that a dash marks.
DASH: Final = re.compile(r"[-–—]\s+[\"“]?[A-Z]")
# A name that begins in lower case: "eFone".
BRAND: Final = re.compile(r"[a-z]{1,2}[A-Z]\w")
# What a pointing word points at besides figures: "Art. IV", "Rev. B", "Mod. P00007".
LABEL: Final = re.compile(r"(?:[A-Z]|[IVXLC]+|[A-Z]{1,4}[-/.]?\d[\w./-]*)\b(?!['’])")
# "No." before a number: it belongs to the short word before it ("Cert. No. 4").
NUMBER_WORD: Final = re.compile(r"Nos?\.\s*[\dA-Z(\[#_*]")
# The first word of a name.
NAME: Final = re.compile(r"[A-Z][a-z]{2,}\b")
# An initial ("J"), letters with stops ("U.S.C"), a label in lower case.
INITIALS: Final = re.compile(r"[A-Z](?:\.-?[A-Z])*|[b-z]")
# What a clause hangs on: it has no verb of its own before the stop unless one comes after the last of these.
SUBORDINATE: Final = re.compile(r"\b(?:that|if|where|when|whenever|which|who|until|unless|because|while|whether)\b")
# A unit after its figure or rate.
UNIT: Final = re.compile(r"(?:[\d½¼¾]|\b(?:per|sq\.|cu\.|lin\.))[\s-]*[^\W\d_]+$")
# An abbreviation by its look: no vowel, and not in capitals, which acronyms are.
VOWELLESS: Final = re.compile(r"[B-DF-HJ-NP-TV-XZb-df-hj-np-tv-xz][b-df-hj-np-tv-xz]+")
WORD: Final = re.compile(r"[^\W\d_]+")


@cache
def _lists() -> dict[str, frozenset[str]]:
    """The word lists of abbreviations.toml by name; each says there what its words are."""
    source = resources.files(__package__).joinpath("abbreviations.toml").read_text(encoding="utf-8")
    return {name: frozenset(words) for name, words in tomllib.loads(source).items()}


@cache
def _firm() -> re.Pattern[str]:
    """Words of a firm's name up to its form: "Beverages Ltd"."""
    forms = "|".join(sorted(_lists()["forms"]))
    return re.compile(rf"(?:[A-Z][\w&’'-]*,?\s){{0,3}}(?i:{forms})\b")


@cache
def _labelled() -> re.Pattern[str]:
    """A noun and the letter that labels it, the last of several too: "Schedule A", "Classes A and B"."""
    nouns = "|".join(sorted(_lists()["labelled"]))
    return re.compile(rf"\b(?i:{nouns})(?:e?s)?\.?\s+(?:[\w-]{{1,4}}(?:,|\s(?:and|or|to|through|&))+\s)*[\"“‘]?[A-Z]$")


@cache
def _clause() -> re.Pattern[str]:
    """A subject and its verb: "Rent is", "$40 is", "Contractor gets", "Delay attracts any", "Fees of Acme Ltd. are"."""
    verbs, roles, links, forms = ("|".join(sorted(_lists()[name])) for name in ("verbs", "roles", "links", "forms"))
    other = rf"\s(?!(?:{links})\b)[a-z]+"
    word = rf"\s(?:[\w’'&-]+|(?:[A-Z]\.)+|(?i:{forms})\.)"
    noun = rf"[A-Z][\w’'-]*(?:(?:{word}){{0,2}}?|(?:{other}){{1,4}}?|\sof(?:{word}){{1,4}}?)"
    subject = rf"(?:[\"“‘][^\"”’]{{1,50}}[\"”’]|[$€£¥₹]\s?\d[\d.,]*|{noun})"
    transitive = rf"[A-Z][a-z]+{other}(?<=\w\ws)\s(?:the|an?|any|all|each|every|its|their|no|such)\b"
    return re.compile(rf"{subject}\s(?:{verbs})\b|(?i:{roles}){other}|{transitive}")


def sentence_spans(block: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges of the sentences of one block of prose, without the white space around them, in order."""
    start = len(block) - len(block.lstrip())
    for match in END.finditer(block, start):
        if _ends(block, start, match):
            yield start, match.end("mark")
            start = match.end()
    rest = block[start:].rstrip()
    if rest:
        yield start, start + len(rest)


def _ends(block: str, start: int, match: re.Match[str]) -> bool:
    """Whether the stop that `match` found ends the sentence that began at `start`."""
    following = block[match.end() : match.end() + AFTER_CHARS]
    if not _can_begin(following):
        return False
    if match["stop"] != ".":
        return not (following[0].isupper() and _firm().match(following))
    at = match.start()
    before = block[max(start, at - BEFORE_CHARS) : at]
    if match["closers"].startswith(("]", ")")) and BLACKED_OUT.search(before):
        return False
    if (at - start < NUMBER_CHARS and _is_number(before)) or _is_blank(before, following):
        return False
    word = LAST_WORD.search(before, before.rfind(" ") + 1)
    return word is None or _word_ends(word[0], before, following, closed=_is_closed(block[start], match["closers"]))


def _can_begin(following: str) -> bool:
    first = following[0]
    if first.isupper() or first.isdigit() or first in OPENING:
        return True
    return bool(ITEM.match(following) or BRAND.match(following) or DASH.match(following))


def _is_number(before: str) -> bool:
    """Whether what a sentence has so far is a clause number or list marker: "12", "Step 2", "Art. IV"."""
    words = before.split()
    if len(words) > 1 and words[0].rstrip(".").casefold() in _lists()["numbered"]:
        del words[0]
    return len(words) == 1 and NUMBER.fullmatch(words[0]) is not None


def _is_blank(before: str, following: str) -> bool:
    """Whether the stop belongs to a dotted line or to leaders, so that the sentence goes on after it."""
    if not before.rstrip().endswith("."):
        return False
    return following[0].islower() or following[0].isdigit() or not before.strip(". ") or _is_form(following)


def _is_closed(first: str, closers: str) -> bool:
    """Whether quotes or brackets after the stop close a whole sentence, not an abbreviation within one."""
    return bool(closers) and (first in "([" or any(mark in QUOTES for mark in closers))


def _word_ends(written: str, before: str, following: str, *, closed: bool) -> bool:
    """Whether a stop after the word `written`, the last of `before`, ends a sentence before `following`."""
    word = ELISION.sub("", written.casefold().replace("’", "'"))
    if _points(word, following) or _is_inside(written, before, following):
        return False
    return closed or _is_label(written, before) or _abbreviation_ends(word, written, before, following)


def _abbreviation_ends(word: str, written: str, before: str, following: str) -> bool:
    """Whether a stop after `word` (`written` in lower case) is more than an abbreviation's; true of ordinary words."""
    lists = _lists()
    if word in lists["titles"] or (word in lists["before_name"] and not _is_acronym(written, before)):
        return False
    if word in lists["either"]:
        return _starts(before, following)
    if _may_be_final(word, written, before):
        return _starts(before, following) or _starts_clause(before, following)
    return INITIALS.fullmatch(written) is None or _starts(before, following)


def _is_acronym(written: str, before: str) -> bool:
    """Whether a word in capitals among words that are not is an acronym rather than an abbreviation ("CA", not "ca.")."""
    return len(written) > 1 and written.isupper() and not before[-LAST_CHARS:].isupper()


def _may_be_final(word: str, written: str, before: str) -> bool:
    """Whether the word is an abbreviation that may close a sentence; one without a vowel is, listed or not ("Bhd.")."""
    lists = _lists()
    if word in lists["maybe_final"] or (word in lists["maybe_final_capital"] and written[0].isupper()):
        return True
    if word in lists["units"]:
        return UNIT.search(before[-LAST_CHARS:]) is not None
    return VOWELLESS.fullmatch(written) is not None


def _points(word: str, following: str) -> bool:
    """Whether the word points at the number, letter or bracket that follows ("Sec. 4", "Art. IV", "No. [***]")."""
    if word not in _lists()["before_number"]:
        return False
    return following[0].isdigit() or following[0] in "([*#§" or LABEL.match(following) is not None


def _is_inside(written: str, before: str, following: str) -> bool:
    """Whether the stop stands within a name, a date or a list's marker, whatever the word before it."""
    if NUMBER_WORD.match(following) and (written[0].isupper() or len(written) < 4):
        return True
    if len(written) < 6 and MARKER.search(before[-LAST_CHARS:]):
        return True
    if written.isdigit() and len(written) < 3:
        return _first_word(following) in _lists()["months_after_ordinal"]
    return _is_form(following)


def _is_label(written: str, before: str) -> bool:
    """Whether a letter before the stop labels a noun: "Schedule A", "Towers A and B"."""
    return len(written) == 1 and written.isupper() and _labelled().search(before[-LAST_CHARS:]) is not None


def _starts(before: str, following: str) -> bool:
    """Whether what follows an abbreviation begins a sentence: a clause number, a bullet, or a word that does."""
    if following[0] in BULLETS or CLAUSE.match(following):
        return True
    if following[0] == "(" or SHORT.match(following):
        return False
    in_capitals = before[-LAST_CHARS:].isupper() and following[1:2].isupper()
    return _first_word(following) in _lists()["starters_in_capitals" if in_capitals else "starters"]


def _starts_clause(before: str, following: str) -> bool:
    """Whether a clause stands on both sides of the stop: each has its verb, and no conjunction hangs over.

    A field's name and a name said again begin one too.
    """
    first = _first_word(following)
    if FIELD.match(following) or _repeats(before, following):
        return True
    if not _clause().match(following) or first in _lists()["continues"] or first in _lists()["links"]:
        return False
    clause = SUBORDINATE.split(before)[-1]
    return any(word.casefold() in _lists()["verbs"] for word in WORD.findall(clause))


def _repeats(before: str, following: str) -> bool:
    """Whether the name before the stop begins anew after it: "... pays Orr Ltd. Orr Ltd. is ..."."""
    name = NAME.match(following)
    at = before.rfind(name[0]) if name else -1
    return at >= 0 and following.startswith(before[at:])


def _is_form(following: str) -> bool:
    """Whether a firm's form follows, which begins no sentence: "Ltd."."""
    return _first_word(following) in _lists()["forms"]


def _first_word(following: str) -> str:
    """The first word in lower case, without what opens it; "" where none stands."""
    match = FIRST_WORD.match(following)
    return match[1].casefold() if match else ""
