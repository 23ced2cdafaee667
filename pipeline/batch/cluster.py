"""The same batch on a Dask cluster: contracts go to the workers of a scheduler, and each worker reads them in child processes.

A contract that hangs or dies costs a child process, as on one machine; a worker that dies costs nothing, as the scheduler gives
its contracts to another.
"""

import logging
import multiprocessing
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Final

from pipeline.batch.children import Children
from pipeline.batch.jobs import Job
from pipeline.batch.options import Setup
from pipeline.batch.record import Done, Record
from pipeline.errors import ClusterError

CONNECT_S: Final = 30.0
WORKERS_S: Final = 60.0
ASKED_EVERY_S: Final = 2.0
# How Dask writes the address of a scheduler; with any other it fails late, and not always with an error of its own.
ADDRESS: Final = re.compile(r"(?:tcp|tls|ws|wss|ucx)://(?:[\w.-]+|\[[0-9a-fA-F:.%\w]+\]):\d{1,5}")


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, Callable[[], int]]]:
    """An executor on the scheduler at `address` (tcp://HOST:PORT), and how many contracts its workers read at a time right now.

    Raises ClusterError if Dask is not installed, the address is none, no scheduler answers, or it has no workers.
    """
    distributed = _distributed()
    if not ADDRESS.fullmatch(address):
        raise ClusterError(
            f"{address}: no address of a Dask scheduler; expected tcp://HOST:PORT, as `dask scheduler` prints it"
        )
    # What goes wrong is told once, by this program.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError, TypeError) as error:
        raise ClusterError(f"{address}: no Dask scheduler answers there ({error}); start one with `dask scheduler`") from error
    with client:
        _await_workers(client, address)
        executor = client.get_executor(pure=False)
        try:
            yield executor, _asked_now_and_then(lambda: _threads(client, address))
        finally:
            executor.shutdown(wait=False)


def _distributed() -> Any:
    try:
        import distributed  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError as error:
        raise ClusterError("--scheduler needs Dask; install it with: pip install 'payterms[cluster]'") from error
    return distributed


def _await_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=WORKERS_S)
    except TimeoutError as error:
        raise ClusterError(
            f"{address}: no worker has joined this scheduler; start some with `dask worker {address}`"
        ) from error


def _asked_now_and_then(ask: Callable[[], int]) -> Callable[[], int]:
    """The answer to a question that costs the scheduler time, at most so many seconds old."""
    held = {"answer": ask(), "at": time.monotonic()}

    def answer() -> int:
        if time.monotonic() - held["at"] > ASKED_EVERY_S:
            held.update(answer=ask(), at=time.monotonic())
        return int(held["answer"])

    return answer


def _threads(client: Any, address: str) -> int:
    try:
        return max(1, sum(map(int, client.nthreads().values())))
    except OSError as error:
        raise lost(address) from error


def lost(address: str) -> ClusterError:
    """The error to raise when the scheduler at this address does not answer any more."""
    return ClusterError(f"{address}: the scheduler has gone; what is done stays done: start it, and run again to go on")


_starting = Lock()
_children: dict[int, Children] = {}


def read_there(job: Job, known: Record | None, setup: Setup) -> Done:
    """Read a contract on the worker that calls this; in a child process, one for each thread of the worker."""
    return _of_this_worker().read(job, known, setup)


def _of_this_worker() -> Children:
    from distributed import get_worker  # noqa: PLC0415 (an extra)

    threads = int(get_worker().state.nthreads)
    with _starting:
        if threads not in _children:
            # A Dask worker is a daemon of its nanny, and daemons may not have children; ours end by themselves when it ends.
            with suppress(AssertionError):
                multiprocessing.current_process().daemon = False
            _children[threads] = Children(threads)
        return _children[threads]
