"""How good answers are: precision, recall and F1 of each kind, confusion, calibration, the worst errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.contract import Kind
from pipeline.errors import LabelError
from pipeline.learn.labels import Label
from pipeline.tag.model import KINDS, Model, decided

POSITIVE: Final = (Kind.MILESTONE, Kind.PROGRESS)
NONE: Final = KINDS.index(Kind.NONE)
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
class Answers:
    """What a model says of n labels: probabilities, shape (n, 3), and the kind that it takes each for.

    `truth` are the columns of the right answers, shape (n,). `none_per_term` is how rare the model expects terms to be.
    """

    labels: Sequence[Label]
    probabilities: npt.NDArray[np.float64]
    truth: npt.NDArray[np.int64]
    tagged: Sequence[Kind]
    none_per_term: float

    @property
    def asked(self) -> npt.NDArray[np.bool_]:
        """Which labels the model was asked about, shape (n,): the others cannot be terms."""
        return self.probabilities[:, NONE] < 1.0

    @property
    def none_weight(self) -> float:
        """How often each `none` that the model was asked about counts for terms to be as rare as it expects; at least 1."""
        nones = int(((self.truth == NONE) & self.asked).sum())
        return rarity_of(int((self.truth != NONE).sum()), nones, self.none_per_term)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """How often each label counts, shape (n,)."""
        return np.where(self.truth == NONE, self.none_weight, 1.0)


@dataclass(frozen=True, slots=True)
class Bins:
    """Answers in ten bins by how sure they are, each array of shape (10,): how many they are, and what they weigh.

    `said` and `true` are sums over a bin, of weights times probability and of the weights of answers that are true.
    """

    counts: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    said: npt.NDArray[np.float64]
    true: npt.NDArray[np.float64]

    @property
    def error(self) -> float:
        """Expected calibration error, in 0 to 1: the mean distance of what is said from what is true.

        After Guo et al., "On Calibration of Modern Neural Networks" (2017), equation 3; every answer counts its weight.
        """
        return float(np.abs(self.said - self.true).sum() / self.weights.sum()) if self.counts.any() else 0.0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a model did on labels: scores by kind, macro F1 of the two, confusion (label, tagged), ECE, worst mistakes.

    Scores and calibration are those of contracts in which terms are as rare as the model expects: each `none` that could
    have been a term counts `none_weight` times. The confusion and the counts are of the labels as they are.
    """

    scores: dict[str, Score]
    macro_f1: float
    confusion: dict[str, dict[str, int]]
    calibration_error: float
    none_weight: float
    units: int
    groups: int
    mistakes: tuple[Mistake, ...]


def evaluate(model: Model, labels: Sequence[Label], *, worst: int = 20) -> Evaluation:
    """Measure the model on the labels; `worst` mistakes are kept, the surest first. Raises LabelError if there are none."""
    check_measurable(labels)
    answers = answers_of(labels, model.probabilities([label.unit for label in labels]), model.thresholds, model.none_per_term)
    return evaluation_of(answers, worst=worst)


def answers_of(
    labels: Sequence[Label], probabilities: npt.NDArray[np.float64], thresholds: Mapping[str, float], none_per_term: float
) -> Answers:
    """The answers about labels from their probabilities, shape (n, 3)."""
    truth = np.array([KINDS.index(label.kind) for label in labels], dtype=np.int64)
    return Answers(labels, probabilities, truth, decided(probabilities, thresholds), none_per_term)


def evaluation_of(answers: Answers, *, worst: int = 20) -> Evaluation:
    """How good the answers are; `worst` mistakes are kept, the surest first."""
    truth, tagged = [label.kind for label in answers.labels], answers.tagged
    none_weight = answers.none_weight
    scores = {kind.value: score(truth, tagged, kind, none_weight=none_weight) for kind in POSITIVE}
    return Evaluation(
        scores,
        sum(one.f1 for one in scores.values()) / len(scores),
        {kind.value: _row(truth, tagged, kind) for kind in KINDS},
        reliability(answers).error,
        none_weight,
        len(truth),
        len({label.group for label in answers.labels}),
        _mistakes(answers)[:worst],
    )


def check_measurable(labels: Sequence[Label]) -> None:
    """Raise LabelError if there is nothing to measure by."""
    if not labels:
        raise LabelError("no labels to measure by: none of the groups is held out; add labels from more contracts")


def rarity_of(terms: float, nones: float, none_per_term: float) -> float:
    """How many times as many units are no term in contracts, `none_per_term` to one, as among those counted; at least 1."""
    return max(1.0, none_per_term * terms / max(1.0, nones))


def score(truth: Sequence[Kind], tagged: Sequence[Kind], kind: Kind, *, none_weight: float = 1.0) -> Score:
    """How well one kind was told, a `none` taken for it counting `none_weight` times."""
    answers = [label for label, answer in zip(truth, tagged, strict=True) if answer is kind]
    right, labelled = answers.count(kind), sum(label is kind for label in truth)
    given = len(answers) + (none_weight - 1.0) * answers.count(Kind.NONE)
    precision, recall = right / given if given else 0.0, right / labelled if labelled else 0.0
    return Score(precision, recall, 2 * right / (labelled + given) if labelled + given else 0.0, labelled, len(answers))


def calibration_error(
    probabilities: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], weights: npt.NDArray[np.float64] | None = None
) -> float:
    """Expected calibration error: mean distance of the answer's probability from how often it is right, by ten bins."""
    if not len(truth):
        return 0.0
    weights = np.ones(len(truth)) if weights is None else weights
    return bins_of(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth, weights).error


def reliability(answers: Answers, kind: Kind | None = None) -> Bins:
    """How often the answers that the model was asked for are true, by its probability of the kind, or of the likeliest."""
    asked = answers.asked
    probabilities, truth = answers.probabilities[asked], answers.truth[asked]
    column = probabilities.argmax(axis=1) if kind is None else np.full(len(truth), KINDS.index(kind))
    said = np.take_along_axis(probabilities, column[:, None], axis=1)[:, 0]
    return bins_of(said, column == truth, answers.weights[asked])


def bins_of(said: npt.NDArray[np.float64], true: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]) -> Bins:
    """Answers, each of shape (n,), in bins: their probability in 0 to 1, whether they are true, and what they weigh."""
    places = np.minimum((said * BINS).astype(int), BINS - 1)
    sums = (np.bincount(places, one, minlength=BINS) for one in (weights, said * weights, true * weights))
    weighed, told, held = (one.astype(np.float64) for one in sums)
    return Bins(np.bincount(places, minlength=BINS), weighed, told, held)


def threshold_of(
    probabilities: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
) -> float:
    """The least probability to tag at: half of the best weighted F1 that these answers can have; 0.5 if nothing is true.

    For calibrated probabilities that is the threshold with the best F1 (Lipton, Elkan, Naryanaswamy, "Optimal Thresholding
    of Classifiers to Maximize F1 Measure", 2014, theorem 1), and it leans on chance less than the best among those tried.
    """
    total = float((truth * weights).sum())
    if total == 0.0:
        return 0.5
    order = np.argsort(-probabilities)
    right, given = np.cumsum((truth * weights)[order]), np.cumsum(weights[order])
    ranked = probabilities[order]
    # Equal probabilities are tagged together: only the last of them ends a ranking.
    last = np.append(ranked[1:] != ranked[:-1], True)
    return float(np.where(last, right / (given + total), 0.0).max())


def _row(truth: Sequence[Kind], tagged: Sequence[Kind], kind: Kind) -> dict[str, int]:
    answers = [answer for label, answer in zip(truth, tagged, strict=True) if label is kind]
    return {other.value: answers.count(other) for other in KINDS}


def _mistakes(answers: Answers) -> tuple[Mistake, ...]:
    wrong = [
        Mistake(label.unit.text, label.group, label.kind, answer, float(row[KINDS.index(answer)]))
        for label, answer, row in zip(answers.labels, answers.tagged, answers.probabilities, strict=True)
        if answer is not label.kind
    ]
    return tuple(sorted(wrong, key=lambda mistake: -mistake.probability))
