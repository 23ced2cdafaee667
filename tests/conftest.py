"""What several test files need: the command, a folder that was run, labels for a small model, and that model."""

import io
import json
import sys
from pathlib import Path

import pytest
from builders import Answer, Command, Ran, label_entries, locked_pdf, sample, shell, write_jsonl
from hypothesis import HealthCheck, settings

from pipeline.cli import main
from pipeline.learn.labels import read_labels
from pipeline.learn.retrain import retrain
from pipeline.tag.model import Model, default_folder, load

# A busy machine is no fault of the code.
settings.register_profile("payterms", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("payterms")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the folder that was run in one process, so that it is run once."""
    for item in items:
        if "ran" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("ran"))


@pytest.fixture
def payterms(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command, run in this process."""

    def call(*args: str | Path, stdin: str | bytes = "") -> Answer:
        given = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()), encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["payterms", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", given)
        try:
            main()
        except SystemExit as left:
            code = left.code
        assert isinstance(code, int)
        return Answer(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """`payterms run` on good contracts, one of them in a folder below, among files that cannot be read."""
    folder = tmp_path_factory.mktemp("ran")
    source, out = folder / "in", folder / "out"
    sample("milestone_table", source)
    sample("nda", source, "nda.PDF")
    sample("million_by_month", source / "below")
    sample("nda", source, "twin.pdf")
    sample("nda", source, "twin.PDF")
    sample("nda", source, "run.pdf")
    locked_pdf(source / "locked.pdf")
    (source / "damaged.pdf").write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    (source / "letter.pdf").write_text("Dear Sirs, this is no PDF.", encoding="utf-8")
    (source / "empty.pdf").touch()
    (source / "[bold]\x1b[31mred.pdf").write_text("no PDF either", encoding="utf-8")
    (source / "notes.txt").write_text("nobody asked for this", encoding="utf-8")
    answer = shell(["payterms", "run", source, out, "--workers", "2"])
    return Ran(source, out, answer, json.loads((out / "run.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def model() -> Model:
    """The model that comes with payterms."""
    return load(default_folder())


@pytest.fixture(scope="session")
def small_model(small_labels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that was trained on those labels."""
    folder = tmp_path_factory.mktemp("models") / "small"
    retrain(read_labels(small_labels), folder)
    return folder


@pytest.fixture(scope="session")
def small_labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of labels from a few groups."""
    return write_jsonl(tmp_path_factory.mktemp("labels") / "few.jsonl", label_entries()).parent
