"""Would more labels help: the same training on growing shares of the groups, measured on the same held-out groups."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from threadpoolctl import threadpool_limits

from pipeline.contract import Sentence
from pipeline.errors import LabelError
from pipeline.learn.labels import Label
from pipeline.learn.metrics import Evaluation, answers_of, evaluation_of
from pipeline.learn.train import NGRAMS, WEIGHING, Examples, Settings, check_enough, counted, examples_of, fit
from pipeline.tag.model import CERTAINLY_NONE, PART_WEIGHTS, flag_features
from pipeline.tag.views import Seen, Views, candidates, views_of

# Shares of the groups that are trained on, each of which holds the one before it.
SHARES: Final = (0.1, 0.2, 0.4, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Step:
    """How a model does that is trained on `labels` labels of `groups` groups, a share of all."""

    share: float
    groups: int
    labels: int
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class Counts:
    """The features of n units before they are weighed: counts of n-grams by part, shape (n, grams), and what is no n-gram."""

    grams: Mapping[str, sparse.csr_matrix]
    rest: sparse.csr_matrix

    def part(self, rows: npt.NDArray[np.int64]) -> "Counts":
        """Those of these indexes."""
        return Counts({part: held[rows] for part, held in self.grams.items()}, self.rest[rows])


def growth(
    training: Sequence[Label], measuring: Sequence[Label], *, shares: Sequence[float] = SHARES, settings: Settings | None = None
) -> list[Step]:
    """A step for each share of the training groups that holds enough of them to train on.

    Each is what `train` makes of the labels of that share, weighed, fitted and with thresholds of its own. Only what does
    not depend on the share is done once: the views, and the counts of n-grams.
    """
    settings = settings or Settings()
    seen = Seen()
    examples = examples_of(training, seen, settings)
    units = [label.unit for label in measuring]
    asked = candidates(units, seen)
    if not asked or not examples.labels:
        return []
    counts, asked_counts = _counts([label.unit for label in examples.labels], [units[index] for index in asked], seen)
    steps: list[Step] = []
    for share in shares:
        groups = first_groups([label.group for label in training], share)
        rows = np.array([row for row, label in enumerate(examples.labels) if label.group in groups], dtype=np.int64)
        part = examples.part(rows)
        if not _is_enough(part):
            continue
        answers = np.tile(CERTAINLY_NONE, (len(units), 1))
        answers[asked], thresholds = _answers(part, counts.part(rows), asked_counts, settings)
        evaluation = evaluation_of(answers_of(measuring, answers, thresholds, settings.none_per_term), worst=0)
        steps.append(Step(share, len(groups), sum(label.group in groups for label in training), evaluation))
    return steps


def first_groups(groups: Sequence[str], share: float) -> frozenset[str]:
    """A share of the groups, told by their names alone: a smaller share is part of a larger one."""
    ranked = sorted(set(groups), key=lambda group: hashlib.sha256(f"share {group}".encode()).digest())
    return frozenset(ranked[: ceil(share * len(ranked))])


def _is_enough(examples: Examples) -> bool:
    try:
        check_enough(examples)
    except LabelError:
        return False
    return True


def _counts(units: Sequence[Sentence], asked: Sequence[Sentence], seen: Seen) -> tuple[Counts, Counts]:
    """The counts of the units that are learned from, and those of the units that are asked about, in the same columns."""
    views, asked_views = views_of(units, seen), views_of(asked, seen)
    counters = {
        part: CountVectorizer(min_df=least, **counted(grams)).fit(getattr(views, part))
        for part, (grams, least) in NGRAMS.items()
    }
    return _counted(views, counters), _counted(asked_views, counters)


def _counted(views: Views, counters: Mapping[str, CountVectorizer]) -> Counts:
    return Counts({part: one.transform(getattr(views, part)) for part, one in counters.items()}, flag_features(views))


def _answers(
    examples: Examples, counts: Counts, asked: Counts, settings: Settings
) -> tuple[npt.NDArray[np.float64], Mapping[str, float]]:
    """The probabilities of what is asked, shape (n, 3), and the thresholds, of a model trained on the examples."""
    features, asked_features = _weighed(counts, asked)
    with threadpool_limits(1, user_api="blas"):
        classifier, thresholds = fit(features, examples, settings)
    return classifier.predict_proba(asked_features), thresholds


def _weighed(counts: Counts, asked: Counts) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """The features that `matrix` would make with vectorizers fitted to the first: what is rare among them is no feature."""
    parts: list[tuple[sparse.csr_matrix, sparse.csr_matrix]] = []
    for part, (_, least) in NGRAMS.items():
        held = counts.grams[part]
        known = np.flatnonzero(held.getnnz(axis=0) >= least)
        if len(known):
            weigh = TfidfTransformer(**WEIGHING).fit(held[:, known])
            parts.append(tuple(weigh.transform(one.grams[part][:, known]) * PART_WEIGHTS[part] for one in (counts, asked)))
    learned, told = zip(*parts, (counts.rest, asked.rest), strict=True)
    return sparse.hstack(learned).tocsr(), sparse.hstack(told).tocsr()
