"""The nouns."""

import dataclasses
import inspect

import pytest
from builders import contract, page, term

import pipeline.contract
from pipeline.contract import BLOCK_BREAK, CELL_BREAK, Box, Kind, Review, ReviewStatus, Span

NOUNS = [
    noun
    for _, noun in inspect.getmembers(pipeline.contract, inspect.isclass)
    if noun.__module__ == pipeline.contract.__name__ and dataclasses.is_dataclass(noun)
]


def test_there_are_nouns() -> None:
    assert len(NOUNS) > 12


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_is_frozen_slotted_and_told_of(noun: type) -> None:
    assert noun.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert "__slots__" in vars(noun)
    assert noun.__doc__ is not None
    assert not noun.__doc__.startswith(f"{noun.__name__}(")


def test_nothing_can_be_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        page().number = 2  # type: ignore[misc]


def test_nouns_with_the_same_content_are_equal() -> None:
    assert contract(term(Kind.MILESTONE)) == contract(term(Kind.MILESTONE)) != contract()
    assert len({Box(1, 0.0, 0.0, 1.0, 1.0), Box(1, 0.0, 0.0, 1.0, 1.0)}) == 1


def test_a_term_waits_for_its_review() -> None:
    assert term(Kind.PROGRESS).review == Review(ReviewStatus.PENDING, None, "", "", None)


def test_a_span_is_half_open() -> None:
    text = "A fee is due."
    assert text[Span(2, 5).start : Span(2, 5).end] == "fee"


def test_kinds_are_written_as_their_names() -> None:
    assert [str(kind) for kind in Kind] == ["milestone", "progress", "none"]


def test_a_row_cannot_be_taken_for_two_blocks() -> None:
    assert BLOCK_BREAK not in CELL_BREAK
