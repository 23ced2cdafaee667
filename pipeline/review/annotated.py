"""Annotated JSON, version 1: a contract to a file and back. Nothing else knows this format.

Keys stand in the order of the dataclasses, numbers have at most four decimals, spans are [start, end], sums of money are
strings. Files appear whole or not at all.
"""

import dataclasses
import json
import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, Final

from pydantic import TypeAdapter, ValidationError

from pipeline.contract import Box, Contract, Finality, Interval, Money, Percent, Quote, Review, Span, Term, Verification
from pipeline.errors import RecordError

SCHEMA_VERSION: Final = "1.1"
DECIMALS: Final = 4
MEND: Final = "mend the field, or remove the file and run `payterms run` again"
# How the name of a file ends that is being written; a writer that was killed leaves it behind.
TEMPORARY: Final = ".payterms-tmp"


@cache
def _adapter() -> TypeAdapter[Contract]:
    return TypeAdapter(Contract)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of annotated JSON, from the dataclasses."""
    made = _adapter().json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def dumps(contract: Contract) -> str:
    """The contract as annotated JSON, with a newline at its end."""
    return json.dumps(_plain(dataclasses.asdict(contract)), ensure_ascii=False, indent=1) + "\n"


def loads(text: str, *, name: str = "annotated JSON") -> Contract:
    """The contract in annotated JSON. Raises RecordError that names the file and the first field at fault."""
    try:
        contract = _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the whole file"
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise RecordError(
            f"{name}: {field}: {first['msg']}{more}; mend the field, or remove the file and run `payterms run` again"
        ) from error
    _check_keys(json.loads(text), contract, f"{name}: ")
    _check(contract, name)
    return contract


def read(path: Path) -> Contract:
    """The contract in a file. Raises RecordError."""
    try:
        return loads(path.read_text(encoding="utf-8"), name=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path}: cannot be read ({error}); check the path and that it is UTF-8") from error


def write(contract: Contract, path: Path) -> None:
    """Write the contract to the file, atomically; folders on the way are made."""
    write_text(dumps(contract), path)


def write_text(text: str, path: Path) -> None:
    """Write a file of text, atomically; folders on the way are made."""
    # A lone surrogate (from a file name, or a broken font) is the one character that UTF-8 cannot hold.
    with whole(path) as file:
        file.write(text.encode(errors="replace"))


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that is seen whole or not at all, power cuts included: a temporary one beside it, renamed at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the rename itself on disk; Windows does not open folders, and some network file systems do not sync them."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_reviewed(contract: Contract) -> bool:
    """Whether a person has worked on the contract: a review that is begun, or a term that was added."""
    return any(term.review != Review() or term.probabilities is None for term in contract.terms)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return round(value, DECIMALS)
    return f"{value:f}" if isinstance(value, Decimal) else value


def _check_keys(given: Any, known: Any, where: str) -> None:
    """Refuse keys that mean nothing: a reviewer's slip of the pen must not be lost in silence.

    `known` is what was made of what is given: a dataclass for each object, but for those that may hold any key.
    """
    if isinstance(given, dict) and dataclasses.is_dataclass(known):
        names = known.__dataclass_fields__
        for key, value in given.items():
            if key not in names:
                raise RecordError(f"{where}{key}: an unknown key; expected {', '.join(names)}")
            _check_keys(value, getattr(known, key), f"{where}{key}.")
    elif isinstance(given, list):
        for index, (value, one) in enumerate(zip(given, known, strict=True)):
            _check_keys(value, one, f"{where}{index}.")


def _check(contract: Contract, name: str) -> None:
    """What the types cannot say: the version, quotes that stand where they say, boxes on pages that there are."""
    if contract.schema_version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise RecordError(f"{name}: schema_version: {contract.schema_version!r}, expected {SCHEMA_VERSION}; write it anew")
    _check_ids([term.id for term in contract.terms], f"{name}: terms")
    _check_ids([risk.id for risk in contract.risks], f"{name}: risks")
    for index, term in enumerate(contract.terms):
        _check_quote(contract, f"{name}: terms.{index}", term.text, term.span)
        _check_page(f"{name}: terms.{index}", term.page)
        _check_boxes(contract, f"{name}: terms.{index}.boxes", term.boxes)
        for quote in _quotes(term):
            _check_quote(contract, f"{name}: terms.{index}: field {quote.text!r}", quote.text, quote.span)
    for index, risk in enumerate(contract.risks):
        _check_quote(contract, f"{name}: risks.{index}", risk.text, risk.span)
        _check_page(f"{name}: risks.{index}", risk.page)
        _check_boxes(contract, f"{name}: risks.{index}.boxes", risk.boxes)


def _quotes(term: Term) -> Iterator[Money | Percent | Quote | Interval | Verification | Finality]:
    """The fields of a term that quote it."""
    yield from term.amounts
    yield from term.percents
    yield from filter(None, (term.trigger, term.due_from, term.payer, term.payee))
    yield from filter(None, (term.interval,))
    yield from filter(None, (term.verification,))
    yield from filter(None, (term.finality,))


def _check_ids(ids: Sequence[str], where: str) -> None:
    twice = [index for index, one in enumerate(ids) if one in ids[:index]]
    if twice:
        raise RecordError(f"{where}.{twice[0]}.id: {ids[twice[0]]!r} stands twice; give each its own")


def _check_quote(contract: Contract, where: str, text: str, span: Span) -> None:
    if contract.text[span.start : span.end] != text or not 0 <= span.start < span.end:
        raise RecordError(f"{where}.span: {list(span)} does not hold the quoted words; mend the span or the text")


def _check_boxes(contract: Contract, where: str, boxes: tuple[Box, ...]) -> None:
    last = len(contract.source.pages)
    for box in boxes:
        if not 1 <= box.page <= last:
            raise RecordError(f"{where}: page {box.page} of a contract with {last} pages; mend the page")
        if not all(map(math.isfinite, (box.x0, box.top, box.x1, box.bottom))):
            raise RecordError(f"{where}: a side of a box is no number; mend the box")


def _check_page(where: str, page: int) -> None:
    if page < 1:
        raise RecordError(f"{where}: page {page}; pages are counted from 1")
