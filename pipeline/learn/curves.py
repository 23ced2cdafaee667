"""What other thresholds would give: precision and recall of a kind over all of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

from pipeline.contract import Kind
from pipeline.learn.metrics import POSITIVE, Answers
from pipeline.tag.model import KINDS


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision and recall, each in 0 to 1, at thresholds that rise, each of shape (n,)."""

    precision: npt.NDArray[np.float64]
    recall: npt.NDArray[np.float64]
    thresholds: npt.NDArray[np.float64]

    def at(self, threshold: float) -> tuple[float, float]:
        """Precision and recall if what reaches this threshold is tagged; (0, 0) where nothing does."""
        place = int(np.searchsorted(self.thresholds, threshold))
        return (float(self.precision[place]), float(self.recall[place])) if place < len(self.thresholds) else (0.0, 0.0)


def curve(answers: Answers, thresholds: Mapping[str, float], kind: Kind) -> Curve:
    """The curve of one kind, weighted as scores are, while the other kind keeps its threshold of `thresholds`.

    So its point at the kind's own threshold is what `evaluate` measures. It has no point if no label is of the kind.
    """
    true = answers.truth == KINDS.index(kind)
    if not true.any():
        return Curve(*(np.zeros(0) for _ in range(3)))
    said = np.where(
        _goes_to_the_other(answers.probabilities, thresholds, kind), 0.0, answers.probabilities[:, KINDS.index(kind)]
    )
    precision, recall, tried = precision_recall_curve(true, said, sample_weight=answers.weights)
    open_ = tried > 0.0
    return Curve(precision[:-1][open_], recall[:-1][open_], tried[open_])


def _goes_to_the_other(
    probabilities: npt.NDArray[np.float64], thresholds: Mapping[str, float], kind: Kind
) -> npt.NDArray[np.bool_]:
    """Whether the other kind reaches its threshold and is likelier than this one, shape (n,)."""
    (other,) = (one for one in POSITIVE if one is not kind)
    said, other_said = probabilities[:, KINDS.index(kind)], probabilities[:, KINDS.index(other)]
    ahead = other_said >= said if other > kind else other_said > said
    return np.asarray((other_said >= thresholds[other]) & ahead)
