"""The output folder's own files: the lock that keeps a second run out, the journal of a run that goes on, and `run.json`.

While a run goes on, each record is a line of `run.jsonl`, written as soon as it is known, so that a run that is killed can be
gone on with; half a last line is passed over. At the run's end all of it goes into `run.json`, and the journal away.
"""

import contextlib
import dataclasses
import errno
import json
import os
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any, Final

from pipeline import __version__
from pipeline.batch.jobs import RUN_FILE
from pipeline.batch.record import Record
from pipeline.contract import ModelRef
from pipeline.errors import InputError, OutputError, RecordError
from pipeline.review import annotated

JOURNAL_FILE: Final = "run.jsonl"
LOCK_FILE: Final = ".payterms.lock"
# What an unlocked file system says.
NO_LOCKS: Final = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """A run as such: its model, how many inputs it has found, the monotonic time (s) at which it began, and where inputs stand.

    With fewer records than inputs in `run.json`, the run was interrupted. `folder` is a whole path, "" if it is not known.
    """

    model: ModelRef
    found: int
    started: float
    folder: str = ""


@contextlib.contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the output folder, made if need be, against a second run, and see that it can be written to.

    The lock is the system's (flock) and ends with the process that holds it, however that ends. Raises InputError if another
    run holds the folder, or it cannot be written to.
    """
    path = out / LOCK_FILE
    try:
        try_out(out)
        handle = _locked(path)
    except BlockingIOError as error:
        holder = path.read_text(encoding="utf-8", errors="replace").strip() or "unknown"
        raise InputError(f"{out}: another run is writing there ({holder}); wait for its end, or name another folder") from error
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise InputError(
                f"{out}: no file can be locked there; mount it with locks (NFS 4), or name another folder"
            ) from error
        raise InputError(f"{out}: cannot be written to ({error.strerror}); name another folder for the results") from error
    try:
        yield
    finally:
        # Windows does not remove a file that is open; there it stays, unlocked, and does no harm.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def try_out(out: Path) -> None:
    """Write to the folder once, before hours go into reading."""
    annotated.write_text("", out / ".payterms")
    (out / ".payterms").unlink()


def _locked(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _lock(handle)
        if _is(handle, path):
            os.truncate(handle, 0)
            os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
            return handle
    except BaseException:
        os.close(handle)
        raise
    # The run that held it has just ended, and taken the file away.
    os.close(handle)
    return _locked(path)


def _lock(handle: int) -> None:
    """Lock an open file, or raise BlockingIOError."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(error.errno, error.strerror) from error
    else:
        import fcntl  # noqa: PLC0415

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def journal(out: Path) -> Iterator[FileIO]:
    """The journal, open for `add`; it stays until `write_run` has written all of it. Raises OutputError."""
    try:
        file = FileIO(out / JOURNAL_FILE, "a+")
    except OSError as error:
        raise _no_journal(out / JOURNAL_FILE, error) from error
    with file:
        if file.seek(0, os.SEEK_END) and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n":
            _append(b"\n", file)
        yield file


def add(record: Record, file: FileIO) -> None:
    """Write a record into the journal, past the reach of whatever may happen to this process. Raises OutputError."""
    _append(f"{_line(record)}\n".encode(errors="replace"), file)


def _append(line: bytes, file: FileIO) -> None:
    try:
        if file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise _no_journal(Path(str(file.name)), error) from error


def _no_journal(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path}: cannot be written ({error.strerror}); free space there, and run again to go on")


def recorded(out: Path) -> dict[str, Record]:
    """What is known of earlier runs into the folder, finished or not, by source. What cannot be read is not known."""
    try:
        held = json.loads((out / RUN_FILE).read_text(encoding="utf-8"))
        entries = [*held.get("earlier", ()), *held["inputs"]]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        entries = []
    records = (_record(entry) for entry in (*entries, *_journalled(out)))
    return {record.source: record for record in records if record}


def _record(entry: Any) -> Record | None:
    try:
        return Record(**entry)
    except TypeError:
        return None


def _journalled(out: Path) -> Iterator[Any]:
    with contextlib.suppress(FileNotFoundError), (out / JOURNAL_FILE).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            # The last line of a run that was killed may be half a line, or zeros after a power cut.
            with contextlib.suppress(ValueError):
                yield json.loads(line)


def unfinished(out: Path) -> bool:
    """Whether a run into the folder was cut short without the time to tidy up."""
    return (out / JOURNAL_FILE).exists()


def sweep(out: Path) -> None:
    """Remove the temporary files of writers that were killed."""
    for path in out.rglob(f".*{annotated.TEMPORARY}"):
        path.unlink(missing_ok=True)


def write_run(records: Iterable[Record], out: Path, run: Run, *, earlier: Iterable[Record] = ()) -> None:
    """Write `run.json`: the tool, the model, the counts, the record of every input that a result is known of; end the journal.

    `earlier` are records of earlier runs of inputs that this one has not looked at. Raises OutputError.
    """
    inputs = in_order(records)
    held = {
        "schema_version": annotated.SCHEMA_VERSION,
        "tool": {"name": "payterms", "version": __version__},
        "model": dataclasses.asdict(run.model),
        "folder": run.folder,
        "seconds": round(time.monotonic() - run.started, 2),
        "found": max(run.found, len(inputs)),
        "read": sum(record.error is None for record in inputs),
        "failed": sum(record.error is not None for record in inputs),
        "kept": sum(record.kept for record in inputs),
        "in_doubt": sum(record.in_doubt for record in inputs),
    }
    # A record a line, put together as text: a million records as dictionaries would take gigabytes.
    head = json.dumps(held, ensure_ascii=False, indent=1).removesuffix("\n}")
    text = f"{head},\n{_listed('inputs', inputs)},\n{_listed('earlier', earlier)}\n}}\n"
    try:
        annotated.write_text(text, out / RUN_FILE)
        (out / JOURNAL_FILE).unlink(missing_ok=True)
    except OSError as error:
        told = f"cannot be written ({error.strerror}); free space there, and run again: what is done stays done"
        raise OutputError(f"{out / RUN_FILE}: {told}") from error


def _listed(name: str, records: Iterable[Record]) -> str:
    lines = ",\n".join(f"  {_line(record)}" for record in records)
    return f' "{name}": [\n{lines}\n ]' if lines else f' "{name}": []'


def _line(record: Record) -> str:
    return json.dumps(dataclasses.asdict(record), ensure_ascii=False)


def in_order(records: Iterable[Record]) -> list[Record]:
    """The records as their inputs stand in their folders."""
    return sorted(records, key=lambda record: record.source.split("/"))


def read_run(out: Path) -> list[Record]:
    """The records of the last run into the folder, be it finished or not. Raises RecordError if the folder holds none."""
    path = out / RUN_FILE
    inputs: dict[str, Record] = {}
    try:
        if path.exists() or not unfinished(out):
            inputs = {entry["source"]: Record(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))["inputs"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: no record of a run ({error}); name a folder that `payterms run` wrote") from error
    inputs |= {record.source: record for record in map(_record, _journalled(out)) if record}
    return in_order(inputs.values())


def folder_of(out: Path) -> Path | None:
    """The folder of the PDFs that the last whole run has read, if `run.json` tells and it is still there."""
    try:
        told = json.loads((out / RUN_FILE).read_text(encoding="utf-8")).get("folder")
    except (OSError, ValueError, AttributeError):
        return None
    return Path(told) if told and Path(told).is_dir() else None


def rewrite(records: Iterable[Record], out: Path) -> None:
    """Put other records of the same inputs into `run.json`; what else it holds stays. Raises RecordError, OutputError."""
    path = out / RUN_FILE
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        run = Run(ModelRef(**held["model"]), held["found"], time.monotonic() - held["seconds"], held.get("folder", ""))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: no record of a whole run ({error}); let `payterms run` end first") from error
    write_run(records, out, run, earlier=filter(None, map(_record, held.get("earlier", ()))))
