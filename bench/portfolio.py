"""How long the portfolio report of many contracts takes, and how much memory: of made-up results, copies of given ones.

usage: python bench/portfolio.py OUT [--contracts 5000] [--to FOLDER]

OUT is a folder that `payterms run` wrote. Its results are copied under new names, with other amounts and verdicts, until
there are so many; of the report it prints the seconds, and the most memory that the command and its kernel held at once.
"""

import argparse
import dataclasses
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import cycle, islice
from pathlib import Path

import psutil

from pipeline.batch.journal import read_run
from pipeline.batch.record import Record
from pipeline.contract import Advance
from pipeline.review import annotated

# How often memory is looked at.
EVERY_S = 0.1
# One result in so many is missing, as if its contract could not be read.
FAILS = 50


def made_up(out: Path, folder: Path, contracts: int) -> None:
    """Write so many results and their `run.json` into a folder."""
    rng = random.Random(0)  # noqa: S311 (nothing is secret here)
    given = [(record, (out / record.output).read_text("utf-8")) for record in read_run(out) if record.output]
    records = [
        _copy(number, record, text, folder, rng) for number, (record, text) in enumerate(islice(cycle(given), contracts))
    ]
    run = {"inputs": [dataclasses.asdict(record) for record in records]}
    annotated.write_text(json.dumps(run), folder / "run.json")


def _copy(number: int, record: Record, text: str, folder: Path, rng: random.Random) -> Record:
    stem = f"{number % 97:02}/{record.source.rsplit('.', 1)[0]}-{number:05}"
    if number % FAILS == FAILS - 1:
        return dataclasses.replace(record, source=f"{stem}.pdf", output=None, error="damaged", message=f"{stem}.pdf: damaged")
    held = json.loads(text)
    held["verdict"]["advance"] = rng.choice([held["verdict"]["advance"], *Advance])
    for money in (money for term in held["terms"] for money in term["amounts"] if money["value"]):
        money["value"] = str(round(Decimal(money["value"]) * Decimal(rng.uniform(0.2, 5)), 2))
    path = folder / f"{stem}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(held, ensure_ascii=False), encoding="utf-8")
    return dataclasses.replace(record, source=f"{stem}.pdf", output=f"{stem}.json", advance=held["verdict"]["advance"])


def cost_of(command: Sequence[str | Path]) -> tuple[float, float]:
    """Seconds that a command takes, and the most memory (MB) that it and its children held at once."""
    started, peak = time.perf_counter(), 0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            peak = max(peak, sum(_resident(process.pid)))
            time.sleep(EVERY_S)
    if process.returncode:
        sys.exit(process.returncode)
    return time.perf_counter() - started, peak / 2**20


def _resident(pid: int) -> Iterator[int]:
    """The memory of a process and of all below it; those that have just ended hold none."""
    try:
        top = psutil.Process(pid)
        below = top.children(recursive=True)
    except psutil.NoSuchProcess:
        return
    for process in (top, *below):
        try:
            yield process.memory_info().rss
        except psutil.NoSuchProcess:
            continue


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--contracts", type=int, default=5000)
    parser.add_argument("--to", type=Path, help="keep the report here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        made_up(given.out, Path(name, "out"), given.contracts)
        payterms = Path(sys.executable).with_name("payterms")
        to = given.to or Path(name, "reports")
        seconds, memory_mb = cost_of([payterms, "report", Path(name, "out"), "--notebook", "portfolio", "--to", to])
    print(f"portfolio of {given.contracts:,} results: {seconds:.1f} s, {memory_mb:,.0f} MB at most (command and kernel)")


if __name__ == "__main__":
    main()
