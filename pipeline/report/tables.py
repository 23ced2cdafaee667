"""What the command line prints: a run's summary and a model's measurements, as rich tables."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from pipeline.batch.run import Record
from pipeline.learn.metrics import POSITIVE, Evaluation
from pipeline.tag.model import KINDS

EXCERPT = 100


def run_table(records: Sequence[Record]) -> Table:
    """A row for each contract: pages, terms, basis, whether to advance; or why it could not be read."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, right in (("contract", False), ("pages", True), ("milestone", True), ("progress", True), ("basis", False), ("advance", False)):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for record in records:
        table.add_row(*(Text(cell) for cell in _cells(record)))
    return table


def _cells(record: Record) -> tuple[str, ...]:
    if record.error is not None:
        return record.source, "", "", "", "not read", record.error
    counts = (record.pages, record.milestone_terms, record.progress_terms)
    return record.source, *map(str, counts), record.basis, record.advance


def score_table(evaluation: Evaluation) -> Table:
    """Precision, recall and F1 of each kind."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("kind", "precision", "recall", "F1", "labelled", "tagged"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind in POSITIVE:
        one = evaluation.scores[kind.value]
        table.add_row(kind.value, f"{one.precision:.3f}", f"{one.recall:.3f}", f"{one.f1:.3f}", str(one.labelled), str(one.tagged))
    return table


def confusion_table(evaluation: Evaluation) -> Table:
    """How many units of each label were tagged as each kind."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("labelled \\ tagged")
    for kind in KINDS:
        table.add_column(kind.value, justify="right")
    for label, row in evaluation.confusion.items():
        table.add_row(label, *(str(row[kind.value]) for kind in KINDS))
    return table


def mistake_table(evaluation: Evaluation) -> Table:
    """The surest mistakes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("p", "labelled", "tagged", "unit"):
        table.add_column(name, overflow="fold")
    for one in evaluation.mistakes:
        excerpt = one.text if len(one.text) <= EXCERPT else one.text[: EXCERPT - 1] + "…"
        table.add_row(f"{one.probability:.2f}", one.label.value, one.tagged.value, Text(excerpt))
    return table
