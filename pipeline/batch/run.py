"""Many contracts to annotated JSON, on this machine or on a cluster, with a record for every input.

Whatever happens to one contract costs that contract only: it ends as its JSON or as a record with an error code and a sentence
that a person can act on. Contracts are handed out as workers come free: a hundred thousand wait in their folder, not in memory.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from pipeline.batch.children import Children
from pipeline.batch.cluster import cluster, lost, read_there
from pipeline.batch.jobs import Job, result_path
from pipeline.batch.journal import Run, add, in_order, journal, sweep, write_run
from pipeline.batch.options import Setup
from pipeline.batch.record import Done, Record, Why, failure


class Crew(NamedTuple):
    """Who reads: an executor, the function to give it with each contract, and how many it reads at a time right now."""

    executor: Executor
    read: Callable[[Job, Record | None, Setup], Done]
    at_a_time: Callable[[], int]


def run_here(jobs: Iterable[Job], known: Mapping[str, Record], setup: Setup, *, workers: int) -> Generator[Done]:
    """Read every job's contract in so many processes of this machine; what comes of each comes as soon as it is known.

    `known` are the records of earlier runs, by source.
    """
    children = Children(workers)
    threads = ThreadPoolExecutor(workers)
    try:
        yield from _streamed(jobs, known, setup, Crew(threads, children.read, lambda: workers))
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
        children.stop()
        threads.shutdown()


def run_there(jobs: Iterable[Job], known: Mapping[str, Record], setup: Setup, *, scheduler: str) -> Generator[Done]:
    """As `run_here`, on the cluster of the scheduler at this address. Raises ClusterError."""
    with cluster(scheduler) as (executor, threads):
        try:
            yield from _streamed(jobs, known, setup, Crew(executor, read_there, threads))
        except CancelledError as error:
            raise lost(scheduler) from error


def carry_out(
    results: Generator[Done], known: Mapping[str, Record], out: Path, run: Run, *, tell: Callable[[Done], None] = lambda _: None
) -> list[Record]:
    """Take the results of a run as they come, tell of each, and write every record down; at the end, however early, `run.json`.

    Raises OutputError if a record cannot be written.
    """
    seen: dict[str, Record] = {}
    try:
        with closing(results), journal(out) as lines:
            for done in results:
                seen[done.record.source] = done.record
                if done.record.why != Why.UNCHANGED:
                    add(done.record, lines)
                tell(done)
    finally:
        interrupted = len(seen) < run.found
        if interrupted:
            sweep(out)
        write_run(seen.values(), out, run, earlier=_not_looked_at(known, seen, out, interrupted=interrupted))
    return in_order(seen.values())


def _not_looked_at(
    known: Mapping[str, Record], seen: Mapping[str, Record], out: Path, *, interrupted: bool
) -> Iterator[Record]:
    """Earlier records of inputs that this run has not come to, or that are no part of it and whose results are still there."""
    for source, record in known.items():
        if source not in seen and (interrupted or (record.output is not None and result_path(out, record.output).exists())):
            yield record


def _streamed(jobs: Iterable[Job], known: Mapping[str, Record], setup: Setup, crew: Crew) -> Iterator[Done]:
    """What comes of each job, with no more of them handed out than keeps every worker busy."""
    handed: dict[Future[Done], Job] = {}
    for job in jobs:
        if job.refused:
            yield Done(failure(job, job.error, job.refused))
            continue
        while len(handed) >= 2 * crew.at_a_time():
            yield from _come(handed)
        handed[crew.executor.submit(crew.read, job, known.get(job.source), setup)] = job
    while handed:
        yield from _come(handed)


def _come(handed: dict[Future[Done], Job]) -> Iterator[Done]:
    """Wait until something comes, and take it out."""
    done, _ = wait(handed, return_when=FIRST_COMPLETED)
    for future in done:
        yield _result(handed.pop(future), future)


def _result(job: Job, future: Future[Done]) -> Done:
    try:
        return future.result()
    except CancelledError:
        raise
    except Exception as error:
        # Dask gives a contract up whose worker died again and again.
        died = type(error).__name__ == "KilledWorker"
        code = "worker_died" if died else "internal"
        told = "every worker that was to read it died; read it alone to see why" if died else f"{error!r}; please report this"
        return Done(failure(job, code, f"{job.source}: {told}"))
