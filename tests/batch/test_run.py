"""A folder of contracts to annotated JSON, whatever happens to one of them, to the run, or to the disk."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from builders import ROOT, Command, Ran, long_pdf, one_page_pdf, sample, shell

from pipeline.batch.jobs import jobs_of
from pipeline.batch.journal import Run, alone, read_run, recorded
from pipeline.batch.one import recipe_of
from pipeline.batch.options import PLAIN, Setup
from pipeline.batch.record import Done, Why
from pipeline.batch.run import carry_out, run_here
from pipeline.contract import ModelRef
from pipeline.errors import InputError
from pipeline.review.annotated import read
from pipeline.tag.model import Model

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
    assert record["doubtful_terms"] == sum(bool(term.doubt) for term in held.terms)


def test_nothing_else_is_written(ran: Ran) -> None:
    written = {path.relative_to(ran.out).as_posix() for path in ran.out.rglob("*") if path.is_file()}
    assert written == {"run.json", "milestone_table.json", "nda.json", "twin.json", "below/million_by_month.json"}


def test_terms_quote_the_text_and_have_ids_of_their_own(ran: Ran) -> None:
    held = read(ran.out / "milestone_table.json")
    assert len({term.id for term in held.terms}) == len(held.terms) > 5
    assert all(held.text[term.span.start : term.span.end] == term.text for term in held.terms)
    assert all(term.boxes and term.boxes[0].page == term.page for term in held.terms)


# Runs that are killed, and what the next one does: in processes of their own, on contracts of a page.


def _small(folder: Path, count: int) -> Path:
    for number in range(count):
        (folder / f"part {number % 3}").mkdir(parents=True, exist_ok=True)
        one_page_pdf(
            folder / f"part {number % 3}" / f"{number:02}.pdf", f"The fee of ${number},000 is due on delivery of item {number}."
        )
    return folder


def _started(source: Path, out: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipeline.cli", "run", str(source), str(out), "--workers", "2", *more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _results(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.json") if path.name != "run.json"}


def _until(true: Callable[[], object], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nothing came of it"
        time.sleep(0.01)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _processes(out: Path) -> Iterator[int]:
    """The processes of runs into the folder, workers too: those that have its name in their environment."""
    for entry in Path("/proc").iterdir():
        try:
            if f"PAYTERMS_TEST={out}".encode() in (entry / "environ").read_bytes():
                yield int(entry.name)
        except (OSError, ValueError):
            continue


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes where Linux lists them")
def test_a_run_that_is_killed_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, payterms: Command) -> None:
    source, out, other = _small(tmp_path / "in", 30), tmp_path / "out", tmp_path / "other"
    monkeypatch.setenv("PAYTERMS_TEST", str(out))
    with _started(source, out) as process:
        _until(lambda: len(_results(out)) >= 4)
        with pytest.raises(InputError, match=rf"another run is writing there \(process {process.pid} on "), alone(out):
            pass
        process.kill()
    monkeypatch.delenv("PAYTERMS_TEST")
    _until(lambda: not list(_processes(out)), 20.0)
    done = len(recorded(out))
    assert 0 < done < 30
    assert not (out / "run.json").exists()
    (out / "part 0" / ".00.json.abc.payterms-tmp").write_text("half a contr", encoding="utf-8")
    went_on = payterms("run", source, out)
    assert went_on.err == f"{out} holds the records of {done} inputs; what has not changed since is not read again\n"
    assert f"{30 - done} read, 0 not read, {done} kept ({done} unchanged); results in {out}\n" in went_on.out
    assert payterms("run", source, other).code == went_on.code == 0
    assert _results(out) == _results(other)
    assert len(_results(out)) == 30
    assert {path.suffix for path in out.rglob("*") if path.is_file()} == {".json"}
    assert [record.source for record in read_run(out)] == [record.source for record in read_run(other)]
    assert {record.error for record in read_run(out)} == {None}


def test_an_interruption_keeps_what_is_done(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    one_page_pdf(source / "1.pdf")
    long_pdf(source / "2.pdf", times=60)
    with _started(source, out) as process:
        _until(lambda: len(recorded(out)) == 1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told == "payterms: interrupted; 1 of 2 are done; run again to go on\n"
    held = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert (held["found"], held["read"], held["failed"]) == (2, 1, 0)
    assert _names(out) == ["1.json", "run.json"]


def test_a_system_that_shuts_down_ends_a_run_in_order(tmp_path: Path, payterms: Command) -> None:
    source, out = _small(tmp_path / "in", 1), tmp_path / "out"
    long_pdf(source / "part 0" / "long.pdf", times=60)

    def shut_down() -> None:
        _until(lambda: recorded(out))
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=shut_down, daemon=True).start()
    answer = payterms("run", source, out)
    assert (answer.code, answer.err) == (130, "payterms: interrupted; 1 of 2 are done; run again to go on\n")
    assert _names(out) == ["part 0", "run.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="limits files as a shell does")
def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path, payterms: Command) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    one_page_pdf(source / "a.pdf")
    sample("nda", source, "b.pdf")
    # Files of more than 8 KB cannot be written in this shell: the journal fits, the second result does not.
    answer = shell(["bash", "-c", f"ulimit -f 8; payterms run '{source}' '{out}' --workers 1"])
    assert answer.code == 1
    assert "b.json: cannot be written (File too large); free the place, and run again" in answer.err
    assert _names(out) == ["a.json", "run.json"]
    assert [record.error for record in read_run(out)] == [None, "not_written"]
    assert "1 read (1 failed before), 0 not read, 1 kept (1 unchanged)" in payterms("run", source, out).out


# What the next run does, in this process.


def _run(source: Path, out: Path, model: Model, **more: object) -> dict[str, str]:
    """Run the folder; what became of each input: its error, or why it was read or kept."""
    given = {"timeout_s": 60.0, "memory_mb": 2048, "recipe": recipe_of(model.ref, PLAIN)} | more
    setup = Setup(None, options=PLAIN, **given)  # type: ignore[arg-type]
    known = recorded(out)
    jobs = list(jobs_of(source, out))
    out.mkdir(exist_ok=True)
    results = run_here(jobs, known, setup, workers=1)
    records = carry_out(results, known, out, Run(model.ref, len(jobs), time.monotonic()))
    return {record.source: record.error or record.why for record in records}


def test_only_what_is_missing_or_changed_is_read(tmp_path: Path, model: Model) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name in "abcd":
        one_page_pdf(source / f"{name}.pdf", f"The fee {name} is due.")
    (source / "e.pdf").write_text("no PDF", encoding="utf-8")
    assert set(_run(source, out, model).values()) == {Why.NEW, "not_pdf"}
    before = _results(out)
    os.utime(source / "a.pdf", (1, 1))
    one_page_pdf(source / "b.pdf", "Another fee is due.")
    (out / "c.json").unlink()
    (source / "d.pdf").rename(source / "new.pdf")
    expected = {"a.pdf": "unchanged", "b.pdf": "file_changed", "c.pdf": "result_missing", "e.pdf": "not_pdf", "new.pdf": "new"}
    assert _run(source, out, model) == expected
    after = _results(out)
    assert {name for name, text in before.items() if after[name] == text} == {"a.json", "c.json", "d.json"}
    one_page_pdf(source / "e.pdf")
    (source / "b.pdf").write_text("no PDF any more", encoding="utf-8")
    expected = {"a.pdf": "unchanged", "b.pdf": "not_pdf", "c.pdf": "unchanged", "e.pdf": "file_changed", "new.pdf": "unchanged"}
    assert _run(source, out, model) == expected
    assert not (out / "b.json").exists()


def test_a_part_of_a_folder_does_not_forget_the_rest(tmp_path: Path, model: Model) -> None:
    source, out = _small(tmp_path / "in", 3), tmp_path / "out"
    _run(source, out, model)
    one_page_pdf(tmp_path / "more.pdf")
    assert _run(tmp_path / "more.pdf", out, model) == {"more.pdf": "new"}
    assert set(_run(source, out, model).values()) == {"unchanged"}


def test_jobs_are_handed_out_as_workers_come_free(tmp_path: Path, model: Model) -> None:
    source = _small(tmp_path / "in", 12)
    taken = []

    def counted() -> Iterator[object]:
        for job in jobs_of(source, tmp_path / "out"):
            taken.append(job)
            yield job

    setup = Setup(None, recipe_of(model.ref, PLAIN), PLAIN, 60.0, 2048)
    results: Iterator[Done] = run_here(counted(), {}, setup, workers=1)  # type: ignore[arg-type]
    for number in range(1, 4):
        assert next(results).record.error is None
        assert len(taken) <= number + 2
    results.close()  # type: ignore[attr-defined]
    assert len(taken) < 12


def test_a_run_that_stops_writes_down_what_it_has(tmp_path: Path, model: Model) -> None:
    source, out = _small(tmp_path / "in", 4), tmp_path / "out"
    setup = Setup(None, recipe_of(model.ref, PLAIN), PLAIN, 60.0, 2048)
    told: list[Done] = []

    def tell(done: Done) -> None:
        told.append(done)
        if len(told) == 2:
            raise KeyboardInterrupt

    out.mkdir()
    results = run_here(jobs_of(source, out), {}, setup, workers=1)
    with pytest.raises(KeyboardInterrupt):
        carry_out(results, {}, out, Run(ModelRef("default", "", {}), 4, time.monotonic()), tell=tell)
    assert read_run(out) == [done.record for done in told]
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["found"] == 4
