"""What the command line prints: a run's summary and a model's measurements, as rich tables."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from pipeline.batch.record import Record, Why
from pipeline.learn.gains import Gains
from pipeline.learn.measure import Found
from pipeline.learn.metrics import POSITIVE, Evaluation, Score
from pipeline.review.columns import COLUMNS
from pipeline.review.shown import shown
from pipeline.tag.model import KINDS

EXCERPT: Final = 100
RUN_COLUMNS: Final = {
    "contract": "left",
    "pages": "right",
    "milest.": "right",
    "progr.": "right",
    "basis": "left",
    "advance": "left",
    "largest": "left",
}


def run_table(records: Sequence[Record], *, wide: bool = False) -> Table:
    """A row for each contract: pages, terms of each kind, basis, whether to advance, largest amount (a `wide` one has two).

    Of a contract that was not read it says why.
    """
    table = plain_table()
    for name, side in RUN_COLUMNS.items():
        table.add_column(name, justify="right" if side == "right" else "left", overflow="fold")
    for record in records:
        table.add_row(*(Text(shown(cell)) for cell in _cells(record, wide=wide)))
    return table


def verdict_table(records: Sequence[Record]) -> Table:
    """How many contracts have each verdict, and how many could not be read: for runs too long to list."""
    table = plain_table()
    for name in ("contracts", "basis", "advance"):
        table.add_column(name, justify="right" if name == "contracts" else "left")
    counts = Counter(("not read", record.error) if record.error else (record.basis, record.advance) for record in records)
    for (basis, advance), count in counts.most_common():
        table.add_row(f"{count:,}", basis, advance)
    return table


WHY: Final = {
    Why.NEW: "new",
    Why.FILE: "changed",
    Why.RECIPE: "by another model, options or version before",
    Why.RESULT: "without their result",
    Why.AGAIN: "failed before",
    Why.FORCED: "forced",
    Why.UNCHANGED: "unchanged",
    Why.REVIEWED: "reviewed",
}


def run_counts(records: Sequence[Record]) -> str:
    """How many inputs were read, not read, and kept as an earlier run left them, and why."""
    good = [record for record in records if record.error is None]
    read, kept = ([record for record in good if record.kept is wanted] for wanted in (False, True))
    counts = [f"{len(read):,} read{_whys(read)}", f"{len(records) - len(good):,} not read"]
    if kept:
        counts.append(f"{len(kept):,} kept{_whys(kept)}")
    return ", ".join(counts)


def _whys(records: Sequence[Record]) -> str:
    """Why, if there is more to say than that all were new."""
    whys = Counter(Why(record.why) for record in records)
    if not whys or set(whys) == {Why.NEW}:
        return ""
    return f" ({', '.join(f'{count:,} {WHY[why]}' for why, count in sorted(whys.items()))})"


def plain_table() -> Table:
    """A table without lines."""
    return Table(box=None, pad_edge=False, header_style="bold")


def _cells(record: Record, *, wide: bool) -> tuple[str, ...]:
    name = record.source.replace("\n", r"\n")
    if record.error is not None:
        return name, "", "", "", "not read", record.error, ""
    largest = record.largest if wide else record.largest.split(",")[0]
    counts = (record.pages, record.milestone_terms, record.progress_terms)
    return name, *map(str, counts), record.basis, record.advance, largest


def export_table() -> Table:
    """The columns of an export, and what they hold."""
    table = plain_table()
    for name in ("column", "type", "what it holds"):
        table.add_column(name, overflow="fold")
    for column in COLUMNS:
        table.add_row(column.name, column.type, column.holds)
    return table


def score_table(scores: Mapping[str, Score]) -> Table:
    """Precision, recall and F1 of each kind."""
    table = plain_table()
    for name in ("kind", "precision", "recall", "F1", "labelled", "tagged"):
        table.add_column(name, justify="left" if name == "kind" else "right")
    for kind in POSITIVE:
        one = scores[kind.value]
        shares = (f"{share:.3f}" for share in (one.precision, one.recall, one.f1))
        table.add_row(kind.value, *shares, str(one.labelled), str(one.tagged))
    return table


def confusion_table(evaluation: Evaluation) -> Table:
    """How many units of each label were tagged as each kind."""
    table = plain_table()
    table.add_column("labelled \\ tagged")
    for kind in KINDS:
        table.add_column(kind.value, justify="right")
    for label, row in evaluation.confusion.items():
        table.add_row(label, *(str(row[kind.value]) for kind in KINDS))
    return table


def mistake_table(evaluation: Evaluation) -> Table:
    """The surest mistakes."""
    table = plain_table()
    for name in ("p", "labelled", "tagged", "unit"):
        table.add_column(name, overflow="fold")
    for one in evaluation.mistakes:
        table.add_row(f"{one.probability:.2f}", one.label.value, one.tagged.value, _excerpt(one.text))
    return table


def _excerpt(text: str) -> Text:
    return Text(shown(text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"))


def found_table(what: Mapping[str, Iterable[Found]]) -> Table:
    """Terms of contracts, in groups that say what became of them."""
    table = plain_table()
    for name in ("", "contract", "kind", "text"):
        table.add_column(name, overflow="fold")
    for name, group in what.items():
        for one in group:
            table.add_row(name, Text(shown(one.contract)), one.kind.value, _excerpt(one.text))
    return table


def gains_table(changes: Gains) -> Table:
    """What was won and lost, term by term, then the contracts whose basis turned."""
    groups = {
        "+ found": changes.found,
        "+ false alarm gone": changes.silenced,
        "- missed": changes.missed,
        "- false alarm": changes.alarmed,
    }
    table = found_table(groups)
    for one in changes.turned:
        sign = "+" if one.after is one.right else "-" if one.before is one.right else " "
        table.add_row(f"{sign} basis", Text(shown(one.contract)), one.right.value, f"{one.before.value} -> {one.after.value}")
    return table
