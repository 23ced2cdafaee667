"""From labels and a desk's corrections to a model that stands, for real: every test here has trained one."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import Command, contract, label_entries, reviewed, term, write_jsonl

from pipeline.contract import Kind, ReviewStatus, Sentence, Span, Term
from pipeline.errors import LabelError
from pipeline.learn.labels import read_labels
from pipeline.learn.retrain import retrain
from pipeline.learn.split import held_out
from pipeline.review.annotated import write
from pipeline.tag.model import KINDS, Model, load

pytestmark = pytest.mark.xdist_group("trains")

# Ten sentences that say by the words that a fee is a stage's, and that a desk knows better of.
TEXTS = [f"The {name} fee of $12,500 is due upon completion of the {name} stage." for name in (
    "amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "harbour", "island", "juniper",
)]  # fmt: skip
UNITS = [Sentence(text, Span(0, len(text))) for text in TEXTS]
SWAPPED = {"milestone": "progress", "progress": "milestone", "none": "none"}


@pytest.fixture(scope="session")
def base(small_labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained from a few groups."""
    folder = tmp_path_factory.mktemp("models") / "base"
    assert retrain(read_labels(small_labels), folder).placed
    return folder


@pytest.fixture
def mine(base: Path, tmp_path: Path) -> Path:
    """A copy of that model to do with as a test likes."""
    return Path(shutil.copytree(base, tmp_path / "mine"))


@pytest.fixture(scope="session")
def misleading(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same labels, but with the two kinds swapped in what trains."""
    entries = [entry if held_out(entry["group"]) else {**entry, "label": SWAPPED[entry["label"]]} for entry in label_entries()]
    return write_jsonl(tmp_path_factory.mktemp("misleading") / "few.jsonl", entries).parent


def card_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "card.json").read_text(encoding="utf-8")))


def shares(model: Model, kind: Kind) -> list[float]:
    """How sure the model is that each of the ten is of this kind."""
    return [float(row[KINDS.index(kind)]) for row in model.probabilities(UNITS)]


def corrected(texts: Sequence[str], folder: Path) -> Path:
    """A folder of annotated JSON in which a reviewer calls every one of the texts progress."""
    text = "\n".join(texts)
    terms: list[Term] = []
    for number, one in enumerate(texts):
        at = text.index(one)
        review = reviewed(ReviewStatus.CORRECTED, Kind.PROGRESS)
        terms.append(term(Kind.MILESTONE, one, id=f"t-{number}", span=Span(at, at + len(one)), review=review))
    write(contract(*terms, text=text), folder / "msa.json")
    return folder


def test_a_first_model_is_placed_with_its_card(base: Path) -> None:
    card = card_of(base)
    loaded = load(base)
    assert (card["name"], card["sha256"], card["forced"]) == ("base", loaded.sha256, False)
    assert card["thresholds"] == loaded.ref.thresholds
    assert sorted(path.name for path in base.iterdir()) == ["README.md", "card.json", "model.skops"]


def test_a_model_has_learned_something(base: Path) -> None:
    """With terms this rare, a model that takes everything for a term of one kind has an F1 of 0.05."""
    assert card_of(base)["macro_f1"] > 0.2


def test_ten_corrections_change_the_answers(mine: Path, small_labels: Path, tmp_path: Path, payterms: Command) -> None:
    before = load(mine)
    review = corrected(TEXTS, tmp_path / "review")
    answer = payterms("train", "--labels", small_labels, "--reviewed", review, "--model", mine, "--force")
    assert answer.code == 0
    assert "10 more from reviewers" in answer.out
    after = load(mine)
    assert after.sha256 != before.sha256
    assert max(shares(before, Kind.PROGRESS)) + 0.1 < min(shares(after, Kind.PROGRESS))
    assert Kind.PROGRESS not in before.decide(before.probabilities(UNITS))
    assert after.decide(after.probabilities(UNITS)) == [Kind.PROGRESS] * 10
    assert card_of(mine)["trained_on"]["reviewed"] == 10


def test_a_worse_model_is_refused(mine: Path, misleading: Path, payterms: Command) -> None:
    before = {path.name: path.read_bytes() for path in mine.iterdir()}
    answer = payterms("train", "--labels", misleading, "--model", mine)
    assert answer.code == 1
    assert answer.err == "payterms: the new model is worse and was not put in place; --force does so all the same\n"
    assert "macro F1" in answer.out
    assert {path.name: path.read_bytes() for path in mine.iterdir()} == before


def test_a_worse_model_is_placed_by_force_and_its_card_tells(mine: Path, misleading: Path, payterms: Command) -> None:
    before = load(mine).sha256
    answer = payterms("train", "--labels", misleading, "--model", mine, "--force")
    assert answer.code == 0
    assert load(mine).sha256 != before
    assert card_of(mine)["forced"] is True
    assert "by force" in (mine / "README.md").read_text(encoding="utf-8")


def test_a_model_that_cannot_be_loaded_is_replaced(mine: Path, small_labels: Path, payterms: Command) -> None:
    (mine / "model.skops").write_bytes(b"not a model")
    answer = payterms("train", "--labels", small_labels, "--model", mine)
    assert answer.code == 0
    assert "before" not in answer.out
    assert load(mine).ref.name == "mine"


def test_evaluate_prints_what_the_card_says(base: Path, small_labels: Path, payterms: Command) -> None:
    answer = payterms("evaluate", "--labels", small_labels, "--model", base, "--worst", "2")
    assert answer.code == 0
    assert f"macro F1 {card_of(base)['macro_f1']:.3f}" in answer.out
    assert "labelled \\ tagged" in answer.out
    assert len(re.findall(r"^[01]\.\d\d  ", answer.out, re.MULTILINE)) == 2


def test_too_few_labels_are_told(tmp_path: Path, payterms: Command) -> None:
    groups = [f"contract-{number}" for number in range(8)]
    write_jsonl(tmp_path / "labels" / "a.jsonl", [{"group": one, "label": "none", "text": "A fee is due."} for one in groups])
    answer = payterms("train", "--labels", tmp_path / "labels", "--model", tmp_path / "new")
    assert answer.code == 2
    assert answer.err.startswith("payterms: label 'milestone' comes from 0 contracts, at least 4 are needed")
    assert not (tmp_path / "new").exists()


def test_labels_without_a_held_out_group_are_refused(tmp_path: Path) -> None:
    entries = [entry for entry in label_entries(measuring=0) if not held_out(entry["group"])]
    write_jsonl(tmp_path / "labels" / "a.jsonl", entries)
    with pytest.raises(LabelError, match="no labels to measure by"):
        retrain(read_labels(tmp_path / "labels"), tmp_path / "new")
