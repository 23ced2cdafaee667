"""Labelled units: from `data/labels/*.jsonl`, and from annotated JSON that a reviewer has been through.

A line of labels is an object with `group` (the contract or drafting house it comes from), `label` and `text`, and what
context it has: `unit` (sentence, item or row), `section`, `lead`, `header`, `title`. Units of a group stand in document order.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from pipeline.contract import Contract, Kind, ReviewStatus, Sentence, Span, Term, Unit
from pipeline.errors import LabelError, RecordError
from pipeline.review.annotated import read
from pipeline.tag.units import in_place, units_of

REQUIRED: Final = ("group", "label", "text")
CONTEXT: Final = ("section", "lead", "header", "title")
UNITS: Final = {"sentence": Unit.SENTENCE, "item": Unit.SENTENCE, "row": Unit.ROW}


@dataclass(frozen=True, slots=True)
class Label:
    """A unit and its kind; `group` is the contract it comes from.

    `against_name` marks substance over name (a "milestone payment" that the calendar triggers), `free_wording` a unit that
    says in an author's own words what contracts say in stock phrases, `reviewed` a label that a reviewer gave.
    """

    unit: Sentence
    kind: Kind
    group: str
    against_name: bool = False
    free_wording: bool = False
    reviewed: bool = False


def read_labels(folder: Path) -> list[Label]:
    """The labels of every `*.jsonl` in the folder, in order of file and line. Raises LabelError naming file and line."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        raise LabelError(f"{folder}: no *.jsonl there; name the folder that holds the labels with --labels")
    return list(_in_place(label for file in files for label in _read_file(file)))


def _in_place(labels: Iterable[Label]) -> Iterator[Label]:
    """The labels, each unit with its neighbours and its table, which are of its group."""
    for _, group in groupby(labels, key=lambda label: label.group):
        members = list(group)
        units = in_place([label.unit for label in members])
        yield from (replace(label, unit=unit) for label, unit in zip(members, units, strict=True))


def _read_file(path: Path) -> Iterator[Label]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: not UTF-8 ({error.reason} at byte {error.start}); convert it first") from error
    # Not splitlines(): JSON strings may hold the line separators of Unicode.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _label(line, f"{path}:{number}")


def _label(line: str, where: str) -> Label:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        raise LabelError(f"{where}: not JSON ({error.msg} at column {error.colno}); one object a line") from error
    if not isinstance(entry, dict):
        raise LabelError(f"{where}: no object; a label is one, with {', '.join(REQUIRED)}")
    _check_entry(entry, where)
    return Label(
        _sentence(entry),
        Kind(entry["label"]),
        entry["group"],
        against_name=bool(entry.get("substance_over_name")),
        free_wording=bool(entry.get("free_wording")),
    )


def _check_entry(entry: dict[str, Any], where: str) -> None:
    for name in (*REQUIRED, *CONTEXT):
        if not isinstance(entry.get(name, ""), str):
            raise LabelError(f"{where}: {name}: {entry[name]!r}; expected a string")
        if name in REQUIRED and not entry.get(name):
            raise LabelError(f"{where}: no {name}; a label needs {', '.join(REQUIRED)}")
    for name, known in (("label", list(Kind)), ("unit", list(UNITS))):
        if name in entry and entry[name] not in known:
            raise LabelError(f"{where}: {name}: {entry[name]!r}; expected {', '.join(known)}")


def _sentence(entry: dict[str, Any]) -> Sentence:
    context = {name: entry.get(name, "") for name in CONTEXT}
    return Sentence(entry["text"], Span(0, len(entry["text"])), UNITS[entry.get("unit", "sentence")], **context)


def read_reviewed(folder: Path) -> list[Label]:
    """The labels that reviewers gave in the annotated JSON files below the folder.

    An accepted term keeps its label, a corrected one takes the reviewer's, a rejected one is none; a term that a reviewer
    added (its probabilities are null) counts as labelled. Terms nobody reviewed say nothing. Raises RecordError.
    """
    paths = sorted(path for path in folder.rglob("*.json") if path.name != "run.json")
    if not paths:
        raise RecordError(f"{folder}: no annotated JSON there; name the folder that holds the reviewed files")
    return [label for path in paths for label in labels_of(read(path), str(path))]


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
