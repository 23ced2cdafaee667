"""Which files of a folder are read, and where their results go."""

import inspect
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.batch.jobs import NAME_BYTES, Job, count_jobs, jobs_of, name_of, result_path
from pipeline.errors import InputError


def touch(folder: Path, names: Sequence[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def test_jobs_stand_in_order_and_below_folders(tmp_path: Path) -> None:
    source = touch(tmp_path / "in", ["b.pdf", "a.PDF", "deep/er/c.Pdf", "notes.txt"])
    (source / "folder.pdf").mkdir()
    jobs = list(jobs_of(source, tmp_path / "out"))
    assert [job.source for job in jobs] == ["a.PDF", "b.pdf", "deep/er/c.Pdf"]
    assert jobs[2].output == tmp_path / "out" / "deep" / "er" / "c.json"


def test_a_single_file_may_have_any_suffix(tmp_path: Path) -> None:
    (job,) = jobs_of(touch(tmp_path, ["scan.tmp"]) / "scan.tmp", tmp_path / "out")
    assert job == Job(tmp_path / "scan.tmp", "scan.tmp", tmp_path / "out" / "scan.json")


def test_results_among_the_contracts_are_not_read_again(tmp_path: Path) -> None:
    source = touch(tmp_path, ["a.pdf", "review/a.json", "review/run.json"])
    assert [job.source for job in jobs_of(source, source / "review")] == ["a.pdf"]


@pytest.mark.parametrize("names", [["a.pdf", "a.PDF"], ["run.pdf"]], ids=["same stem", "the run's record"])
def test_a_result_does_not_take_the_place_of_another(names: list[str], tmp_path: Path) -> None:
    jobs = list(jobs_of(touch(tmp_path, names), tmp_path))
    assert [job.error for job in jobs] == ["", "same_name"][-len(names) :]
    assert jobs[-1].refused.endswith("rename the PDF")


@pytest.mark.parametrize("name", ["deep/run.pdf", "a.pdf/../b/a.pdf"])
def test_the_same_name_in_another_folder_is_another_result(name: str, tmp_path: Path) -> None:
    touch(tmp_path, ["a.pdf/x", "b/x"])
    (job,) = jobs_of(touch(tmp_path, [name]), tmp_path / "out")
    assert job.refused == ""


def test_the_same_stem_in_two_folders_is_two_results(tmp_path: Path) -> None:
    jobs = list(jobs_of(touch(tmp_path / "in", ["a.pdf", "x/a.pdf", "y/a.pdf"]), tmp_path / "out"))
    assert len({job.output for job in jobs}) == 3
    assert not any(job.refused for job in jobs)


def test_a_name_too_long_for_its_result_is_refused(tmp_path: Path) -> None:
    names = [f"{'a' * (NAME_BYTES - 4)}.pdf", f"{'b' * (NAME_BYTES - 5)}.pdf"]
    jobs = list(jobs_of(touch(tmp_path, names), tmp_path / "out"))
    assert [job.error for job in jobs] == ["long_name", ""]
    assert jobs[0].refused.endswith("rename the PDF")


RESULTS = {
    "plain": b"a/b.json",
    "no UTF-8": b"\xe9t\xe9.json",
    "no UTF-8 beside UTF-8": "é".encode() + b"\xff.json",
    "what looks like it": rb"a\xe9.json",
}


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="file names there are UTF-8")
@pytest.mark.parametrize("raw", RESULTS.values(), ids=RESULTS)
def test_a_result_is_found_by_the_name_on_record(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(raw)
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert result_path(tmp_path, name_of(path, tmp_path)) == path


ODD_NAMES = {
    "a space": (b"two words.pdf", "two words.pdf"),
    "a newline": (b"two\nlines.pdf", "two\nlines.pdf"),
    "not ASCII": ("Löhne 合同.pdf".encode(), "Löhne 合同.pdf"),
    "not UTF-8": (b"caf\xe9.pdf", r"caf\xe9.pdf"),
    "a dash in front": (b"--help.pdf", "--help.pdf"),
}


@pytest.mark.parametrize(("name", "source"), ODD_NAMES.values(), ids=ODD_NAMES)
def test_an_odd_name_can_be_recorded(name: bytes, source: str, tmp_path: Path) -> None:
    touch(tmp_path, [os.fsdecode(name)])
    (job,) = jobs_of(tmp_path, tmp_path)
    assert (job.source, job.refused) == (source, "")


def test_links_to_folders_are_not_followed_and_loops_do_not_matter(tmp_path: Path) -> None:
    source = touch(tmp_path / "in", ["deep/a.pdf"])
    (source / "deep" / "up").symlink_to(source)
    (source / "again.pdf").symlink_to(source / "deep")
    (source / "b.pdf").symlink_to(source / "deep" / "a.pdf")
    assert [job.source for job in jobs_of(source, tmp_path)] == ["b.pdf", "deep/a.pdf"]


@pytest.mark.parametrize("target", ["self.pdf", "nowhere.pdf"])
def test_a_link_that_leads_nowhere_is_recorded(target: str, tmp_path: Path) -> None:
    (tmp_path / "self.pdf").symlink_to(tmp_path / target)
    (job,) = jobs_of(tmp_path, tmp_path)
    assert (job.error, job.refused.startswith("self.pdf: not a file")) == ("no_file", True)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe that stands in a folder")
def test_a_pipe_is_recorded_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (job,) = jobs_of(tmp_path, tmp_path)
    assert job.error == "no_file"


def test_a_folder_that_cannot_be_listed_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = touch(tmp_path, ["a.pdf", "shut/b.pdf", "z.pdf"])
    listed = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    jobs = list(jobs_of(source, tmp_path))
    assert [(job.source, job.error) for job in jobs] == [("a.pdf", ""), ("shut/", "no_access"), ("z.pdf", "")]
    assert jobs[1].refused.startswith("shut/: this folder cannot be listed (Permission denied)")


def test_folders_may_be_deeper_than_calls(tmp_path: Path) -> None:
    touch(tmp_path, ["/".join("d" * 200) + "/a.pdf"])
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        assert count_jobs(tmp_path, tmp_path) == 1
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("place", ["nowhere", "folder"])
def test_nothing_to_read_is_told(place: str, tmp_path: Path) -> None:
    (tmp_path / "folder" / "empty").mkdir(parents=True)
    with pytest.raises(InputError, match=place):
        count_jobs(tmp_path / place, tmp_path)


def test_the_first_job_is_there_before_the_last_folder_is_looked_at(tmp_path: Path) -> None:
    jobs = jobs_of(touch(tmp_path, ["a/1.pdf", "b/2.pdf"]), tmp_path)
    assert next(jobs).source == "a/1.pdf"
    (tmp_path / "b" / "3.pdf").touch()
    assert [job.source for job in jobs] == ["b/2.pdf", "b/3.pdf"]
