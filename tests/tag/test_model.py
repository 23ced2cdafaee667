"""The fitted classifier: its answers, its decisions, and a file that is loaded only if it is what it says."""

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Kind, Sentence, Span
from pipeline.errors import ModelError
from pipeline.learn.labels import Label, read_labels
from pipeline.learn.train import train
from pipeline.tag import model as model_module
from pipeline.tag.model import (
    CARD_FILE,
    FORMAT,
    KINDS,
    MODEL_FILE,
    Model,
    default_folder,
    flag_features,
    load,
    made_for,
    probabilities_of,
    ref_of,
    save,
)
from pipeline.tag.views import Views, flag_columns, own_columns

MILESTONE, PROGRESS, NONE = (KINDS.index(kind) for kind in (Kind.MILESTONE, Kind.PROGRESS, Kind.NONE))
THRESHOLDS = {"milestone": 0.4, "progress": 0.6}
# Probabilities (milestone, progress) and what is decided at these thresholds.
DECISIONS = {
    "over its threshold": ((0.5, 0.1), Kind.MILESTONE),
    "at its threshold": ((0.4, 0.0), Kind.MILESTONE),
    "just under": ((0.39, 0.59), Kind.NONE),
    "the other over its own": ((0.3, 0.6), Kind.PROGRESS),
    "the likelier of two": ((0.41, 0.59), Kind.MILESTONE),
    "likelier, but under its threshold": ((0.42, 0.55), Kind.MILESTONE),
    "neither": ((0.0, 0.0), Kind.NONE),
}


class Foreign:
    """A type that skops does not know."""

    value = 1


@pytest.fixture(scope="module")
def labels(small_labels: Path) -> list[Label]:
    return read_labels(small_labels)


@pytest.fixture(scope="module")
def small(labels: list[Label]) -> Model:
    """A model trained from a few groups."""
    return train(labels, name="small")


@pytest.fixture(scope="module")
def saved(small: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "small"
    save(small, folder)
    return folder


@pytest.fixture
def changed(saved: Path, tmp_path: Path) -> Callable[..., Path]:
    """A model's folder whose file holds other things than the good one."""

    def change(**things: Any) -> Path:
        held = skops.io.loads((saved / MODEL_FILE).read_bytes(), trusted=[])
        (tmp_path / MODEL_FILE).write_bytes(skops.io.dumps({**held, **things}))
        return tmp_path

    return change


def units(*texts: str) -> list[Sentence]:
    return [Sentence(text, Span(0, len(text))) for text in texts]


def row(milestone: float, progress: float) -> list[float]:
    by_kind = {MILESTONE: milestone, PROGRESS: progress, NONE: 1 - milestone - progress}
    return [by_kind[column] for column in range(3)]


def decide(model: Model, rows: Sequence[Sequence[float]]) -> list[Kind]:
    return model.decide(np.array(rows).reshape(-1, 3))


def test_probabilities_are_rows_that_sum_to_one(small: Model, labels: list[Label]) -> None:
    answers = small.probabilities([label.unit for label in labels[:300]])
    assert answers.shape == (300, 3)
    assert np.all(answers >= 0)
    assert np.allclose(answers.sum(axis=1), 1)


def test_a_model_has_learned_its_labels(small: Model, labels: list[Label]) -> None:
    terms = [label for label in labels if label.kind is not Kind.NONE]
    answers = small.probabilities([label.unit for label in terms])
    likelier = [Kind.MILESTONE if one[MILESTONE] > one[PROGRESS] else Kind.PROGRESS for one in answers]
    assert np.mean([kind is label.kind for kind, label in zip(likelier, terms, strict=True)]) > 0.9


def test_what_speaks_of_no_payment_is_certainly_none(small: Model) -> None:
    answers = small.probabilities(units("The hull is painted red.", "$5,000 is due on delivery of the hull.", ""))
    assert answers[0].tolist() == answers[2].tolist() == row(0, 0)
    assert answers[1][NONE] < 1


def test_no_units_have_no_answers(small: Model) -> None:
    assert small.probabilities([]).shape == (0, 3)
    assert small.decide(small.probabilities([])) == []


def test_a_unit_has_the_same_answer_alone_and_among_others(small: Model, labels: list[Label]) -> None:
    some = [label.unit for label in labels[:40]]
    together = small.probabilities(some)
    assert np.allclose(together, np.vstack([small.probabilities([one]) for one in some]))


def test_answers_do_not_depend_on_the_batches(small: Model, labels: list[Label], monkeypatch: pytest.MonkeyPatch) -> None:
    units = [label.unit for label in labels[:50]]
    at_once = small.probabilities(units)
    monkeypatch.setattr(model_module, "BATCH", 7)
    assert np.array_equal(small.probabilities(units), at_once)


@pytest.mark.parametrize(("shares", "kind"), DECISIONS.values(), ids=DECISIONS)
def test_decisions(small: Model, shares: tuple[float, float], kind: Kind) -> None:
    assert decide(replace(small, thresholds=THRESHOLDS), [row(*shares)]) == [kind]


@given(st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 0.5)), max_size=5), st.floats(0, 1), st.floats(0, 1))
def test_a_decision_reaches_its_threshold_and_no_other_that_does_is_likelier(
    model: Model, shares: list[tuple[float, float]], milestone: float, progress: float
) -> None:
    thresholds = {"milestone": milestone, "progress": progress}
    kinds = decide(replace(model, thresholds=thresholds), [row(*one) for one in shares])
    for one, kind in zip(shares, kinds, strict=True):
        share = dict(zip(thresholds, one, strict=True))
        reached = [name for name in thresholds if share[name] >= thresholds[name]]
        assert (kind is Kind.NONE) == (not reached)
        assert all(share[name] <= share.get(kind.value, 0) for name in reached)


def test_probabilities_have_names() -> None:
    named = probabilities_of(np.array(row(0.7, 0.2)))
    assert (named.milestone, named.progress, round(named.none, 6)) == (0.7, 0.2, 0.1)


def test_a_model_saved_and_loaded_answers_the_same(small: Model, saved: Path, labels: list[Label]) -> None:
    loaded = load(saved)
    some = [label.unit for label in labels[:200]]
    assert np.array_equal(loaded.probabilities(some), small.probabilities(some))
    assert dict(loaded.thresholds) == dict(small.thresholds)
    assert loaded.name == "small"


def test_a_model_is_named_by_its_folder_and_its_bytes(small: Model, saved: Path, tmp_path: Path) -> None:
    sha256 = save(small, tmp_path / "deep" / "other")
    other = load(tmp_path / "deep" / "other")
    assert (other.ref.name, other.ref.sha256) == ("other", sha256)
    assert other.ref.thresholds == {kind: round(value, 4) for kind, value in small.thresholds.items()}
    assert len(sha256) == 64


def test_the_model_that_comes_along_loads() -> None:
    assert set(load(default_folder()).thresholds) == {"milestone", "progress"}


def test_a_card_names_its_model_without_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(default_folder()).ref
    monkeypatch.setattr(model_module, "load", None)
    assert ref_of(default_folder()) == loaded


CARDS = {
    "none": None,
    "no JSON": "{",
    "a list": "[]",
    "of another file": {"sha256": "ab" * 32, "made_for": made_for(), "thresholds": {}},
    "for other rules": {"sha256": "", "made_for": "0" * 16, "thresholds": {"milestone": 0.0}},
    "without thresholds": {"sha256": "", "made_for": made_for()},
}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_a_card_that_does_not_fit_names_nothing(card: Any, small: Model, tmp_path: Path) -> None:
    sha256 = save(small, tmp_path)
    if card is not None:
        given = {**card, "sha256": card["sha256"] or sha256} if isinstance(card, dict) else card
        (tmp_path / CARD_FILE).write_text(given if isinstance(given, str) else json.dumps(given), encoding="utf-8")
    assert ref_of(tmp_path) == load(tmp_path).ref


def test_a_model_that_cannot_be_loaded_has_no_name(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model there"):
        ref_of(tmp_path)


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.skops: no model there .*name its folder with --model"):
        load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_model_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / MODEL_FILE).write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.skops: not a model file of payterms"):
        load(tmp_path)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / MODEL_FILE, "w") as archive:
        archive.writestr("schema.json", json.dumps({"hello": "world"}))
    with pytest.raises(ModelError, match="not a model file of payterms"):
        load(tmp_path)


def test_a_skops_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / MODEL_FILE).write_bytes(skops.io.dumps([1, 2]))
    with pytest.raises(ModelError, match="not a model file of payterms; train it anew"):
        load(tmp_path)


def test_a_type_that_is_not_trusted_is_refused_by_name(changed: Callable[..., Path]) -> None:
    folder = changed(classifier=Foreign())
    with pytest.raises(ModelError, match=r"holds types that could run code \(.*Foreign\); do not use this file"):
        load(folder)


@pytest.mark.parametrize("wrong", [0, FORMAT + 1, None, "1"])
def test_another_format_is_refused(wrong: Any, changed: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match=f"format {wrong!r}, expected {FORMAT}; train it anew"):
        load(changed(format=wrong))


@pytest.mark.parametrize("columns", [[], list(flag_columns())[1:], [*flag_columns(), "more"], list(reversed(flag_columns()))])
def test_a_model_of_other_rules_is_refused(columns: list[str], changed: Callable[..., Path]) -> None:
    with pytest.raises(ModelError, match="made for other rules than this version's; train it anew"):
        load(changed(columns=columns))


def test_a_good_file_written_again_is_loaded(changed: Callable[..., Path]) -> None:
    """What the refusals above start from is no fault by itself."""
    assert load(changed()).thresholds


def test_flags_and_their_products_are_the_same_in_parts_and_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    flags = (np.random.default_rng(7).random((25, len(flag_columns()))) < 0.1).astype(np.float32)
    monkeypatch.setattr(model_module, "BATCH", 4)
    made = flag_features(Views([], [], [], [], flags)).toarray()
    own = flags[:, own_columns()]
    pairs = [(one, two) for one in range(own.shape[1]) for two in range(one + 1, own.shape[1])]
    assert made.shape == (25, flags.shape[1] + len(pairs))
    assert np.array_equal(made[:, : flags.shape[1]], flags)
    expected = np.array([own[:, one] * own[:, two] * model_module.PRODUCT_WEIGHT for one, two in pairs]).T
    assert np.allclose(made[:, flags.shape[1] :], expected)
    assert flag_features(Views([], [], [], [], flags[:0])).shape == (0, made.shape[1])
