"""Training on growing shares of the groups."""

from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from pipeline.learn.growth import first_groups, growth
from pipeline.learn.labels import Label, read_labels
from pipeline.learn.metrics import evaluate
from pipeline.learn.split import parted
from pipeline.learn.train import train

pytestmark = pytest.mark.xdist_group("trains")
GROUPS = [f"group-{number}" for number in range(40)]


@pytest.fixture(scope="module")
def parts(small_labels: Path) -> tuple[list[Label], list[Label]]:
    return parted(read_labels(small_labels))


def test_a_step_is_what_training_on_its_groups_gives(parts: tuple[list[Label], list[Label]]) -> None:
    """Vocabulary, fit and thresholds included; a share of too few groups is passed over."""
    training, measuring = parts
    (step,) = growth(training, measuring, shares=(0.03, 0.6))
    groups = first_groups([label.group for label in training], 0.6)
    labels = [label for label in training if label.group in groups]
    # As retraining does: threads would only wait for each other.
    with threadpool_limits(1, user_api="blas"):
        expected = evaluate(train(labels, name="share"), measuring)
    assert (step.share, step.groups, step.labels) == (0.6, len(groups), len(labels))
    assert step.evaluation.macro_f1 == pytest.approx(expected.macro_f1, abs=1e-9)
    assert step.evaluation.confusion == expected.confusion


def test_there_are_no_steps_without_labels_on_both_sides(parts: tuple[list[Label], list[Label]]) -> None:
    training, measuring = parts
    assert growth(training, []) == growth([], measuring) == []


@pytest.mark.parametrize(("share", "count"), [(0.1, 4), (0.11, 5), (0.5, 20), (1.0, 40)])
def test_a_smaller_share_is_part_of_a_larger_one(share: float, count: int) -> None:
    first = first_groups(GROUPS * 2, share)
    assert len(first) == count
    assert first <= first_groups(GROUPS[::-1], min(1.0, share + 0.2))
