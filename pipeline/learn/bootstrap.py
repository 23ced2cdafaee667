"""Confidence intervals by bootstrap over contracts: what would have been measured on other contracts like these.

Sentences of a contract are alike, so whole contracts (groups) are drawn, with replacement. Percentile intervals after
Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), section 13.3.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.contract import Kind
from pipeline.learn.measure import Result
from pipeline.learn.metrics import NONE, POSITIVE, Answers
from pipeline.tag.model import KINDS

RESAMPLES: Final = 1000
SEED: Final = 20250301
COVERAGE_PERCENT: Final = 95.0

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A score as measured, and where 95 of 100 of the resamples lie; a measurement of one contract has no interval (NaN)."""

    value: float
    low: float
    high: float


def of_answers(answers: Answers) -> dict[str, dict[str, Interval]]:
    """Precision, recall and F1 of each kind, and the macro F1 ("macro", "f1"), as `evaluate` has them, over groups."""
    counts = _group_counts(answers)
    return _intervals(counts, lambda sums: _scores_of_answers(sums, answers.none_per_term))


def of_results(results: Sequence[Result]) -> dict[str, dict[str, Interval]]:
    """The same of labelled contracts, as `measure` has them."""
    rows = [[count for kind in POSITIVE for count in _result_counts(result, kind)] for result in results]
    return _intervals(np.array(rows, dtype=np.float64), _scores_of_results)


def _intervals(counts: Array, scores_of: Callable[[Array], dict[str, dict[str, Array]]]) -> dict[str, dict[str, Interval]]:
    """The scores of the sums of counts, shape (contracts, columns), and of those of resamples."""
    if not len(counts):
        return {}
    measured, drawn = scores_of(counts.sum(axis=0, keepdims=True)), scores_of(resampled(counts))
    return {
        kind: {name: _interval(float(value[0]), drawn[kind][name], len(counts)) for name, value in row.items()}
        for kind, row in measured.items()
    }


def resampled(counts: Array, *, resamples: int = RESAMPLES, seed: int = SEED) -> Array:
    """Sums of the counts, shape (n, columns), of n contracts drawn with replacement: shape (resamples, columns)."""
    drawn = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=resamples)
    return np.asarray(drawn @ counts)


def _interval(value: float, drawn: Array, contracts: int) -> Interval:
    if contracts < 2:
        return Interval(value, float("nan"), float("nan"))
    tail = (100 - COVERAGE_PERCENT) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Interval(value, float(low), float(high))


def _group_counts(answers: Answers) -> Array:
    """A row for each group: terms, `none` asked about, and of each kind: right, labelled, tagged, tagged but `none`."""
    tagged = np.array([KINDS.index(kind) for kind in answers.tagged], dtype=np.int64)
    truth = answers.truth
    columns = [truth != NONE, (truth == NONE) & answers.asked]
    for kind in POSITIVE:
        column = KINDS.index(kind)
        is_tagged = tagged == column
        columns += [is_tagged & (truth == column), truth == column, is_tagged, is_tagged & (truth == NONE)]
    _, places = np.unique([label.group for label in answers.labels], return_inverse=True)
    return np.array([np.bincount(places, column) for column in columns]).T


def _scores_of_answers(sums: Array, none_per_term: float) -> dict[str, dict[str, Array]]:
    """The scores of rows of sums, how often `none` counts told by each row: it depends on who was drawn."""
    weight = np.maximum(1.0, none_per_term * sums[:, 0] / np.maximum(1.0, sums[:, 1]))
    found: dict[str, dict[str, Array]] = {}
    for place, kind in enumerate(POSITIVE):
        right, labelled, tagged, nones = sums[:, 2 + 4 * place : 6 + 4 * place].T
        given = tagged + (weight - 1.0) * nones
        found[kind.value] = {
            "precision": _share(right, given),
            "recall": _share(right, labelled),
            "f1": _share(2 * right, labelled + given),
        }
    return _with_macro(found)


def _result_counts(result: Result, kind: Kind) -> tuple[int, int, int, int]:
    """Labelled terms hit and missed, terms tagged rightly, and false alarms."""
    hit, missed, alarms = (sum(one.kind is kind for one in found) for found in (result.hit, result.missed, result.alarms))
    return hit, missed, result.right.get(kind, 0), alarms


def _scores_of_results(sums: Array) -> dict[str, dict[str, Array]]:
    found: dict[str, dict[str, Array]] = {}
    for place, kind in enumerate(POSITIVE):
        hit, missed, right, alarms = sums[:, 4 * place : 4 * place + 4].T
        precision, recall = _share(right, right + alarms), _share(hit, hit + missed)
        found[kind.value] = {
            "precision": precision,
            "recall": recall,
            "f1": _share(2 * precision * recall, precision + recall),
        }
    return _with_macro(found)


def _with_macro(found: dict[str, dict[str, Array]]) -> dict[str, dict[str, Array]]:
    return {**found, "macro": {"f1": np.mean([row["f1"] for row in found.values()], axis=0)}}


def _share(part: Array, whole: Array) -> Array:
    """The part of the whole, 0 where there is nothing to divide by."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
