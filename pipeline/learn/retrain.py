"""Train a new model, measure it beside the one in place, and put it there only if it is not worse."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from threadpoolctl import threadpool_limits

from pipeline.errors import ModelError
from pipeline.learn.card import card_of, write_card
from pipeline.learn.labels import Label
from pipeline.learn.metrics import Evaluation, check_measurable, evaluate
from pipeline.learn.split import parted
from pipeline.learn.train import train
from pipeline.tag.model import MODEL_FILE, load, save

# A model that measures this little below the old one is not worse: one or two units of the evaluation split.
TOLERANCE: Final = 0.005


@dataclass(frozen=True, slots=True)
class Retrained:
    """What came of a training: both measurements (`before` is None if there was no model), and whether the new one stands."""

    before: Evaluation | None
    after: Evaluation
    placed: bool


def retrain(labels: Sequence[Label], folder: Path, *, force: bool = False) -> Retrained:
    """Train on the labels and put the model into `folder` if it is not worse on the held-out groups, or if forced.

    Raises LabelError if the labels do not suffice. What stood in the folder stays there whole until the new model is.
    """
    name = folder.resolve().name
    training, measuring = parted(labels)
    check_measurable(measuring)
    before = _measured(folder, measuring)
    # Its matrices are sparse and small: threads of the linear algebra would only wait for each other.
    with threadpool_limits(1, user_api="blas"):
        model = train(training, name=name)
    after = evaluate(model, measuring)
    worse = before is not None and after.macro_f1 < before.macro_f1 - TOLERANCE
    if worse and not force:
        return Retrained(before, after, placed=False)
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary) / name
        sha256 = save(model, made)
        write_card(card_of(model, sha256, training, after, forced=worse), made)
        _place(made, folder)
    return Retrained(before, after, placed=True)


def _measured(folder: Path, labels: Sequence[Label]) -> Evaluation | None:
    """How the model in the folder measures, or None if there is none that can be used."""
    if not (folder / MODEL_FILE).exists():
        return None
    try:
        return evaluate(load(folder), labels)
    except ModelError:
        return None


def _place(made: Path, folder: Path) -> None:
    """Move the files of a new model into the folder, the model itself last."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(made.iterdir(), key=lambda path: path.name == MODEL_FILE):
        arriving = folder / f".{path.name}.tmp"
        shutil.copyfile(path, arriving)
        arriving.replace(folder / path.name)
