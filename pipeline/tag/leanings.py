"""What the model leans on for a unit: what each of its features says for a kind against none, in log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from pipeline.contract import Kind, Sentence
from pipeline.tag.model import KINDS, Column, Model, columns_of, matrix
from pipeline.tag.views import Seen, candidates, views_of


@dataclass(frozen=True, slots=True)
class Leaning:
    """What a feature of a unit adds to the log-odds of a kind against none: its coefficients' difference times its value."""

    column: Column
    log_odds: float


@dataclass(frozen=True, slots=True)
class Leanings:
    """Why a unit is taken for what it is, told for its likelier kind, be it tagged as that or not.

    `start` is what is held of any unit, and with the leanings (the strongest first) adds up to the log-odds of `kind`
    against none. `probabilities` has the columns of KINDS. A unit that can be no term (`asked` is false) has no leanings.
    """

    unit: Sentence
    kind: Kind
    tagged: Kind
    probabilities: npt.NDArray[np.float64]
    start: float
    leanings: tuple[Leaning, ...]
    asked: bool


def leanings(model: Model, units: Sequence[Sentence]) -> list[Leanings]:
    """What the model leans on for each of the units."""
    if not units:
        return []
    seen = Seen()
    asked = set(candidates(units, seen))
    probabilities = model.probabilities(units)
    features = matrix(views_of(units, seen), model.vectorizers)
    columns = columns_of(model.vectorizers)
    found: list[Leanings] = []
    for index, (unit, kind, row) in enumerate(zip(units, model.decide(probabilities), probabilities, strict=True)):
        one = Leanings(unit, _likelier(row), kind, row, 0.0, (), asked=index in asked)
        found.append(_told(one, features[index], columns, model.classifier) if one.asked else one)
    return found


def _told(one: Leanings, features: csr_matrix, columns: Sequence[Column], classifier: LogisticRegression) -> Leanings:
    """With what the features of the unit, shape (1, columns), say."""
    kind, none = KINDS.index(one.kind), KINDS.index(Kind.NONE)
    told = (classifier.coef_[kind] - classifier.coef_[none])[features.indices] * features.data
    found = [Leaning(columns[place], float(value)) for place, value in zip(features.indices, told, strict=True)]
    start = float(classifier.intercept_[kind] - classifier.intercept_[none])
    return replace(one, start=start, leanings=tuple(sorted(found, key=lambda leaning: -abs(leaning.log_odds))))


def _likelier(row: npt.NDArray[np.float64]) -> Kind:
    """The likelier of the two kinds of term."""
    return max((kind for kind in KINDS if kind is not Kind.NONE), key=lambda kind: float(row[KINDS.index(kind)]))
