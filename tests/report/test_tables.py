"""What is printed."""

from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from pipeline.batch.record import Record
from pipeline.contract import Kind
from pipeline.learn.metrics import Evaluation, Mistake, Score
from pipeline.report.tables import confusion_table, mistake_table, run_counts, run_table, score_table, verdict_table


def printed(table: Table) -> list[list[str]]:
    """The words of each line of a table on a wide screen."""
    console = Console(file=StringIO(), width=200)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return [line.split() for line in console.file.getvalue().splitlines()]


def record(source: str, **more: str | None) -> Record:
    given = {"output": "a.json", "error": None, "message": "", "basis": "mixed", "advance": "no"} | more
    return Record(source=source, pages=3, unread_pages=0, milestone_terms=2, progress_terms=1, seconds=0.1, **given)  # type: ignore[arg-type]


EVALUATION = Evaluation(
    scores={"milestone": Score(1.0, 0.5, 2 / 3, 2, 1), "progress": Score(0.0, 0.0, 0.0, 0, 1)},
    macro_f1=1 / 3,
    confusion={
        "none": {"none": 4, "milestone": 0, "progress": 1},
        "milestone": {"none": 1, "milestone": 1, "progress": 0},
        "progress": {"none": 0, "milestone": 0, "progress": 0},
    },
    calibration_error=0.1,
    none_weight=1.0,
    units=7,
    groups=2,
    mistakes=(Mistake("[bold]The fee\x1b[2J" + " is due" * 30, "a", Kind.MILESTONE, Kind.NONE, 0.875),),
)


def test_a_run_has_a_line_for_each_input() -> None:
    assert printed(run_table([record("a.pdf"), record("b.pdf", error="damaged")])) == [
        ["contract", "pages", "milest.", "progr.", "basis", "advance", "largest"],
        ["a.pdf", "3", "2", "1", "mixed", "no"],
        ["b.pdf", "not", "read", "damaged"],
    ]


def test_a_newline_in_a_name_breaks_no_line() -> None:
    assert printed(run_table([record("a\nb.pdf")]))[1][0] == r"a\nb.pdf"


def test_a_long_run_is_counted() -> None:
    records = [record("a.pdf"), record("b.pdf", error="damaged"), record("c.pdf")]
    assert printed(verdict_table(records))[1:] == [["2", "mixed", "no"], ["1", "not", "read", "damaged"]]


COUNTS = {
    "all new": (["new", "new"], "2 read, 1 not read"),
    "some changed": (["new", "file_changed", "new"], "3 read (1 changed, 2 new), 1 not read"),
    "all kept": (["unchanged"], "0 read, 1 not read, 1 kept (1 unchanged)"),
    "some reviewed": (["new", "reviewed", "unchanged"], "1 read, 1 not read, 2 kept (1 reviewed, 1 unchanged)"),
    "none": ([], "0 read, 1 not read"),
}


@pytest.mark.parametrize(("whys", "told"), COUNTS.values(), ids=COUNTS)
def test_a_run_is_summed_up_with_its_reasons(whys: list[str], told: str) -> None:
    records = [record(f"{number}.pdf", why=why) for number, why in enumerate(whys)]
    assert run_counts([*records, record("z.pdf", error="damaged", why="unchanged")]) == told


def test_a_file_name_cannot_style_the_table() -> None:
    assert printed(run_table([record("[red]\x1b[1ma.pdf")]))[1][0] == r"[red]\u001b[1ma.pdf"


def test_scores_by_kind() -> None:
    assert printed(score_table(EVALUATION.scores))[1:] == [
        ["milestone", "1.000", "0.500", "0.667", "2", "1"],
        ["progress", "0.000", "0.000", "0.000", "0", "1"],
    ]


def test_confusion() -> None:
    assert printed(confusion_table(EVALUATION))[1:] == [
        ["none", "4", "0", "1"],
        ["milestone", "1", "1", "0"],
        ["progress", "0", "0", "0"],
    ]


def test_a_mistake_is_quoted_safely_and_in_short() -> None:
    _, first, *more = printed(mistake_table(EVALUATION))
    assert first[:4] == ["0.88", "milestone", "none", "[bold]The"]
    assert first[4] == r"fee\u001b[2J"
    assert sum(map(len, more)) == 0
    assert first[-1].endswith("…")
