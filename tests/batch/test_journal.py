"""The output folder's own files: the lock, the journal, run.json."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import Ran

from pipeline.batch.journal import JOURNAL_FILE, Run, add, alone, journal, read_run, recorded, sweep, unfinished, write_run
from pipeline.batch.record import Record
from pipeline.contract import ModelRef
from pipeline.errors import InputError, OutputError, RecordError

RUN = Run(ModelRef("other", "", {}), 2, 0.0)
HOLD = """
import sys, time
from pathlib import Path
from pipeline.batch.journal import alone
with alone(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def record(source: str, **more: object) -> Record:
    given = {"output": f"{source[:-4]}.json", "error": None, "message": "", "pages": 1, "unread_pages": 0} | more
    return Record(source, milestone_terms=0, progress_terms=0, basis="none", advance="no", seconds=0.5, **given)  # type: ignore[arg-type]


def test_records_are_read_back(ran: Ran, tmp_path: Path) -> None:
    records = read_run(ran.out)
    write_run(records, tmp_path, RUN)
    assert read_run(tmp_path) == records
    assert list(recorded(tmp_path).values()) == records


def test_a_record_of_version_0_1_0_is_read(tmp_path: Path) -> None:
    write_run([record("a.pdf")], tmp_path, RUN)
    held = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    for added in ("doubtful_terms", "why", "sha256", "recipe", "limit"):
        del held["inputs"][0][added]
    (tmp_path / "run.json").write_text(json.dumps(held), encoding="utf-8")
    assert read_run(tmp_path) == [record("a.pdf")]


@pytest.mark.parametrize("content", ["", "[]", '{"inputs": 3}', '{"inputs": [{"source": "a.pdf"}]}', '{"inputs": ["a.pdf"]}'])
def test_what_is_no_record_of_a_run_is_told(content: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    with pytest.raises(RecordError, match=r"run\.json: no record of a run"):
        read_run(tmp_path)
    assert recorded(tmp_path) == {}


def test_what_is_in_the_journal_counts_before_the_run_has_ended(tmp_path: Path) -> None:
    write_run([record("a.pdf"), record("b.pdf")], tmp_path, RUN)
    with journal(tmp_path) as file:
        add(record("b.pdf", pages=7), file)
        assert unfinished(tmp_path)
        assert read_run(tmp_path) == [record("a.pdf"), record("b.pdf", pages=7)] == list(recorded(tmp_path).values())
    write_run([record("b.pdf")], tmp_path, RUN)
    assert not unfinished(tmp_path)
    assert read_run(tmp_path) == [record("b.pdf")]


@pytest.mark.parametrize("torn", ['{"source": "b.p', "\0" * 64, '{"source": "b.pdf"}\n', "[3]\n", '"\udcff'])
def test_a_torn_line_of_the_journal_is_passed_over(torn: str, tmp_path: Path) -> None:
    with journal(tmp_path) as file:
        add(record("a.pdf"), file)
    with (tmp_path / JOURNAL_FILE).open("ab") as raw:
        raw.write(torn.encode(errors="surrogateescape"))
    with journal(tmp_path) as file:
        add(record("c.pdf"), file)
    assert list(recorded(tmp_path)) == ["a.pdf", "c.pdf"]


def test_a_name_that_no_encoding_holds_can_be_journalled(tmp_path: Path) -> None:
    with journal(tmp_path) as file:
        add(record("a.pdf", message="\udce9"), file)
    assert recorded(tmp_path)["a.pdf"].message == "?"


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).mkdir()
    with pytest.raises(OutputError, match=r"run\.jsonl: cannot be written \(Is a directory\)"), journal(tmp_path):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_under_the_journal_is_told(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).symlink_to("/dev/full")
    told = r"run\.jsonl: cannot be written \(No space left on device\); free space there, and run again to go on"
    with pytest.raises(OutputError, match=told), journal(tmp_path) as file:
        add(record("a.pdf"), file)


def test_earlier_records_are_kept_apart(tmp_path: Path) -> None:
    write_run([record("a.pdf")], tmp_path, RUN, earlier=[record("b.pdf")])
    assert read_run(tmp_path) == [record("a.pdf")]
    assert set(recorded(tmp_path)) == {"a.pdf", "b.pdf"}


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    with pytest.raises(InputError, match="out: cannot be written to"), alone(tmp_path / "out"):
        pass


def test_holding_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    with alone(tmp_path / "deep" / "out"):
        pass
    assert list((tmp_path / "deep" / "out").iterdir()) == []


def test_a_second_run_is_refused_until_the_first_is_dead(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=rf"another run is writing there \(process {first.pid} on "), alone(tmp_path):
            pass
        first.kill()
        first.wait()
        with alone(tmp_path):
            assert os.listdir(tmp_path) == [".payterms.lock"]  # noqa: PTH208


def test_no_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def refuse(handle: int, how: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(InputError, match="no file can be locked there; mount it with locks"), alone(tmp_path):
        pass


def test_sweeping_takes_what_killed_writers_left_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in (".a.json.x1.payterms-tmp", "deep/.b.json.y2.payterms-tmp", "deep/b.json", "notes.tmp"):
        (tmp_path / name).touch()
    sweep(tmp_path)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"b.json", "notes.tmp"}
