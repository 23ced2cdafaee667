r"""Cells of a CSV file that a spreadsheet opens: numbers bare, texts quoted, and no text that would be taken for a formula.

A spreadsheet runs what begins with one of `MARKS`, be it behind blanks or quotes, and a contract is a stranger's text. Such a
text gets an apostrophe before it (OWASP, "CSV Injection"). So does what follows a comma or semicolon within a text: a program
that parts cells at the other of the two, or minds no quotes, would begin a cell there. Tabs and line breaks do not remain.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from pipeline.review.columns import Value
from pipeline.review.shown import in_a_line

# The last four are the full-width forms, which spreadsheets take for the same.
MARKS: Final = "=+-@＝＋－＠"
START: Final = re.compile(rf"(?:^|(?<=[,;]))(?=[\s\"]*[{re.escape(MARKS)}])")
# The longest text that a cell of Excel holds, in UTF-16 code units.
CELL_UNITS: Final = 32_767


def line_of(values: Sequence[Value]) -> str:
    r"""The values as a line of CSV (RFC 4180), with its end `\r\n`."""
    # The writer of `csv` learned to leave a missing value unquoted beside quoted texts with Python 3.12 only.
    return ",".join(map(cell_of, values)) + "\r\n"


def cell_of(value: Value) -> str:
    """A value as a cell: nothing for None, true or false, a plain number, a time as 2025-03-01 09:00:00, or a quoted text."""
    match value:
        case None:
            return ""
        case str():
            return '"' + cut(defused(in_a_line(value))).replace('"', '""') + '"'
        case bool():
            return str(value).lower()
        case Decimal():
            whole, _, rest = f"{value:f}".partition(".")
            return f"{whole}.{rest}".rstrip("0").rstrip(".") if rest else whole
        case datetime():
            return value.replace(tzinfo=None).isoformat(" ")
        case _:
            return str(value)


def defused(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would begin a formula."""
    return START.sub("'", text)


def cut(text: str) -> str:
    """The text, cut off with an ellipsis if it is longer than a cell holds."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_UNITS:
        return text
    return units[: 2 * (CELL_UNITS - 1)].decode("utf-16-le", errors="ignore") + "…"
