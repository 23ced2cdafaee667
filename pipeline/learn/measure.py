"""How good the tagging of whole contracts is: annotated JSON held against labelled sentences of the same contracts.

The labels are one JSON object a line: `contract` (the stem of its file), `text`, and `label`: milestone, progress, none, or
`ignore` where even careful readers disagree. A sentence that is not listed is none. Sentences are met by their words, so
that labels outlive a change in how contracts are cut.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.contract import Basis, Contract, Kind
from pipeline.errors import LabelError, RecordError
from pipeline.learn.metrics import NONE, POSITIVE, Mistake, Score, calibration_error
from pipeline.review.annotated import read
from pipeline.tag.model import KINDS, Model
from pipeline.tag.units import units_of

UNSURE: Final = "ignore"
WORD: Final = re.compile(r"[a-z0-9$%]+")
# A term and a labelled sentence are the same if they share a run of at least so many words, and half of the shorter one.
RUN_WORDS: Final = 4
# One kind is the basis of a labelled contract if it has this share of its terms.
BASIS_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled sentence of a contract; `kind` is None where readers disagree."""

    text: str
    kind: Kind | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """A labelled term that was hit or missed, or a term that was tagged by mistake.

    `place` tells equal sentences of a contract apart: the sentence's number among the labels, or the id of the term.
    """

    contract: str
    kind: Kind
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Result:
    """One contract's tagging held against its labels: labelled terms that were hit and missed, and false alarms.

    `right` counts the tagged terms of each kind that are labelled so. A contract that was not read has missed everything.
    """

    contract: str
    hit: frozenset[Found]
    missed: frozenset[Found]
    alarms: frozenset[Found]
    right: Mapping[Kind, int]
    labelled_basis: Basis
    written_basis: Basis


def read_labelled(path: Path) -> dict[str, list[Labelled]]:
    """The labelled sentences of each contract. Raises LabelError naming file and line."""
    found: dict[str, list[Labelled]] = defaultdict(list)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(
            f"{path}: cannot be read ({error}); name a file of labelled sentences, one JSON object a line"
        ) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            contract, sentence = _labelled(line, f"{path}:{number}")
            found[contract].append(sentence)
    return dict(found)


def _labelled(line: str, where: str) -> tuple[str, Labelled]:
    try:
        entry = json.loads(line)
        contract, label, text = str(entry["contract"]), str(entry["label"]), str(entry["text"])
    except (ValueError, KeyError, TypeError) as error:
        raise LabelError(
            f"{where}: no labelled sentence ({error!r}); expected an object with contract, label and text"
        ) from error
    if label not in (*Kind, UNSURE):
        raise LabelError(f"{where}: label: {label!r}; expected {', '.join(Kind)} or {UNSURE}")
    return contract, Labelled(text, None if label == UNSURE else Kind(label), words_of(text))


def words_of(text: str) -> tuple[str, ...]:
    """The words and figures of a text, in lower case, without thousands separators."""
    return tuple(WORD.findall(text.lower().replace(",", "")))


def same(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether two sentences are one: they share a run of words that is half as long as the shorter, and at least four words."""
    shorter = min(len(words), len(others))
    needed = shorter if shorter <= RUN_WORDS else max(RUN_WORDS, (shorter + 1) // 2)
    if not shorter:
        return False
    match = SequenceMatcher(None, words, others, autojunk=False).find_longest_match()
    return match.size >= needed


class Sentences:
    """A contract's labelled sentences, to be found by the words of a term or unit."""

    def __init__(self, labelled: Sequence[Labelled]) -> None:
        self.labelled = labelled
        self._by_run: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for index, sentence in enumerate(labelled):
            for run in _runs(sentence.words):
                self._by_run[run].append(index)
        self._short = [index for index, sentence in enumerate(labelled) if len(sentence.words) < RUN_WORDS]

    def like(self, text: str) -> list[int]:
        """The indexes of the labelled sentences that are the same as this text."""
        words = words_of(text)
        near = {index for run in _runs(words) for index in self._by_run.get(run, ())} | set(self._short)
        tried = range(len(self.labelled)) if len(words) < RUN_WORDS else sorted(near)
        return [index for index in tried if same(words, self.labelled[index].words)]


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1)}


def results_of(labelled: Mapping[str, Sequence[Labelled]], folder: Path) -> list[Result]:
    """The result of every labelled contract, from the annotated JSON in the folder. Raises RecordError if none is there."""
    paths = _paths(folder)
    if not labelled.keys() & paths.keys():
        raise RecordError(
            f"{folder}: no annotated JSON of a labelled contract there; run `payterms run` on those contracts first"
        )
    return [
        result_of(name, sentences, read(paths[name]) if name in paths else None) for name, sentences in sorted(labelled.items())
    ]


def _paths(folder: Path) -> dict[str, Path]:
    """The annotated JSON of each contract by its name."""
    return {path.stem: path for path in sorted(folder.rglob("*.json"))}


def result_of(name: str, labelled: Sequence[Labelled], contract: Contract | None) -> Result:
    """The result of one contract; None for one that was not read."""
    sentences = Sentences(labelled)
    hit: set[int] = set()
    alarms: set[Found] = set()
    right: Counter[Kind] = Counter()
    for term in contract.terms if contract else ():
        like = sentences.like(term.text)
        of_kind = {index for index in like if labelled[index].kind is term.label}
        hit |= of_kind
        if of_kind:
            right[term.label] += 1
        elif all(labelled[index].kind for index in like):
            alarms.add(Found(name, term.label, term.text, term.id))
    terms = {index: Found(name, one.kind, one.text, str(index)) for index, one in enumerate(labelled) if one.kind in POSITIVE}
    return Result(
        name,
        frozenset(found for index, found in terms.items() if index in hit),
        frozenset(found for index, found in terms.items() if index not in hit),
        frozenset(alarms),
        right,
        labelled_basis([one.kind for one in labelled]),
        contract.verdict.basis if contract else Basis.UNKNOWN,
    )


def labelled_basis(kinds: Iterable[Kind | None]) -> Basis:
    """What a contract with terms of these kinds hangs on: the kind of nearly all of them, mixed, or none."""
    counts = Counter(kind for kind in kinds if kind in POSITIVE)
    if not counts:
        return Basis.NONE
    kind, most = counts.most_common(1)[0]
    return Basis(kind.value) if kind and most >= BASIS_SHARE * counts.total() else Basis.MIXED


def scores(results: Sequence[Result]) -> dict[str, Score]:
    """Precision, recall and F1 of each kind over the contracts."""
    return {kind.value: _score(results, kind) for kind in POSITIVE}


def _score(results: Sequence[Result], kind: Kind) -> Score:
    hit = sum(found.kind is kind for result in results for found in result.hit)
    missed = sum(found.kind is kind for result in results for found in result.missed)
    alarms = sum(found.kind is kind for result in results for found in result.alarms)
    right = sum(result.right.get(kind, 0) for result in results)
    precision = right / (right + alarms) if right + alarms else 0.0
    recall = hit / (hit + missed) if hit + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return Score(precision, recall, f1, hit + missed, right + alarms)


def basis_right(results: Sequence[Result]) -> float:
    """The share of the contracts whose basis is that of their labels."""
    return sum(result.written_basis is result.labelled_basis for result in results) / len(results)


def calibration(labelled: Mapping[str, Sequence[Labelled]], folder: Path, model: Model) -> float:
    """The model's expected calibration error on the labelled sentences of the contracts in the folder, in 0 to 1."""
    truth: list[int] = []
    answers: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
    for path in sorted(folder.rglob("*.json")):
        if path.stem not in labelled:
            continue
        sentences = Sentences(labelled[path.stem])
        units = units_of(read(path).text)
        for unit, row in zip(units, model.probabilities(units), strict=True):
            kinds = {sentences.labelled[index].kind for index in sentences.like(unit.text)}
            if kinds and None not in kinds:
                truth.append(next((KINDS.index(kind) for kind in POSITIVE if kind in kinds), NONE))
                answers.append(row)
    return calibration_error(np.array(answers).reshape(-1, len(KINDS)), np.array(truth, dtype=np.int64))


def mistakes(
    labelled: Mapping[str, Sequence[Labelled]], results: Sequence[Result], folder: Path, model: Model
) -> list[Mistake]:
    """What a run has wrong in the labelled contracts, the surest first; `group` is the contract.

    A false alarm, or a term of the other kind, has the probability that the run gave it. A labelled term that was taken for
    none has the model's probability of that. Both are NaN where there is none: a person spoke, or no unit is the sentence.
    """
    paths = _paths(folder)
    found: list[Mistake] = []
    for result in results:
        if result.missed or result.alarms:
            contract = read(paths[result.contract]) if result.contract in paths else None
            found += _mistakes_of(result, labelled[result.contract], contract, model)
    return sorted(found, key=lambda mistake: (np.isnan(mistake.probability), -mistake.probability))


def _mistakes_of(result: Result, labelled: Sequence[Labelled], contract: Contract | None, model: Model) -> Iterable[Mistake]:
    sentences = Sentences(labelled)
    terms = {term.id: term for term in contract.terms} if contract else {}
    for alarm in sorted(result.alarms):
        kinds = {labelled[index].kind for index in sentences.like(alarm.text)}
        label = next((kind for kind in POSITIVE if kind in kinds), Kind.NONE)
        sure = terms[alarm.place].probabilities
        yield Mistake(alarm.text, result.contract, label, alarm.kind, getattr(sure, alarm.kind) if sure else float("nan"))
    # What was taken for the other kind has been told already, as a false alarm of that kind.
    tagged = {str(index) for term in terms.values() for index in sentences.like(term.text)}
    missed = [one for one in sorted(result.missed) if one.place not in tagged]
    for one, sure_of_none in zip(missed, _sure_of_none(missed, contract, model), strict=True):
        yield Mistake(one.text, result.contract, one.kind, Kind.NONE, sure_of_none)


def _sure_of_none(missed: Sequence[Found], contract: Contract | None, model: Model) -> list[float]:
    """The model's least probability of none for the units that are each sentence; NaN if there is no such unit."""
    least = [float("nan")] * len(missed)
    sentences = Sentences([Labelled(one.text, one.kind, words_of(one.text)) for one in missed])
    units = units_of(contract.text) if contract and missed else []
    like = [(unit, indexes) for unit in units if (indexes := sentences.like(unit.text))]
    rows = model.probabilities([unit for unit, _ in like])
    for (_, indexes), row in zip(like, rows, strict=True):
        for index in indexes:
            least[index] = float(np.fmin(least[index], row[NONE]))
    return least
