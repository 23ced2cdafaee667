"""Which contracts train and which measure: by contract or source, never by sentence, and the same ones every time."""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.learn.labels import Label

# One authored group in so many is held out for measuring.
HELD_OUT_OF: Final = 8


def held_out(group: str) -> bool:
    """Whether a group measures rather than trains; told by its name alone, so that old and new models meet the same ones."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big") % HELD_OUT_OF == 0


def parted(labels: Sequence[Label]) -> tuple[list[Label], list[Label]]:
    """The labels to train on and those to measure by; what a reviewer labelled always trains."""
    train = [label for label in labels if label.reviewed or not held_out(label.group)]
    return train, [label for label in labels if not label.reviewed and held_out(label.group)]


def folds(labels: Sequence[Label], count: int) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """`count` splits of the labels' indexes into (train, test), every group whole in one test part."""
    place = np.array([fold_of(label.group, count) for label in labels])
    return [(np.flatnonzero(place != fold), np.flatnonzero(place == fold)) for fold in range(count)]


def fold_of(group: str, count: int) -> int:
    """The fold that a group is asked in, of `count`; told by its name alone."""
    return int.from_bytes(hashlib.sha256(f"fold {group}".encode()).digest()[:4], "big") % count
