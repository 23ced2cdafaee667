"""How cost grows: with copies of a folder, with the pages of one contract; a worker's memory; the wait for the first result.

usage: python bench/growth.py CONTRACTS [--pages 2000] [--copies 1 2 4 8] [--workers 2]

Prints pages per second of `payterms run` for so many copies of the folder; processor time per page of one contract of
so many pages, of the same pages in the contracts they are from, and of each of as many rounds over the folder, with the
memory of the worker; and the seconds from the start of the command to its first result. Processor time is what to look at
on a machine that others use.
"""

import argparse
import gc
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdfium2

from pipeline.batch.one import annotate
from pipeline.batch.worker import GARBAGE_EVERY
from pipeline.tag.model import default_folder, load

STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True)
class Cost:
    """Pages read, processor seconds taken and memory of the process in MB after each contract, and memory at most."""

    pages: int
    seconds: tuple[float, ...]
    resident_mb: tuple[int, ...]
    peak_mb: int


def cost_of(paths: Sequence[Path]) -> Cost:
    """What reading and tagging these contracts, one after the other, costs a worker."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipeline.batch.warm"])
    with context.Pool(1) as pool:
        return pool.apply(_cost_here, [list(paths)])


def _cost_here(paths: Sequence[Path]) -> Cost:
    gc.set_threshold(GARBAGE_EVERY)
    model, pages, seconds, resident = load(default_folder()), 0, [], []
    started = time.process_time()
    for path in paths:
        pages += len(annotate(path, model).source.pages)
        seconds.append(time.process_time() - started)
        resident.append(_resident_mb())
    return Cost(pages, tuple(seconds), tuple(resident), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _resident_mb() -> int:
    """The memory that this process holds now (Linux; elsewhere 0)."""
    lines = STATUS.read_text().splitlines() if STATUS.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def one_of(paths: Sequence[Path], pages: int, out: Path) -> list[Path]:
    """Write the pages of these contracts, up to so many, into one PDF; the contracts that they are from."""
    used = []
    with pypdfium2.PdfDocument.new() as joined:
        for path in paths:
            with pypdfium2.PdfDocument(path) as document:
                if len(joined) + len(document) <= pages:
                    joined.import_pages(document)
                    used.append(path)
        joined.save(out)
    return used


def run_seconds(folder: Path, workers: int) -> tuple[float, float]:
    """Seconds of `payterms run` on a folder: to the first result, and to the end."""
    with tempfile.TemporaryDirectory() as out:
        command = [Path(sys.executable).with_name("payterms"), "run", folder, out, "--workers", str(workers), "--quiet"]
        started, first = time.perf_counter(), 0.0
        with subprocess.Popen(command) as process:
            while process.poll() is None:
                if not first and any(path.name != "run.json" for path in Path(out).rglob("*.json")):
                    first = time.perf_counter() - started
                time.sleep(0.02)
        return first, time.perf_counter() - started


def print_copies(paths: Sequence[Path], copies: Sequence[int], workers: int) -> None:
    """Pages per second for so many copies of the contracts, and the wait for the first result."""
    pages = sum(len(pypdfium2.PdfDocument(path)) for path in paths)
    for times in copies:
        with tempfile.TemporaryDirectory() as name:
            for copy in range(times):
                for number, path in enumerate(paths):
                    shutil.copyfile(path, Path(name, f"{number:04}-{copy}.pdf"))
            first, seconds = run_seconds(Path(name), workers)
        print(f"{times} copies: {times * pages / seconds:.1f} pages/s, first result after {first:.1f} s")


def print_long(paths: Sequence[Path], pages: int) -> None:
    """Processor time and memory of one long contract, beside those of the contracts that its pages are from."""
    with tempfile.TemporaryDirectory() as name:
        joined = Path(name, "long.pdf")
        apart = cost_of(one_of(paths, pages, joined))
        whole = cost_of([joined])
    for what, cost in ((f"{len(apart.resident_mb)} contracts", apart), ("one contract", whole)):
        each = 1000 * cost.seconds[-1] / cost.pages
        print(f"{cost.pages} pages in {what}: {each:.2f} ms a page, {cost.peak_mb} MB at most")


def print_rounds(paths: Sequence[Path], rounds: int) -> None:
    """What a page costs a worker in each of some rounds over the same contracts, and its memory after each."""
    cost = cost_of(list(paths) * rounds)
    ends = slice(len(paths) - 1, None, len(paths))
    for number, (start, end, held) in enumerate(
        zip((0.0, *cost.seconds[ends]), cost.seconds[ends], cost.resident_mb[ends], strict=False), 1
    ):
        each = 1000 * (end - start) * rounds / cost.pages
        print(f"round {number} of {len(paths)} contracts: {each:.2f} ms a page, {held} MB after it")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("contracts", type=Path)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    paths = sorted(path for path in given.contracts.rglob("*") if path.suffix.lower() == ".pdf")
    print_long(paths, given.pages)
    print_rounds(paths, max(given.copies))
    print_copies(paths, given.copies, given.workers)


if __name__ == "__main__":
    main()
