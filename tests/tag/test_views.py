"""What the model sees of a unit: which units it is asked about, the words of each part, the columns of the flags."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Sentence, Span, Unit
from pipeline.tag.rules import flag_patterns
from pipeline.tag.tables import row_facts, table_evidence
from pipeline.tag.units import units_of
from pipeline.tag.views import LEAD_TOKENS, PLACES, SHAPES, Seen, candidates, flag_columns, own_columns, views_of

# Units, and whether the model is asked about them.
CANDIDATES = {
    "payment": ({"text": "The fee is due on delivery."}, True),
    "money alone": ({"text": "It is $400."}, True),
    "no word of payment": ({"text": "The hull is painted red."}, False),
    "no word of payment, in a list of payments": ({"text": "(a) keel laid;", "lead": "It is paid as follows:"}, True),
    "heading": ({"text": "4.2 Payment", "section": "4 Price > 4.2 Payment"}, False),
    "row with a sum": ({"text": "Launch | $400", "unit": Unit.ROW}, True),
    "row with a figure, under payments": ({"text": "Launch | 400", "unit": Unit.ROW, "header": "Event | Amount"}, True),
    "row without a figure": ({"text": "Launch | yes", "unit": Unit.ROW, "header": "Event | Amount"}, False),
    "row with a figure, under no payments": ({"text": "Launch | 400", "unit": Unit.ROW, "header": "Event | Depth"}, False),
    "row under a title of payments": ({"text": "Launch | 400", "unit": Unit.ROW, "title": "Payment"}, True),
    "title of a paragraph": ({"text": "(b) Second Payment."}, False),
    "title with a sum": ({"text": "(b) Second Payment: $5,000."}, True),
    "list item in capitals": ({"text": "(b) Second Payment.", "lead": "The Fee is paid in two parts:"}, True),
    "event in capitals": ({"text": "Upon Final Payment."}, True),
    "sentence that begins with capitals": ({"text": "Final Payment falls due."}, True),
    "line of a table of contents": ({"text": "10.5 Final Payment ................ 25"}, False),
    "row that is blacked out": ({"text": "2. [ * ] | $[ * ]", "unit": Unit.ROW, "header": "Event | Amount"}, False),
    "row blacked out in part": ({"text": "2. Launch of [ * ] | $[ * ]", "unit": Unit.ROW, "header": "Event | Amount"}, True),
    "table header": ({"text": "Event | Amount", "unit": Unit.ROW, "header": "Event | Amount"}, False),
    "nothing": ({"text": ""}, False),
}
# Units, and the shapes that they have.
SHAPED = {
    "sentence": ({"text": "The fee is due."}, {"full_stop", "under_12_words"}),
    "fragment": ({"text": "on delivery;"}, {"lower_case", "listed", "under_5_words", "under_12_words", "no_payment_word"}),
    "lead-in": ({"text": "Paid as follows:"}, {"colon", "under_5_words", "under_12_words"}),
    "row": (
        {"text": "Launch | $4", "unit": Unit.ROW, "header": "A | B"},
        {"row", "has_header", "under_5_words", "under_12_words"},
    ),
    "header": (
        {"text": "A | B", "unit": Unit.ROW, "header": "A | B"},
        {"row", "table_header", "has_header", "under_5_words", "under_12_words", "no_payment_word"},
    ),
    "long": ({"text": "fee " * 60, "lead": "as follows:"}, {"lower_case", "over_40_words", "has_lead"}),
    "very long": ({"text": "Fee " * 90}, {"over_40_words", "over_80_words"}),
    "heading": ({"text": "4.2 Fees", "section": "4 > 4.2 Fees"}, {"heading", "under_5_words", "under_12_words"}),
}
TABLE = [*(f"row:{name}" for name in row_facts()), *(f"table:{name}" for name in table_evidence())]
TEXTS = st.lists(
    st.sampled_from(["The fee is due. ", "A | $5", "\n", "1. PAYMENT", "as follows:", "monthly ", "upon delivery ", "x"]),
    max_size=20,
)


def unit(text: str = "The fee is due.", **more: str) -> Sentence:
    return Sentence(text, Span(0, max(1, len(text))), **more)  # type: ignore[arg-type]


def raised(one: Sentence) -> set[str]:
    (row,) = views_of([one], Seen()).flags
    return {name for name, value in zip(flag_columns(), row, strict=True) if value}


@pytest.mark.parametrize(("given", "asked"), CANDIDATES.values(), ids=CANDIDATES)
def test_which_units_the_model_is_asked_about(given: dict[str, str], *, asked: bool) -> None:
    assert candidates([unit(**given)], Seen()) == ([0] if asked else [])


def test_candidates_are_indexes_in_order() -> None:
    units = [unit(), unit("The hull is red."), unit("It is paid.")]
    assert candidates(units, Seen()) == [0, 2]


@pytest.mark.parametrize(("given", "shapes"), SHAPED.values(), ids=SHAPED)
def test_shapes(given: dict[str, str], shapes: set[str]) -> None:
    assert raised(unit(**given)) & set(SHAPES) == shapes


def test_columns_have_one_name_each() -> None:
    columns = flag_columns()
    assert len(set(columns)) == len(columns) == len(flag_patterns()) * (len(PLACES) + 1) + len(SHAPES) + len(TABLE)


def test_own_columns_are_of_the_unit_itself() -> None:
    names = [flag_columns()[index] for index in own_columns()]
    assert names == [*flag_patterns(), *SHAPES]


def of_table(one: Sentence) -> set[str]:
    return raised(one) & set(TABLE)


def test_a_row_tells_its_facts_and_shares_the_evidence_of_its_table() -> None:
    units = units_of("Payment plan\nEvent | Share\nLaunch | 25%\nDelivery | 75%\nTotal | 100%")
    rows = [of_table(one) for one in units if one.unit is Unit.ROW]
    evidence = [{name for name in row if name.startswith("table:")} for row in rows]
    assert evidence == [*[evidence[0]] * 3, set()]
    assert {"table:shares_whole", "table:column_event", "table:most_event", "table:has_total"} <= evidence[0]
    assert ["row:total" in row for row in rows] == [False, False, False, True]


def test_a_row_alone_is_a_table_of_one_row() -> None:
    one = unit("Launch | 25%", unit=Unit.ROW, header="Event | Share")
    assert of_table(one) == of_table(replace(one, table="Event | Share\nLaunch | 25%"))


def test_prose_has_no_table() -> None:
    assert of_table(unit("25% is due on launch.")) == set()


@given(st.lists(st.sampled_from(["Launch | 25%", "Total | 9", "May 4 | $5", "Name | Depth", "Note"]), max_size=9))
def test_tables_elsewhere_do_not_change_what_is_seen_of_a_row(others: list[str]) -> None:
    plan = "It is paid in parts, and in no other way.\nEvent | Share\nLaunch | 25%\nDelivery | 75%\nNothing else is due."
    (alone,) = (one for one in units_of(plan) if one.text.startswith("Delivery"))
    (among,) = (one for one in units_of("\n".join([*others, plan, *others])) if one.text.startswith("Delivery"))
    assert of_table(alone) == of_table(among)


@pytest.mark.parametrize(
    ("given", "column"),
    [
        ({"text": "Rent is due."}, "rent"),
        ({"lead": "Rent is due:"}, "lead:rent"),
        ({"section": "3 Rent"}, "around:rent"),
        ({"header": "Rent | Date"}, "around:rent"),
        ({"title": "Rent"}, "around:rent"),
        ({"before": "Rent is due."}, "before:rent"),
        ({"after": "Rent is due."}, "after:rent"),
    ],
)
def test_flags_tell_where_the_words_stand(given: dict[str, str], column: str) -> None:
    assert {name for name in raised(unit(**given)) if name.endswith("rent")} == {column}


def test_each_part_has_its_own_words() -> None:
    views = views_of([unit("Fees are due.", lead="As follows:", section="3 Rent", header="A | B", title="Prices")], Seen())
    assert (views.text, views.lead, views.section, views.table) == (
        ["fee are due ."],
        ["as follow :"],
        ["# rent"],
        ["a | b price"],
    )


def test_the_end_of_a_lead_in_is_seen() -> None:
    lead = views_of([unit(lead="first " + "word " * 200 + "last")], Seen()).lead[0].split()
    assert (len(lead), lead[0], lead[-1]) == (LEAD_TOKENS, "word", "last")


def test_no_units_have_no_views() -> None:
    views = views_of([], Seen())
    assert views.text == []
    assert views.flags.shape == (0, len(flag_columns()))


@given(TEXTS)
def test_a_unit_looks_the_same_alone_and_among_others(parts: list[str]) -> None:
    units = units_of("".join(parts))
    together = views_of(units, Seen())
    assert together.flags.shape == (len(units), len(flag_columns()))
    assert set(np.unique(together.flags)) <= {0.0, 1.0}
    for index, one in enumerate(units):
        alone = views_of([one], Seen())
        assert (alone.text[0], alone.lead[0], alone.section[0]) == (
            together.text[index],
            together.lead[index],
            together.section[index],
        )
        assert np.array_equal(alone.flags[0], together.flags[index])
