"""How good answers are."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Kind, Sentence, Span
from pipeline.errors import LabelError
from pipeline.learn.labels import Label
from pipeline.learn.metrics import (
    Score,
    answers_of,
    bins_of,
    calibration_error,
    evaluate,
    reliability,
    score,
    threshold_of,
)
from pipeline.tag.model import KINDS, Model

M, P, N = Kind.MILESTONE, Kind.PROGRESS, Kind.NONE
SCORES = {
    "all right": ([M, M, N], [M, M, N], Score(1.0, 1.0, 1.0, 2, 2)),
    "one of two found": ([M, M, N], [M, N, N], Score(1.0, 0.5, 2 / 3, 2, 1)),
    "one too many": ([M, N, N], [M, M, N], Score(0.5, 1.0, 2 / 3, 1, 2)),
    "taken for the other kind": ([M, P], [P, P], Score(0.0, 0.0, 0.0, 1, 0)),
    "nothing there, nothing said": ([N, P], [N, N], Score(0.0, 0.0, 0.0, 0, 0)),
    "nothing at all": ([], [], Score(0.0, 0.0, 0.0, 0, 0)),
}
CALIBRATION = {
    "sure and right": ([[0, 1, 0], [1, 0, 0]], [1, 0], 0.0),
    "sure and wrong": ([[0, 1, 0], [1, 0, 0]], [0, 1], 1.0),
    "as often right as sure": ([[0.2, 0.8, 0.0]] * 5, [1, 1, 1, 1, 0], 0.0),
    "too modest": ([[0.4, 0.6, 0.0]] * 5, [1] * 5, 0.4),
    "two bins by their share": ([[0.4, 0.6, 0.0], [0.0, 1.0, 0.0]], [1, 1], 0.2),
    "nothing at all": ([], [], 0.0),
}
kinds = st.sampled_from(Kind)
answers = st.lists(st.tuples(kinds, kinds))
rows = st.lists(
    st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.01, 1), st.integers(0, 2)), min_size=1, max_size=30
)
weighted = st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.sampled_from([0.25, 1.0, 20.0])), min_size=1, max_size=30)


@pytest.mark.parametrize(("truth", "tagged", "expected"), SCORES.values(), ids=SCORES)
def test_score(truth: list[Kind], tagged: list[Kind], expected: Score) -> None:
    assert score(truth, tagged, Kind.MILESTONE) == expected


@given(answers, kinds)
def test_a_score_is_between_0_and_1_and_f1_between_its_parts(pairs: list[tuple[Kind, Kind]], kind: Kind) -> None:
    one = score([truth for truth, _ in pairs], [tagged for _, tagged in pairs], kind)
    assert 0.0 <= min(one.precision, one.recall) <= one.f1 + 1e-9
    assert one.f1 <= max(one.precision, one.recall) + 1e-9 <= 1.0 + 1e-9


@pytest.mark.parametrize(("probabilities", "truth", "expected"), CALIBRATION.values(), ids=CALIBRATION)
def test_calibration(probabilities: list[list[float]], truth: list[int], expected: float) -> None:
    assert calibration_error(np.array(probabilities).reshape(-1, 3), np.array(truth, dtype=np.int64)) == pytest.approx(expected)


@given(rows)
def test_calibration_is_between_0_and_1(given_rows: list[tuple[float, float, float, int]]) -> None:
    probabilities = np.array([row[:3] for row in given_rows])
    error = calibration_error(
        probabilities / probabilities.sum(axis=1, keepdims=True), np.array([row[3] for row in given_rows])
    )
    assert 0.0 <= error <= 1.0


def weighted_f1(tagged: npt.NDArray[np.bool_], truth: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]) -> float:
    whole = float(weights[tagged].sum() + weights[truth].sum())
    return 2 * float(weights[tagged & truth].sum()) / whole if whole else 0.0


@given(weighted)
def test_no_threshold_is_better_than_the_best(entries: list[tuple[float, bool, float]]) -> None:
    probabilities, truth, weights = (np.array(column) for column in zip(*entries, strict=True))
    others = [weighted_f1(probabilities >= other, truth, weights) for other in probabilities]
    expected = max(others) / 2 if truth.any() else 0.5
    assert threshold_of(probabilities, truth, weights) == pytest.approx(expected)


def test_half_the_best_f1_is_the_best_threshold_of_calibrated_probabilities() -> None:
    """Of every hundred answers at a probability, that many are true."""
    levels = np.linspace(0.05, 0.95, 10)
    probabilities = np.repeat(levels, 100)
    truth = np.concatenate([np.arange(100) < round(100 * level) for level in levels])
    weights = np.ones(len(truth))
    threshold = threshold_of(probabilities, truth, weights)
    best = max(weighted_f1(probabilities >= level, truth, weights) for level in levels)
    assert weighted_f1(probabilities >= threshold, truth, weights) == pytest.approx(best)


def test_a_threshold_without_anything_true_is_a_half() -> None:
    assert threshold_of(np.array([0.1, 0.9]), np.array([False, False]), np.ones(2)) == 0.5


def labels_of(*pairs: tuple[str, Kind]) -> list[Label]:
    return [Label(Sentence(text, Span(0, len(text))), kind, "a") for text, kind in pairs]


def test_an_evaluation_counts_every_label_once(model: Model) -> None:
    labels = labels_of(
        ("Customer shall pay $50,000 upon acceptance of the prototype.", M),
        ("The weather is fine.", P),
        ("The parties are friends.", N),
    )
    result = evaluate(model, labels, worst=1)
    assert (result.units, result.groups) == (3, 1)
    assert {label: sum(row.values()) for label, row in result.confusion.items()} == {"none": 1, "milestone": 1, "progress": 1}
    assert result.confusion["progress"]["none"] == 1
    assert result.macro_f1 == pytest.approx(sum(one.f1 for one in result.scores.values()) / 2)
    assert [mistake.text for mistake in result.mistakes] == ["The weather is fine."]
    assert result.mistakes[0].tagged is KINDS[0]


def test_nothing_to_measure_by_is_told(model: Model) -> None:
    with pytest.raises(LabelError, match="no labels to measure by"):
        evaluate(model, [])


def test_bins_by_hand() -> None:
    """Two answers at 0.72 and 0.78, one of them true and three times as heavy; a sure one is in the last bin."""
    bins = bins_of(np.array([0.72, 0.78, 1.0]), np.array([True, False, True]), np.array([3.0, 1.0, 1.0]))
    assert bins.counts.tolist() == [0] * 7 + [2, 0, 1]
    assert (bins.weights[7], bins.said[7], bins.true[7]) == pytest.approx((4.0, 3 * 0.72 + 0.78, 3.0))
    assert bins.error == pytest.approx(abs(3 * 0.72 + 0.78 - 3.0) / 5)


def test_reliability_is_of_what_was_asked_and_weighs_nones() -> None:
    """Two nones are expected for a term; of the two there are, one was not asked about, so the other counts twice."""
    labels = labels_of(("a", M), ("b", N), ("c", N))
    said = np.array([[0.2, 0.8, 0.0], [0.4, 0.6, 0.0], [1.0, 0.0, 0.0]])
    answers = answers_of(labels, said, {"milestone": 0.5, "progress": 0.5}, 2.0)
    assert answers.none_weight == 2.0
    of_kind, of_answer = reliability(answers, M), reliability(answers)
    assert of_kind.counts.tolist() == of_answer.counts.tolist() == [0] * 6 + [1, 0, 1, 0]
    assert (of_kind.weights[6], of_kind.true[6], of_kind.true[8]) == (2.0, 0.0, 1.0)
    assert reliability(answers, P).counts.tolist() == [2] + [0] * 9
