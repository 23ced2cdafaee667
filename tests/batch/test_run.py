"""A folder of contracts to annotated JSON, whatever happens to one of them."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread

import pytest
from builders import Ran, long_pdf, one_page_pdf

from pipeline.batch.run import Job, jobs_of, prepare, read_run, run, write_run
from pipeline.contract import ModelRef
from pipeline.errors import InputError, RecordError
from pipeline.review.annotated import read
from pipeline.tag.model import default_folder

ERRORS = {
    "damaged.pdf": "damaged",
    "empty.pdf": "not_pdf",
    "letter.pdf": "not_pdf",
    "[bold]\x1b[31mred.pdf": "not_pdf",
    "locked.pdf": "encrypted",
    "run.pdf": "same_name",
    "twin.pdf": "same_name",
}
BASES = {"milestone_table.pdf": "milestone", "below/million_by_month.pdf": "progress", "nda.PDF": "none", "twin.PDF": "none"}
FIFO = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe that stands in a folder")


def touch(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_every_input_has_its_record(ran: Ran) -> None:
    assert {record["source"] for record in ran.run["inputs"]} == {*ERRORS, *BASES}
    assert (ran.run["found"], ran.run["read"], ran.run["failed"]) == (11, 4, 7)


@pytest.mark.parametrize(("source", "code"), ERRORS.items())
def test_what_cannot_be_read_has_its_reason(ran: Ran, source: str, code: str) -> None:
    record = ran.record(source)
    assert (record["error"], record["output"], record["basis"]) == (code, None, "unknown")
    assert record["message"].startswith(source)


@pytest.mark.parametrize(("source", "basis"), BASES.items())
def test_what_can_be_read_has_its_json(ran: Ran, source: str, basis: str) -> None:
    record = ran.record(source)
    held = read(ran.out / record["output"])
    assert (record["error"], record["message"], record["basis"]) == (None, "", basis)
    assert held.source.name == Path(source).name
    assert record["pages"] == len(held.source.pages)
    assert record["milestone_terms"] + record["progress_terms"] == len(held.terms)


def test_nothing_else_is_written(ran: Ran) -> None:
    written = {path.relative_to(ran.out).as_posix() for path in ran.out.rglob("*") if path.is_file()}
    assert written == {"run.json", "milestone_table.json", "nda.json", "twin.json", "below/million_by_month.json"}


def test_terms_quote_the_text_and_have_ids_of_their_own(ran: Ran) -> None:
    held = read(ran.out / "milestone_table.json")
    assert len({term.id for term in held.terms}) == len(held.terms) > 5
    assert all(held.text[term.span.start : term.span.end] == term.text for term in held.terms)
    assert all(term.boxes and term.boxes[0].page == term.page for term in held.terms)


def test_jobs_stand_in_order_and_below_folders(tmp_path: Path) -> None:
    source = touch(tmp_path / "in", ["b.pdf", "a.PDF", "deep/er/c.Pdf", "notes.txt"])
    (source / "folder.pdf").mkdir()
    jobs = jobs_of(source, tmp_path / "out")
    assert [job.source for job in jobs] == ["a.PDF", "b.pdf", "deep/er/c.Pdf"]
    assert jobs[2].output == tmp_path / "out" / "deep" / "er" / "c.json"


def test_a_single_file_may_have_any_suffix(tmp_path: Path) -> None:
    (job,) = jobs_of(touch(tmp_path, ["scan.tmp"]) / "scan.tmp", tmp_path / "out")
    assert job == Job(tmp_path / "scan.tmp", "scan.tmp", tmp_path / "out" / "scan.json")


def test_results_among_the_contracts_are_not_read_again(tmp_path: Path) -> None:
    source = touch(tmp_path, ["a.pdf", "review/a.json", "review/run.json"])
    assert [job.source for job in jobs_of(source, source / "review")] == ["a.pdf"]


@pytest.mark.parametrize("names", [["a.pdf", "a.PDF"], ["run.pdf"]], ids=["same stem", "the run's record"])
def test_a_result_does_not_take_the_place_of_another(names: list[str], tmp_path: Path) -> None:
    jobs = jobs_of(touch(tmp_path, names), tmp_path)
    assert [bool(job.refused) for job in jobs] == [False, True][-len(names) :]
    assert jobs[-1].refused.endswith("rename the PDF")


def test_a_run_json_in_a_folder_below_is_a_result(tmp_path: Path) -> None:
    (job,) = jobs_of(touch(tmp_path, ["deep/run.pdf"]), tmp_path / "out")
    assert job.refused == ""


def test_a_name_that_is_not_utf8_can_be_recorded(tmp_path: Path) -> None:
    touch(tmp_path, [os.fsdecode(b"caf\xe9.pdf")])
    (job,) = jobs_of(tmp_path, tmp_path)
    assert job.source == "caf\ufffd.pdf"


@pytest.mark.parametrize("place", ["nowhere", "folder"])
def test_nothing_to_read_is_told(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=place):
        jobs_of(tmp_path / place, tmp_path)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="out: cannot be written to"):
        prepare(tmp_path / "out")


def test_preparing_leaves_nothing_behind(tmp_path: Path) -> None:
    prepare(tmp_path / "deep" / "out")
    assert list((tmp_path / "deep" / "out").iterdir()) == []


def _pipe(folder: Path) -> Job:
    """A contract whose reading never ends: opening it waits for a writer."""
    os.mkfifo(folder / "endless.pdf")
    return Job(folder / "endless.pdf", "endless.pdf", folder / "endless.json")


def _small(folder: Path) -> Job:
    return Job(one_page_pdf(folder / "nda.pdf"), "nda.pdf", folder / "nda.json")


@FIFO
def test_a_contract_over_its_time_costs_itself_only(tmp_path: Path) -> None:
    records = list(run([_pipe(tmp_path), _small(tmp_path)], default_folder(), workers=1, timeout_s=6.0))
    assert [record.error for record in records] == ["time_limit", None]
    assert records[0].message == "endless.pdf: not read within 6 s; give more with --timeout"
    assert (tmp_path / "nda.json").exists()


@FIFO
def test_a_worker_that_dies_costs_its_contract_only(tmp_path: Path) -> None:
    job = _pipe(tmp_path)

    def kill() -> None:
        with job.path.open("wb"):  # waits until the worker has begun to read
            for worker in multiprocessing.active_children():
                os.kill(worker.pid or 0, signal.SIGKILL)

    killer = Thread(target=kill, daemon=True)
    killer.start()
    records = list(run([job, _small(tmp_path)], default_folder(), workers=1, timeout_s=60.0))
    killer.join(5)
    assert [record.error for record in records] == ["worker_died", None]
    assert "exit code -9" in records[0].message


def test_a_result_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    job = _small(tmp_path)
    job.output.mkdir()
    (record,) = run([job], default_folder(), workers=1, timeout_s=60.0)
    assert record.error == "not_written"
    assert "nda.json: cannot be written" in record.message


def test_an_interruption_keeps_what_is_done(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    one_page_pdf(source / "1.pdf")
    long_pdf(source / "2.pdf", times=60)
    command = [sys.executable, "-m", "pipeline.cli", "run", str(source), str(out), "--workers", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        while not (out / "1.json").exists() and process.poll() is None:
            time.sleep(0.05)
        time.sleep(2.0)  # until the record of what is written has come from the worker
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert process.returncode == 130
    assert told == f"payterms: interrupted; 1 of 2 are done, their results are in {out}\n"
    held = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (held["found"], held["read"], held["failed"]) == (2, 1, 0)
    assert not (out / "2.json").exists()


def test_records_are_read_back(ran: Ran, tmp_path: Path) -> None:
    records = read_run(ran.out)
    write_run(records, tmp_path, ModelRef("other", "", {}), seconds=1.0, found=len(records))
    assert read_run(tmp_path) == records


@pytest.mark.parametrize("content", ["", "[]", '{"inputs": 3}', '{"inputs": [{"source": "a.pdf"}]}', '{"inputs": ["a.pdf"]}'])
def test_what_is_no_record_of_a_run_is_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RecordError, match=r"run\.json: no record of a run"):
        read_run(tmp_path)
