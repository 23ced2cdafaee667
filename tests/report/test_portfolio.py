"""A portfolio in numbers, counted by hand, and its notebook."""

import json
import math
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from builders import Ran
from portfolios import CONTRACTS, IMAGE, MATHS, small_portfolio

from pipeline.report import portfolio
from pipeline.report.frames import Batch, read_batch
from pipeline.report.notebooks import PARAMETERS, folder_of_notebooks, kernel, render

NAMES = list(CONTRACTS)
UNREAD = "<i>gone</i>.pdf"
# The report is written once, by one of the workers.
IN_ONE = pytest.mark.xdist_group("portfolio")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_portfolio(tmp_path_factory.mktemp("portfolio") / "my batch")


@pytest.fixture(scope="module")
def batch(out: Path) -> Batch:
    return read_batch(out)


@pytest.fixture
def empty(tmp_path: Path) -> Batch:
    (tmp_path / "run.json").write_text('{"inputs": []}', encoding="utf-8")
    return read_batch(tmp_path)


def column(frame: pd.DataFrame, name: str) -> list[Any]:
    return list(frame[name])


def test_contracts_are_counted_by_advance(batch: Batch) -> None:
    found = portfolio.by_advance(batch)
    assert dict(zip(found["advance"], found["contracts"], strict=True)) == {
        "yes": 1,
        "conditional": 1,
        "no": 1,
        "unknown": 1,
        "not read": 1,
    }
    assert column(found, "share") == [0.2] * 5


def test_money_is_counted_by_what_can_be_financed(batch: Batch) -> None:
    found = {(one.currency, one.outcome, one.kind): (one.value, one.terms) for one in portfolio.sums(batch).itertuples()}
    assert found == {
        ("USD", "can be financed", "milestone"): (150_000, 2),
        ("USD", "cannot", "progress"): (9_000, 1),
        ("USD", "cannot", "milestone"): (1_000, 1),
        ("USD", "not known", "milestone"): (400, 1),
        ("EUR", "can be financed", "milestone"): (7_000, 1),
        ("EUR", "cannot", "progress"): (3_000, 1),
    }
    assert portfolio.currencies(batch) == ["USD", "EUR"]


def test_each_currency_has_a_row(batch: Batch) -> None:
    usd, eur = portfolio.money_table(batch).to_dict("records")
    assert list(usd.values())[:8] == ["USD", 3, 5, 150_000, 150_000, 1_000, 9_000, 400]
    assert list(eur.values())[:8] == ["EUR", 1, 2, 7_000, 0, 0, 3_000, 0]
    # 80 percent of 150,000; of the other contract no rate is told.
    assert usd["Advanced at most"] == 120_000
    assert math.isnan(eur["Advanced at most"])


def test_without_rates_there_is_no_column_for_them(batch: Batch) -> None:
    bare = replace(batch, contracts=batch.contracts.assign(rate_percent=float("nan")))
    assert "Advanced at most" not in portfolio.money_table(bare)
    assert "Rate, %" not in portfolio.contract_table(bare)


def test_progress_money_counts_where_the_policy_finances_progress(batch: Batch) -> None:
    certified = replace(batch, contracts=batch.contracts.assign(advance="conditional"))
    found = portfolio.paying_terms(certified)
    progress = found[found["kind"] == "progress"]
    assert dict(zip(progress["basis"], progress["outcome"], strict=True)) == {"progress": "can be financed", "mixed": "cannot"}


def test_money_without_a_currency_comes_last(batch: Batch) -> None:
    bare = replace(batch, terms=batch.terms.assign(currency=["", "", "", "", "", "EUR", "EUR", ""]))
    assert portfolio.currencies(bare) == ["EUR", ""]
    assert column(portfolio.money_table(bare), "Currency") == ["EUR", "not told"]


def test_the_head_tells_the_most_important_numbers(batch: Batch) -> None:
    assert portfolio.headline(batch) == [
        ("contracts read", "4", "4 pages"),
        ("can be financed", "2", "50% of those read: 1 yes, 1 on conditions"),
        ("cannot", "1", "25% of those read"),
        ("not known yet", "1", "25% of those read"),
        ("could not be read", "1", "of 5 files"),
        ("can be financed, of what is told", "USD 150k", "also EUR 7k; 7 of 8 terms pay a counted sum"),
    ]
    assert portfolio.provenance(batch) == (
        "Policy: cautious factor. Model: default cdcdcdcd. Tool: payterms 0.1.0. Folder: my batch."
    )


def test_files_that_stand_there_twice_and_runs_that_have_not_ended_are_told(out: Path, tmp_path: Path) -> None:
    again = shutil.copytree(out, tmp_path / "again")
    names = [one for one in again.rglob("*.json") if one.name != "run.json"]
    for name in names[:3]:
        held = json.loads(name.read_text(encoding="utf-8"))
        held["source"]["sha256"] = "ff" * 32
        name.write_text(json.dumps(held), encoding="utf-8")
    (again / "run.jsonl").touch()
    assert portfolio.provenance(read_batch(again)).endswith(
        "2 of the contracts are the same file as another, and count each time."
        " The run has not ended: what it has not read yet is missing here."
    )


def test_the_share_of_money_that_is_told_is_told(batch: Batch) -> None:
    note = portfolio.money_note(batch)
    assert note.startswith("7 of 8 payment terms pay a sum that is counted here; the other 1 tell none")
    assert note.endswith("which the contract tells: 0.")


def test_contracts_are_counted_by_basis_and_advance(batch: Batch) -> None:
    matrix = portfolio.basis_by_advance(batch)
    assert list(matrix.columns) == ["yes", "conditional", "unknown", "no"]
    assert matrix.to_dict("index") == {
        "milestone": {"yes": 1, "conditional": 0, "unknown": 1, "no": 0},
        "progress": {"yes": 0, "conditional": 0, "unknown": 0, "no": 1},
        "mixed": {"yes": 0, "conditional": 1, "unknown": 0, "no": 0},
        "none": {"yes": 0, "conditional": 0, "unknown": 0, "no": 0},
        "unknown": {"yes": 0, "conditional": 0, "unknown": 0, "no": 0},
    }
    reasons = portfolio.common_reasons(batch)
    assert (reasons.loc[0, "code"], reasons.loc[0, "contracts"]) == ("set_off", 2)
    assert len(reasons) == 5


def test_contracts_to_act_on_come_first(batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "contracts" / "below").mkdir(parents=True)
    (tmp_path / "contracts" / "below" / "beta.html").touch()
    (tmp_path / "contracts" / f"{MATHS[:-4]}.html").touch()
    table = portfolio.contract_table(batch, str(tmp_path))
    assert [re.sub("<[^>]*>", "", name) for name in table["Contract"]] == [
        "alpha.pdf",
        "below/beta.pdf",
        "$x^2$ &amp; co.pdf",
        "&lt;img src=x onerror=alert(1)&gt;.pdf",
    ]
    links = [re.findall(r'href="([^"]*)"', name) for name in table["Contract"]]
    assert links == [[], ["contracts/below/beta.html"], ["contracts/%24x%5E2%24%20%26%20co.html"], []]
    assert column(table, "Can be financed") == ["USD 150k", "EUR 7k", "", ""]
    assert column(table, "Other money") == ["", "EUR 3k", "USD 400", "USD 10k"]
    assert table.loc[1, "Gravest reason"] == "Mixed billing, and 1 more"
    assert column(table, "Milestone terms") == [2, 1, 1, 1]


def test_contracts_with_the_same_advance_are_sorted_by_money(batch: Batch) -> None:
    same = replace(
        batch, contracts=batch.contracts.assign(advance=pd.Categorical(["no"] * 4, ["yes", "conditional", "no", "unknown"]))
    )
    names = [re.sub("<[^>]*>", "", name) for name in portfolio.contract_table(same)["Contract"]]
    # By dollars, which three of them use: 150,000, 10,000, 400; then euros.
    assert [name[:3] for name in names] == ["alp", "&lt", "$x^", "bel"]


def test_the_schedule_is_counted_by_event(batch: Batch) -> None:
    due = portfolio.due_on(batch)
    rows = {(one.kind, one.event_kind): (one.terms, one.contracts, one.money) for one in due.itertuples()}
    assert rows == {
        ("milestone", "acceptance by the customer"): (1, 1, "USD 100k"),
        ("milestone", "delivery, shipment or installation"): (1, 1, "USD 50k"),
        ("milestone", "completion"): (1, 1, "EUR 7k"),
        ("milestone", "signing, order or start"): (1, 1, "USD 1k"),
        ("milestone", "milestone that stands elsewhere"): (1, 1, "USD 400"),
        ("progress", "month"): (3, 2, "USD 9k, EUR 3k"),
    }
    assert column(portfolio.due_on_table(batch), "Terms") == [1, 1, 1, 1, 1, 3]


def test_days_to_pay_are_held_against_the_limit(batch: Batch) -> None:
    assert sorted(portfolio.days_to_pay(batch)["due_days"]) == [10, 30, 120]
    assert portfolio.limit_days(batch) == (90, True)
    note = "3 of 8 terms tell days to pay, 5 do not. The median is 30 days. Beyond the 90 days that the policy finances: 1."
    assert portfolio.days_note(batch) == note


def test_the_limit_of_a_policy_of_ones_own_is_not_known(batch: Batch) -> None:
    own = replace(batch, contracts=batch.contracts.assign(policy="ours"))
    assert portfolio.limit_days(own) == (90, False)
    assert "this batch's own is not at hand" in portfolio.days_note(own)


def test_clauses_are_counted_by_contract(batch: Batch) -> None:
    held = portfolio.clauses_held(batch)
    assert list(held.index) == NAMES
    assert column(held, "set_off") == [1, 0, 0, 2]
    assert column(held, "choice_of_law") == [0, 0, 0, 1]
    assert held.to_numpy().sum() == 4
    assert list(portfolio.most_loaded(batch, 3).index) == ["below/beta.pdf", MATHS, IMAGE]


def test_clauses_have_their_share_of_contracts(batch: Batch) -> None:
    shares = portfolio.clause_shares(batch).loc["set_off"]
    assert dict(shares) == {"all": 0.5, "yes": 0.0, "conditional": 1.0, "unknown": 1.0, "no": 0.0}
    table = portfolio.clause_table(batch)
    assert list(table.iloc[0]) == ["Set-off", "threatens", 2, 50, 0, 100, 100, 0]
    assert "% of all 4" in table.columns
    law = table[table["Clause"] == "Governing law"].iloc[0]
    assert list(law)[1:4] == ["helps or informs", 1, 25]


def test_what_is_unknown_is_told_with_what_waits_for_it(batch: Batch) -> None:
    assert portfolio.unknown_counts(batch).to_numpy().tolist() == [["Low confidence", 1, "USD 400", "Mend low_confidence."]]
    (row,) = portfolio.unknown_table(batch).to_dict("records")
    assert row["Reason"] == "Low confidence"
    assert row["What it rests on"] == "Because of low_confidence."


def test_doubts_of_contracts_with_few_terms_come_first(batch: Batch) -> None:
    terms = portfolio.doubtful_terms(batch)
    assert list(zip(terms["contract"], terms["of"], strict=True)) == [(MATHS, 1), ("below/beta.pdf", 3)]
    table = portfolio.doubt_table(batch)
    assert column(table, "Probability") == [0.45, 0.35]
    assert table.loc[0, "Why look"].count(".") == 2


@pytest.mark.parametrize(
    ("part", "total", "told"), [(0, 9, "0%"), (1, 999, "under 1%"), (1, 3, "33%"), (4, 4, "100%"), (0, 0, "-")]
)
def test_shares_are_whole_percentages(part: int, total: int, told: str) -> None:
    assert portfolio.percent(part, total) == told


@pytest.mark.parametrize(
    ("name", "told"), [("short.pdf", "short.pdf"), ("a\nb.pdf", "a b.pdf"), ("abcdefghijklm.pdf", "abc…klm.pdf")]
)
def test_names_are_cut_in_their_middle(name: str, told: str) -> None:
    assert portfolio.cut(name, 11) == told


def cells_run(out: Path) -> dict[str, Any]:
    """What the notebook's cells leave behind, run in this process."""
    made = nbformat.read(folder_of_notebooks() / "portfolio.ipynb", as_version=4)
    held: dict[str, Any] = {}
    for cell in (cell for cell in made.cells if cell.cell_type == "code"):
        exec(cell.source, held)
        if PARAMETERS in cell.metadata.get("tags", ()):
            held["OUT"] = str(out)
    return held


def test_an_empty_batch_is_told_in_words(empty: Batch, capsys: pytest.CaptureFixture[str]) -> None:
    cells_run(empty.folder)
    assert portfolio.headline(empty)[0] == ("contracts read", "0", "0 pages")
    assert portfolio.headline(empty)[5][1] == "no sum"
    assert portfolio.money_note(empty) == "No payment terms were found, so there is no money to count."
    assert "Inputs by advance: yes 0, conditional 0, no 0, unknown 0, not read 0." in capsys.readouterr().out


def test_the_samples_are_counted_as_their_run_tells(ran: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    read = [one for one in ran.run["inputs"] if one["output"]]
    raw = [json.loads((ran.out / one["output"]).read_text(encoding="utf-8")) for one in read]
    found = cells_run(ran.out)["found"]
    contracts = dict(zip(found["advance"], found["contracts"], strict=True))
    for advance in ("yes", "conditional", "no", "unknown"):
        assert contracts[advance] == sum(one["verdict"]["advance"] == advance for one in raw)
    assert contracts["not read"] == len(ran.run["inputs"]) - len(read)
    batch = read_batch(ran.out)
    assert len(batch.clauses) == sum(len(one["risks"]) for one in raw)
    assert portfolio.due_on(batch)["terms"].sum() == sum(len(one["terms"]) for one in raw)
    assert len(portfolio.doubtful_terms(batch)) == sum(bool(term["doubt"]) for one in raw for term in one["terms"])
    assert "Terms by event: " in capsys.readouterr().out


class Reader(HTMLParser):
    """The tables and tiles of a page by their names: rows of cells; and what the page says for its figures."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self.alts: list[str] = []
        self.tags: set[str] = set()
        self.rows: list[list[str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.add(tag)
        if name := given.get("data-name"):
            self.rows = self.found[name] = []
        if tag == "tr" or given.get("class") == "pt-tile":
            self.rows.append([])
        if tag in {"td", "b", "small"} and self.rows:
            self.rows[-1].append("")
        self.open = tag in {"td", "b", "small"} or (self.open and tag in {"span", "a"} and "pt-tile" not in str(given))
        if tag == "img":
            self.alts.append(str(given.get("alt")))

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag not in {"td", "b", "small"}

    def handle_data(self, data: str) -> None:
        if self.open and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def page(out: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    to = tmp_path_factory.mktemp("reports") / "portfolio.html"
    with kernel() as on:
        render("portfolio", {"OUT": str(out), "REPORTS": ""}, to, on, title="portfolio")
    return to.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


@IN_ONE
def test_the_tiles_tell_the_numbers(read: Reader) -> None:
    assert [tile[0] for tile in read.found["headline"]] == ["4", "2", "1", "1", "1", "USD 150k"]


@IN_ONE
def test_the_tables_tell_the_numbers(read: Reader) -> None:
    usd, eur = read.found["money"][1:]
    assert usd == ["USD", "3", "5", "150,000", "150,000", "1,000", "9,000", "400", "120,000"]
    assert eur == ["EUR", "1", "2", "7,000", "0", "0", "3,000", "0", ""]
    contracts = read.found["contracts"][1:]
    assert [row[0] for row in contracts] == ["alpha.pdf", "below/beta.pdf", MATHS, IMAGE]
    assert [row[3] for row in contracts] == ["yes", "conditional", "unknown", "no"]
    assert ["progress", "month", "3", "2", "USD 9k, EUR 3k"] in read.found["events"]
    assert read.found["clauses"][1][:4] == ["Set-off", "threatens", "2", "50"]
    assert read.found["unknown-reasons"][1][:3] == ["Low confidence", "1", "USD 400"]
    assert [row[0] for row in read.found["doubts"][1:]] == [MATHS, "below/beta.pdf"]
    assert read.found["unread"][1:] == [[UNREAD, "Damaged", f"{UNREAD}: damaged; ask for it again"]]


@IN_ONE
def test_the_figures_tell_the_numbers_to_those_who_do_not_see_them(read: Reader) -> None:
    assert read.alts[0] == "Inputs by advance: yes 1, conditional 1, no 1, unknown 1, not read 1."
    assert "USD can be financed, milestone 150,000" in read.alts[1]
    assert len(read.alts) == 7


@IN_ONE
def test_the_words_of_contracts_are_escaped(page: str, read: Reader) -> None:
    assert "<img src=x" not in page
    assert "<b>of it</b>" not in page
    assert "<i>gone" not in page
    assert read.tags.isdisjoint({"script", "i", "link", "iframe"})


@IN_ONE
def test_it_has_its_sections_in_order(page: str) -> None:
    assert re.findall(r'<h2 id="([^"]*)"', page) == [
        "What-can-be-financed",
        "Basis-and-verdict-by-contract",
        "What-falls-due-on-what",
        "Risks-by-contract",
        "What-is-unknown,-and-why",
        "Terms-to-look-at-first",
        "Files-that-could-not-be-read",
    ]
