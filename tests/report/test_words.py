"""What codes are called."""

import tomllib
from importlib import resources

from pipeline.report.words import clause_name, doubts_told, helps, spoken, threats
from pipeline.tag.risks import risk_codes


def test_every_clause_has_a_name_and_threatens_or_helps() -> None:
    words = tomllib.loads(resources.files("pipeline.report").joinpath("words.toml").read_text(encoding="utf-8"))
    assert {*words["threats"], *words["helps"]} == set(risk_codes())
    assert words["threats"].keys().isdisjoint(words["helps"])
    assert sorted((*threats(), *helps())) == sorted(risk_codes())
    assert clause_name("set_off") == "Set-off"
    assert "choice_of_law" in helps()


def test_other_codes_are_spoken_as_they_are() -> None:
    assert spoken("low_confidence") == "Low confidence"
    assert clause_name("low_confidence") == "Low confidence"
    assert spoken("") == ""


def test_each_doubt_is_a_sentence() -> None:
    told = doubts_told("near_threshold row_without_header some_new_doubt")
    assert told.startswith("Barely a term")
    assert "columns have no titles" in told
    assert told.endswith("Some new doubt.")
    assert doubts_told("") == ""
