"""The classifier as tables, and the notebook that shows them."""

import json
import math
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from builders import SAMPLES, Command, Ran, shell, write_jsonl

from pipeline.contract import Kind
from pipeline.report import drift, model
from pipeline.report import model_plots as plots
from pipeline.report.model import Checked, read_checked
from pipeline.report.notebooks import Kernel, kernel, render
from pipeline.report.show import svg_of
from pipeline.tag.model import Column

CONTRACTS = ("milestone_table", "nda", "million_by_month")
SENTENCES = ["The fee of $5,000 is due on acceptance of the report.", "The sky is blue.", "<img src=x> $x^2$ is paid monthly."]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The labelled sentences of the contracts that were run."""
    lines = (SAMPLES / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [entry for entry in map(json.loads, lines) if entry["contract"] in CONTRACTS]
    return write_jsonl(tmp_path_factory.mktemp("labelled") / "labels.jsonl", entries)


@pytest.fixture(scope="module")
def checked(ran: Ran, small_labels: Path, small_model: Path, labelled: Path) -> Checked:
    return read_checked(str(ran.out), str(small_labels), str(small_model), str(labelled))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which nothing was read."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "in").mkdir()
    (folder / "in" / "<img src=x>.pdf").write_bytes(b"no PDF")
    shell(["payterms", "run", folder / "in", folder / "out"])
    return folder / "out"


@pytest.fixture(scope="module")
def on() -> Iterator[Kernel]:
    with kernel() as one:
        yield one


class Page(HTMLParser):
    """What a report shows: tables by name, as lists of cells, and the words of tiles and paragraphs."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.words = ""
        self.alts: list[str] = []
        self._name = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "table":
            self._name = str(given["data-name"])
            self.tables[self._name] = []
        elif tag == "tr":
            self.tables[self._name].append([])
        elif tag in {"td", "th"}:
            self.tables[self._name][-1].append("")
        elif tag == "img":
            self.alts.append(str(given["alt"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._name = ""

    def handle_data(self, data: str) -> None:
        self.words += data
        if self._name and self.tables[self._name] and self.tables[self._name][-1]:
            self.tables[self._name][-1][-1] += data.strip("\n")


@pytest.fixture(scope="module")
def page(
    ran: Ran, small_labels: Path, small_model: Path, labelled: Path, on: Kernel, tmp_path_factory: pytest.TempPathFactory
) -> Page:
    to = tmp_path_factory.mktemp("reports") / "model.html"
    given = {"OUT": ran.out, "LABELS": small_labels, "MODEL": small_model, "LABELLED": labelled}
    parameters = {**{key: str(path) for key, path in given.items()}, "SENTENCES": SENTENCES}
    render("model", parameters, to, on, title="payterms: model")
    return Page(to.read_text(encoding="utf-8"))


def scores_of(table: list[list[str]], on: str) -> dict[str, list[float]]:
    """Precision, recall and F1 of each kind, without their intervals, from the table that is shown."""
    return {row[1]: [float(cell.split()[0]) for cell in row[2:5] if cell] for row in table if row[0].endswith(on)}


def printed_scores(out: str) -> dict[str, list[float]]:
    """The same from what a command prints."""
    rows = [line.split() for line in out.splitlines() if line.startswith(("milestone", "progress"))][:2]
    macro = re.search(r"macro F1 (\d\.\d+)", out)
    assert macro
    return {row[0]: [*map(float, row[1:4])] for row in rows} | {"both (macro)": [float(macro[1])]}


def test_scores_are_those_that_evaluate_prints(page: Page, small_labels: Path, small_model: Path, payterms: Command) -> None:
    told = payterms("evaluate", "--labels", small_labels, "--model", small_model, "--worst", "0").out
    assert scores_of(page.tables["scores"], "authored groups") == printed_scores(told)
    assert f"{printed_scores(told)['both (macro)'][0]:.3f}" in page.words.split("thresholds")[0]


def test_scores_of_the_run_are_those_that_measure_prints(page: Page, ran: Ran, labelled: Path, payterms: Command) -> None:
    told = payterms("measure", ran.out, labelled).out
    assert scores_of(page.tables["scores"], "contracts of this run") == printed_scores(told)


def test_the_notebook_shows_what_the_card_says(page: Page, small_model: Path) -> None:
    card = json.loads((small_model / "card.json").read_text(encoding="utf-8"))
    assert f"{card['trained_on']['units']:,} units" in page.words
    assert f"of {card['trained_on']['groups']} groups, as its card says" in page.words
    assert card["sha256"][:12] in page.words
    thresholds = card["thresholds"]
    assert f"{thresholds['milestone']:.2f} / {thresholds['progress']:.2f}" in page.words
    # The last step of the learning curve is the very training that made the model.
    last = page.tables["growth"][-1]
    assert last[:2] == [f"{card['trained_on']['groups']}", f"{card['trained_on']['units']:,}"]
    assert float(last[4]) == pytest.approx(card["macro_f1"], abs=5e-4)


def test_the_notebook_shows_sentences_errors_and_drift_escaped(page: Page, ran: Ran) -> None:
    assert [row[0] for row in page.tables["sentences"][1:]] == SENTENCES
    assert page.tables["sentences"][2][1] == "none"
    assert all(len(row) == 6 for row in page.tables["worst"])
    assert {row[5] for row in page.tables["worst-of-run"][1:]} <= set(CONTRACTS)
    read = [one for one in ran.run["inputs"] if one["output"]]
    assert f"all {len(read)} contracts" in page.words
    assert {row[0] for row in page.tables["unlike"][1:]} <= {one["source"] for one in read}
    by_name = {row[0]: row for row in page.tables["unlike"]}
    terms = ran.record("milestone_table.pdf")
    share = (terms["milestone_terms"] + terms["progress_terms"]) / int(by_name["milestone_table.pdf"][2])
    assert by_name["milestone_table.pdf"][5] == f"{share:.1%}"
    assert len(page.alts) == 7
    assert all(page.alts)


def test_labelled_contracts_of_other_runs_do_not_count(
    ran: Ran, small_labels: Path, small_model: Path, labelled: Path, tmp_path: Path
) -> None:
    entries = [json.loads(one) for one in labelled.read_text(encoding="utf-8").splitlines()]
    more = write_jsonl(
        tmp_path / "more.jsonl", [*entries, {"contract": "elsewhere", "label": "milestone", "text": "A fee is due."}]
    )
    alone, beside = (read_checked(str(ran.out), str(small_labels), str(small_model), str(one)) for one in (labelled, more))
    assert beside.results == alone.results
    assert model.strangers_told(beside) == "Labelled contracts that are not of this run, and do not count: 1."
    assert model.strangers_told(alone) == "All labelled contracts are of this run."


def test_without_a_run_and_without_labels_of_it(
    empty: Path, small_labels: Path, small_model: Path, tmp_path: Path, on: Kernel
) -> None:
    given = {"OUT": str(empty), "LABELS": str(small_labels), "MODEL": str(small_model), "LABELLED": "", "SENTENCES": []}
    render("model", given, tmp_path / "model.html", on, title="payterms: model")
    shown = Page((tmp_path / "model.html").read_text(encoding="utf-8"))
    assert drift.NOTHING in shown.words
    assert "No contract of this run is labelled." in shown.words
    assert len(shown.tables["drift"]) == 1
    assert len(shown.tables["scores"]) == 4


@pytest.fixture
def unmeasured(ran: Ran, small_model: Path, small_labels: Path, tmp_path: Path) -> Checked:
    """A model with neither a card nor a label to measure by."""
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "model.skops").write_bytes((small_model / "model.skops").read_bytes())
    write_jsonl(tmp_path / "labels" / "one.jsonl", [{"group": "water-works-1", "label": "none", "text": "The sky is blue."}])
    held = read_checked(str(ran.out), str(tmp_path / "labels"), str(bare), "")
    assert not held.answers.labels
    return held


def test_without_held_out_labels_every_part_says_so(unmeasured: Checked) -> None:
    tiles = {label: (value, told) for label, value, told in model.headline(unmeasured)}
    assert tiles["macro F1"][0] == "not measured"
    assert tiles["trained on"] == ("not told", "there is no card of this model")
    frames = [
        model.scores(unmeasured), model.curves(unmeasured), model.confusion(unmeasured), model.probabilities(unmeasured),
        model.steps(unmeasured), model.worst_table(unmeasured), model.worst_of_run(unmeasured),
    ]  # fmt: skip
    assert [len(frame) for frame in frames] == [0] * len(frames)
    drawn = (plots.score_plot, plots.curve_plot, plots.confusion_plot, plots.probability_plot, plots.growth_plot)
    for plot, frame in zip(drawn, frames, strict=False):
        assert "kept out of training" in svg_of(plot(frame))
    found = drift.read_drift(unmeasured)
    assert drift.told(found) == drift.NOTHING
    assert len(drift.drift_table(found)) == len(drift.unlike_table(found)) == 0
    assert "nothing to compare" in svg_of(plots.drift_plot(drift.places(found), drift.rule_rates(found)))
    assert list(model.step_table(model.steps(unmeasured)).columns) == ["groups", "labelled units", model.WON]


def test_confusion_and_bins_count_every_unit(checked: Checked) -> None:
    labels = checked.answers.labels
    confusion = model.confusion(checked)
    assert confusion.sum(axis=1).to_dict() == {kind: sum(label.kind == kind for label in labels) for kind in Kind}
    bins = model.probabilities(checked)
    asked = int((checked.answers.probabilities[:, 0] < 1).sum())
    assert bins.groupby("of")["units"].sum().to_dict() == {"milestone": asked, "progress": asked, "the answer": asked}
    assert checked.evaluation is not None
    assert bins[bins["of"] == "the answer"]["apart"].iloc[0] == pytest.approx(checked.evaluation.calibration_error)
    assert ((bins["bin"] / 10 <= bins["said"] + 1e-9) & (bins["said"] <= (bins["bin"] + 1) / 10 + 1e-9)).all()


def test_the_chosen_points_are_the_scores(checked: Checked) -> None:
    curves = model.curves(checked)
    assert checked.evaluation is not None
    for row in curves[curves["chosen"].astype(bool)].itertuples():
        one = checked.evaluation.scores[row.kind]
        assert (row.precision, row.recall) == pytest.approx((one.precision, one.recall))


def test_bars_add_up_to_the_answer(checked: Checked) -> None:
    for one in model.read_sentences(checked, [*SENTENCES, " "]):
        if one.asked:
            rows = model.leaning_rows(one, strongest=3)
            assert len(rows) == 5
            total = rows["log_odds"].sum()
            said = one.probabilities[["none", "milestone", "progress"].index(one.kind)] / one.probabilities[0]
            assert total == pytest.approx(math.log(said), abs=1e-4)


COLUMNS = {
    "a word": (Column("text", ("acceptance of",)), "“acceptance of”"),
    "a word of the lead-in": (Column("lead", ("pay",)), "“pay” in the lead-in"),
    "a rule": (Column("flag", ("pay_on_event",)), "rule: pay on event"),
    "a rule of a neighbour": (Column("flag", ("before:money",)), "money (unit before)"),
    "a shape": (Column("flag", ("under_5_words",)), "shape: under 5 words"),
    "a fact of a row": (Column("flag", ("row:date_alone",)), "date alone (the row)"),
    "what a table's rows say": (Column("flag", ("table:shares_whole",)), "shares whole (its table)"),
    "two": (Column("product", ("money", "row")), "rule: money with shape: row"),
}


@pytest.mark.parametrize(("column", "words"), COLUMNS.values(), ids=COLUMNS)
def test_columns_in_words(column: Column, words: str) -> None:
    assert model.named(column) == words


def test_drift_is_counted_from_the_results(checked: Checked, ran: Ran) -> None:
    found = drift.read_drift(checked)
    assert {one.name for one in found.batch} == {one["source"] for one in ran.run["inputs"] if one["output"]}
    table = drift.drift_table(found).set_index("what")
    records = [one for one in ran.run["inputs"] if one["output"]]
    terms = sum(one["milestone_terms"] + one["progress_terms"] for one in records)
    asked = sum(one.candidates for one in found.batch)
    assert table.loc["terms among such units", "this batch"] == f"{terms / asked:.1%}"
    expected = 1 / (1 + checked.model.none_per_term)
    assert table.loc["terms among such units", "reading"].startswith(f"{terms / asked / expected:.1f} times")
    rates = drift.rule_rates(found)
    gaps = (rates["corpus"] - rates["batch"]).abs().tolist()
    assert gaps == sorted(gaps, reverse=True)


def test_a_large_batch_is_sampled_the_same_way_every_time(checked: Checked, ran: Ran, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "SAMPLE", 2)
    found = drift.read_drift(checked)
    assert len(found.batch) == 2
    assert [one.name for one in found.batch] == [one.name for one in drift.read_drift(checked).batch]
    assert drift.told(found).startswith(f"Compared: a fixed sample of 2 of {found.read} contracts")


def test_hostile_names_are_drawn_and_not_obeyed(checked: Checked) -> None:
    found = drift.read_drift(checked)
    places = drift.places(found)
    places.loc[~places["is_group"], "name"] = "<img src=x onerror=alert(1)>$x^2$.pdf"
    drawn = svg_of(plots.drift_plot(places, drift.rule_rates(found)))
    assert "<img" not in drawn
    assert "&lt;img src=x" in drawn
    told = model.read_sentences(checked, ["<script>alert(1)</script> $5 is paid on $x^2$ acceptance."])
    assert "<script" not in svg_of(plots.leaning_plot(told))
