"""One contract in a worker: whether it is read, what it becomes, and what becomes of a result that was there."""

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders import SAMPLES, one_page_pdf, reviewed, sample

from pipeline.batch import worker
from pipeline.batch.children import OUT_OF_MEMORY
from pipeline.batch.jobs import Job
from pipeline.batch.one import annotate, recipe_of
from pipeline.batch.options import PLAIN, Setup
from pipeline.batch.record import Record, Why
from pipeline.batch.worker import work
from pipeline.contract import Contract, ReviewStatus
from pipeline.errors import DamagedError
from pipeline.review.annotated import read, write
from pipeline.tag.model import Model, default_folder


@pytest.fixture
def setup(model: Model) -> Setup:
    return Setup(None, recipe_of(model.ref, PLAIN), PLAIN, timeout_s=60.0, memory_mb=2048)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(one_page_pdf(tmp_path / "a.pdf"), "a.pdf", tmp_path / "out" / "a.json")


def done(job: Job, known: Record | None, setup: Setup, **more: object) -> Record:
    return work(job, known, replace(setup, **more)).record  # type: ignore[arg-type]


def instead(monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], object]) -> None:
    """Do something with the file before it is read."""

    def annotated(path: Path, *more: object) -> Contract:
        act(path)
        return annotate(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "annotate", annotated)


def failing(error: BaseException) -> Callable[[Path], object]:
    def fail(path: Path) -> object:
        raise error

    return fail


def test_a_contract_is_read_and_known_again(job: Job, setup: Setup) -> None:
    first = done(job, None, setup)
    assert (first.error, first.why, first.output) == (None, Why.NEW, "a.json")
    assert first.sha256 == read(job.output).source.sha256
    before = job.output.stat().st_mtime_ns
    assert done(job, first, setup) == replace(first, why=Why.UNCHANGED)
    assert job.output.stat().st_mtime_ns == before


CHANGES: dict[str, tuple[Callable[[Job], object], dict[str, object], Why]] = {
    "another file": (lambda job: one_page_pdf(job.path, "Another fee."), {}, Why.FILE),
    "no result": (lambda job: job.output.unlink(), {}, Why.RESULT),
    "forced": (lambda job: None, {"force": True}, Why.FORCED),
    "a file of another date": (lambda job: os.utime(job.path, (9, 9)), {}, Why.UNCHANGED),
    "more time": (lambda job: None, {"timeout_s": 99.0}, Why.UNCHANGED),
    "another password": (lambda job: None, {"options": replace(PLAIN, password="key")}, Why.UNCHANGED),
}


@pytest.mark.parametrize(("change", "more", "why"), CHANGES.values(), ids=CHANGES)
def test_what_has_changed_is_read_again(
    change: Callable[[Job], object], more: dict[str, object], why: Why, job: Job, setup: Setup
) -> None:
    known = done(job, None, setup)
    change(job)
    again = done(job, known, setup, **more)
    assert (again.error, again.why) == (None, why)
    assert done(job, again, setup).why == Why.UNCHANGED


def test_another_model_options_or_program_reads_it_again(job: Job, setup: Setup) -> None:
    known = replace(done(job, None, setup), recipe="of another run")
    assert done(job, known, setup).why == Why.RECIPE


FAILED: dict[str, tuple[str, float, Why]] = {
    "what the file holds": ("damaged", 0.0, Why.UNCHANGED),
    "as much time": ("time_limit", 60.0, Why.UNCHANGED),
    "less time than there is now": ("time_limit", 59.0, Why.AGAIN),
    "less memory than there is now": ("memory_limit", 1024.0, Why.AGAIN),
    "a worker that died": ("worker_died", 0.0, Why.AGAIN),
    "a disk that was full": ("not_written", 0.0, Why.AGAIN),
    "no password": ("encrypted", 0.0, Why.AGAIN),
}


@pytest.mark.parametrize(("error", "limit", "why"), FAILED.values(), ids=FAILED)
def test_a_failure_stands_if_it_would_come_again(error: str, limit: float, why: Why, job: Job, setup: Setup) -> None:
    known = replace(done(job, None, setup), output=None, error=error, message="as it was", limit=limit)
    again = done(job, known, setup)
    assert again.why == why
    assert again.error == (error if why == Why.UNCHANGED else None)


def accept(job: Job) -> Contract:
    """A reviewer's work on a result."""
    held = read(job.output)
    terms = tuple(replace(term, review=reviewed(ReviewStatus.ACCEPTED)) for term in held.terms)
    write(replace(held, terms=terms), job.output)
    return read(job.output)


@pytest.fixture
def accepted(tmp_path: Path, setup: Setup) -> tuple[Job, Record, bytes]:
    """A contract that was read and reviewed."""
    job = Job(sample("two_columns", tmp_path), "two_columns.pdf", tmp_path / "out" / "two_columns.json")
    known = done(job, None, setup)
    assert accept(job).terms
    return job, known, job.output.read_bytes()


def test_a_review_is_not_overwritten(accepted: tuple[Job, Record, bytes], setup: Setup) -> None:
    job, known, held = accepted
    assert done(job, known, setup).why == Why.UNCHANGED
    for earlier in (None, replace(known, recipe="of another model"), replace(known, sha256="of another file")):
        kept = done(job, earlier, setup)
        assert (kept.error, kept.why, kept.milestone_terms) == (None, Why.REVIEWED, known.milestone_terms)
        assert kept.message.startswith("two_columns.pdf: two_columns.json has been reviewed and stays")
    assert done(job, kept, setup).why == Why.REVIEWED
    assert job.output.read_bytes() == held


def test_a_review_is_set_aside_by_force(accepted: tuple[Job, Record, bytes], setup: Setup) -> None:
    job, known, held = accepted
    assert done(job, known, setup, force=True).why == Why.FORCED
    (aside,) = [path for path in job.output.parent.iterdir() if path != job.output]
    assert aside.name.startswith("two_columns.json.reviewed-")
    assert aside.read_bytes() == held != job.output.read_bytes()
    assert done(job, known, setup, force=True).why == Why.FORCED
    assert len(list(job.output.parent.iterdir())) == 2


@pytest.mark.parametrize("content", ['{"name": "somebody else\'s"}', "", "{"])
def test_a_file_of_somebody_else_is_not_overwritten(content: str, job: Job, setup: Setup) -> None:
    job.output.parent.mkdir()
    job.output.write_text(content, encoding="utf-8")
    assert done(job, None, setup).error == "occupied"
    assert job.output.read_text(encoding="utf-8") == content
    assert done(job, None, setup, force=True).error is None
    assert len(list(job.output.parent.iterdir())) == 2


def test_a_message_names_the_folder_too(tmp_path: Path, setup: Setup) -> None:
    (tmp_path / "b.pdf").write_text("no PDF", encoding="utf-8")
    record = done(Job(tmp_path / "b.pdf", "2024/b.pdf", tmp_path / "b.json"), None, setup)
    assert record.message.startswith("2024/b.pdf: not a PDF")


def test_a_result_goes_when_its_file_cannot_be_read_any_more(job: Job, setup: Setup) -> None:
    known = done(job, None, setup)
    job.path.write_text("no PDF", encoding="utf-8")
    assert done(job, known, setup).error == "not_pdf"
    assert not job.output.exists()


def test_a_review_is_set_aside_when_its_file_cannot_be_read_any_more(accepted: tuple[Job, Record, bytes], setup: Setup) -> None:
    job, known, written = accepted
    job.path.write_bytes(b"%PDF-1.7 damaged")
    assert done(job, known, setup, force=True).error == "damaged"
    (aside,) = job.output.parent.glob("*.reviewed-*")
    assert aside.read_bytes() == written
    assert not job.output.exists()


def test_a_result_stays_when_its_file_is_gone(job: Job, setup: Setup) -> None:
    known = done(job, None, setup)
    job.path.unlink()
    gone = done(job, known, setup)
    assert (gone.error, gone.message) == ("vanished", "a.pdf: not there any more; put it back, and run again")
    assert job.output.exists()


MEANWHILE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "it changes": (lambda path: one_page_pdf(path, "Another fee."), "changed", "a.pdf: changed while it was read"),
    "it goes": (Path.unlink, "vanished", "a.pdf: cannot be read to its end (No such file"),
    "the disk fails": (failing(OSError(5, "Input/output error")), "vanished", "a.pdf: cannot be read to its end (Input"),
    "the program fails": (failing(ValueError("of all things")), "internal", "a.pdf: ValueError: of all things; please report"),
    "it is damaged": (failing(DamagedError("a.pdf: bad")), "damaged", "a.pdf: bad"),
}


@pytest.mark.parametrize(("act", "code", "told"), MEANWHILE.values(), ids=MEANWHILE)
def test_what_happens_while_it_is_read_is_told(
    act: Callable[[Path], object], code: str, told: str, job: Job, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, act)
    record = done(job, None, setup)
    assert record.error == code
    assert record.message.startswith(told)
    assert not job.output.exists()


@pytest.mark.parametrize("error", [MemoryError(), DamagedError("a.pdf: bad")], ids=["plain", "behind another error"])
def test_a_worker_without_memory_ends(error: BaseException, job: Job, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> object:
        try:
            raise MemoryError
        except MemoryError as reason:
            raise error from (None if isinstance(error, MemoryError) else reason)

    def leave(code: int) -> None:
        raise SystemExit(code)

    instead(monkeypatch, fail)
    monkeypatch.setattr(os, "_exit", leave)
    with pytest.raises(SystemExit) as left:
        work(job, None, setup)
    assert left.value.code == OUT_OF_MEMORY


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_memory_is_limited_while_a_contract_is_read_and_no_longer(
    job: Job, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []

    def take(path: Path) -> None:
        with pytest.raises(MemoryError):
            bytearray(300 * 2**20)
        taken.append(bytearray(50 * 2**20))

    instead(monkeypatch, take)
    assert done(job, None, setup, memory_mb=256).error is None
    assert taken
    assert bytearray(300 * 2**20)


def test_another_payterms_is_told(job: Job, setup: Setup) -> None:
    record = done(job, None, setup, recipe="of another version")
    assert record.error == "other_version"
    assert "has another payterms or model than this run; install the same there" in record.message


def test_a_model_that_is_not_there_is_told(job: Job, setup: Setup, tmp_path: Path) -> None:
    record = done(job, None, setup, model_folder=tmp_path / "none")
    assert record.error == "other_version"
    assert f"cannot load the model: {tmp_path / 'none' / 'model.skops'}: no model there" in record.message


def test_the_default_model_may_be_named(job: Job, setup: Setup) -> None:
    assert done(job, done(job, None, setup), setup, model_folder=default_folder()).why == Why.UNCHANGED


def test_a_result_that_cannot_be_written_is_told(job: Job, setup: Setup) -> None:
    job.output.mkdir(parents=True)
    record = done(job, None, setup)
    assert record.error == "not_written"
    assert f"{job.output}: cannot be written (Is a directory)" in record.message
    assert list(job.output.parent.iterdir()) == [job.output]


def test_warnings_come_once_for_each_kind(job: Job, setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    def warn(path: Path) -> None:
        for number in range(50):
            logging.getLogger("pdfminer.x").warning("object %d is odd", number)
            logging.getLogger(f"pdfminer.y{number}").warning("%s", "x" * 900)
            logging.getLogger("pdfminer.x").info("nothing")

    instead(monkeypatch, warn)
    warnings = work(job, None, setup).warnings
    assert warnings[0] == "pdfminer.x: object 0 is odd"
    assert len(warnings) == 20
    assert max(map(len, warnings)) == 200
    assert work(Job(SAMPLES / "none.pdf", "none.pdf", job.output), None, setup).warnings == ()
