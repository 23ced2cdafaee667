"""How a run is getting on."""

import json
from dataclasses import replace

import pytest

from pipeline.batch.record import Done, Record
from pipeline.report.progress import Tally, log_line, logged, progress_line

READ = Record("a.pdf", "a.json", None, "", 12, 0, 2, 1, "mixed", "no", 0.1, doubtful_terms=1)
RECORDS = {
    "read and doubtful": (READ, (1, 0, 0, 1, 12)),
    "read and certain": (replace(READ, doubtful_terms=0), (1, 0, 0, 0, 12)),
    "unknown": (replace(READ, doubtful_terms=0, basis="unknown"), (1, 0, 0, 1, 12)),
    "kept": (replace(READ, why="unchanged"), (0, 1, 0, 1, 0)),
    "failed": (replace(READ, error="damaged", doubtful_terms=0, basis="unknown"), (0, 0, 1, 0, 0)),
    "failed as before": (replace(READ, error="damaged", doubtful_terms=0, why="unchanged"), (0, 0, 1, 0, 0)),
}


@pytest.mark.parametrize(("record", "expected"), RECORDS.values(), ids=RECORDS)
def test_each_result_is_counted_once(record: Record, expected: tuple[int, ...]) -> None:
    tally = Tally(3)
    tally.count(record)
    assert (tally.read, tally.kept, tally.failed, tally.in_doubt, tally.pages) == expected
    assert tally.done == 1


LINES = {
    "before the first": (Tally(1000, 0.0), "0/1,000  0/s 0 pages/s  ? left  0 read, 0 failed, 0 in doubt"),
    "on the way": (
        Tally(1000, 0.0, read=150, failed=50, in_doubt=31, pages=2500),
        "200/1,000  2/s 25 pages/s  0:06:40 left  150 read, 50 failed, 31 in doubt",
    ),
    "what was kept says nothing of the speed": (
        Tally(1000, 0.0, read=200, kept=600, pages=2000),
        "800/1,000  2/s 20 pages/s  0:01:40 left  200 read, 600 kept, 0 failed, 0 in doubt",
    ),
}


@pytest.mark.parametrize(("tally", "line"), LINES.values(), ids=LINES)
def test_a_line_says_counts_rate_and_time_left(tally: Tally, line: str) -> None:
    assert progress_line(tally, now=100.0) == line


def test_a_line_of_the_log_is_json_with_a_time() -> None:
    held = json.loads(log_line("contract", **logged(Done(READ, ("pdfminer: odd",)))))
    assert (held["event"], held["source"], held["error"], held["warnings"]) == ("contract", "a.pdf", None, ["pdfminer: odd"])
    assert held["at"].endswith("+00:00")
