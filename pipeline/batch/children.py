"""Processes that read contracts, one contract at a time each, and what is left of a contract whose process hung or died.

What reads contracts is imported in those processes alone: in a cluster, the process here only hands contracts on.
"""

import hashlib
import multiprocessing
import os
import signal
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Expired
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.context import BaseContext, ForkServerContext
from threading import Lock
from typing import Final

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from pipeline.batch.jobs import Job
from pipeline.batch.options import Setup
from pipeline.batch.record import Done, Record, failure

WORKER: Final = "pipeline.batch.worker"
WARM: Final = "pipeline.batch.warm"
# How a worker ends that could get no more memory: its heap is full of holes by then, and the next contract wants a whole one.
OUT_OF_MEMORY: Final = 77
# How often a contract is given to a new pool when the pool broke for no fault of its own.
TRIES: Final = 3


class Children:
    """So many child processes, started when they are first needed, for as many threads that ask them to read a contract.

    A process that hangs, dies or runs out of memory costs the contract that it reads; a new one takes its place.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = Lock()
        self._asked: set[ProcessFuture[Done]] = set()
        self._pool: ProcessPool | None = None
        self._stopped = False

    def read(self, job: Job, known: Record | None, setup: Setup) -> Done:
        """What `worker.work` makes of the contract, or the record of how it ended."""
        for _ in range(TRIES):
            asked = self._ask(job, known, setup)
            try:
                return asked.result()
            except Expired:
                return _failed(job, setup, "time_limit", _too_long(job, setup), limit=setup.timeout_s)
            except ProcessExpired as error:
                return _died(job, setup, error.exitcode)
            except BrokenProcessPool:
                continue
            finally:
                self._asked.discard(asked)
        return _failed(job, setup, "worker_died", f"{job.source}: no worker process stays alive; see to this machine's memory")

    def stop(self) -> None:
        """End the processes, whatever they are at; the threads that wait for them get a CancelledError."""
        with self._lock:
            self._stopped = True
            for asked in tuple(self._asked):
                asked.cancel()  # type: ignore[no-untyped-call]
            if self._pool is not None:
                self._pool.stop()  # type: ignore[no-untyped-call]
                self._pool.join()
                self._pool = None

    def _ask(self, job: Job, known: Record | None, setup: Setup) -> ProcessFuture[Done]:
        with self._lock:
            if self._stopped:
                raise CancelledError
            try:
                asked = self._started().schedule(_work, args=[job, known, setup], timeout=setup.timeout_s)
            except RuntimeError:
                # The pool has ended: a process of it died while none was reading.
                self._pool = None
                asked = self._started().schedule(_work, args=[job, known, setup], timeout=setup.timeout_s)
            self._asked.add(asked)
            return asked

    def _started(self) -> ProcessPool:
        if self._pool is None:
            self._pool = ProcessPool(self._count, initializer=_start, context=_context())
        return self._pool


def warm_up() -> None:
    """Start the process that workers are forked from, where there is one; it takes seconds, in which this one goes on."""
    if isinstance(_context(), ForkServerContext):
        forkserver.ensure_running()


def _start() -> None:
    from pipeline.batch import worker  # noqa: PLC0415 (heavy)

    worker.start()


def _work(job: Job, known: Record | None, setup: Setup) -> Done:
    from pipeline.batch import worker  # noqa: PLC0415 (heavy)

    return worker.work(job, known, setup)


def _context() -> BaseContext:
    """How processes start: from a server process that holds the libraries, where there is one (not on Windows).

    Forking this process itself, which has threads by then, could leave a child waiting for a lock for ever.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", WORKER, WARM])
    return context


def _too_long(job: Job, setup: Setup) -> str:
    return f"{job.source}: not read within {setup.timeout_s:g} s; give more with --timeout"


def _died(job: Job, setup: Setup, exitcode: int) -> Done:
    if exitcode == OUT_OF_MEMORY:
        told = f"{job.source}: {setup.memory_mb} MB of memory are not enough to read it; give more with --memory-mb"
        return _failed(job, setup, "memory_limit", told, limit=setup.memory_mb)
    if exitcode == -getattr(signal, "SIGALRM", 0):
        return _failed(job, setup, "time_limit", _too_long(job, setup), limit=setup.timeout_s)
    told = f"{job.source}: its worker died (exit code {exitcode}); read it alone, or with more --memory-mb"
    return _failed(job, setup, "worker_died", told)


def _failed(job: Job, setup: Setup, error: str, message: str, *, limit: float = 0.0) -> Done:
    """The record of a contract whose process is gone; with its hash, so that a later run knows it again."""
    seconds = limit if error == "time_limit" else 0.0
    sha256 = ""
    # Not what is no file: nobody may ever write into a pipe.
    if os.path.isfile(job.path):  # noqa: PTH113
        with suppress(OSError), job.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Done(failure(job, error, message, seconds=seconds, sha256=sha256, recipe=setup.recipe, limit=limit))
