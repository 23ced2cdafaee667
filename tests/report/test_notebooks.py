"""Notebooks: run in a process of their own, written as HTML that stands alone; and those that come with payterms."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from builders import ROOT
from nbformat import NotebookNode

from pipeline.errors import LabelError, PaytermsError, ReportError
from pipeline.report.notebooks import (
    PARAMETERS,
    Kernel,
    executed,
    folder_of_notebooks,
    html_of,
    kernel,
    with_parameters,
)
from pipeline.report.places import Notebook

SECRET = "<script>alert('fee')</script> $x^2$ & co"
SHOWN = """
import os, pandas as pd
from pipeline.report import show, style
frame = pd.DataFrame({"contract": [WORDS, None], "fee": [1234567, 2], "share": [0.5, float("nan")], "new": [True, False]})
show.table(frame, name="fees")
"""
DRAWN = """
with style.styled():
    drawn, axes = style.canvas()
    axes.set_title(WORDS)
show.figure(drawn, WORDS)
"""
FAULTS = {
    "what payterms raises": (
        "from pipeline.errors import LabelError\nraise LabelError('few: no labels')",
        LabelError,
        "^few: no labels$",
    ),
    "what anything else raises": (
        "1 / 0",
        ReportError,
        r"^x\.ipynb: a cell failed \(ZeroDivisionError: division by zero\); run it in",
    ),
    "a name that only looks like ours": (
        "class Any(Exception): pass\nraise Any('no')",
        ReportError,
        r"^x\.ipynb: a cell failed \(Any: no\)",
    ),
}


def notebook(*cells: str) -> NotebookNode:
    first = nbformat.v4.new_code_cell('WORDS = "none"', metadata={"tags": [PARAMETERS]})
    return nbformat.v4.new_notebook(cells=[first, *map(nbformat.v4.new_code_cell, cells)])


@pytest.fixture(scope="module")
def on() -> Iterator[Kernel]:
    with kernel(password="key") as one:
        yield one


@pytest.fixture(scope="module")
def page(on: Kernel) -> str:
    """What a notebook shows that is given markup for words."""
    words = nbformat.v4.new_markdown_cell("## What it says")
    made = notebook(SHOWN, DRAWN, "WORDS", "print(WORDS)")
    made.cells.insert(0, words)
    return html_of(executed(with_parameters(made, {"WORDS": SECRET}), on), title=SECRET)


def test_the_words_of_a_contract_are_escaped_wherever_they_stand(page: str) -> None:
    svg = [base64.b64decode(one).decode() for one in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", page)]
    assert len(svg) == 1
    for text in (page, *svg):
        assert "<script" not in text
    # The title, the cell of the table, the words for the figure, the answer of a cell, and what was printed.
    assert page.count("&lt;script&gt;alert") == 5
    assert "&lt;script&gt;alert('fee')&lt;/script&gt; $x^2$ &amp; co" in svg[0]


def test_a_page_stands_alone(page: str) -> None:
    assert "default-src 'none'" in page
    assert re.findall(r"(?:https?:)?//[^\s\"'<]+", page) == []
    assert re.findall(r"<(?:script|link|iframe|object|embed)\b", page) == []
    assert re.findall(r"\bon\w+=", re.sub(r"&lt;.*?&gt;", "", page)) == []


def test_code_is_left_out_and_numbers_are_written_as_people_write_them(page: str) -> None:
    assert "read_batch" not in page
    assert "import os" not in page
    cells = re.findall(r"<td(?: class=\"num\")?>([^<]*)</td>", page)
    assert cells[1:4] == ["1,234,567", "0.5", "yes"]
    assert cells[4:] == ["", "2", "", "no"]
    assert 'data-name="fees" data-rows="2"' in page
    assert '<a href="#What-it-says">' in page


def test_the_same_notebook_becomes_the_same_page(on: Kernel) -> None:
    pages = {html_of(executed(notebook(SHOWN, DRAWN), on), title="fees") for _ in range(2)}
    assert len(pages) == 1


@pytest.mark.parametrize(("cell", "kind", "told"), FAULTS.values(), ids=FAULTS)
def test_a_cell_that_fails_is_told(cell: str, kind: type[PaytermsError], told: str, on: Kernel) -> None:
    with pytest.raises(kind, match=told) as caught:
        executed(notebook(cell), on, name="x")
    assert type(caught.value) is kind


def test_the_process_has_the_password_and_leaves_no_history(on: Kernel) -> None:
    cell = "import os\nprint(os.environ['PAYTERMS_PASSWORD'], os.getcwd(), get_ipython().history_manager.enabled)"
    made = executed(notebook(cell), on)
    (printed,) = [output.text for output in made.cells[1].outputs]
    assert printed.split() == ["key", str(on.folder), "False"]
    assert not list(on.folder.rglob("*.sqlite"))


def test_only_this_user_can_reach_the_process(on: Kernel) -> None:
    executed(notebook("1"), on)
    assert on.folder.stat().st_mode & 0o077 == 0
    assert json.loads((on.folder / "kernel.json").read_text(encoding="utf-8"))["transport"] == "ipc"


def test_a_process_that_dies_is_told_and_leaves_nothing() -> None:
    with kernel() as one:
        folder = one.folder
        with pytest.raises(ReportError, match=r"^x\.ipynb: its process died"):
            executed(notebook("import os\nos._exit(9)"), one, name="x")
    assert not folder.exists()


def test_a_notebook_without_parameters_is_told() -> None:
    with pytest.raises(ReportError, match="no cell that is tagged 'parameters'"):
        with_parameters(nbformat.v4.new_notebook(), {"OUT": "x"})


def committed() -> list[Any]:
    return [pytest.param(ROOT / "notebooks" / f"{name}.ipynb", id=name) for name in Notebook]


def test_every_notebook_is_one_of_ours() -> None:
    assert {path.stem for path in folder_of_notebooks().glob("*.ipynb")} == set(Notebook)


@pytest.mark.parametrize("path", committed())
def test_notebooks_are_committed_valid_and_without_outputs(path: Path) -> None:
    made = nbformat.read(path, as_version=4)
    nbformat.validate(made)
    code = [cell for cell in made.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert sum(PARAMETERS in cell.metadata.get("tags", ()) for cell in made.cells) == 1
    assert made.cells[0].source.startswith("# ")


@pytest.mark.parametrize("path", committed())
def test_notebooks_are_thin(path: Path) -> None:
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert re.findall(r"^\s*(?:for|while|if|def|class|lambda)\b.*$", code, re.MULTILINE) == []
