"""The terms of many contracts as one table, for those who live in a spreadsheet or a database: a row a term, CSV or Parquet.

Contracts are read one at a time and rows written as they come: memory does not grow with their number.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from pipeline.errors import ExportError, OutputError
from pipeline.review import annotated
from pipeline.review.cells import line_of
from pipeline.review.columns import COLUMNS, DECIMALS, DIGITS, Type, Value, rows_of

# Rows of Parquet that are held until they are written together.
GROUP_ROWS: Final = 10_000

Rows = Sequence[tuple[Value, ...]]
Add = Callable[[Rows], None]


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows were written, and of how many contracts; those without terms have none."""

    terms: int
    contracts: int


def export(inputs: Iterable[tuple[str, str, Path]], to: Path) -> Exported:
    """Write the terms of contracts to the file, CSV or Parquet by its suffix; folders on the way are made.

    `inputs` are of each contract its path and that of its result as a run records them, and the result's file. The file is seen
    whole or not at all. Raises ExportError (another suffix, or pyarrow is missing), RecordError (a result that is gone, or
    faulty), OutputError.
    """
    begun = _form(to)
    terms = contracts = 0
    try:
        with annotated.whole(to) as file, begun(file) as add:
            for source, output, path in inputs:
                rows = rows_of(annotated.read(path), source=source, output=output)
                add(rows)
                terms, contracts = terms + len(rows), contracts + bool(rows)
    except OSError as error:
        raise OutputError(
            f"{to}: cannot be written ({error.strerror or error}); free space there, or name another file"
        ) from error
    return Exported(terms, contracts)


def is_csv(to: Path) -> bool:
    """Whether an export to this file is CSV."""
    return to.suffix.lower() == ".csv"


def _form(to: Path) -> Callable[[BinaryIO], AbstractContextManager[Add]]:
    """What begins a file of the kind that the suffix tells."""
    if is_csv(to):
        return _csv
    if to.suffix.lower() == ".parquet":
        pyarrow = _pyarrow()
        return lambda file: _parquet(file, pyarrow)
    raise ExportError(f"{to}: the suffix tells the format; expected .csv or .parquet")


@contextmanager
def _csv(file: BinaryIO) -> Iterator[Add]:
    # Without a byte order mark Excel takes UTF-8 for the code page of its country.
    file.write(f"\ufeff{line_of([column.name for column in COLUMNS])}".encode())
    yield lambda rows: file.writelines(line_of(row).encode() for row in rows)


@contextmanager
def _parquet(file: BinaryIO, pyarrow: Any) -> Iterator[Add]:
    schema = pyarrow.schema([(column.name, _types(pyarrow)[column.type]) for column in COLUMNS])
    held: list[tuple[Value, ...]] = []
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:

        def add(rows: Rows, *, least: int = GROUP_ROWS) -> None:
            held.extend(rows)
            if len(held) >= least:
                writer.write_table(_table(held, schema, pyarrow))
                held.clear()

        yield add
        add((), least=1)


def _table(rows: Rows, schema: Any, pyarrow: Any) -> Any:
    columns = ([_encodable(value) for value in values] for values in zip(*rows, strict=True))
    return pyarrow.table([pyarrow.array(one, field.type) for one, field in zip(columns, schema, strict=True)], schema=schema)


def _types(pyarrow: Any) -> Mapping[Type, Any]:
    return {
        Type.TEXT: pyarrow.string(),
        Type.WHOLE: pyarrow.int64(),
        Type.DECIMAL: pyarrow.decimal128(DIGITS, DECIMALS),
        Type.SHARE: pyarrow.float64(),
        Type.FLAG: pyarrow.bool_(),
        Type.TIME: pyarrow.timestamp("us", tz="UTC"),
    }


def _encodable(value: Value) -> Value:
    """The value; a lone surrogate, as a file's name may hold, is the one character that UTF-8 cannot."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


def _pyarrow() -> Any:
    try:
        import pyarrow  # noqa: PLC0415 (an extra, and slow to import)
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError as error:
        raise ExportError(
            "Parquet needs pyarrow; install it with: pip install 'payterms[parquet]', or export to a .csv file"
        ) from error
    return pyarrow
