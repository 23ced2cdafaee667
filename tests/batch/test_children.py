"""Processes that hang, die, or take too much, and the contracts that they were reading."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from builders import long_pdf, one_page_pdf

from pipeline.batch.children import Children
from pipeline.batch.jobs import Job
from pipeline.batch.one import recipe_of
from pipeline.batch.options import PLAIN, Setup
from pipeline.batch.record import Record
from pipeline.tag.model import Model

FIFO = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe that stands in a folder")


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    """One child process, used by all the tests here."""
    made = Children(1)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def setup(model: Model) -> Setup:
    return Setup(None, recipe_of(model.ref, PLAIN), PLAIN, timeout_s=60.0, memory_mb=2048)


def small(folder: Path) -> Job:
    return Job(one_page_pdf(folder / "nda.pdf"), "nda.pdf", folder / "nda.json")


def pipe(folder: Path) -> Job:
    """A contract whose reading never ends: opening it waits for a writer."""
    os.mkfifo(folder / "endless.pdf")
    return Job(folder / "endless.pdf", "endless.pdf", folder / "endless.json")


def kill_children() -> None:
    for child in multiprocessing.active_children():
        os.kill(child.pid or 0, signal.SIGKILL)


def ends(children: Children, setup: Setup, *jobs: Job) -> list[Record]:
    return [children.read(job, None, setup).record for job in jobs]


@FIFO
def test_a_contract_over_its_time_costs_itself_only(tmp_path: Path, children: Children, setup: Setup) -> None:
    endless, fine = ends(children, replace(setup, timeout_s=6.0), pipe(tmp_path), small(tmp_path))
    assert (endless.error, endless.limit, fine.error) == ("time_limit", 6.0, None)
    assert endless.message == "endless.pdf: not read within 6 s; give more with --timeout"
    assert (tmp_path / "nda.json").exists()


@FIFO
def test_a_worker_that_dies_costs_its_contract_only(tmp_path: Path, children: Children, setup: Setup) -> None:
    job = pipe(tmp_path)

    def kill() -> None:
        with job.path.open("wb"):  # waits until the worker has begun to read
            kill_children()

    killer = Thread(target=kill, daemon=True)
    killer.start()
    dead, fine = ends(children, setup, job, small(tmp_path))
    killer.join(5)
    assert (dead.error, fine.error) == ("worker_died", None)
    assert "exit code -9" in dead.message


def test_a_worker_that_dies_between_contracts_costs_none(tmp_path: Path, children: Children, setup: Setup) -> None:
    assert ends(children, setup, small(tmp_path))[0].error is None
    kill_children()
    assert ends(children, setup, small(tmp_path))[0].error is None


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_contract_that_wants_too_much_memory_costs_itself_only(tmp_path: Path, children: Children, setup: Setup) -> None:
    job = Job(long_pdf(tmp_path / "long.pdf", times=6), "long.pdf", tmp_path / "long.json")
    (greedy,) = ends(children, replace(setup, memory_mb=20), job)
    assert (greedy.error, greedy.limit) == ("memory_limit", 20)
    assert greedy.sha256
    assert greedy.message == "long.pdf: 20 MB of memory are not enough to read it; give more with --memory-mb"
    assert ends(children, setup, job)[0].error is None


def test_a_stopped_pool_reads_no_more(tmp_path: Path, setup: Setup) -> None:
    children = Children(1)
    children.stop()
    with pytest.raises(BaseException) as raised:  # noqa: PT011 (its kind is what is asked)
        children.read(small(tmp_path), None, setup)
    assert type(raised.value).__name__ == "CancelledError"
