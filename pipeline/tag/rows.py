"""The cells of a table's row, each with the heading of its column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from pipeline.contract import CELL_BREAK, Sentence
from pipeline.tag.figures import any_of, data

WORD: Final = re.compile(r"[^\W\d_]{3}")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell from `start` to `end` of its row's text, and its column's heading ("" if the table does not tell)."""

    text: str
    start: int
    end: int
    head: str


def cells_of(row: Sentence) -> list[Cell]:
    """The cells of a row, in order; their headings are known where the header has as many cells."""
    texts = row.text.split(CELL_BREAK)
    heads = row.header.split(CELL_BREAK)
    heads = heads if len(heads) == len(texts) else [""] * len(texts)
    return list(_cells(texts, heads))


def _cells(texts: list[str], heads: list[str]) -> Iterator[Cell]:
    at = 0
    for text, head in zip(texts, heads, strict=True):
        start = at + len(text) - len(text.lstrip())
        yield Cell(text.strip(), start, start + len(text.strip()), head)
        at += len(text) + len(CELL_BREAK)


def is_of(column: str, heading: str) -> bool:
    """Whether a heading is of a column of this sort: `money`, `share`, `event` ..., as `fields.toml` lists them."""
    return heading != "" and _heading(column).search(heading) is not None


@cache
def _heading(column: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of(data('columns')[column])}(?!\w)", re.IGNORECASE)
