"""What a cell of a notebook shows: tables, figures, sentences. A contract's words are untrusted: here all of it is escaped.

Each answer is one that Jupyter and the HTML reports display alike. Nothing in it needs a script or a network.
"""

import io
import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pandas as pd
from IPython.display import HTML, display
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.figure import Figure

from pipeline.judge.amounts import short
from pipeline.report.style import styled
from pipeline.review.shown import in_a_line

# With pyarrow there, pandas 3 would copy texts into memory of its own, and `Markup` would come back as a plain, escaped text.
pd.set_option("mode.string_storage", "python")

# What stands for the currency of a sum that tells none.
NO_CURRENCY: Final = "currency not told"
# How many rows of a table are shown; the sentence below it says how many there are.
ROWS: Final = 200
CHARS: Final = 320
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "template"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TABLE: Final = TEMPLATES.from_string(
    """<table class="pt-table tex2jax_ignore" data-name="{{ name }}" data-rows="{{ total }}">
<thead><tr>
{% for column in columns %}<th{% if column.number %} class="num"{% endif %}>{{ column.title }}</th>{% endfor %}
</tr></thead>
<tbody>
{% for row in rows %}
<tr>{% for cell, column in row %}<td{% if column.number %} class="num"{% endif %}>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% if not rows %}<p class="pt-note">{{ empty }}</p>{% endif %}
{% if total > rows | length %}
<p class="pt-note">{{ "{:,}".format(total) }} in all; the first {{ rows | length }} are shown.</p>
{% endif %}
"""
)
TILES: Final = TEMPLATES.from_string(
    """<div class="pt-tiles" data-name="{{ name }}">
{% for label, value, told in tiles %}
<div class="pt-tile"><b>{{ value }}</b><span>{{ label }}</span><small>{{ told }}</small></div>
{% endfor %}
</div>"""
)
NOTE: Final = TEMPLATES.from_string("<p>{{ text }}</p>")
# What a mark in a cell may be: a coloured word, by the class of its colour.
MARK: Final = TEMPLATES.from_string('<span class="pt-mark pt-{{ kind }}">{{ text }}</span>')
NAME: Final = TEMPLATES.from_string('<span class="pt-name">{{ name }}</span>')
LINK: Final = TEMPLATES.from_string('<a href="{{ href }}">{{ text }}</a>')


def table(
    frame: pd.DataFrame, *, name: str, empty: str = "There are none.", rows: int = ROWS, right: Sequence[str] = ()
) -> HTML:
    """The frame as a table, a row each, without its index; numbers stand to the right.

    `name` finds the table again in the HTML (`data-name`, with the count of all rows in `data-rows`), `empty` is what is said
    where there are no rows, `right` are columns of text that stand to the right as numbers do. Cells are escaped, but for
    `Markup`, which `mark` and `link` make.
    """
    columns = [{"title": str(title), "number": title in right or _is_number(frame[title])} for title in frame.columns]
    cells = [
        [(_cell(value), column) for value, column in zip(row, columns, strict=True)]
        for row in frame.head(rows).itertuples(index=False, name=None)
    ]
    return HTML(TABLE.render(name=name, columns=columns, rows=cells, total=len(frame), empty=empty))


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))


def _cell(value: Any) -> str | Markup:
    if isinstance(value, Markup):
        return value
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else line(str(value))


def line(text: str, chars: int = CHARS) -> str:
    """The text on one line of so many characters at most, its control characters shown as such."""
    words = in_a_line(text)
    return words if len(words) <= chars else f"{words[: chars - 1].rstrip()}…"


def tiles(values: Sequence[tuple[str, str, str]], *, name: str) -> HTML:
    """The few numbers that matter most: of each what it is, the number, and a word more."""
    return HTML(TILES.render(name=name, tiles=values))


def note(text: str) -> HTML:
    """A sentence below a heading, escaped."""
    return HTML(NOTE.render(text=text))


def mark(kind: str, text: str | None = None) -> Markup:
    """A word as a coloured mark; `kind` is a kind of term, a basis, or an advance, and the word if no other is given."""
    return Markup(MARK.render(kind=kind, text=kind if text is None else text))  # noqa: S704 (rendered with escapes)


def link(href: str, text: str) -> Markup:
    """A link to another report; `href` is relative, and quoted for URLs."""
    return Markup(LINK.render(href=href, text=text))  # noqa: S704 (rendered with escapes)


def named(name: str | Markup) -> Markup:
    """A contract's name (or a link with it) in a column that is wide enough for most names."""
    return Markup(NAME.render(name=name))  # noqa: S704 (rendered with escapes)


def figure(drawn: Figure, alt: str) -> None:
    """Show the figure, with words for those who do not see it."""
    display({"image/svg+xml": svg_of(drawn), "text/plain": alt}, metadata={"image/svg+xml": {"alt": alt}}, raw=True)


def svg_of(drawn: Figure) -> str:
    """The figure as SVG: the same bytes for the same figure."""
    held = io.StringIO()
    with styled(), warnings.catch_warnings():
        # The reader's fonts draw the letters; that matplotlib's own lacks some only matters for their widths.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")
        drawn.savefig(held, format="svg", metadata={"Date": None, "Creator": None})
    return held.getvalue()


def money(value: float | None, currency: str) -> str:
    """A sum in short, with its currency: "USD 4.8m", or "4.8m (currency not told)"; "" for none."""
    if value is None or pd.isna(value):
        return ""
    told = short(Decimal(str(value)))
    return f"{currency} {told}" if currency else f"{told} ({NO_CURRENCY})"


def by_currency(sums: Mapping[str, float]) -> str:
    """Sums of several currencies, which are never added up: "USD 4.8m, EUR 1.2m"; "none named" if there are none."""
    largest = sorted(sums.items(), key=lambda one: -one[1])
    return ", ".join(money(value, currency) for currency, value in largest) or "none named"
