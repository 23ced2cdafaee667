"""Fit a model: vectorizers, a linear classifier set to how rare terms are, and thresholds found over folds of contracts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.contract import Kind, Sentence, Unit
from pipeline.errors import LabelError
from pipeline.learn.labels import Label
from pipeline.learn.metrics import NONE, rarity_of, threshold_of
from pipeline.learn.split import fold_of, folds
from pipeline.tag.model import KINDS, Model, matrix
from pipeline.tag.views import Seen, Views, candidates, views_of

FOLDS: Final = 4
ITERATIONS: Final = 300
# Where the gradient is this small, answers no longer change in the third decimal.
TOLERANCE: Final = 1e-3
# Normal forms are parted by a space.
WORD: Final = r"\S+"
# How n-grams that were counted are weighed.
WEIGHING: Final[Mapping[str, Any]] = {"sublinear_tf": True}
# (n-grams, least number of units that hold one) for each part of a view.
NGRAMS: Final = {"text": ((1, 2), 4), "lead": ((1, 2), 3), "section": ((1, 1), 2), "table": ((1, 1), 2)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fit is told rather than learns.

    `strength` is scikit-learn's C. `none_per_term` is how many candidate units that are no term a real contract has for
    each that is one: the corpus has two, and probabilities are set right for that. The weights say what one label counts:
    one whose name misleads (the corpus holds far more of them than contracts do), one in free wording (contracts speak in
    stock phrases), one taken out of its context, and one that a reviewer gave.
    """

    strength: float = 0.25
    none_per_term: float = 20.0
    against_name_weight: float = 0.25
    free_wording_weight: float = 0.5
    alone_weight: float = 0.5
    reviewed_weight: float = 20.0


@dataclass(frozen=True, slots=True)
class Examples:
    """What a model learns from: n labels of candidates, their kinds as columns and their weights, each of shape (n,).

    The first `in_context` are labels as they stand; the others are the same sentences without their surroundings.
    """

    labels: Sequence[Label]
    kinds: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]
    in_context: int

    def part(self, rows: npt.NDArray[np.int64]) -> "Examples":
        """Those of these indexes, which rise."""
        labels = [self.labels[row] for row in rows]
        return Examples(labels, self.kinds[rows], self.weights[rows], int((rows < self.in_context).sum()))


def train(labels: Sequence[Label], *, name: str, settings: Settings | None = None) -> Model:
    """A model fitted to the labels. Raises LabelError if a kind comes from fewer groups than there are folds."""
    settings = settings or Settings()
    seen = Seen()
    examples = examples_of(labels, seen, settings)
    check_enough(examples)
    views = views_of([label.unit for label in examples.labels], seen)
    vectorizers = fit_vectorizers(views)
    classifier, thresholds = fit(matrix(views, vectorizers), examples, settings)
    return Model(name, "", vectorizers, classifier, thresholds, settings.none_per_term)


def examples_of(labels: Sequence[Label], seen: Seen, settings: Settings) -> Examples:
    """What there is to learn from labels."""
    labels = [labels[index] for index in candidates([label.unit for label in labels], seen)]
    in_context = len(labels)
    labels = [*labels, *(_alone(label) for label in labels if _stands_alone(label.unit))]
    weights = np.array([_weight(label, settings) for label in labels])
    weights[in_context:] *= settings.alone_weight
    return Examples(labels, np.array([KINDS.index(label.kind) for label in labels], dtype=np.int64), weights, in_context)


def fit(features: sparse.csr_matrix, examples: Examples, settings: Settings) -> tuple[LogisticRegression, Mapping[str, float]]:
    """The classifier and the thresholds for examples, a row of features each."""
    kinds, weights = examples.kinds, examples.weights
    rarity = _rarity(kinds, weights, settings)
    answers = _held_out_answers(features, kinds, weights, examples.labels, settings)
    true_weights = np.where(kinds == NONE, rarity, 1.0) * weights
    judged = _like_contracts(examples.labels[: examples.in_context])
    thresholds = _thresholds(answers[judged], kinds[judged], true_weights[judged])
    return _fit(features, kinds, weights, settings, rarity), thresholds


def fit_vectorizers(views: Views) -> dict[str, TfidfVectorizer]:
    """A TF-IDF vectorizer for each part of the views, over normal forms parted by a space."""
    return {part: _vectorizer(*grams).fit(getattr(views, part)) for part, grams in NGRAMS.items()}


def _vectorizer(grams: tuple[int, int], least: int) -> TfidfVectorizer:
    return TfidfVectorizer(min_df=least, **counted(grams), **WEIGHING)


def counted(grams: tuple[int, int]) -> dict[str, Any]:
    """What scikit-learn is told of how n-grams are counted."""
    return {"ngram_range": grams, "lowercase": False, "token_pattern": WORD, "dtype": np.float32}


def _fit(
    features: sparse.csr_matrix,
    kinds: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    settings: Settings,
    rarity: float,
) -> LogisticRegression:
    """A classifier fitted to the corpus, its prior moved to that of real contracts.

    A change of prior multiplies the odds of a class by a constant (Saerens, Latinne, Decaestecker 2002, equation 2.4),
    which for a logistic model is a sum added to its intercept.
    """
    classifier = LogisticRegression(C=settings.strength, max_iter=ITERATIONS, tol=TOLERANCE).fit(
        features, kinds, sample_weight=weights
    )
    classifier.intercept_[NONE] += np.log(rarity)
    return classifier


def _rarity(kinds: npt.NDArray[np.int64], weights: npt.NDArray[np.float64], settings: Settings) -> float:
    """How many times as many candidates are no term in real contracts as in these labels, each by its weight; at least 1."""
    terms = float(weights[kinds != NONE].sum())
    return rarity_of(terms, float(weights.sum()) - terms, settings.none_per_term)


def _like_contracts(labels: Sequence[Label]) -> npt.NDArray[np.int64]:
    """The indexes of the labels that read like contracts, all of them if those do not hold every kind from enough groups."""
    stock = [index for index, label in enumerate(labels) if not label.free_wording]
    if _least_groups([labels[index] for index in stock]) < FOLDS:
        return np.arange(len(labels))
    return np.array(stock)


def _weight(label: Label, settings: Settings) -> float:
    if label.reviewed:
        return settings.reviewed_weight
    if label.against_name:
        return settings.against_name_weight
    return settings.free_wording_weight if label.free_wording else 1.0


def _stands_alone(unit: Sentence) -> bool:
    """Whether a unit says what it is without its surroundings: no list item, no table row."""
    return not unit.lead and unit.unit is Unit.SENTENCE


def _alone(label: Label) -> Label:
    """The label of the same sentence without its surroundings, so that the model does not lean on them alone."""
    return replace(label, unit=replace(label.unit, section="", before="", after=""))


def _held_out_answers(
    features: sparse.csr_matrix,
    kinds: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64],
    labels: Sequence[Label],
    settings: Settings,
) -> npt.NDArray[np.float64]:
    """Probabilities of every label by a classifier that was not trained on its contract."""
    answers = np.zeros((len(labels), len(KINDS)))
    rarity = _rarity(kinds, weights, settings)
    for train_on, ask in folds(labels, FOLDS):
        if len(ask):
            classifier = _fit(features[train_on], kinds[train_on], weights[train_on], settings, rarity)
            answers[ask] = classifier.predict_proba(features[ask])
    return answers


def _thresholds(
    answers: npt.NDArray[np.float64], kinds: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]
) -> Mapping[str, float]:
    """For each kind the threshold that promises the best F1, by answers about contracts that were not trained on."""
    return {
        kind.value: threshold_of(answers[:, column], kinds == column, weights)
        for column, kind in enumerate(KINDS)
        if column != NONE
    }


def check_enough(examples: Examples) -> None:
    """Raise LabelError if a kind comes from fewer groups than there are folds, or from groups of one fold only."""
    for kind in KINDS:
        groups = _groups(examples.labels, kind)
        if len(groups) < FOLDS:
            raise LabelError(
                f"label {kind.value!r} comes from {len(groups)} contracts, at least {FOLDS} are needed; add labels"
            )
        if len({fold_of(group, FOLDS) for group in groups}) < 2:
            raise LabelError(
                f"label {kind.value!r} comes from {len(groups)} contracts that are held out together; add labels from others"
            )


def _least_groups(labels: Sequence[Label]) -> int:
    return min(len(_groups(labels, kind)) for kind in KINDS)


def _groups(labels: Sequence[Label], kind: Kind) -> set[str]:
    """The contracts that the labels of a kind come from."""
    return {label.group for label in labels if label.kind is kind}
