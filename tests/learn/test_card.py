"""The model card."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.contract import Kind, Sentence, Span
from pipeline.learn.card import card_of, read_card, readable, write_card
from pipeline.learn.labels import Label
from pipeline.learn.metrics import evaluate
from pipeline.tag.model import Model

UNIT = Sentence("A fee is due on delivery.", Span(0, 25))
LABELS = [Label(UNIT, Kind.MILESTONE, "a"), Label(UNIT, Kind.NONE, "b", reviewed=True), Label(UNIT, Kind.NONE, "b")]


@pytest.fixture
def card(model: Model) -> dict[str, Any]:
    return card_of(replace(model, name="desk"), "ab" * 32, LABELS, evaluate(model, LABELS[:1]), forced=False)


def test_a_card_counts_what_was_trained_on(card: dict[str, Any]) -> None:
    assert card["trained_on"] == {"units": 3, "groups": 2, "reviewed": 1, "by_kind": {"milestone": 1, "none": 2}}
    assert card["measured_on"] == {"units": 1, "groups": 1}


def test_a_card_names_the_model_its_libraries_and_thresholds(card: dict[str, Any], model: Model) -> None:
    assert (card["name"], card["sha256"]) == ("desk", "ab" * 32)
    assert set(card["libraries"]) == {"scikit-learn", "skops", "spacy"}
    assert card["thresholds"] == model.ref.thresholds


def test_a_readable_card_says_the_same(card: dict[str, Any]) -> None:
    page = readable(card)
    assert "# Model `desk`" in page
    assert "3 units of 2 groups (1 milestone, 2 none), 1 of them labelled by reviewers" in page
    assert "ab" * 32 in page
    assert "force" not in page


def test_a_readable_card_tells_of_force(card: dict[str, Any]) -> None:
    assert "Put in place by force: it measured worse" in readable({**card, "forced": True})


def test_both_cards_stand_beside_the_model(card: dict[str, Any], tmp_path: Path) -> None:
    write_card(card, tmp_path)
    assert json.loads((tmp_path / "card.json").read_text(encoding="utf-8")) == card
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == readable(card)


def test_a_card_is_read_if_it_is_of_this_model(card: dict[str, Any], model: Model, tmp_path: Path) -> None:
    desk = replace(model, name="desk", sha256="ab" * 32)
    assert read_card(desk, tmp_path) is None
    write_card(card, tmp_path)
    assert read_card(desk, tmp_path) == json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    assert read_card(replace(desk, sha256="cd" * 32), tmp_path) is None
    (tmp_path / "card.json").write_text("{", encoding="utf-8")
    assert read_card(desk, tmp_path) is None
