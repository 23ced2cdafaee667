"""The normal forms that the model sees: which words are one, which numbers are none, and that no text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tag.tokens import (
    CURRENCY,
    FIGURE_IN_BRACKETS,
    MONTH,
    NUMBER,
    PERCENT,
    REDACTED,
    WORD_AND_FIGURE,
    docs,
    normal_form,
    norms,
    plain,
)

FORMS = {
    "lower case": ("Upon", "upon"),
    "plural": ("invoices", "invoice"),
    "plural in y": ("royalties", "royalty"),
    "plural in ches": ("batches", "batch"),
    "plural in xes": ("boxes", "box"),
    "no plural": ("progress", "progress"),
    "no plural either": ("basis", "basis"),
    "too short for a plural": ("gas", "gas"),
    "american": ("installments", "instalment"),
    "figure": ("1,250.00", NUMBER),
    "figure with an apostrophe": ("1'000", NUMBER),
    "ordinal": ("30th", NUMBER),
    "scaled": ("40k", NUMBER),
    "fraction": ("2/3", NUMBER),
    "number word": ("Thirty", NUMBER),
    "percentage": ("30%", PERCENT),
    "percent": ("percent", PERCENT),
    "sign": ("€", CURRENCY),
    "code": ("USD", CURRENCY),
    "name": ("Dollars", CURRENCY),
    "month": ("September", MONTH),
    "may is a verb": ("May", "may"),
    "a stop is no number": (".", "."),
}
# A redaction is one word, and a number written twice is its figure.
PLAIN = {
    "stars apart": ("a fee of * * * is due", f"a fee of  {REDACTED}  is due"),
    "stars in brackets": ("a fee of [***] is due", f"a fee of  {REDACTED}  is due"),
    "stars with gaps": ("[ * * * ]", f" {REDACTED} "),
    "bare stars": ("**", f" {REDACTED} "),
    "word in brackets": ("[REDACTED]", f" {REDACTED} "),
    "blank": ("on ____ next", f"on  {REDACTED}  next"),
    "number twice": ("within thirty (30) days", "within 30 days"),
    "sum twice": ("pay Five Hundred Thousand Dollars ($500,000) now", "pay $500,000 now"),
    "share twice": ("the twenty-five percent (25%) due", "the twenty-five percent 25% due"),
    "no number before the bracket": ("the Works (30) go on", "the Works 30 go on"),
    "words in brackets": ("the Works (all of them)", "the Works (all of them)"),
    "one star": ("a * b", "a * b"),
}
WORDS = st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=12)


def forms(text: str) -> list[str]:
    (doc,) = docs([text])
    return norms(doc)


@pytest.mark.parametrize(("word", "form"), FORMS.values(), ids=FORMS)
def test_normal_form(word: str, form: str) -> None:
    assert normal_form(word) == form


@pytest.mark.parametrize(("text", "wanted"), PLAIN.values(), ids=PLAIN)
def test_plain(text: str, wanted: str) -> None:
    assert plain(text) == wanted


def test_a_sentence_forgets_which_numbers_and_months_it_had() -> None:
    first = forms("Owner pays $5,000 within thirty (30) days after 1 March.")
    assert first == forms("Owner pays $90 within sixty (60) days after 2 June.")
    assert first == ["owner", "pay", CURRENCY, NUMBER, "within", NUMBER, "day", "after", NUMBER, MONTH, "."]


def test_white_space_is_no_token() -> None:
    assert forms(" \n a  b ") == ["a", "b"]


def test_texts_keep_their_order() -> None:
    assert [norms(doc) for doc in docs(["a", "", "b c"])] == [["a"], [], ["b", "c"]]


@given(st.text(max_size=200))
def test_any_text_has_forms_without_white_space(text: str) -> None:
    assert all(form and not form.isspace() for form in forms(text))


@given(WORDS)
def test_case_makes_no_form(word: str) -> None:
    assert normal_form(word) == normal_form(word.lower())


@given(st.sampled_from([form for _, form in FORMS.values() if form not in (NUMBER, PERCENT, CURRENCY, MONTH)]))
def test_a_form_is_its_own_form(form: str) -> None:
    assert normal_form(form) == form


@given(st.integers(0, 10**12), st.sampled_from(["{}", "{:,}", "{}th", "{}k", "{}.50"]))
def test_every_figure_is_a_number(value: int, written: str) -> None:
    assert normal_form(written.format(value)) == NUMBER


@given(st.text(max_size=200))
def test_plain_text_holds_no_stars(text: str) -> None:
    assert "**" not in plain(text)


@given(st.text(max_size=200))
def test_forms_are_those_of_the_tokens(text: str) -> None:
    (doc,) = docs([text])
    assert norms(doc) == [token.norm_ for token in doc if not token.text.isspace()]


# Texts of what a number written twice is made of.
@given(st.lists(st.sampled_from([*"( )$€1,%.- a", "thirty", "days", "US", "U.S."]), max_size=14).map("".join))
def test_no_number_is_written_twice_without_its_bracket(text: str) -> None:
    assert FIGURE_IN_BRACKETS.search(text) or not WORD_AND_FIGURE.search(text)
