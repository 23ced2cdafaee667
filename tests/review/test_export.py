"""The terms of many contracts as one table."""

import csv
import sys
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow
import pyarrow.parquet
import pytest
from builders import contract, contracts, term
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.contract import Contract, Kind, Money, Span
from pipeline.errors import ExportError, OutputError, RecordError
from pipeline.review import annotated
from pipeline.review import export as module
from pipeline.review.columns import COLUMNS, Type, Value, rows_of
from pipeline.review.export import Exported, export

FILES = ["terms.csv", "terms.parquet"]
NAMES = [column.name for column in COLUMNS]
NUMBERS = [index for index, column in enumerate(COLUMNS) if column.type in {Type.WHOLE, Type.DECIMAL, Type.SHARE}]
REFUSED = ["terms.xlsx", "terms", "run.json", "terms.csv.gz", ".csv"]


def results(made: Iterable[Contract], out: Path) -> list[tuple[str, str, Path]]:
    """The contracts as results in a folder, and what a run would hand over of each."""
    inputs = []
    for number, one in enumerate(made):
        annotated.write(one, out / f"{number}.json")
        inputs.append((f"{number}.pdf", f"{number}.json", out / f"{number}.json"))
    return inputs


def expected(made: Iterable[Contract]) -> list[tuple[Value, ...]]:
    """The rows of contracts as they are once they have been written and read."""
    read = [annotated.loads(annotated.dumps(one)) for one in made]
    return [row for number, one in enumerate(read) for row in rows_of(one, source=f"{number}.pdf", output=f"{number}.json")]


def csv_rows(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file, strict=True)
    assert head == NAMES
    return rows


def parquet_rows(path: Path) -> list[tuple[Value, ...]]:
    table = pyarrow.parquet.read_table(path)
    assert table.column_names == NAMES
    return [tuple(row.values()) for row in table.to_pylist()]


def texts_in(path: Path) -> list[list[str]]:
    """The rows of either file as texts."""
    if path.suffix == ".csv":
        return csv_rows(path)
    return [["" if value is None else str(value) for value in row] for row in parquet_rows(path)]


@settings(max_examples=30)
@given(st.lists(contracts(), max_size=3))
def test_csv_is_read_back_with_a_row_a_term_and_the_same_numbers(made: list[Contract]) -> None:
    with TemporaryDirectory() as folder:
        out, to = Path(folder), Path(folder, "terms.csv")
        done = export(results(made, out), to)
        rows = csv_rows(to)
        assert to.read_bytes().count(b"\n") == len(rows) + 1
    assert done == Exported(len(rows), sum(bool(one.terms) for one in made))
    for row, values in zip(rows, expected(made), strict=True):
        for index in NUMBERS:
            told = row[index]
            assert (Decimal(told) if told else None) == (None if values[index] is None else Decimal(str(values[index])))


@settings(max_examples=30)
@given(st.lists(contracts(), max_size=3))
def test_parquet_is_read_back_as_it_was(made: list[Contract]) -> None:
    with TemporaryDirectory() as folder:
        out, to = Path(folder), Path(folder, "terms.parquet")
        export(results(made, out), to)
        assert parquet_rows(to) == expected(made)


def test_parquet_has_types_and_groups_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GROUP_ROWS", 2)
    inputs = results([contract(term(Kind.MILESTONE))] * 5, tmp_path)
    export(inputs, tmp_path / "terms.parquet")
    file = pyarrow.parquet.ParquetFile(tmp_path / "terms.parquet")
    assert [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)] == [2, 2, 1]
    types = {field.name: str(field.type) for field in file.schema_arrow}
    wanted = {"amount": "decimal128(38, 6)", "page": "int64", "review_at": "timestamp[us, tz=UTC]", "text": "string"}
    assert {name: types[name] for name in wanted} == wanted
    assert (types["probability_none"], types["amount_worked_out"]) == ("double", "bool")


@pytest.mark.parametrize("name", FILES)
def test_many_digits_do_not_stop_an_export(name: str, tmp_path: Path) -> None:
    values = [Decimal("9" * 32 + ".999999"), Decimal("1" * 60), Decimal("0." + "3" * 60)]
    terms = [
        term(Kind.MILESTONE, id=f"t-{index}", amounts=(Money("A", value, "USD", Span(0, 1)),), page=10**index * 2**62)
        for index, value in enumerate(values)
    ]
    inputs = results([contract(*terms)], tmp_path)
    assert export(inputs, tmp_path / name) == Exported(3, 1)
    amounts = [row[NAMES.index("amount")] for row in texts_in(tmp_path / name)]
    assert [Decimal(one) if one else None for one in amounts] == [values[0], None, Decimal("0.333333")]


@pytest.mark.parametrize("name", FILES)
def test_a_name_that_utf8_cannot_hold_is_written(name: str, tmp_path: Path) -> None:
    ((_, output, path),) = results([contract(term(Kind.MILESTONE))], tmp_path)
    export([("\udce9.pdf", output, path)], tmp_path / name)
    (row,) = texts_in(tmp_path / name)
    assert row[0] == {"terms.csv": r"\udce9.pdf", "terms.parquet": "?.pdf"}[name]


@pytest.mark.parametrize("name", FILES)
def test_a_run_without_terms_is_a_table_without_rows(name: str, tmp_path: Path) -> None:
    inputs = results([contract(), contract()], tmp_path)
    assert export(inputs, tmp_path / "deep" / name) == Exported(0, 0)
    assert texts_in(tmp_path / "deep" / name) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("fault", ["gone", "faulty"])
def test_a_result_at_fault_is_named_and_nothing_is_written(name: str, fault: str, tmp_path: Path) -> None:
    out, to = tmp_path / "out", tmp_path / "to" / name
    inputs = results([contract(term(Kind.MILESTONE))] * 2, out)
    export(inputs, to)
    before = to.read_bytes()
    (out / "1.json").unlink()
    if fault == "faulty":
        (out / "1.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RecordError, match=r"1\.json: "):
        export(inputs, to)
    assert to.read_bytes() == before
    assert [one.name for one in to.parent.iterdir()] == [name]


@pytest.mark.parametrize("name", REFUSED)
def test_another_format_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"the suffix tells the format; expected \.csv or \.parquet"):
        export([], tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_what_cannot_be_written_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=rf"{name}: cannot be written \(File exists\); free space there"):
        export([], tmp_path / "file" / name)


@pytest.mark.parametrize("name", FILES)
def test_a_disk_that_fills_up_is_told(name: str, tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits of a file's size are for Unix")
    long = term(Kind.MILESTONE, "".join(map(chr, range(0x4E00, 0x9000))))
    inputs = results([contract(long, text=long.text)], tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(OutputError, match=r"cannot be written \(File too large\)"):
            export(inputs, tmp_path / "to" / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_missing_extra_is_told_and_csv_needs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install 'payterms\[parquet\]'"):
        export([], tmp_path / "terms.parquet")
    assert export([], tmp_path / "terms.csv") == Exported(0, 0)
