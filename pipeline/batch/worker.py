"""What a worker process does with one contract: see whether it must be read, read it within its memory, write its JSON.

Here as in a cluster, contracts are read by `work` in a process that may be killed at any time.
"""

import contextlib
import dataclasses
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from pipeline.batch.children import OUT_OF_MEMORY
from pipeline.batch.jobs import Job
from pipeline.batch.one import annotate, recipe_of
from pipeline.batch.options import Setup
from pipeline.batch.record import Done, Record, Why, failure, success
from pipeline.contract import Contract
from pipeline.errors import ChangedError, InputError, ModelError, OtherVersionError, RecordError, VanishedError
from pipeline.read.pdf import sha256_of
from pipeline.review import annotated
from pipeline.tag.model import Model, default_folder, load

if sys.platform != "win32":
    import resource

# A page makes thousands of objects that stay until its contract is written: to look for garbage at every 700 wastes a tenth.
GARBAGE_EVERY: Final = 200_000
# Failures that have nothing to do with what the file holds; they may be gone when it is read again.
PASSING: Final = frozenset({
    "input", "encrypted", "vanished", "changed", "not_written", "occupied", "worker_died", "other_version", "internal"
})  # fmt: skip
# A worker that is stuck in native code, and whose run is dead, ends by itself so many seconds after its time.
GRACE_S: Final = 60.0
MOST_WARNINGS: Final = 20
LONGEST_WARNING: Final = 200


def start() -> None:
    """Set up a worker process: libraries that do not print, and an end when the process ends that it works for."""
    logging.getLogger().addHandler(logging.NullHandler())
    gc.set_threshold(GARBAGE_EVERY)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def work(job: Job, known: Record | None, setup: Setup) -> Done:
    """Read a contract and write its JSON, unless what an earlier run made of it (`known`) stands. Does not raise.

    Ends the process where memory runs out.
    """
    with _timed(setup.timeout_s + GRACE_S), _noted() as warnings:
        record = _record(job, known, setup)
    return Done(record, tuple(warnings))


def _record(job: Job, known: Record | None, setup: Setup) -> Record:
    try:
        sha256 = _sha256(job)
    except InputError as error:
        return failure(job, error.code, str(error))
    why = _why(job, known, sha256, setup)
    if known is not None and why is Why.UNCHANGED:
        return dataclasses.replace(known, why=why)
    return (None if setup.force else _reviewed(job)) or _read(job, sha256, why, setup)


def _sha256(job: Job) -> str:
    try:
        return sha256_of(job.path)
    except FileNotFoundError as error:
        raise VanishedError(f"{job.source}: not there any more; put it back, and run again") from error
    except OSError as error:
        raise InputError(f"{job.source}: cannot be read ({error.strerror}); check its permissions, and run again") from error


def _why(job: Job, known: Record | None, sha256: str, setup: Setup) -> Why:
    """Why the contract is to be read; `UNCHANGED` if it is not."""
    if setup.force:
        return Why.FORCED
    if known is None:
        return Why.NEW
    if known.sha256 and known.sha256 != sha256:
        return Why.FILE
    if known.error is None and not job.output.exists():
        return Why.RESULT
    if known.recipe and known.recipe != setup.recipe:
        return Why.RECIPE
    return Why.UNCHANGED if known.recipe and _stands(known, setup) else Why.AGAIN


def _stands(known: Record, setup: Setup) -> bool:
    """Whether reading the same file in the same way would end as it did."""
    limits = {"time_limit": setup.timeout_s, "memory_limit": setup.memory_mb}
    if known.error in limits:
        return limits[known.error] <= known.limit
    return known.error not in PASSING


def _reviewed(job: Job) -> Record | None:
    """The record of a result that no run may replace, as a person has worked on it, or as it is none of ours."""
    if not job.output.is_file():
        return None
    try:
        contract = annotated.read(job.output)
    except RecordError as error:
        told = f"{job.source}: there is a file in its result's place that is no result ({error}), or --force replaces it"
        return failure(job, "occupied", told)
    if not annotated.is_reviewed(contract):
        return None
    kept = success(job, contract, seconds=0.0, why=Why.REVIEWED, recipe="")
    told = f"{job.source}: {job.output.name} has been reviewed and stays, though contract, model, options or version changed"
    return dataclasses.replace(kept, message=f"{told}; --force reads it anew")


def _read(job: Job, sha256: str, why: Why, setup: Setup) -> Record:
    started = time.perf_counter()

    def failed(error: str, message: str) -> Record:
        seconds = time.perf_counter() - started
        return failure(job, error, message, seconds=seconds, why=why, sha256=sha256, recipe=setup.recipe)

    try:
        contract = _contract(job, sha256, setup)
        _write(contract, job, force=setup.force)
    except InputError as error:
        _end_without_memory(error)
        _drop_result(job, error)
        return failed(error.code, _named(job, str(error)))
    except OSError as error:
        return failed("not_written", f"{job.output}: cannot be written ({error.strerror}); free the place, and run again")
    except Exception as error:
        _end_without_memory(error)
        return failed("internal", f"{job.source}: {type(error).__name__}: {error}; please report this")
    return success(job, contract, seconds=time.perf_counter() - started, why=why, recipe=setup.recipe)


def _named(job: Job, message: str) -> str:
    """The message with the file's name in the records, folders and all, where it begins with its bare name."""
    return job.source + message.removeprefix(job.path.name) if message.startswith(job.path.name) else message


def _contract(job: Job, sha256: str, setup: Setup) -> Contract:
    """The contract in the file of this hash. Raises InputError, or nearly anything if the program is at fault."""
    try:
        model = _model(setup.model_folder)
    except ModelError as error:
        raise OtherVersionError(f"{job.source}: {socket.gethostname()} cannot load the model: {error}") from error
    if recipe_of(model.ref, setup.options) != setup.recipe:
        told = f"{job.source}: {socket.gethostname()} has another payterms or model than this run; install the same there"
        raise OtherVersionError(told)
    with _within(setup.memory_mb):
        try:
            contract = annotate(job.path, model, setup.options)
        except OSError as error:
            raise VanishedError(f"{job.source}: cannot be read to its end ({error.strerror}); run again") from error
    if {contract.source.sha256, _sha256(job)} != {sha256}:
        raise ChangedError(f"{job.source}: changed while it was read; run again when it is at rest")
    return contract


@lru_cache(maxsize=1)
def _model(folder: Path | None) -> Model:
    return load(folder or default_folder())


def _write(contract: Contract, job: Job, *, force: bool) -> None:
    """Write the JSON; what a person has worked on is set aside first."""
    text = annotated.dumps(contract)
    if force:
        _set_aside(job)
    annotated.write_text(text, job.output)


def _set_aside(job: Job) -> None:
    """Move a result that a person has worked on out of its place, under a name that no run writes to."""
    if _reviewed(job) is not None:
        sha256 = sha256_of(job.output)
        job.output.replace(job.output.with_name(f"{job.output.name}.reviewed-{sha256[:8]}"))


def _drop_result(job: Job, error: InputError) -> None:
    """Remove the result of what stood in the file before: it would be taken for that of a file that cannot be read."""
    if error.code not in PASSING:
        _set_aside(job)
        job.output.unlink(missing_ok=True)


def _end_without_memory(error: BaseException | None) -> None:
    """End the process if an error comes, however indirectly, from a lack of memory."""
    while error is not None:
        if isinstance(error, MemoryError):
            os._exit(OUT_OF_MEMORY)
        error = error.__cause__ or error.__context__


@contextlib.contextmanager
def _within(memory_mb: int) -> Iterator[None]:
    """Let this process take so much more address space than it has now (on Linux, which tells how much that is)."""
    if sys.platform != "linux":
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = _address_space() + memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _address_space() -> int:
    """Bytes of address space that this process has (proc(5): the first number of statm, in pages)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()


@contextlib.contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """Have the system end this process if it takes longer: nothing else ends it if it is stuck, and its run was killed."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextlib.contextmanager
def _noted() -> Iterator[list[str]]:
    """What is logged as a warning meanwhile, the first of each kind, as lines."""
    lines: list[str] = []
    handler = _Noting(lines)
    logging.getLogger().addHandler(handler)
    try:
        yield lines
    finally:
        logging.getLogger().removeHandler(handler)


class _Noting(logging.Handler):
    """Keeps the first message of each kind, a kind being a logger and a message without its particulars."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines
        self._kinds: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        kind = (record.name, str(record.msg))
        if kind not in self._kinds and len(self._kinds) < MOST_WARNINGS:
            self._kinds.add(kind)
            self._lines.append(f"{record.name}: {record.getMessage()}"[:LONGEST_WARNING])
