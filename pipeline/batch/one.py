"""One contract: a PDF file to a contract that is read, tagged and judged."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from pipeline import __version__
from pipeline.batch.options import PLAIN, Options
from pipeline.contract import Advance, Basis, Contract, ModelRef, TextFrom, Tool, Verdict
from pipeline.judge.policy import given_policy
from pipeline.judge.verdict import judged
from pipeline.read.pdf import sha256_of
from pipeline.read.text import read_contract
from pipeline.review.annotated import SCHEMA_VERSION
from pipeline.tag.model import Model
from pipeline.tag.risks import find_risks
from pipeline.tag.schedules import schedules_of
from pipeline.tag.tagger import tag
from pipeline.tag.units import units_of

# The parts of the package that a result depends on; the rest may change without making it another.
DECISIVE: Final = ("contract.py", "read", "tag", "judge", "review/annotated.py", "batch/one.py")


def recipe_of(model: ModelRef, options: Options) -> str:
    """What stands for all that a result depends on but the contract: model, options, program and its data, 16 hex digits.

    A password is no part of it: it decides whether a contract can be read, not what it says.
    """
    given = {**dataclasses.asdict(options), "password": ""}
    held = json.dumps([__version__, _program(), model.sha256, given], sort_keys=True)
    return hashlib.sha256(held.encode()).hexdigest()[:16]


@cache
def _program() -> str:
    """A hash of the decisive parts of the package, so that an edited policy or word list counts as another program."""
    package = Path(__file__).resolve().parents[1]
    files = sorted(path for part in DECISIVE for path in _files(package / part))
    held = "".join(f"{path.relative_to(package).as_posix()} {sha256_of(path)}\n" for path in files)
    return hashlib.sha256(held.encode()).hexdigest()


def _files(part: Path) -> Iterable[Path]:
    return [part] if part.is_file() else (path for path in part.rglob("*") if path.suffix in {".py", ".toml"})


def annotate(path: Path, model: Model, options: Options = PLAIN) -> Contract:
    """Read, tag and judge the PDF at `path`. Raises InputError if it cannot be read as a contract."""
    reading = read_contract(path, password=options.password, layout=options.layout)
    units = units_of(reading.text)
    ocr_pages = {page.number for page in reading.source.pages if page.text_from is TextFrom.OCR}
    terms = tag(units, model, reading.boxes, ocr_pages=ocr_pages)
    found = Contract(
        schema_version=SCHEMA_VERSION,
        tool=Tool("payterms", __version__),
        model=model.ref,
        source=reading.source,
        verdict=Verdict(Basis.UNKNOWN, Advance.UNKNOWN),
        terms=terms,
        risks=find_risks(units, reading.boxes),
        schedules=schedules_of(terms, units),
        text=reading.text,
    )
    return judged(found, given_policy(options.policy))
