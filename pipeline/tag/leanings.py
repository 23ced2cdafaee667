"""What the model leans on for a unit: what each of its features says for a kind against none, in log-odds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

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
    return [
        _leanings(unit, kind, row, features[index], columns, model)
        if index in asked
        else Leanings(unit, _likelier(row), kind, row, 0.0, (), asked=False)
        for index, (unit, kind, row) in enumerate(zip(units, model.decide(probabilities), probabilities, strict=True))
    ]


def _leanings(
    unit: Sentence,
    tagged: Kind,
    row: npt.NDArray[np.float64],
    features: csr_matrix,
    columns: Sequence[Column],
    model: Model,
) -> Leanings:
    kind = _likelier(row)
    one, none = KINDS.index(kind), KINDS.index(Kind.NONE)
    classifier = model.classifier
    told = (classifier.coef_[one] - classifier.coef_[none])[features.indices] * features.data
    start = float(classifier.intercept_[one] - classifier.intercept_[none])
    found = [Leaning(columns[place], float(value)) for place, value in zip(features.indices, told, strict=True)]
    found.sort(key=lambda leaning: -abs(leaning.log_odds))
    return Leanings(unit, kind, tagged, row, start, tuple(found), asked=True)


def _likelier(row: npt.NDArray[np.float64]) -> Kind:
    """The likelier of the two kinds of term."""
    return max((kind for kind in KINDS if kind is not Kind.NONE), key=lambda kind: float(row[KINDS.index(kind)]))
