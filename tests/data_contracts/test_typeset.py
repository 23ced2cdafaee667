"""The sample contracts are what the script makes of their sources."""

from pathlib import Path

import pikepdf
import pytest
from builders import SAMPLES
from markup import read_source
from page import layout_of
from typeset import label_lines, write_pdf

from pipeline.read.text import read_contract

SOURCES = sorted((SAMPLES / "source").glob("*.txt"))


def test_labels_are_those_of_the_sources() -> None:
    lines = [line for path in SOURCES for line in label_lines(read_source(path))]
    assert "".join(lines) == (SAMPLES / "labels.jsonl").read_text(encoding="utf-8")


def test_every_source_has_its_contract() -> None:
    assert [path.stem for path in SOURCES] == sorted(path.stem for path in SAMPLES.glob("*.pdf"))


@pytest.mark.parametrize("name", ["nda", "milestone_table"])
def test_a_contract_is_set_the_same_again(name: str, tmp_path: Path) -> None:
    pages = write_pdf(read_source(SAMPLES / "source" / f"{name}.txt"), tmp_path / f"{name}.pdf")
    with pikepdf.open(SAMPLES / f"{name}.pdf") as pdf:
        assert len(pdf.pages) == pages
    assert read_contract(tmp_path / f"{name}.pdf").text == read_contract(SAMPLES / f"{name}.pdf").text


def test_an_unknown_option_is_told() -> None:
    with pytest.raises(ValueError, match="unknown option @colour"):
        layout_of({"colour": "red"})


def test_options_have_defaults() -> None:
    layout = layout_of({})
    assert (layout.paper, layout.size, layout.columns) == ((612.0, 792.0), 10.5, 1)
