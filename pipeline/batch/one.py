"""One contract: a PDF file to a contract that is read, tagged and judged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline import __version__
from pipeline.contract import Contract, Tool
from pipeline.judge.verdict import judge
from pipeline.read.text import Layout, read_contract
from pipeline.review.annotated import SCHEMA_VERSION
from pipeline.tag.model import Model
from pipeline.tag.tagger import tag
from pipeline.tag.units import units_of


@dataclass(frozen=True, slots=True)
class Options:
    """How every contract of a run is read; made from the command's options, and handed down to `annotate` as one.

    `password` opens encrypted contracts that need one; `layout` says which pages pdfplumber lays out.
    """

    password: str = ""
    layout: Layout = Layout.FAST


PLAIN: Final = Options()


def annotate(path: Path, model: Model, options: Options = PLAIN) -> Contract:
    """Read, tag and judge the PDF at `path`. Raises InputError if it cannot be read as a contract."""
    reading = read_contract(path, password=options.password, layout=options.layout)
    terms = tag(units_of(reading.text), model, reading.boxes)
    return Contract(
        schema_version=SCHEMA_VERSION,
        tool=Tool("payterms", __version__),
        model=model.ref,
        source=reading.source,
        verdict=judge(terms, reading.source.pages),
        terms=terms,
        risks=(),
        text=reading.text,
    )
