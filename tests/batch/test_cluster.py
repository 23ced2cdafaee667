"""The same batch on a cluster: a real scheduler and two workers, in processes of their own on this machine."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from builders import ROOT, Command, one_page_pdf

from pipeline.batch import cluster as module
from pipeline.batch.cluster import cluster
from pipeline.batch.jobs import Job
from pipeline.batch.journal import read_run
from pipeline.batch.record import Done
from pipeline.batch.run import _result
from pipeline.errors import ClusterError

COUNT = 16
DASK = [sys.executable, "-m", "dask"]


@contextmanager
def process(folder: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A command of Dask's, and its end."""
    with subprocess.Popen([*DASK, *args], cwd=folder, stderr=subprocess.PIPE, text=True) as made:
        try:
            yield made
        finally:
            made.kill()


def said(made: subprocess.Popen[str], pattern: str) -> str:
    """What the process says, up to a line with the pattern; the part that the pattern holds."""
    assert made.stderr is not None
    for line in made.stderr:
        found = re.search(pattern, line)
        if found:
            return found[1]
    raise AssertionError(f"it ended without saying {pattern}")


def results(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.glob("*.json") if path.name != "run.json"}


def test_a_cluster_that_loses_a_worker_reads_every_contract(tmp_path: Path, payterms: Command) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for number in range(COUNT):
        one_page_pdf(source / f"{number:02}.pdf", f"The fee of ${number},000 is due on delivery of item {number}.")
    (source / "bad.pdf").write_text("no PDF", encoding="utf-8")
    with ExitStack() as stack:
        scheduler = stack.enter_context(process(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"))
        address = said(scheduler, r"Scheduler at: +(tcp://\S+)")
        options = ["worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]
        workers = [stack.enter_context(process(tmp_path, *options)) for _ in range(2)]
        command = [sys.executable, "-m", "pipeline.cli", "run", str(source), str(out), "--scheduler", address, "--quiet"]
        run = stack.enter_context(subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True))
        while len(results(out)) < 3:
            assert run.poll() is None
            time.sleep(0.02)
        workers[0].send_signal(signal.SIGKILL)
        assert run.wait(timeout=120) == 1
    records = read_run(out)
    assert [record.error for record in records] == [None] * COUNT + ["not_pdf"]
    assert len(results(out)) == COUNT
    assert payterms("run", source, tmp_path / "here", "--quiet").code == 1
    assert results(out) == results(tmp_path / "here")


def test_no_scheduler_is_told(tmp_path: Path, payterms: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_S", 0.5)
    one_page_pdf(tmp_path / "a.pdf")
    answer = payterms("run", tmp_path, tmp_path / "out", "--scheduler", "tcp://127.0.0.1:9")
    assert (answer.code, answer.out) == (2, "")
    assert "payterms: tcp://127.0.0.1:9: no Dask scheduler answers there" in answer.err


@pytest.mark.parametrize("address", ["127.0.0.1", "what is this", "http://127.0.0.1:9", "tcp://127.0.0.1:port"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(ClusterError, match=f"{re.escape(address)}: no address of a Dask scheduler"), cluster(address):
        pass


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"pip install 'payterms\[cluster\]'"), cluster("tcp://127.0.0.1:8786"):
        pass


def test_a_contract_that_no_worker_survives_has_its_record(tmp_path: Path) -> None:
    future: Future[Done] = Future()
    future.set_exception(type("KilledWorker", (Exception,), {})())
    record = _result(Job(tmp_path / "a.pdf", "a.pdf", tmp_path / "a.json"), future).record
    assert (record.error, record.message) == (
        "worker_died",
        "a.pdf: every worker that was to read it died; read it alone to see why",
    )
