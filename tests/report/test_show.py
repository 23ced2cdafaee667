"""What a cell of a notebook shows."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from pipeline.report import show
from pipeline.report.style import canvas, nothing, styled

CELLS: dict[str, tuple[Any, str]] = {
    "text": ("fee", "fee"),
    "markup": ("<b>fee</b>", "&lt;b&gt;fee&lt;/b&gt;"),
    "a line break": ("a\nfee", "a fee"),
    "a control character": ("a\x1b[31mfee", "a\\u001b[31mfee"),
    "nothing": (None, ""),
    "not a number": (float("nan"), ""),
    "a whole number": (4800000, "4,800,000"),
    "a share": (0.5, "0.5"),
    "a long share": (2 / 3, "0.667"),
    "yes": (True, "yes"),
    "no": (False, "no"),
}
MONEY = {
    "millions": (4_800_000.0, "USD", "USD 4.8m"),
    "no currency": (950.0, "", "950 (currency not told)"),
    "none": (None, "USD", ""),
    "not a number": (float("nan"), "USD", ""),
}


def cells(html: str) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", html, re.DOTALL)


@pytest.mark.parametrize(("value", "told"), CELLS.values(), ids=CELLS)
def test_a_cell(value: Any, told: str) -> None:
    made = show.table(pd.DataFrame({"value": pd.Series([value], dtype=object)}), name="values")
    assert cells(made.data) == [told]


def test_numbers_of_numpy_are_written_like_any_other() -> None:
    frame = pd.DataFrame({"count": np.array([1234567]), "share": np.array([0.25], dtype=np.float32), "new": [True]})
    assert cells(show.table(frame, name="values").data) == ["1,234,567", "0.25", "yes"]
    assert re.findall(r"<th( class=\"num\")?>", show.table(frame, name="values").data) == [' class="num"', ' class="num"', ""]


def test_marks_and_links_are_not_escaped_twice() -> None:
    frame = pd.DataFrame({"basis": [show.mark("progress")], "contract": [show.link("contracts/a%20b.html", "a <b>.pdf")]})
    made = cells(show.table(frame, name="values").data)
    assert made == [
        '<span class="pt-mark pt-progress">progress</span>',
        '<a href="contracts/a%20b.html">a &lt;b&gt;.pdf</a>',
    ]


def test_long_tables_are_cut_and_say_so() -> None:
    made = show.table(pd.DataFrame({"fee": range(1201)}), name="fees", rows=3).data
    assert cells(made) == ["0", "1", "2"]
    assert "1,201 in all; the first 3 are shown." in made
    assert 'data-name="fees" data-rows="1201"' in made


def test_an_empty_table_says_why() -> None:
    made = show.table(pd.DataFrame({"fee": []}), name="fees", empty="No fee & no price.").data
    assert "No fee &amp; no price." in made
    assert "in all" not in made


@given(st.text(max_size=60))
def test_whatever_the_text_no_markup_comes_of_it(text: str) -> None:
    made = "".join(cells(show.table(pd.DataFrame({"text": [text]}), name="texts").data))
    assert not set(made) & set("<>\"'")
    assert not re.search(r"&(?!(?:amp|lt|gt|#34|#39);)", made)
    assert not [char for char in made if ord(char) < 32]


@given(st.text(max_size=60), st.integers(1, 30))
def test_a_line_is_one_line_of_so_many_characters(text: str, chars: int) -> None:
    made = show.line(text, chars)
    assert len(made) <= chars
    assert made == " ".join(made.split())


def test_tiles() -> None:
    made = show.tiles([("contracts", "80", "<2 days>")], name="counts").data
    assert "<b>80</b><span>contracts</span><small>&lt;2 days&gt;</small>" in made


@pytest.mark.parametrize(("value", "currency", "told"), MONEY.values(), ids=MONEY)
def test_money(value: float | None, currency: str, told: str) -> None:
    assert show.money(value, currency) == told


def test_money_of_several_currencies_is_never_added_up() -> None:
    assert show.by_currency({"EUR": 1_200_000.0, "USD": 4_800_000.0, "": 10.0}) == "USD 4.8m, EUR 1.2m, 10 (currency not told)"
    assert show.by_currency({}) == "none named"


def drawn(title: str) -> Figure:
    with styled():
        figure, axes = canvas(height_in=1.0)
        axes.set_title(title)
    return figure


def test_a_dollar_is_money_and_the_reader_s_fonts_draw_the_letters() -> None:
    svg = show.svg_of(drawn("$5m & $x^2$ of 株式会社 <b>"))
    assert "$5m &amp; $x^2$ of 株式会社 &lt;b&gt;" in svg
    assert show.svg_of(drawn("a")) == show.svg_of(drawn("a")) != show.svg_of(drawn("b"))


def test_a_figure_of_nothing_says_so() -> None:
    with styled():
        svg = show.svg_of(nothing("No term tells when it is paid."))
    assert "No term tells when it is paid." in svg


def test_columns_of_text_can_stand_to_the_right() -> None:
    frame = pd.DataFrame({"kind": ["milestone"], "share": ["12.5%"]})
    html = show.table(frame, name="shares", right=["share"]).data
    assert re.findall(r"<t[hd] class=\"num\">(.*?)<", html) == ["share", "12.5%"]


def test_a_sentence_is_escaped() -> None:
    assert show.note("<b> & co").data == "<p>&lt;b&gt; &amp; co</p>"
