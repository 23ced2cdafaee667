"""Flags by token patterns: what a pattern's marks mean, what the flags of the product find, and that their file is sound."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Kind
from pipeline.tag import rules
from pipeline.tag.rules import flag_patterns, flags_of, payment_words, votes
from pipeline.tag.tokens import docs, norms

SOURCE = tomllib.loads((Path(rules.__file__).parent / "patterns.toml").read_text(encoding="utf-8"))

# Sentences, flags that they raise, and flags that they do not.
SENTENCES = {
    "milestone": (
        "$250,000 is payable upon written acceptance of the prototype.",
        {"money", "pays", "payment_word", "event_after", "pay_on_event"},
        {"milestone", "each_period", "progress_payment", "redacted"},
    ),
    "milestone payment": (
        "Each Milestone Payment is payable once only.",
        {"milestone", "milestone_payment", "single"},
        {"money"},
    ),
    "progress": (
        "Contractor shall submit monthly applications for payment based on the percentage of work completed.",
        {"each_period", "application", "in_place", "completion_share"},
        {"milestone", "money"},
    ),
    "retainage": (
        "Owner shall withhold retainage of 10% from each payment.",
        {"retained", "percent"},
        {"release_retained", "rent"},
    ),
    "release": ("Retainage is released on final completion.", {"retained", "release_retained"}, {"percent"}),
    "dated": ("$300,000 is due on March 1.", {"money", "dated"}, {"event_after"}),
    "royalty": ("Licensee pays a royalty of 5% of Net Sales.", {"royalty", "percent"}, {"milestone"}),
    "rent": ("The tenant pays rent.", {"rent"}, {"loan", "salary"}),
    "redacted": ("A fee of $[***] is due.", {"redacted", "money"}, {"percent"}),
    "definition": ('"Milestone" means an event in Exhibit B.', {"defines", "milestone"}, {"milestone_payment", "pays"}),
    "net terms": (
        "Invoices are payable within 30 days after receipt of the invoice.",
        {"net_terms", "invoices"},
        {"milestone"},
    ),
    "schedule of values": ("The Schedule of Values allocates the Contract Sum.", {"schedule_of_values"}, {"royalty"}),
    "nothing": ("The cat sat on the mat.", set(), set(flag_patterns())),
}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """Rules of one flag, made from the pattern that the test names."""
    source = {"flags": {"raised": [request.param]}, "sets": {"pay": ["pay", "remit"]}, "candidates": {}}
    monkeypatch.setattr(rules, "_source", lambda: source)
    forget()
    yield
    forget()


def forget() -> None:
    for cached in (flag_patterns, rules._patterns_by_word):
        cached.cache_clear()


def flags(sentence: str) -> frozenset[str]:
    (doc,) = docs([sentence])
    return flags_of(norms(doc))


@pytest.mark.parametrize(("sentence", "raised", "not_raised"), SENTENCES.values(), ids=SENTENCES)
def test_flags(sentence: str, raised: set[str], not_raised: set[str]) -> None:
    found = flags(sentence)
    assert raised <= found
    assert found.isdisjoint(not_raised)


@pytest.mark.parametrize(
    ("made", "words", "found"),
    [
        ("a b", "x a b y", True),
        ("a b", "b a", False),
        ("a b", "ab", False),
        ("a b", "xa b", False),
        ("a|b c", "b c", True),
        ("a|b c", "a b", False),
        ("<pay> now", "remit now", True),
        ("<pay> now", "x now", False),
        ("a ~2 b", "a b", True),
        ("a ~2 b", "a x y b", True),
        ("a ~2 b", "a x y z b", False),
        ("a b? c", "a c", True),
        ("a b? c", "a b c", True),
        ("a b? c", "a x c", False),
        ("a b|c? d", "a c d", True),
        ("a.c d", "abc d", False),
        ("# %", "# %", True),
    ],
    indirect=["made"],
)
@pytest.mark.usefixtures("made")
def test_what_a_pattern_means(words: str, *, found: bool) -> None:
    assert flags_of(words.split()) == ({"raised"} if found else frozenset())


def test_every_flag_can_be_raised() -> None:
    """For each pattern a sentence made of the first word that each of its places allows."""
    for name, patterns in flag_patterns().items():
        for number, pattern in enumerate(patterns):
            row = SOURCE["flags"][name][number]
            places = [part for part in row.split() if not part.startswith("~") and not part.endswith("?")]
            words = [rules._words(part, SOURCE["sets"])[0] for part in places]
            assert name in flags_of(words), (row, words, pattern)


def test_every_set_is_used_and_every_set_used_is_there() -> None:
    rows = [row for rows in SOURCE["flags"].values() for row in rows]
    named = {part[1:-1] for row in rows for one in row.split() for part in one.rstrip("?").split("|") if part.startswith("<")}
    assert named - {"month"} == set(SOURCE["sets"])


@pytest.mark.parametrize("place", SOURCE["candidates"])
def test_candidates_are_found_by_normal_forms(place: str) -> None:
    """A word that is not its own normal form could never be found."""
    never = {word for word in payment_words(place) if norms(next(iter(docs([word])))) != [word]}
    assert never <= {"dollar", "non-refundable"}


@given(
    st.lists(
        st.sampled_from([*SOURCE["sets"]["pay"], *SOURCE["sets"]["event"], "of", "the", "#", "%", "¤", "shall", "be"]),
        max_size=20,
    )
)
def test_more_words_after_raise_no_fewer_flags(words: list[str]) -> None:
    """A pattern is found wherever it stands, so what follows cannot undo it."""
    assert flags_of(words) <= flags_of([*words, "zebra"])
    assert flags_of(words) <= flags_of(["zebra", *words])


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=5), max_size=10))
def test_flags_of_any_words_are_known(words: list[str]) -> None:
    assert flags_of(words) <= flag_patterns().keys()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("A milestone payment falls due upon completion of the tests.", Kind.MILESTONE),
        ("Progress payments are made in equal monthly installments for work in place.", Kind.PROGRESS),
    ],
)
def test_votes_go_to_the_kind_that_the_words_speak_for(text: str, kind: Kind) -> None:
    counts = votes(norms(next(iter(docs([text])))))
    assert set(counts) == {Kind.MILESTONE, Kind.PROGRESS}
    assert max(counts, key=lambda one: counts[one]) is kind


def test_votes_are_of_flags_that_there_are() -> None:
    assert votes([]) == {Kind.MILESTONE: 0, Kind.PROGRESS: 0}
    assert {name for names in SOURCE["votes"].values() for name in names} <= set(flag_patterns())
