"""Which reports are made, of which contracts, with which parameters."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from builders import LABELS, Ran

from pipeline.batch.journal import read_run
from pipeline.errors import PaytermsError, RecordError, ReportError
from pipeline.report import reports
from pipeline.report.places import Notebook, contract_file
from pipeline.report.reports import Sources, make_reports
from pipeline.tag.model import default_folder

CHOSEN = {
    "a name": (["nda.PDF"], ["nda.PDF"]),
    "a name without its suffix": (["nda"], ["nda.PDF"]),
    "a name in a folder": (["below/million_by_month"], ["below/million_by_month.pdf"]),
    "two names": (["nda", "milestone_table.pdf"], ["milestone_table.pdf", "nda.PDF"]),
    "a pattern": (["below/*"], ["below/million_by_month.pdf"]),
    "a pattern for all": (["*"], ["below/million_by_month.pdf", "milestone_table.pdf", "nda.PDF", "twin.PDF"]),
}
UNKNOWN = {
    "no such contract": "none.pdf",
    "one that was not read": "damaged.pdf",
    "a pattern that fits none": "x*",
}

Made = list[tuple[str, dict[str, Any], Path, str]]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Made:
    """The notebooks that would be run; to run them is for other tests."""
    asked: Made = []
    monkeypatch.setattr(reports, "kernel", lambda **_: nullcontext())
    monkeypatch.setattr(reports, "render", lambda name, given, to, _, *, title: asked.append((name, given, to, title)))
    return asked


def reported(of: Sources, to: Path, notebooks: Sequence[str], contracts: Sequence[str] = ()) -> Iterator[Path | PaytermsError]:
    """The reports of a run, as the command has them made."""
    return make_reports(read_run(of.out), of, to, list(map(Notebook, notebooks)), contracts)


def sources(out: Path, **more: Any) -> Sources:
    return Sources(out, LABELS, default_folder(), **more)


@pytest.mark.parametrize(("names", "chosen"), CHOSEN.values(), ids=CHOSEN)
def test_contracts_are_chosen_by_name(names: list[str], chosen: list[str], ran: Ran, made: Made, tmp_path: Path) -> None:
    list(reported(sources(ran.out), tmp_path, ["contract"], names))
    assert [given["CONTRACT"] for _, given, _, _ in made] == chosen


def test_without_a_name_it_is_the_most_doubtful_contract(ran: Ran, made: Made, tmp_path: Path) -> None:
    list(reported(sources(ran.out), tmp_path, ["contract"]))
    doubts = {one["source"]: one["doubtful_terms"] for one in ran.run["inputs"] if one["output"]}
    ((_, given, _, _),) = made
    assert doubts[given["CONTRACT"]] == max(doubts.values())


@pytest.mark.parametrize("name", UNKNOWN.values(), ids=UNKNOWN)
def test_a_name_that_is_none_is_told_before_anything_is_made(name: str, ran: Ran, made: Made, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"no contract of this run that was read; `payterms summary` lists their names"):
        list(reported(sources(ran.out), tmp_path, ["contract"], ["nda", name]))
    assert made == []


def test_a_run_in_which_nothing_was_read_has_the_other_reports(made: Made, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"inputs": []}', encoding="utf-8")
    list(reported(sources(tmp_path), tmp_path, ["portfolio", "contract", "model"]))
    assert [name for name, _, _, _ in made] == ["portfolio", "model"]
    for notebooks, names in ((["contract"], []), (["portfolio", "contract"], ["nda"])):
        with pytest.raises(ReportError, match="no contract of this run was read"):
            list(reported(sources(tmp_path), tmp_path, notebooks, names))


def test_a_folder_without_a_run_is_told(tmp_path: Path, made: Made) -> None:
    with pytest.raises(RecordError, match=r"run\.json: no record of a run"):
        list(reported(sources(tmp_path), tmp_path, ["portfolio"]))


def test_paths_are_whole_and_files_are_told(ran: Ran, made: Made, tmp_path: Path) -> None:
    told = list(reported(sources(ran.out, labelled=Path("few.jsonl")), tmp_path, ["portfolio", "model"]))
    assert told == [tmp_path / "portfolio.html", tmp_path / "model.html"]
    (_, first, _, _), (_, second, _, _) = made
    assert first == {"OUT": str(ran.out), "REPORTS": str(tmp_path)}
    assert second == {
        "OUT": str(ran.out),
        "LABELS": str(LABELS),
        "MODEL": str(default_folder()),
        "LABELLED": str(Path("few.jsonl").absolute()),
    }


def test_a_contract_for_another_report_is_refused(ran: Ran, made: Made, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="add --notebook contract"):
        list(reported(sources(ran.out), tmp_path, ["portfolio"], ["nda"]))
    assert made == []


def test_a_report_that_cannot_be_made_does_not_stop_the_others(
    ran: Ran, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(name: str, given: dict[str, Any], to: Path, _: None, *, title: str) -> None:
        if given.get("CONTRACT") == "nda.PDF":
            raise RecordError("nda.json: faulty")

    monkeypatch.setattr(reports, "render", render)
    told = list(reported(sources(ran.out), tmp_path, ["contract", "portfolio"], ["nda", "twin"]))
    assert [str(one) for one in told] == [
        "nda.json: faulty",
        str(tmp_path / "contracts" / "twin.html"),
        str(tmp_path / "portfolio.html"),
    ]


def test_if_the_most_doubtful_contract_cannot_be_shown_it_is_the_next(
    ran: Ran, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def render(name: str, given: dict[str, Any], to: Path, _: None, *, title: str) -> None:
        tried.append(given["CONTRACT"])
        if len(tried) == 1:
            raise RecordError("faulty")

    monkeypatch.setattr(reports, "render", render)
    told = list(reported(sources(ran.out), tmp_path, ["contract"]))
    doubts = {one["source"]: one["doubtful_terms"] for one in ran.run["inputs"] if one["output"]}
    assert [doubts[name] for name in tried] == sorted(doubts.values(), reverse=True)[:2]
    assert [type(one) for one in told[:1]] == [RecordError]
    assert told[1:] == [tmp_path / contract_file(tried[1])]


@pytest.mark.parametrize("to", ["file", "file/below"])
def test_where_reports_cannot_be_written_is_told_before_any_is_made(to: str, ran: Ran, made: Made, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ReportError, match=rf"{to}: cannot be written to \(.+\); name another folder with --to"):
        list(reported(sources(ran.out), tmp_path / to, ["portfolio"]))
    assert made == []


def test_pages_are_drawn_from_where_they_were_read(ran: Ran, made: Made, tmp_path: Path) -> None:
    list(reported(sources(ran.out), tmp_path, ["contract"], ["nda"]))
    list(reported(sources(ran.out, pdfs=tmp_path), tmp_path, ["contract"], ["nda"]))
    assert [given["PDFS"] for _, given, _, _ in made] == [str(ran.source), str(tmp_path)]


def test_pdfs_that_have_moved_are_not_looked_for(ran: Ran, made: Made, tmp_path: Path) -> None:
    out = shutil.copytree(ran.out, tmp_path / "out")
    held = (out / "run.json").read_text(encoding="utf-8")
    (out / "run.json").write_text(held.replace(str(ran.source), str(tmp_path / "gone")), encoding="utf-8")
    list(reported(sources(out), tmp_path, ["contract"], ["nda"]))
    assert made[0][1]["PDFS"] == ""


def test_the_password_goes_to_the_process_and_into_no_notebook(
    ran: Ran, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []

    @contextmanager
    def kernel(*, password: str) -> Any:
        given.append(password)
        yield None

    monkeypatch.setattr(reports, "kernel", kernel)
    list(reported(sources(ran.out, password="key"), tmp_path, ["contract"], ["nda"]))
    assert given == ["key"]
    assert "key" not in str(made)
