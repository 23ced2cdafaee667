"""Labelled units: from `data/labels/*.jsonl`, and from annotated JSON that a reviewer has been through.

A line of labels is an object with `group` (the contract or drafting house it comes from), `label` and `text`, and what
context it has: `unit` (sentence, item or row), `section`, `lead`, `header`, `title`. Units of a group stand in document order.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from pipeline.contract import Contract, Kind, ReviewStatus, Sentence, Span, Term, Unit
from pipeline.errors import LabelError, RecordError
from pipeline.review.annotated import read
from pipeline.tag.units import units_of

REQUIRED: Final = ("group", "label", "text")
CONTEXT: Final = ("section", "lead", "header", "title")
UNITS: Final = {"sentence": Unit.SENTENCE, "item": Unit.SENTENCE, "row": Unit.ROW}


@dataclass(frozen=True, slots=True)
class Label:
    """A unit and its kind; `group` is the contract it comes from.

    `against_name` marks substance over name (a "milestone payment" that the calendar triggers), `reviewed` a label that a
    reviewer gave.
    """

    unit: Sentence
    kind: Kind
    group: str
    against_name: bool = False
    reviewed: bool = False


def read_labels(folder: Path) -> list[Label]:
    """The labels of every `*.jsonl` in the folder, in order of file and line. Raises LabelError naming file and line."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise LabelError(f"{folder}: no *.jsonl there; name the folder that holds the labels")
    return [label for file in files for label in _read_file(file)]


def _read_file(path: Path) -> Iterator[Label]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _label(line, f"{path.name}:{number}")


def _label(line: str, where: str) -> Label:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        raise LabelError(f"{where}: not JSON ({error.msg} at column {error.colno}); one object a line") from error
    missing = [name for name in REQUIRED if not (isinstance(entry, dict) and isinstance(entry.get(name), str) and entry[name])]
    if missing:
        raise LabelError(f"{where}: no {missing[0]}; a label needs {', '.join(REQUIRED)}")
    if entry["label"] not in list(Kind) or entry.get("unit", "sentence") not in UNITS:
        raise LabelError(f"{where}: label {entry['label']!r}, unit {entry.get('unit')!r}; expected {', '.join(Kind)}; {', '.join(UNITS)}")
    return Label(_sentence(entry), Kind(entry["label"]), entry["group"], against_name=bool(entry.get("substance_over_name")))


def _sentence(entry: dict[str, Any]) -> Sentence:
    context = {name: str(entry.get(name, "")) for name in CONTEXT}
    return Sentence(entry["text"], Span(0, len(entry["text"])), UNITS[entry.get("unit", "sentence")], **context)


def read_reviewed(folder: Path) -> list[Label]:
    """The labels that reviewers gave in the annotated JSON files below the folder.

    An accepted term keeps its label, a corrected one takes the reviewer's, a rejected one is none; a term that a reviewer
    added (its probabilities are null) counts as labelled. Terms nobody reviewed say nothing. Raises RecordError.
    """
    paths = sorted(path for path in folder.rglob("*.json") if path.name != "run.json")
    if not paths:
        raise RecordError(f"{folder}: no annotated JSON there; name the folder that holds the reviewed files")
    return [label for path in paths for label in labels_of(read(path), path.name)]


def labels_of(contract: Contract, name: str) -> Iterator[Label]:
    """The labels that a reviewed contract holds. Raises RecordError if a correction does not say the right label."""
    units = units_of(contract.text)
    for term in contract.terms:
        kind = _reviewed_kind(term, name)
        if kind is not None:
            yield Label(_unit_at(units, term), kind, contract.source.sha256 or name, reviewed=True)


def _reviewed_kind(term: Term, name: str) -> Kind | None:
    match term.review.status:
        case ReviewStatus.REJECTED:
            return Kind.NONE
        case ReviewStatus.ACCEPTED:
            return term.label
        case ReviewStatus.CORRECTED:
            if term.review.label is None:
                raise RecordError(f"{name}: term {term.id}: corrected without review.label; say which label is right")
            return term.review.label
        case ReviewStatus.PENDING:
            return term.label if term.probabilities is None else None


def _unit_at(units: Sequence[Sentence], term: Term) -> Sentence:
    """The term as a unit, with the context of the place where it stands."""
    around: Iterable[Sentence] = (unit for unit in units if unit.span.start <= term.span.start < unit.span.end)
    place = next(iter(around), None)
    if place is None:
        return Sentence(term.text, term.span, term.unit, term.section)
    return replace(place, text=term.text, span=term.span, unit=term.unit)
