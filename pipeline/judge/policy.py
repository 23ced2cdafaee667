"""The policy: what a credit desk makes of the facts of a contract. It is a TOML file that the desk edits.

`policy.toml`, the default, tells in its comments what each key means. What is wrong with a file is told with its line and key.
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from pipeline.contract import Advance
from pipeline.errors import PolicyError
from pipeline.judge.facts import known_facts

TABLES: Final = ("name", "based_on", "basis", "limits", "laws", "reasons")
LIMITS: Final = ("longest_days", "least_sure", "stray_sure", "most_doubtful")
REASON: Final = ("when", "unless", "advance", "firm", "rate_percent", "why", "remedy")
NEEDED: Final = ("when", "advance", "why", "remedy")
DEFAULT: Final = "policy.toml"
HEADER: Final = re.compile(r"\s*\[([^\[\]]+)\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason that the policy knows: it holds if all facts of `when` do and none of `unless`.

    `advance` is what it allows at most; a `firm` one stands even where something is missing from the file. `rate_percent` is
    the most of an invoice that is advanced.
    """

    code: str
    when: tuple[str, ...]
    unless: tuple[str, ...]
    advance: Advance
    firm: bool
    rate_percent: int | None
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its name, the numbers that facts are told by, the laws that lift a ban on assignment, the rules in order."""

    name: str
    basis: Mapping[str, float]
    limits: Mapping[str, float]
    lifting_laws: tuple[str, ...]
    rules: tuple[Rule, ...]


@cache
def default_policy() -> Policy:
    """The policy that comes with payterms: a cautious factor."""
    return loads(_text_of(DEFAULT), name=DEFAULT)


@cache
def policy_names() -> tuple[str, ...]:
    """The names of the policies that come with payterms."""
    return tuple(sorted(Path(file.name).stem for file in resources.files(__package__).iterdir() if file.name.endswith(".toml")))


def read_policy(path: Path) -> Policy:
    """The policy in a file, or of this name if it comes with payterms. Raises PolicyError that names file, line and key."""
    return loads(_read(path), name=str(path))


def policy_text(path: Path) -> str:
    """The text of a policy that holds what it should, by its file or name. Raises PolicyError."""
    read_policy(path)
    return _read(path)


@cache
def given_policy(text: str) -> Policy:
    """The policy of a text that was looked at before; the default if it is empty."""
    return loads(text, name="the policy") if text else default_policy()


def _read(path: Path) -> str:
    if not path.exists() and str(path) in policy_names():
        return _text_of(f"{path}.toml")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        names = ", ".join(policy_names())
        raise PolicyError(f"{path}: cannot be read ({error}); name a policy file (TOML, UTF-8), or one of {names}") from error


def _text_of(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def loads(text: str, *, name: str) -> Policy:
    """The policy in a text; what it leaves out of `basis`, `limits` and `laws` is as in the default. Raises PolicyError."""
    source = _Source(text, name)
    given = source.table()
    source.check_keys(given, "", TABLES)
    default = _default_tables()
    numbers = {
        table: {**default[table], **source.numbers(given.get(table, {}), table, tuple(default[table]))}
        for table in ("basis", "limits")
    }
    return Policy(
        name=source.string(given, "", "name"),
        basis=numbers["basis"],
        limits=numbers["limits"],
        lifting_laws=source.laws(given.get("laws", default["laws"])),
        rules=tuple({rule.code: rule for rule in (*source.base(given), *source.rules(given.get("reasons")))}.values()),
    )


@cache
def _default_tables() -> Mapping[str, Any]:
    """The tables of the default, which another policy may leave out."""
    return tomllib.loads(_text_of(DEFAULT))


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of a policy file, by which a fault is told with its line."""

    text: str
    name: str

    def fault(self, table: str, key: str, what: str) -> PolicyError:
        """What is wrong with a key of a table, or with the table itself if the key is ""."""
        place = ".".join(filter(None, (table, key)))
        return PolicyError(f"{self.name}, line {self._line(table, key)}: {place or 'the whole file'}: {what}")

    def _line(self, table: str, key: str) -> int:
        """The line where a key of a table stands; that of the table's header, or of the table as a key, if it is not there."""
        inside, header = "", self._line(*table.rpartition(".")[::2]) if "." in table else 1
        for number, line in enumerate(self.text.splitlines(), 1):
            if match := HEADER.match(line):
                inside = re.sub(r"[\s\"']", "", match[1])
                header = number if inside == table else header
            elif inside == table and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                return number
            if inside == f"{table}.{key}".lstrip("."):
                return number
        return header

    def table(self) -> dict[str, Any]:
        """The whole file as a table."""
        try:
            return tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(f"{self.name}: not TOML: {error}; mend that line") from error

    def check_keys(self, given: Any, table: str, known: tuple[str, ...]) -> None:
        """Refuse keys that mean nothing: a rule that was misspelled must not be lost in silence."""
        if not isinstance(given, dict):
            raise self.fault(table, "", f"{given!r}; expected a table, [{table}]")
        for key in given:
            if key not in known:
                raise self.fault(table, key, f"an unknown key{_meant(key, known)}; expected {', '.join(known)}")

    def numbers(self, given: Any, table: str, known: tuple[str, ...]) -> dict[str, float]:
        """The numbers of a table, none below 0."""
        self.check_keys(given, table, known)
        for key, value in given.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
                raise self.fault(table, key, f"{value!r}; expected a number, 0 or more")
        return dict(given)

    def string(self, given: Mapping[str, Any], table: str, key: str) -> str:
        """A string that must be there and not be empty."""
        value = given.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(table, key, "missing; write a text" if value is None else f"{value!r}; expected a text")
        return value.strip()

    def laws(self, given: Any) -> tuple[str, ...]:
        """The laws that lift bans on assignment."""
        self.check_keys(given, "laws", ("lift_bans",))
        return self.strings(given, "laws", "lift_bans")

    def base(self, given: Mapping[str, Any]) -> tuple[Rule, ...]:
        """The rules of the policy that this one is based on."""
        if given.get("based_on") not in {None, "default"}:
            raise self.fault("", "based_on", f'{given["based_on"]!r}; expected "default", or leave it out')
        return default_policy().rules if "based_on" in given else ()

    def strings(self, given: Mapping[str, Any], table: str, key: str) -> tuple[str, ...]:
        """A list of strings (none if it is not there)."""
        value = given.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise self.fault(table, key, f'{value!r}; expected a list of texts, as ["...", "..."]')
        return tuple(value)

    def rules(self, given: Any) -> Iterator[Rule]:
        """The rules, in the order of the file."""
        if not isinstance(given, dict) or not given:
            raise self.fault("reasons", "", "no reasons; write at least one table [reasons.CODE]")
        for code, entry in given.items():
            yield self._rule(code, entry)

    def _rule(self, code: str, entry: Any) -> Rule:
        table = f"reasons.{code}"
        self.check_keys(entry, table, REASON)
        for key in NEEDED:
            if key not in entry:
                raise self.fault(table, key, f"missing; a reason needs {', '.join(NEEDED)}")
        return Rule(
            code=code,
            when=self._facts(entry, table, "when"),
            unless=self._facts(entry, table, "unless"),
            advance=self._advance(entry, table),
            firm=self._firm(entry, table),
            rate_percent=self._rate(entry, table),
            why=self.string(entry, table, "why"),
            remedy=self.string(entry, table, "remedy"),
        )

    def _facts(self, entry: Mapping[str, Any], table: str, key: str) -> tuple[str, ...]:
        facts = self.strings(entry, table, key)
        for fact in facts:
            if fact not in known_facts():
                raise self.fault(
                    table, key, f"{fact!r} is no fact{_meant(fact, known_facts())}; `pipeline/judge/facts.py` lists them"
                )
        if key == "when" and not facts:
            raise self.fault(table, key, "empty; name the facts on which the reason holds")
        return facts

    def _advance(self, entry: Mapping[str, Any], table: str) -> Advance:
        if entry["advance"] not in list(Advance):
            raise self.fault(table, "advance", f"{entry['advance']!r}; expected {', '.join(Advance)}")
        return Advance(entry["advance"])

    def _firm(self, entry: Mapping[str, Any], table: str) -> bool:
        firm = entry.get("firm", False)
        if not isinstance(firm, bool):
            raise self.fault(table, "firm", f"{firm!r}; expected true or false")
        if firm and entry["advance"] not in {Advance.NO, Advance.UNKNOWN}:
            raise self.fault(table, "firm", f"true with advance = {entry['advance']!r}; only no and unknown can be firm")
        return firm

    def _rate(self, entry: Mapping[str, Any], table: str) -> int | None:
        rate = entry.get("rate_percent")
        if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int) or not 0 <= rate <= 100):
            raise self.fault(table, "rate_percent", f"{rate!r}; expected a whole number from 0 to 100")
        return rate


def _meant(word: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f", did you mean {close[0]!r}?" if close else ""
