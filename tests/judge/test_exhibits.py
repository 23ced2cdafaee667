"""Which exhibits a text points to, and which it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.judge.exhibits import missing_exhibits, references

BODY = "The following amounts fall due when the deliverables named beside them have been accepted by the Customer."
REFERENCES = {
    "an exhibit": ("as set out in Exhibit B hereto", ["Exhibit B"]),
    "two of them": ("Schedule 2 and Annex A-1 apply", ["Schedule 2", "Annex A-1"]),
    "in capitals": ("SEE EXHIBIT C", ["Exhibit C"]),
    "in quotes": ("the prices in Exhibit “D”.", ["Exhibit D"]),
    "by roman numbers": ("described in Exhibit IV", ["Exhibit IV"]),
    "a schedule without a name": ("according to the Schedule of Values", []),
    "a form of a statute": ("has filed a Schedule 13D", []),
    "of another document": ("as defined in Exhibit B to the Lease", []),
    "a word in lower case": ("on schedule 3 days ahead", []),
}
HELD = {
    "a heading with its text": (f"EXHIBIT B\n{BODY}", ()),
    "a heading with a title": (f"Exhibit B – Payment Schedule\n{BODY}", ()),
    "a heading in quotes": (f"EXHIBIT “B”\n{BODY}", ()),
    "nothing": (BODY, ("Exhibit B",)),
    "another exhibit": (f"EXHIBIT C\n{BODY}", ("Exhibit B",)),
    "a list of exhibits": ("Exhibit A – Scope\nExhibit B – Prices\nExhibit C – Insurance", ("Exhibit B",)),
    "a list and the exhibit": (f"Exhibit A – Scope\nExhibit B – Prices\nExhibit C – Forms\nEXHIBIT B\n{BODY}", ()),
    "a heading whose text was left out": (f"EXHIBIT B\n[Intentionally omitted.] {BODY}", ("Exhibit B",)),
    "a heading at the end": ("Signed for the Buyer\nEXHIBIT B", ("Exhibit B",)),
    "a sentence that begins with it": (
        f"Exhibit B shall be agreed by the parties in good faith within ten days.\n{BODY}",
        ("Exhibit B",),
    ),
}


@pytest.mark.parametrize(("text", "names"), REFERENCES.values(), ids=REFERENCES)
def test_references(text: str, names: list[str]) -> None:
    assert list(references(text)) == names


@pytest.mark.parametrize(("whole", "missing"), HELD.values(), ids=HELD)
def test_what_is_held(whole: str, missing: tuple[str, ...]) -> None:
    assert missing_exhibits(["The amounts in Exhibit B are due on acceptance."], whole) == missing


@given(st.text(max_size=80), st.text(max_size=200))
def test_only_what_is_pointed_to_is_missing(text: str, whole: str) -> None:
    assert set(missing_exhibits([text], whole)) <= set(references(text))
