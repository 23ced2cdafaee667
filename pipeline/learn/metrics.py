"""How good answers are: precision, recall and F1 of each kind, confusion, calibration, the worst errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.contract import Kind
from pipeline.learn.labels import Label
from pipeline.tag.model import KINDS, Model

POSITIVE: Final = (Kind.MILESTONE, Kind.PROGRESS)
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 of one kind, each in 0 to 1 (0 where there is nothing to divide by), and its counts."""

    precision: float
    recall: float
    f1: float
    labelled: int
    tagged: int


@dataclass(frozen=True, slots=True)
class Mistake:
    """A unit that was tagged wrong: what it is, what it was taken for, and how surely."""

    text: str
    group: str
    label: Kind
    tagged: Kind
    probability: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a model did on labels: scores by kind, macro F1 of the two, confusion (label, tagged), ECE, worst mistakes."""

    scores: dict[str, Score]
    macro_f1: float
    confusion: dict[str, dict[str, int]]
    calibration_error: float
    units: int
    groups: int
    mistakes: tuple[Mistake, ...]


def evaluate(model: Model, labels: Sequence[Label], *, worst: int = 20) -> Evaluation:
    """Measure the model on the labels; `worst` mistakes are kept, the surest first."""
    probabilities = model.probabilities([label.unit for label in labels])
    tagged = model.decide(probabilities)
    truth = [label.kind for label in labels]
    scores = {kind.value: score(truth, tagged, kind) for kind in POSITIVE}
    return Evaluation(
        scores,
        sum(one.f1 for one in scores.values()) / len(scores),
        {kind.value: _row(truth, tagged, kind) for kind in KINDS},
        calibration_error(probabilities, np.array([KINDS.index(kind) for kind in truth])),
        len(labels),
        len({label.group for label in labels}),
        _mistakes(labels, tagged, probabilities)[:worst],
    )


def score(truth: Sequence[Kind], tagged: Sequence[Kind], kind: Kind) -> Score:
    """How well one kind was told."""
    right = sum(label is kind and answer is kind for label, answer in zip(truth, tagged, strict=True))
    labelled, given = sum(label is kind for label in truth), sum(answer is kind for answer in tagged)
    precision, recall = right / given if given else 0.0, right / labelled if labelled else 0.0
    return Score(precision, recall, 2 * right / (labelled + given) if labelled + given else 0.0, labelled, given)


def calibration_error(probabilities: npt.NDArray[np.float64], truth: npt.NDArray[np.int64]) -> float:
    """Expected calibration error: mean distance of the answer's probability from how often it is right, by ten bins.

    After Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3.
    """
    if not len(truth):
        return 0.0
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [abs(sure[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in np.unique(bins)]
    return float(sum(gaps))


def best_threshold(
    probabilities: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
) -> float:
    """The least probability to tag at that gives the best weighted F1; 0.5 if nothing is true."""
    order = np.argsort(-probabilities)
    right = np.cumsum((truth * weights)[order])
    given = np.cumsum(weights[order])
    total = float((truth * weights).sum())
    if total == 0.0:
        return 0.5
    f1 = 2 * right / (given + total)
    return float(probabilities[order][int(f1.argmax())])


def _row(truth: Sequence[Kind], tagged: Sequence[Kind], kind: Kind) -> dict[str, int]:
    answers = [answer for label, answer in zip(truth, tagged, strict=True) if label is kind]
    return {other.value: answers.count(other) for other in KINDS}


def _mistakes(labels: Sequence[Label], tagged: Sequence[Kind], probabilities: npt.NDArray[np.float64]) -> tuple[Mistake, ...]:
    wrong = [
        Mistake(label.unit.text, label.group, label.kind, answer, float(row[KINDS.index(answer)]))
        for label, answer, row in zip(labels, tagged, probabilities, strict=True)
        if answer is not label.kind
    ]
    return tuple(sorted(wrong, key=lambda mistake: -mistake.probability))
