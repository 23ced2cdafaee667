"""Fit a model: vectorizers, a linear classifier calibrated over folds of whole contracts, and its thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from pipeline.contract import Kind
from pipeline.errors import LabelError
from pipeline.learn.labels import Label
from pipeline.learn.metrics import best_threshold
from pipeline.learn.split import folds
from pipeline.tag.model import KINDS, Model, matrix
from pipeline.tag.views import Views, candidates, views_of

FOLDS: Final = 4
ITERATIONS: Final = 300
NGRAMS: Final = {"text": (1, 2), "lead": (1, 2), "section": (1, 1), "table": (1, 1)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a fit is told rather than learns.

    `strength` is scikit-learn's C. The weights say what one label counts: a `none` (a contract has about seven sentences
    that speak of money to each payment term, the corpus three), one whose name misleads (the corpus holds far more of them
    than contracts do), and one that a reviewer gave.
    """

    strength: float = 1.0
    none_weight: float = 1.0
    against_name_weight: float = 0.25
    reviewed_weight: float = 20.0


def train(labels: Sequence[Label], *, name: str, settings: Settings | None = None) -> Model:
    """A model fitted to the labels. Raises LabelError if a kind has fewer groups than the folds need."""
    settings = settings or Settings()
    _check_enough(labels)
    labels = [labels[index] for index in candidates([label.unit for label in labels])]
    kinds = np.array([KINDS.index(label.kind) for label in labels])
    weights = _weights(labels, settings)
    views = views_of([label.unit for label in labels])
    vectorizers = fit_vectorizers(views)
    features = matrix(views, vectorizers)
    splits = folds(labels, FOLDS)
    classifier = CalibratedClassifierCV(_linear(settings), method="sigmoid", cv=splits, ensemble=False)
    classifier.fit(features, kinds, sample_weight=weights)
    thresholds = _thresholds(features, kinds, weights, splits, settings)
    return Model(name, "", vectorizers, classifier, thresholds)


def fit_vectorizers(views: Views) -> dict[str, TfidfVectorizer]:
    """A TF-IDF vectorizer for each part of the views, over normal forms parted by a space."""
    return {part: _vectorizer(grams).fit(getattr(views, part)) for part, grams in NGRAMS.items()}


def _vectorizer(grams: tuple[int, int]) -> TfidfVectorizer:
    return TfidfVectorizer(
        ngram_range=grams, min_df=2, sublinear_tf=True, lowercase=False, token_pattern=r"\S+", dtype=np.float32
    )


def _linear(settings: Settings) -> LogisticRegression:
    return LogisticRegression(C=settings.strength, max_iter=ITERATIONS)


def _weights(labels: Sequence[Label], settings: Settings) -> npt.NDArray[np.float64]:
    return np.array([_weight(label, settings) for label in labels])


def _weight(label: Label, settings: Settings) -> float:
    if label.reviewed:
        return settings.reviewed_weight
    by_kind = settings.none_weight if label.kind is Kind.NONE else 1.0
    return by_kind * (settings.against_name_weight if label.against_name else 1.0)


def _thresholds(
    features: Any, kinds: npt.NDArray[np.int64], weights: npt.NDArray[np.float64], splits: Sequence[Any], settings: Settings
) -> Mapping[str, float]:
    """For each kind the threshold with the best F1 on labels that the fold at hand was not trained on."""
    inner = CalibratedClassifierCV(_linear(settings), method="sigmoid", cv=2, ensemble=False)
    probabilities = cross_val_predict(inner, features, kinds, cv=splits, method="predict_proba", params={"sample_weight": weights})
    return {
        kind.value: best_threshold(probabilities[:, column], kinds == column, weights)
        for column, kind in enumerate(KINDS)
        if kind is not Kind.NONE
    }


def _check_enough(labels: Sequence[Label]) -> None:
    for kind in KINDS:
        groups = {label.group for label in labels if label.kind is kind}
        if len(groups) < FOLDS:
            raise LabelError(f"label {kind.value!r} comes from {len(groups)} contracts, at least {FOLDS} are needed; add labels")
