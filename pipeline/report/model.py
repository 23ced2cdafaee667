"""The classifier as tables: how good it is, and how sure that is; what it leans on; where it errs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.batch.journal import read_run
from pipeline.contract import Kind, Sentence, Span
from pipeline.learn import bootstrap, growth, measure
from pipeline.learn.bootstrap import Interval
from pipeline.learn.card import read_card
from pipeline.learn.curves import curve
from pipeline.learn.labels import Label, read_labels
from pipeline.learn.measure import Labelled, Result
from pipeline.learn.metrics import POSITIVE, Answers, Evaluation, Mistake, answers_of, evaluation_of, reliability
from pipeline.learn.split import parted
from pipeline.report.show import line, mark
from pipeline.tag.leanings import Leanings, leanings
from pipeline.tag.model import KINDS, Column, Model, load
from pipeline.tag.views import SHAPES

GROUPS, RUN = "authored groups", "contracts of this run"
NAMES: Final[Mapping[str, str]] = {"precision": "precision", "recall": "recall", "f1": "F1", "macro": "both (macro)"}
# How many mistakes of each sort are shown.
WORST: Final = 6
COUNTS: Final = ("terms labelled", "terms tagged")
WON: Final = "macro F1 gained"
F1_COLUMNS: Final = ("milestone F1", "progress F1", "macro F1", WON)
SORTS: Final = ("other kind", "false alarm", "missed")
# How many features of a sentence are shown by name.
STRONGEST: Final = 10
PARTS: Final[Mapping[str, str]] = {
    "lead": "in the lead-in",
    "section": "in a heading",
    "table": "in the table's header or title",
}
STANDS: Final[Mapping[str, str]] = {
    "lead": "lead-in",
    "around": "heading or header",
    "before": "unit before",
    "after": "unit after",
    "row": "the row",
    "table": "its table",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A model, what it was trained on, and what it is measured by.

    `answers` are about the authored groups that were held out, none if the labels hold none of those; `evaluation` is None
    then. `labelled` are the labelled sentences of the run's contracts and `results` how the run did on them, empty if none
    are labelled; `strangers` counts the labelled contracts that are none of the run's. `intervals`
    are the scores by what they were measured on, kind and measure. `card` is that of the model, if there is one.
    """

    model: Model
    card: Mapping[str, Any] | None
    out: Path
    training: Sequence[Label]
    answers: Answers
    evaluation: Evaluation | None
    labelled: Mapping[str, Sequence[Labelled]]
    results: Sequence[Result]
    strangers: int
    intervals: Mapping[str, Mapping[str, Mapping[str, Interval]]]


def read_checked(out: str, labels: str, model: str, labelled: str) -> Checked:
    """What there is to tell of a model: folders of a run, labels and the model, a file of labelled sentences ("" for none).

    Raises RecordError, LabelError, ModelError.
    """
    records = read_run(Path(out))
    read = any(record.output is not None for record in records)
    loaded = load(Path(model))
    training, measuring = parted(read_labels(Path(labels)))
    probabilities = loaded.probabilities([label.unit for label in measuring])
    answers = answers_of(measuring, probabilities, loaded.thresholds, loaded.none_per_term)
    inputs = {PurePosixPath(record.source).stem for record in records}
    given = measure.read_labelled(Path(labelled)) if labelled else {}
    sentences = {name: labels for name, labels in given.items() if name in inputs}
    results = measure.results_of(sentences, Path(out)) if sentences and read else []
    return Checked(
        loaded,
        read_card(loaded, Path(model)),
        Path(out),
        training,
        answers,
        evaluation_of(answers, worst=len(measuring)) if measuring else None,
        sentences,
        results,
        len(given) - len(sentences),
        _intervals(answers, results),
    )


def strangers_told(checked: Checked) -> str:
    """Whether all contracts that are labelled are of this run: those that are not say nothing of it."""
    if checked.strangers:
        return f"Labelled contracts that are not of this run, and do not count: {checked.strangers:,}."
    return "All labelled contracts are of this run." if checked.labelled else "No contract of this run is labelled."


def headline(checked: Checked) -> list[tuple[str, str, str]]:
    """The numbers that matter most, as tiles."""
    model = checked.model
    measured = [
        (f"macro F1 on {where}", f"{macro.value:.3f}", _between(macro))
        for where, macro in ((where, rows["macro"]["f1"]) for where, rows in checked.intervals.items())
    ]
    thresholds = " / ".join(f"{model.thresholds[kind]:.2f}" for kind in POSITIVE)
    return [
        *(measured or [("macro F1", "not measured", "the labels hold no held-out group")]),
        ("thresholds", thresholds, "least probability of a milestone / progress term"),
        ("model", line(model.name, 24), f"SHA-256 {model.sha256[:12]}…"),
        ("trained on", *_trained_on(checked.card)),
    ]


def _trained_on(card: Mapping[str, Any] | None) -> tuple[str, str]:
    match card:
        case {"trained_on": {"units": int(units), "groups": int(groups)}}:
            return f"{units:,} units", f"of {groups:,} groups, as its card says"
    return "not told", "there is no card of this model"


def _between(one: Interval) -> str:
    return "of one contract, so no interval" if np.isnan(one.low) else f"95% interval {one.low:.3f} to {one.high:.3f}"


def _intervals(answers: Answers, results: Sequence[Result]) -> dict[str, dict[str, dict[str, Interval]]]:
    """What was measured, on what: the held-out groups, and the run where it is labelled."""
    measured = {GROUPS: bootstrap.of_answers(answers), RUN: bootstrap.of_results(results)}
    return {where: rows for where, rows in measured.items() if rows}


def scores(checked: Checked) -> pd.DataFrame:
    """A row for each score: `on` what, `kind`, `measure`, `value`, and its 95% interval `low` to `high` (NaN if none)."""
    rows = [
        (where, kind, measure_, one.value, one.low, one.high)
        for where, by_kind in checked.intervals.items()
        for kind, row in by_kind.items()
        for measure_, one in row.items()
    ]
    return pd.DataFrame(rows, columns=["on", "kind", "measure", "value", "low", "high"])


def score_table(checked: Checked) -> pd.DataFrame:
    """The scores as a reader wants them: a row for each kind and what it was measured on, with counts of terms."""
    counts = _counts(checked)
    rows = [
        (_measured_on(checked, where), NAMES.get(kind, kind), *(_cell(row.get(name)) for name in ("precision", "recall", "f1")),
         *counts[where].get(kind, (None, None)))
        for where, by_kind in checked.intervals.items()
        for kind, row in by_kind.items()
    ]  # fmt: skip
    columns = ["measured on", "kind", "precision", "recall", "F1", "terms labelled", "terms tagged"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-2:], "object"))


def _counts(checked: Checked) -> dict[str, dict[str, tuple[int, int]]]:
    measured = {GROUPS: checked.evaluation.scores if checked.evaluation else {}, RUN: measure.scores(checked.results)}
    return {where: {kind: (one.labelled, one.tagged) for kind, one in by_kind.items()} for where, by_kind in measured.items()}


def _measured_on(checked: Checked, where: str) -> str:
    groups = len(checked.results) if where == RUN else len({label.group for label in checked.answers.labels})
    return f"{groups:,} {where}"


def _cell(one: Interval | None) -> str:
    if one is None:
        return ""
    return f"{one.value:.3f}" if np.isnan(one.low) else f"{one.value:.3f} ({one.low:.2f}–{one.high:.2f})"


def curves(checked: Checked) -> pd.DataFrame:
    """The curve of each kind on held-out groups: `kind`, `threshold`, `precision`, `recall`, `chosen`.

    Each kind has one row more, which is chosen: what its threshold gives.
    """
    frames = [pd.DataFrame(columns=["kind", "threshold", "precision", "recall", "chosen"])]
    for kind in POSITIVE:
        one, chosen = curve(checked.answers, checked.model.thresholds, kind), checked.model.thresholds[kind]
        if len(one.thresholds):
            held = {"threshold": one.thresholds, "precision": one.precision, "recall": one.recall}
            point = dict(zip(("threshold", "precision", "recall"), (chosen, *one.at(chosen)), strict=True))
            frames.append(pd.DataFrame(held).assign(kind=kind.value, chosen=False))
            frames.append(pd.DataFrame([point]).assign(kind=kind.value, chosen=True))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def confusion(checked: Checked) -> pd.DataFrame:
    """How many units of each label (rows) were tagged as each kind (columns); without rows if nothing is measured."""
    held = checked.evaluation.confusion if checked.evaluation else {}
    return pd.DataFrame([list(row.values()) for row in held.values()], index=list(held), columns=[kind.value for kind in KINDS])


def probabilities(checked: Checked) -> pd.DataFrame:
    """Answers by how sure they are, a row for each of ten bins that holds any: `of` (the answer, or a kind), `bin`, `units`.

    `said` is their mean probability and `true` the share of them that is, both weighted; `apart` is the error of all bins.
    """
    frames = [pd.DataFrame(columns=["of", "bin", "units", "said", "true", "apart"])]
    for name, kind in {"the answer": None, **{kind.value: kind for kind in POSITIVE}}.items():
        bins = reliability(checked.answers, kind)
        full = np.flatnonzero(bins.counts)
        weights = bins.weights[full]
        held = {"bin": full, "units": bins.counts[full], "said": bins.said[full] / weights, "true": bins.true[full] / weights}
        frames.append(pd.DataFrame(held).assign(of=name, apart=bins.error))
    return pd.concat(frames[1:], ignore_index=True) if checked.evaluation else frames[0]


def steps(checked: Checked) -> pd.DataFrame:
    """F1 on held-out groups by what was trained on: `groups`, `labels`, `share` of all, `kind` (or "macro"), `f1`."""
    rows = [
        (step.share, step.groups, step.labels, kind, f1)
        for step in (growth.growth(checked.training, checked.answers.labels) if checked.evaluation else ())
        for kind, f1 in (
            *((name, one.f1) for name, one in step.evaluation.scores.items()),
            ("macro", step.evaluation.macro_f1),
        )
    ]
    return pd.DataFrame(rows, columns=["share", "groups", "labels", "kind", "f1"])


def step_table(growing: pd.DataFrame) -> pd.DataFrame:
    """The steps as a reader wants them: a row for each share, and what the macro F1 gained on the step before."""
    wide = growing.pivot_table(index=["groups", "labels"], columns="kind", values="f1").reset_index()
    won = wide.get("macro", pd.Series(dtype=float)).diff()
    by_kind = {f"{name} F1": wide[name].map("{:.3f}".format) for name in (*POSITIVE, "macro") if name in wide}
    frame = wide[["groups", "labels"]].rename(columns={"labels": "labelled units"}).assign(**by_kind)
    return frame.assign(**{WON: won.map(lambda value: "" if pd.isna(value) else f"{value:+.3f}")})


def read_sentences(checked: Checked, sentences: Sequence[str]) -> list[Leanings]:
    """What the model leans on for each sentence, which stands alone: without heading, lead-in, header or neighbours."""
    texts = [sentence for sentence in sentences if sentence.strip()]
    return leanings(checked.model, [Sentence(text, Span(0, len(text))) for text in texts])


def answer_table(told: Sequence[Leanings]) -> pd.DataFrame:
    """What each sentence is taken for."""
    kinds = (*POSITIVE, Kind.NONE)
    rows = [
        (one.unit.text, mark(one.tagged), *(f"{one.probabilities[KINDS.index(kind)]:.3f}" for kind in kinds), _why(one))
        for one in told
    ]
    frame = pd.DataFrame(rows, columns=["sentence", "taken for", *kinds, "note"])
    return frame if frame["note"].any() else frame.drop(columns="note")


def _why(one: Leanings) -> str:
    return "" if one.asked else "holds no word of payment: the model is not asked"


def leaning_rows(one: Leanings, *, strongest: int = STRONGEST) -> pd.DataFrame:
    """What speaks for and against a kind, in log-odds: `name`, `log_odds`; the strongest, what all others add up to, the start.

    The rows add up to the log-odds of the kind against none.
    """
    shown = [(named(leaning.column), leaning.log_odds) for leaning in one.leanings[:strongest]]
    others = [leaning.log_odds for leaning in one.leanings[strongest:]]
    rest = [(f"{len(others):,} weaker ones together", sum(others))] if others else []
    return pd.DataFrame([*shown, *rest, ("any unit (terms are rare)", one.start)], columns=["name", "log_odds"])


def named(column: Column) -> str:
    """A column of the model in words."""
    if column.part == "product":
        return " with ".join(map(_flag, column.names))
    if column.part == "flag":
        return _flag(column.names[0])
    return " ".join([f"“{column.names[0]}”", *filter(None, [PARTS.get(column.part)])])


def _flag(name: str) -> str:
    place, _, rule = name.rpartition(":")
    words = rule.replace("_", " ")
    if name in SHAPES:
        return f"shape: {words}"
    return f"{words} ({STANDS[place]})" if place else f"rule: {words}"


def worst_table(checked: Checked) -> pd.DataFrame:
    """The surest mistakes of each sort on held-out groups, but for terms that the model was not asked about."""
    return _mistakes(_asked(checked.evaluation.mistakes if checked.evaluation else ()), "group")


def _asked(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Those about units that the model was asked about: of the others it is certain."""
    return [one for one in mistakes if one.probability < 1.0]


def worst_of_run(checked: Checked) -> pd.DataFrame:
    """The surest mistakes of each sort of the run on its labelled contracts."""
    return _mistakes(measure.mistakes(checked.labelled, checked.results, checked.out, checked.model), "contract")


def _mistakes(mistakes: Sequence[Mistake], of: str) -> pd.DataFrame:
    held = [(sort, one) for sort in SORTS for one in [one for one in mistakes if _sort(one) == sort][:WORST]]
    rows = [
        (sort, one.text, mark(one.label), mark(one.tagged), _sure(one.probability), line(one.group, 40)) for sort, one in held
    ]
    return pd.DataFrame(rows, columns=["mistake", "text", "labelled", "taken for", "probability", of])


def _sort(mistake: Mistake) -> str:
    if mistake.tagged is Kind.NONE:
        return "missed"
    return "false alarm" if mistake.label is Kind.NONE else "other kind"


def _sure(probability: float) -> str:
    return "not told" if np.isnan(probability) else f"{probability:.3f}"


def mistakes_told(checked: Checked) -> str:
    """How many mistakes of each sort there are on held-out groups, and how many terms the model was not asked about."""
    if checked.evaluation is None:
        return "No authored group is held out."
    held = checked.evaluation.mistakes
    asked = list(map(_sort, _asked(held)))
    other, alarms, missed = (f"{asked.count(sort):,}" for sort in SORTS)
    return (
        f"On held-out groups {other} terms were taken for the other kind, {alarms} units that are none for a term, and {missed}"
        f" terms for none. Of another {len(held) - len(asked):,} terms, which hold no word of payment, the model is not asked."
    )


def run_told(checked: Checked) -> str:
    """Why the run has no mistakes to list."""
    return "No mistake on the labelled contracts of this run." if checked.results else "No contract of this run is labelled."
