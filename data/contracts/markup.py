"""Parse the labelled source of a sample contract into blocks that can be typeset.

A source is a text file. Header lines (`@title …`, `@font …`) come first, then the contract:

    # Heading, ## sub-heading
    N A sentence that is neither.            one unit a line; adjacent lines are one paragraph
    M= A lead-in:                            `=` leads a list, `-` is an item of it,
    M-= an item with sub-items               `-=` leads sub-items, `--` is one
    M-- (i) {p:30%} on {t:delivery};
    T Table title
    H Stage | Amount
    M| {t:Delivery} | {a:$5,000}             a row of the table under the last `H`
    @sign side                               a directive to the typesetter, valid from here on

The label is M (milestone), P (progress) or N (none); `!` after it marks substance over name.
Marks inside a unit give its fields: `{a:amount}`, `{p:percent}`, `{t:trigger}`, `{i:interval}`,
`{d30:days to pay}`. A list item stands in a paragraph of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LABELS = {"M": "milestone", "P": "progress", "N": "none"}
KINDS = {"": "sentence", "=": "lead", "-": "item", "-=": "sublead", "--": "subitem", "|": "row"}
UNIT = re.compile(r"([MPN])!?(=|-=|--|-|\||) (\S.*)")
MARK = re.compile(r"\{(a|p|t|i|d\d+):([^{}]*)\}")


class SourceError(ValueError):
    """A source file that breaks the format; the message begins with `file:line:`."""


@dataclass(frozen=True, slots=True)
class Fields:
    """What a unit says of its payment; amounts and percents as written, `due_days` in days."""

    amounts: tuple[str, ...] = ()
    percents: tuple[str, ...] = ()
    trigger: str | None = None
    interval: str | None = None
    due_days: int | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """One labelled sentence, list item or table row; `kind` is one of the values of KINDS."""

    label: str
    kind: str
    text: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Heading:
    """A section heading; level 1 is the highest."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Units that run on in one paragraph; a list item stands in a paragraph of its own."""

    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: title (may be empty), header cells, rows; a row's text joins its cells by ` | `."""

    title: str
    header: tuple[str, ...]
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Directive:
    """An instruction to the typesetter that stands between blocks."""

    name: str
    value: str


Block = Heading | Paragraph | Table | Directive


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed contract: `name` is the file's stem, `header` the options above the first block."""

    name: str
    header: dict[str, str]
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _State:
    """What the parser holds between two lines."""

    header: dict[str, str]
    blocks: list[Block]
    paragraph: list[Unit]
    table: Table | None = None
    title: str = ""
    lead: bool = False
    sublead: bool = False


def read_source(path: Path) -> Source:
    """Parse the file; raises SourceError that names file and line where the format is broken."""
    state = _State({}, [], [])
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            _take(state, line.rstrip())
        except SourceError as error:
            raise SourceError(f"{path}:{number}: {error}") from None
    _flush(state)
    if "title" not in state.header:
        raise SourceError(f"{path}:1: no @title line; put one in the header")
    return Source(path.stem, state.header, tuple(state.blocks))


def units_of(source: Source) -> Iterator[Unit]:
    """All units of the contract, in document order."""
    for block in source.blocks:
        if isinstance(block, Paragraph | Table):
            yield from block.units


def cells(row: str) -> tuple[str, ...]:
    """Split a table line at its bars into stripped cells, some of them perhaps empty."""
    return tuple(cell.strip() for cell in row.split("|"))


def _take(state: _State, line: str) -> None:
    """Feed one line to the state."""
    if not line:
        _flush_paragraph(state)
    elif line[0] == "@":
        _take_option(state, line)
    elif line[0] == "#":
        _flush(state)
        text = line.lstrip("#")
        state.blocks.append(Heading(len(line) - len(text), text.strip()))
    elif line[:2] in ("T ", "H "):
        _take_table(state, line)
    else:
        _take_unit(state, line)


def _take_option(state: _State, line: str) -> None:
    """File a line `@name value`: in the header before the first block, else as a directive."""
    name, _, value = line[1:].partition(" ")
    if state.blocks or state.paragraph or state.table:
        _flush(state)
        state.blocks.append(Directive(name, value.strip()))
    elif name in state.header:
        raise SourceError(f"@{name} is given twice; keep one")
    else:
        state.header[name] = value.strip()


def _take_table(state: _State, line: str) -> None:
    """Start a table at its title or at its header line."""
    if line[0] == "T":
        _flush(state)
        state.title = line[2:].strip()
        return
    title, state.title = state.title, ""
    _flush(state)
    state.table = Table(title, cells(line[2:]), ())


def _take_unit(state: _State, line: str) -> None:
    """Parse a unit's line and add it to the table or paragraph it belongs to."""
    match = UNIT.fullmatch(line)
    if match is None:
        raise SourceError(f"not a unit line: {line[:50]!r}; expected `N `, `M- `, `P| ` or the like")
    label, sign, marked = match.groups()
    text, fields = _split_fields(marked)
    _check_fields(label, fields)
    _place(state, Unit(LABELS[label], KINDS[sign], text, fields))


def _place(state: _State, unit: Unit) -> None:
    """Put the unit into the open table or paragraph, after checking that it may stand there."""
    if unit.kind == "row":
        _place_row(state, unit)
        return
    if state.table:
        _flush(state)
    in_list = unit.kind in ("item", "sublead", "subitem")
    if in_list:
        if not (state.sublead if unit.kind == "subitem" else state.lead):
            raise SourceError("list item without a lead-in above it; mark that with `=` or `-=`")
        _flush_paragraph(state)
    state.sublead = unit.kind == "sublead" or (unit.kind == "subitem" and state.sublead)
    state.lead = unit.kind == "lead" or in_list
    state.paragraph.append(unit)
    if unit.kind != "sentence":
        _flush_paragraph(state)


def _place_row(state: _State, unit: Unit) -> None:
    """Add a row to the open table; it must have as many cells as the header."""
    if state.table is None:
        raise SourceError("table row without a header line `H` above it")
    have, want = len(cells(unit.text)), len(state.table.header)
    if have != want:
        raise SourceError(f"the row has {have} cells, its header {want}")
    table = state.table
    state.table = Table(table.title, table.header, (*table.units, unit))


def _flush(state: _State) -> None:
    """Close the open paragraph and table."""
    _flush_paragraph(state)
    if state.table:
        state.blocks.append(state.table)
    state.table = None


def _flush_paragraph(state: _State) -> None:
    """Close the open paragraph."""
    if state.paragraph:
        state.blocks.append(Paragraph(tuple(state.paragraph)))
        state.paragraph = []


def _split_fields(marked: str) -> tuple[str, Fields]:
    """Take the marks out of a unit's text; gives the plain text and the fields."""
    found: dict[str, list[str]] = {}
    for kind, words in MARK.findall(marked):
        found.setdefault(kind[0], []).append(kind[1:] if kind[0] == "d" else words)
    text = MARK.sub(r"\2", marked)
    if "{" in text or "}" in text:
        raise SourceError("stray brace; marks are {a:…} {p:…} {t:…} {i:…} {d30:…} and do not nest")
    for kind in "tid":
        if len(found.get(kind, ())) > 1:
            raise SourceError(f"two marks of kind {kind!r} in one unit; keep one")
    return text, Fields(
        amounts=tuple(found.get("a", ())),
        percents=tuple(found.get("p", ())),
        trigger=found.get("t", [None])[0],
        interval=found.get("i", [None])[0],
        due_days=int(found["d"][0]) if "d" in found else None,
    )


def _check_fields(label: str, fields: Fields) -> None:
    """Refuse fields that the label cannot have."""
    if label == "N" and fields != Fields():
        raise SourceError("marks on a unit labelled N; only M and P have fields")
    if label == "M" and fields.interval:
        raise SourceError("an interval on a unit labelled M; only P has one")
    if label == "P" and fields.trigger:
        raise SourceError("a trigger on a unit labelled P; only M has one")
