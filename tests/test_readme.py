"""The documents: what the README shows is what the commands print, and what the documents name is there."""

import re
import tomllib
from pathlib import Path

import pytest
from builders import ROOT, Command
from readme import EXPORT, README, SESSION, TABLE, rewritten, today, with_columns

from pipeline import __version__

DOCUMENTS = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
PLACE = re.compile(r"(?:data|models|pipeline|tests|notebooks)/[\w./*-]*|[A-Z]{4,}\.md|pyproject\.toml|constraints\.txt")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_readme_shows_what_the_commands_print(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    assert text == today(text, tmp_path), "run `make readme` and look at what it changed"


def test_a_readme_of_yesterday_would_be_noticed() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(SESSION.findall(text)) == 2
    assert rewritten(text, lambda _: "something else\n", "{}\n") != text


def test_the_document_on_exports_lists_their_columns() -> None:
    text = EXPORT.read_text(encoding="utf-8")
    assert len(TABLE.findall(text)) == 1
    assert text == with_columns(text), "run `make readme`"
    assert with_columns(text.replace("| `page` |", "| `leaf` |")) == text


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", text_of(name))
    assert links or name == "CONTRIBUTING.md"
    assert [link for link in links if not link.startswith("https://") and not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_places_that_are_named_are_there(name: str) -> None:
    named = [word for code in re.findall(r"`([^`\n]+)`", text_of(name)) for word in code.split() if PLACE.fullmatch(word)]
    assert [place for place in named if not list(ROOT.glob(place.rstrip("/")))] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_make_targets_that_are_named_are_there(name: str) -> None:
    assert set(re.findall(r"(?:^|`)make (\w+)", text_of(name), re.MULTILINE)) <= TARGETS


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_are_there(name: str, payterms: Command) -> None:
    commands = set(re.findall(r"(?:^|[`|$] ?)payterms (\w+)", text_of(name), re.MULTILINE))
    known = set(re.findall(r"^  (\w+)  ", payterms("--help").out.split("Commands:")[1], re.MULTILINE))
    assert commands <= known
    assert commands == known or name != "README.md"


def test_the_version_is_the_same_everywhere() -> None:
    assert tomllib.loads(text_of("pyproject.toml"))["project"]["version"] == __version__
    assert re.findall(r"^## \[(\d[^\]]*)\]", text_of("CHANGELOG.md"), re.MULTILINE)[0] == __version__


def test_everything_that_is_installed_is_pinned() -> None:
    pinned = {line.split("==")[0].lower() for line in text_of("constraints.txt").splitlines() if line[:1] != "#"}
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert {re.split(r"[<>=~! ]", one)[0].lower() for one in wanted} <= pinned


def test_constraints_are_names_and_versions_alone() -> None:
    lines = [line for line in text_of("constraints.txt").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
