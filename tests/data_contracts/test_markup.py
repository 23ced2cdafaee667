"""Labelled sources to blocks."""

from pathlib import Path

import pytest
from builders import SAMPLES
from hypothesis import given
from hypothesis import strategies as st
from markup import Directive, Fields, Heading, Paragraph, Source, SourceError, Table, Unit, cells, read_source, units_of

HEAD = "@title CONTRACT\n\n"
FAULTS = {
    "no title": ("N A fee is due.", "1: no @title line"),
    "an option twice": ("@title A\n@title B", "2: @title is given twice"),
    "no label": (HEAD + "A fee is due.", "3: not a unit line: 'A fee is due.'"),
    "an unknown label": (HEAD + "X A fee is due.", "3: not a unit line"),
    "a stray brace": (HEAD + "M {a:$5 is due.", "3: stray brace"),
    "an unknown mark": (HEAD + "M {x:$5} is due.", "3: stray brace"),
    "two triggers": (HEAD + "M {t:delivery} or {t:use}", "3: two marks of kind 't'"),
    "a mark on none": (HEAD + "N {a:$5} is due.", "3: marks on a unit labelled N"),
    "an interval of a milestone": (HEAD + "M {i:monthly}", "3: an interval on a unit labelled M"),
    "a trigger of progress": (HEAD + "P {t:delivery}", "3: a trigger on a unit labelled P"),
    "an item without a lead-in": (HEAD + "N- (a) this;", "3: list item without a lead-in"),
    "a sub-item without a lead-in": (HEAD + "N= All of:\nN-- (i) this;", "4: list item without a lead-in"),
    "a row without a header": (HEAD + "M| Delivery | $5", "3: table row without a header"),
    "a row of too many cells": (HEAD + "H Stage | Fee\nM| Delivery | $5 | now", "4: the row has 3 cells, its header 2"),
}


def source_of(folder: Path, text: str) -> Source:
    path = folder / "msa.txt"
    path.write_text(text, encoding="utf-8")
    return read_source(path)


def test_lines_that_touch_are_a_paragraph(tmp_path: Path) -> None:
    blocks = source_of(tmp_path, HEAD + "# 1. FEES\n## Fee\nN One.\nM Two.\n\nN Three.\n").blocks
    assert blocks[:2] == (Heading(1, "1. FEES"), Heading(2, "Fee"))
    assert [[unit.text for unit in block.units] for block in blocks[2:] if isinstance(block, Paragraph)] == [
        ["One.", "Two."],
        ["Three."],
    ]


def test_marks_become_fields(tmp_path: Path) -> None:
    (unit,) = units_of(source_of(tmp_path, HEAD + "M! {p:30%} ({a:$5}) on {t:delivery}, within {d30:thirty days}."))
    assert unit.text == "30% ($5) on delivery, within thirty days."
    assert (unit.label, unit.kind) == ("milestone", "sentence")
    assert unit.fields == Fields(("$5",), ("30%",), "delivery", None, 30)


def test_a_list_has_a_lead_in_items_and_sub_items(tmp_path: Path) -> None:
    text = HEAD + "M= Payable:\nM-= (a) on both:\nM-- (i) this;\nM-- (ii) that;\nN- (b) never.\n"
    assert [unit.kind for unit in units_of(source_of(tmp_path, text))] == ["lead", "sublead", "subitem", "subitem", "item"]


def test_a_table_has_a_title_a_header_and_rows(tmp_path: Path) -> None:
    (table, after) = source_of(tmp_path, HEAD + "T Fees\nH Stage | Fee\nM| Delivery | {a:$5}\n@sign left").blocks
    row = Unit("milestone", "row", "Delivery | $5", Fields(amounts=("$5",)))
    assert table == Table("Fees", ("Stage", "Fee"), (row,))
    assert after == Directive("sign", "left")


def test_options_stand_above_the_first_block(tmp_path: Path) -> None:
    source = source_of(tmp_path, "@title A / B\n@size 9\nN One.")
    assert (source.name, source.header) == ("msa", {"title": "A / B", "size": "9"})


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        source_of(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'msa.txt'}:{told}")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="|")).map(str.strip), min_size=1))
def test_cells_are_split_where_they_were_joined(given_cells: list[str]) -> None:
    assert cells(" | ".join(given_cells)) == tuple(given_cells)


@pytest.mark.parametrize("path", sorted((SAMPLES / "source").glob("*.txt")), ids=lambda path: path.stem)
def test_every_sample_is_in_the_format(path: Path) -> None:
    assert len(list(units_of(read_source(path)))) > 20
