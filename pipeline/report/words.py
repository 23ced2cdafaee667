"""What codes are called where people read them. The names are data: `words.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pipeline.tag.risks import risk_codes


@cache
def _source() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))


def spoken(code: str) -> str:
    """A code as words: "Low confidence"."""
    words = code.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"


@cache
def threats() -> tuple[str, ...]:
    """The codes of clauses that threaten the receivable, in the order of the rules; the others help or inform."""
    return tuple(code for code in risk_codes() if code not in _source()["helps"])


@cache
def helps() -> tuple[str, ...]:
    """The codes of clauses that help, or only tell where one stands."""
    return tuple(code for code in risk_codes() if code in _source()["helps"])


def clause_name(code: str) -> str:
    """What a clause, or a reason that rests on it, is called by its code; other reasons are spoken as they are."""
    return _source()["threats"].get(code) or _source()["helps"].get(code) or spoken(code)


def doubts_told(codes: str) -> str:
    """A sentence for each doubt of a term, from its codes, which are parted by spaces."""
    return " ".join(_source()["doubts"].get(code, f"{spoken(code)}.") for code in codes.split())
