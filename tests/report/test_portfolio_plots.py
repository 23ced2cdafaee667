"""The portfolio's figures: what their bars, cells and labels say."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from portfolios import IMAGE, MATHS, small_portfolio

from pipeline.report import portfolio
from pipeline.report import portfolio_plots as plots
from pipeline.report.frames import Batch, read_batch
from pipeline.report.show import svg_of


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    return read_batch(small_portfolio(tmp_path_factory.mktemp("plots")))


def words(figure: Figure) -> list[str]:
    """All words of a figure."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg_of(figure))


def bars(axes: Any) -> Any:
    """The bars of a histogram."""
    return axes.patches


def widths(axes: Any) -> list[list[float]]:
    """How long the bars of each call are."""
    return [[bar.get_width() for bar in held] for held in axes.containers if isinstance(held, BarContainer)]


def cells(figure: Figure) -> Any:
    """The numbers of a heat map."""
    return figure.axes[0].get_images()[0].get_array()


def drawn(figure: Figure) -> dict[str, Any]:
    """The axes by their titles."""
    return {axes.get_title(loc="left"): axes for axes in figure.axes if axes.get_visible()}


FIGURES: dict[str, Callable[[Batch], Figure]] = {
    "contracts by advance": lambda batch: plots.advance_bars(portfolio.by_advance(batch)),
    "money": lambda batch: plots.money_panels(portfolio.sums(batch), portfolio.currencies(batch)),
    "verdicts": lambda batch: plots.verdicts(portfolio.basis_by_advance(batch), portfolio.common_reasons(batch)),
    "events": lambda batch: plots.event_bars(portfolio.due_on(batch)),
    "days": lambda batch: plots.days_histogram(portfolio.days_to_pay(batch), 90),
    "clauses": lambda batch: plots.clause_dots(
        portfolio.clause_shares(batch), {"yes": 9, "conditional": 5, "unknown": 4, "no": 0}
    ),
    "heat": lambda batch: plots.clause_heat(portfolio.clauses_held(batch), len(batch.contracts)),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_every_axis_has_a_label(draw: Callable[[Batch], Figure], batch: Batch) -> None:
    figure = draw(batch)
    assert svg_of(figure)
    for axes in figure.axes:
        assert axes.get_xlabel() or axes.get_shared_x_axes().get_siblings(axes) != [axes]


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES)
def test_where_there_is_nothing_a_sentence_says_so(draw: Callable[[Batch], Figure], tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"inputs": []}', encoding="utf-8")
    (said,) = words(draw(read_batch(tmp_path)))
    assert said.endswith(".")


def test_contracts_are_bars_with_their_number_and_share(batch: Batch) -> None:
    figure = FIGURES["contracts by advance"](batch)
    assert widths(figure.axes[0]) == [[1]] * 5
    assert words(figure).count("1 (20%)") == 5


def test_each_currency_has_a_panel_of_its_own(batch: Batch) -> None:
    panels = drawn(FIGURES["money"](batch))
    assert list(panels) == ["USD", "EUR"]
    # Can be financed, cannot, not known: milestone money, then progress money.
    assert widths(panels["USD"]) == [[150_000, 1_000, 400], [0, 9_000, 0]]
    assert widths(panels["EUR"]) == [[7_000, 0, 0], [0, 3_000, 0]]
    assert panels["EUR"].get_xlabel() == "sums payable (EUR)"


def test_only_the_first_currencies_have_panels() -> None:
    many = [f"X{number}" for number in range(9)]
    sums = pd.DataFrame({"currency": many, "outcome": "cannot", "kind": "progress", "value": 5.0, "terms": 1})
    assert list(drawn(plots.money_panels(sums, many))) == many[: plots.PANELS]


def test_money_without_a_currency_is_shown_as_such() -> None:
    sums = pd.DataFrame({"currency": [""], "outcome": ["cannot"], "kind": ["milestone"], "value": [5.0], "terms": [1]})
    figure = plots.money_panels(sums, [""])
    assert "currency not told" in words(figure)
    assert plots.money_told(sums) == "Money: currency not told cannot, milestone 5."


def test_verdicts_are_cells_with_their_number(batch: Batch) -> None:
    figure = FIGURES["verdicts"](batch)
    assert cells(figure).sum() == 4
    assert "Set-off (conditional)" in words(figure)
    assert widths(figure.axes[1])[0] == [2]


def test_events_are_bars_by_kind_of_term(batch: Batch) -> None:
    panels = drawn(FIGURES["events"](batch))
    assert widths(panels["5 milestone terms fall due on"]) == [[1] * 5]
    assert widths(panels["3 progress terms are measured by"]) == [[3]]


def test_days_beyond_the_last_bar_are_in_it(batch: Batch) -> None:
    figure = FIGURES["days"](batch)
    heights = [bar.get_height() for bar in bars(figure.axes[0])]
    assert (heights[6], heights[-1], sum(heights)) == (1, 1, 2)
    assert {"median 75 days", "median 10 days", "policy: 90 days"} <= set(words(figure))


def test_bars_end_where_the_axis_says_whatever_the_limit(batch: Batch) -> None:
    figure = plots.days_histogram(portfolio.days_to_pay(batch), 62)
    assert "days to pay (bars of 5 days; the last holds all from 95 on)" in words(figure)
    assert bars(figure.axes[0])[-1].get_x() == 95
    assert bars(figure.axes[0])[-1].get_height() == 1


def test_a_reason_of_old_records_tells_no_advance(batch: Batch) -> None:
    old = portfolio.common_reasons(batch).assign(advance=float("nan"))
    said = words(plots.verdicts(portfolio.basis_by_advance(batch), old))
    assert "Set-off" in said
    assert not any("nan" in word for word in said)


def test_small_groups_have_no_share(batch: Batch) -> None:
    figure = FIGURES["clauses"](batch)
    assert {"all contracts", "yes (9)", "conditional (5)"} <= set(words(figure))
    assert not any(word.startswith(("unknown (", "no (")) for word in words(figure))
    axes: Any = figure.axes[0]
    (everyone,) = [line for line in axes.lines if line.get_label() == "all contracts"]
    assert list(everyone.get_xdata()) == [50, 25]


def test_the_heat_map_counts_clauses_and_obeys_no_name(batch: Batch) -> None:
    figure = FIGURES["heat"](batch)
    assert cells(figure).shape == (4, 21)
    said = words(figure)
    assert said.count("1") == 2
    assert said.count("2") == 1
    assert "$x^2$ &amp; co.pdf" in said
    assert "&lt;img src=x onerror=alert(1)&gt;.pdf" in said
    assert (IMAGE, MATHS) == ("<img src=x onerror=alert(1)>.pdf", "$x^2$ & co.pdf")


def test_the_heat_map_has_rows_for_the_most_loaded_only(batch: Batch) -> None:
    held = pd.concat([portfolio.clauses_held(batch)] * 40)
    figure = plots.clause_heat(held, len(held))
    assert cells(figure).shape == (plots.HEAT_ROWS, 21)
    assert "the 60 most loaded of 160 contracts" in figure.axes[0].get_xlabel()


def test_long_names_are_cut_in_their_middle() -> None:
    held = pd.DataFrame([[1]], index=["deals/" * 20 + "m\u202esa.pdf"], columns=["set_off"])
    (name,) = [word for word in words(plots.clause_heat(held, 1)) if word.endswith(".pdf")]
    assert re.fullmatch(r"deals/\w*….*\\u202esa\.pdf", name)
    assert len(name) == plots.NAME_CHARS
