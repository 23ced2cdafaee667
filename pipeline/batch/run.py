"""A folder of contracts to a folder of annotated JSON, in worker processes, with a record for every input.

Whatever happens to one contract costs that contract only: it ends as its JSON or as a record with an error code and a
sentence that a person can act on.
"""

import dataclasses
import gc
import json
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as Expired
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.context import BaseContext, ForkServerContext
from pathlib import Path
from typing import Final

from pebble import ProcessExpired, ProcessPool

from pipeline import __version__
from pipeline.batch.one import PLAIN, Options, annotate
from pipeline.contract import Contract, Kind, ModelRef, TextFrom
from pipeline.errors import InputError, RecordError
from pipeline.review import annotated
from pipeline.tag.model import Model, load

RUN_FILE: Final = "run.json"
SUFFIX: Final = ".pdf"
# A page makes thousands of objects that stay until its contract is written: to look for garbage at every 700 wastes a tenth.
GARBAGE_EVERY: Final = 200_000


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one input: `error` is None for a contract that was read, else a code, and `message` says the rest.

    `source` and `output` are paths below the input and output folders, with forward slashes.
    """

    source: str
    output: str | None
    error: str | None
    message: str
    pages: int
    unread_pages: int
    milestone_terms: int
    progress_terms: int
    basis: str
    advance: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Job:
    """A contract to read: the file, its name in the records, and the file to write.

    `refused` says why it is not read at all: its result would take the place of another file.
    """

    path: Path
    source: str
    output: Path
    refused: str = ""


def jobs_of(source: Path, out: Path) -> list[Job]:
    """The PDFs at or below `source`, in order of their names, each with the place of its JSON below `out`.

    Raises InputError if there is none. Of two files that differ in their suffix's case alone, the second is refused.
    """
    if source.is_file():
        return list(_apart([Job(source, _name(source, source.parent), out / f"{source.stem}.json")], out))
    if not source.is_dir():
        raise InputError(f"{source}: no such file or folder; name a PDF or a folder of PDFs")
    paths = sorted(path for path in source.rglob("*") if path.is_file() and path.suffix.lower() == SUFFIX)
    if not paths:
        raise InputError(f"{source}: no PDF in this folder or below; name a folder that holds some")
    jobs = [Job(path, _name(path, source), out / path.relative_to(source).with_suffix(".json")) for path in paths]
    return list(_apart(jobs, out))


def _name(path: Path, folder: Path) -> str:
    """The path below the folder; bytes that are no UTF-8 cannot stand in JSON."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode(errors="replace")


def _apart(jobs: Sequence[Job], out: Path) -> Iterator[Job]:
    """The jobs, refusing those whose result would take the place of another's, or of the run's record."""
    taken = {out / RUN_FILE: "the record of the run"}
    for job in jobs:
        holder = taken.setdefault(job.output, job.source)
        if holder is job.source:
            yield job
        else:
            yield dataclasses.replace(job, refused=f"{job.source}: {job.output.name} is taken by {holder}; rename the PDF")


def prepare(out: Path) -> None:
    """Make the output folder and see that it can be written to, before hours go into reading. Raises InputError."""
    try:
        annotated.write_text("", out / ".payterms")
        (out / ".payterms").unlink()
    except OSError as error:
        raise InputError(f"{out}: cannot be written to ({error.strerror}); name another folder for the results") from error


def run(
    jobs: Sequence[Job], model_folder: Path, options: Options = PLAIN, *, workers: int, timeout_s: float
) -> Iterator[Record]:
    """Read every job's contract and write its JSON; the records come in the order of the jobs."""
    with ProcessPool(min(workers, len(jobs)), initializer=_start, initargs=[model_folder], context=_context()) as pool:
        try:
            results = [
                None if job.refused else pool.schedule(_do, args=[job, options], timeout=timeout_s).result for job in jobs
            ]
            for job, result in zip(jobs, results, strict=True):
                yield failure(job, "same_name", job.refused) if result is None else _outcome(job, result, timeout_s)
        except BaseException:
            pool.stop()  # type: ignore[no-untyped-call]
            raise


def _context() -> BaseContext:
    """How workers start: from a server process that holds the libraries, where there is one (not on Windows).

    Forking this process itself, which has threads by then, could leave a worker waiting for a lock for ever.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, "pipeline.batch.warm"])
    return context


def warm_up() -> None:
    """Start the process that workers are forked from, where there is one; it takes seconds, in which this one goes on."""
    if isinstance(_context(), ForkServerContext):
        forkserver.ensure_running()


_worker: dict[str, Model] = {}


def _start(model_folder: Path) -> None:
    """Set up a worker process: its model, and quiet libraries."""
    for noisy in ("pdfminer", "pdfplumber", "pypdfium2", "pipeline"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    gc.set_threshold(GARBAGE_EVERY)
    _worker["model"] = load(model_folder)


def _do(job: Job, options: Options) -> Record:
    started = time.perf_counter()
    try:
        contract = annotate(job.path, _worker["model"], options)
        annotated.write(contract, job.output)
    except InputError as error:
        return failure(job, error.code, str(error), time.perf_counter() - started)
    except OSError as error:
        return failure(job, "not_written", f"{job.output}: cannot be written ({error.strerror}); free the place and run again")
    return success(job, contract, time.perf_counter() - started)


def _outcome(job: Job, result: Callable[[], Record], timeout_s: float) -> Record:
    """The record of a job, whatever happened to its worker."""
    try:
        return result()
    except Expired:
        return failure(job, "time_limit", f"{job.source}: not read within {timeout_s:g} s; give more with --timeout", timeout_s)
    except ProcessExpired as error:
        message = f"{job.source}: its worker died (exit code {error.exitcode}); read it alone to see why"
        return failure(job, "worker_died", message)
    except Exception as error:
        return failure(job, "internal", f"{job.source}: {type(error).__name__}: {error}; please report this")


def failure(job: Job, code: str, message: str, seconds: float = 0.0) -> Record:
    """The record of a contract that could not be read."""
    return Record(job.source, None, code, message, 0, 0, 0, 0, "unknown", "unknown", round(seconds, 2))


def success(job: Job, contract: Contract, seconds: float) -> Record:
    """The record of a contract that was read."""
    pages = contract.source.pages
    return Record(
        source=job.source,
        output=job.source.rsplit(".", 1)[0] + ".json",
        error=None,
        message="",
        pages=len(pages),
        unread_pages=sum(page.text_from is TextFrom.NONE for page in pages),
        milestone_terms=sum(term.label is Kind.MILESTONE for term in contract.terms),
        progress_terms=sum(term.label is Kind.PROGRESS for term in contract.terms),
        basis=contract.verdict.basis.value,
        advance=contract.verdict.advance.value,
        seconds=round(seconds, 2),
    )


def write_run(records: Sequence[Record], out: Path, model: ModelRef, *, seconds: float, found: int) -> None:
    """Write `run.json`: the tool, the model, the counts, and the record of every input that a result is known of.

    `found` is the number of inputs; with fewer records the run was interrupted.
    """
    held = {
        "schema_version": annotated.SCHEMA_VERSION,
        "tool": {"name": "payterms", "version": __version__},
        "model": dataclasses.asdict(model),
        "seconds": round(seconds, 2),
        "found": found,
        "read": sum(record.error is None for record in records),
        "failed": sum(record.error is not None for record in records),
        "inputs": [dataclasses.asdict(record) for record in records],
    }
    annotated.write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", out / RUN_FILE)


def read_run(out: Path) -> list[Record]:
    """The records of a run. Raises RecordError if the folder holds none."""
    path = out / RUN_FILE
    try:
        return [Record(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["inputs"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: no record of a run ({error}); name a folder that `payterms run` wrote") from error
