"""Contracts judged again, without reading a PDF."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from builders import Ran

from pipeline.batch.again import judge_again
from pipeline.batch.journal import read_run
from pipeline.errors import RecordError
from pipeline.judge.policy import default_policy, loads, read_policy
from pipeline.review.annotated import read

HARD = loads(
    'name = "hard"\n[reasons.all]\nwhen = ["otherwise"]\nadvance = "no"\nwhy = "Never."\nremedy = "None."\n', name="hard.toml"
)


@pytest.fixture
def out(ran: Ran, tmp_path: Path) -> Path:
    """A copy of the folder that was run."""
    return Path(shutil.copytree(ran.out, tmp_path / "out"))


def test_the_same_policy_changes_nothing(out: Path) -> None:
    before = {path.name: path.read_text(encoding="utf-8") for path in out.rglob("*.json")}
    assert judge_again(out, default_policy()) == read_run(out)
    assert {path.name: path.read_text(encoding="utf-8") for path in out.rglob("*.json")} == before


def test_another_policy_is_told_in_every_file_and_in_the_record_of_the_run(out: Path) -> None:
    judge_again(out, HARD)
    made = [read(out / one.output) for one in read_run(out) if one.output is not None]
    assert {(one.verdict.policy, one.verdict.advance) for one in made} == {("hard", "no")}
    assert {one.advance for one in read_run(out) if one.error is None} == {"no"}
    assert any(one.error for one in read_run(out))
    run: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["model"]["name"] == "default"


def test_what_a_reviewer_said_decides_and_stays(out: Path) -> None:
    path = out / "milestone_table.json"
    held = json.loads(path.read_text(encoding="utf-8"))
    for term in held["terms"]:
        term["review"] |= {"status": "rejected", "note": "not ours"}
    path.write_text(json.dumps(held), encoding="utf-8")
    judge_again(out, read_policy(Path("policy")))
    assert read(path).verdict.basis == "none"
    assert {term.review.note for term in read(path).terms} == {"not ours"}


def test_a_faulty_file_is_told_and_nothing_is_written(out: Path) -> None:
    (out / "nda.json").write_text("{}", encoding="utf-8")
    before = (out / "milestone_table.json").read_text(encoding="utf-8")
    with pytest.raises(RecordError, match=r"nda\.json"):
        judge_again(out, HARD)
    assert (out / "milestone_table.json").read_text(encoding="utf-8") == before


def test_a_file_of_before_there_were_clauses_is_not_guessed_about(out: Path) -> None:
    path = out / "nda.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"schema_version": "1.1"', '"schema_version": "1.0"'), "utf-8")
    with pytest.raises(RecordError, match=r"nda\.json: written before payterms looked for clauses; read .* again"):
        judge_again(out, HARD)
