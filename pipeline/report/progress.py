"""How a run is getting on, in words for a terminal, and as lines of JSON for other programs."""

import dataclasses
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.batch.record import Done, Record


@dataclasses.dataclass(slots=True)
class Tally:
    """What has come so far: counts of contracts, and the pages of those that were read in this run.

    `found` is how many there are, `started` the monotonic time (s) at which the run began.
    """

    found: int
    started: float = dataclasses.field(default_factory=time.monotonic)
    read: int = 0
    kept: int = 0
    failed: int = 0
    in_doubt: int = 0
    pages: int = 0

    @property
    def done(self) -> int:
        """How many contracts there is a result or a reason of."""
        return self.read + self.kept + self.failed

    def count(self, record: Record) -> None:
        """Add what became of one more contract."""
        self.in_doubt += record.in_doubt
        if record.error is not None:
            self.failed += 1
        elif record.kept:
            self.kept += 1
        else:
            self.read += 1
            self.pages += record.pages


def progress_line(tally: Tally, *, now: float | None = None) -> str:
    """Counts, rate and time left: "412/1,000  1.9/s 25 pages/s  0:05:10 left  400 read, 10 kept, 2 failed, 31 in doubt".

    What was kept from an earlier run says nothing about how long reading takes.
    """
    elapsed_s = max((time.monotonic() if now is None else now) - tally.started, 0.001)
    rate = (tally.read + tally.failed) / elapsed_s
    left = "?" if not rate else str(timedelta(seconds=round((tally.found - tally.done) / rate)))
    kept = f"{tally.kept:,} kept, " if tally.kept else ""
    counts = f"{tally.read:,} read, {kept}{tally.failed:,} failed, {tally.in_doubt:,} in doubt"
    speed = f"{rate:.2g}/s {tally.pages / elapsed_s:.3g} pages/s"
    return f"{tally.done:,}/{tally.found:,}  {speed}  {left} left  {counts}"


def log_line(event: str, **fields: Any) -> str:
    """A line of JSON that says what happened and when (UTC)."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"at": at, "event": event, **fields}, ensure_ascii=False)


def logged(done: Done) -> dict[str, Any]:
    """A contract's record and warnings, for `log_line`."""
    return {**dataclasses.asdict(done.record), "warnings": list(done.warnings)}
