"""Precision and recall over all thresholds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Kind, Sentence, Span
from pipeline.learn.curves import curve
from pipeline.learn.labels import Label
from pipeline.learn.metrics import Answers, answers_of, evaluation_of
from pipeline.tag.model import KINDS

N, M, P = KINDS
tenths = st.integers(0, 10)
rows = st.lists(st.tuples(st.sampled_from(KINDS), tenths, tenths), min_size=1, max_size=30)
threshold = st.integers(1, 9).map(lambda tenth: tenth / 10)


def answers(given_: list[tuple[Kind, float, float]], thresholds: dict[str, float]) -> Answers:
    """Labels by kind, each with the probabilities of milestone and progress."""
    labels = [Label(Sentence("x", Span(0, 1)), kind, "a") for kind, _, _ in given_]
    said = np.array([[1 - one - other, one, other] for _, one, other in given_])
    return answers_of(labels, said, thresholds, 2.0)


@given(rows, threshold, threshold)
def test_the_chosen_point_is_what_evaluate_measures(given_: list[tuple[Kind, int, int]], one: float, other: float) -> None:
    thresholds = {"milestone": one, "progress": other}
    held = answers([(kind, a / 10, min(b, 10 - a) / 10) for kind, a, b in given_], thresholds)
    for kind in (M, P):
        score = evaluation_of(held).scores[kind]
        if score.labelled:
            assert curve(held, thresholds, kind).at(thresholds[kind]) == pytest.approx((score.precision, score.recall))


def test_a_curve_by_hand() -> None:
    """Two milestones at 0.9 and 0.4, a none at 0.6, which counts four times: two nones are expected for each term."""
    thresholds = {"milestone": 0.5, "progress": 0.5}
    found = curve(answers([(M, 0.9, 0.0), (N, 0.6, 0.0), (M, 0.4, 0.0)], thresholds), thresholds, M)
    assert found.thresholds.tolist() == [0.4, 0.6, 0.9]
    assert found.precision.tolist() == pytest.approx([2 / 6, 1 / 5, 1.0])
    assert found.recall.tolist() == pytest.approx([1.0, 0.5, 0.5])
    assert found.at(0.95) == (0.0, 0.0)


def test_a_kind_without_labels_has_no_curve() -> None:
    thresholds = {"milestone": 0.5, "progress": 0.5}
    assert len(curve(answers([(M, 0.9, 0.0)], thresholds), thresholds, P).thresholds) == 0
