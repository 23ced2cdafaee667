"""Which reports are made of a run, and of what: the notebooks with their parameters, and the files that they become."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.batch.journal import folder_of, read_run
from pipeline.batch.record import Record
from pipeline.errors import ReportError
from pipeline.report.notebooks import kernel, render


@dataclass(frozen=True, slots=True)
class Sources:
    """What reports are made from: a run's folder and, beside it, PDFs, labels, labelled contracts, and a model's folder.

    `pdfs` is None where the run's own are to be taken, `labelled` where no contract of the run is labelled.
    """

    out: Path
    labels: Path
    model: Path
    pdfs: Path | None = None
    labelled: Path | None = None
    password: str = ""


def make_reports(sources: Sources, to: Path, notebooks: Sequence[str], contracts: Sequence[str] = ()) -> Iterator[Path]:
    """Write the reports of these notebooks into the folder `to`, and tell each file as soon as it is there.

    `contracts` are names (or patterns, as `*`) of the contracts that the notebook `contract` is run for; if there are none, it
    is the one with the most terms in doubt. Contracts come first: the portfolio links to those that are there. Of a run in
    which none was read there are the other reports, which say why.
    Raises RecordError, and ReportError if a name is none of a contract that was read, or none was and nothing else is asked.
    """
    records = [record for record in read_run(sources.out) if record.output is not None]
    with kernel(password=sources.password) as on:
        for record in _chosen(records, contracts, alone=len(set(notebooks)) == 1) if "contract" in notebooks else ():
            path = to / contract_file(record.source)
            given = {"CONTRACT": record.source, "PDFS": _text(sources.pdfs or folder_of(sources.out))}
            render("contract", {"OUT": _text(sources.out), **given}, path, on, title=record.source)
            yield path
        for name in (name for name in ("portfolio", "model") if name in notebooks):
            path = to / f"{name}.html"
            render(name, _parameters(name, sources, to), path, on, title=f"payterms: {name}")
            yield path


def _parameters(name: str, sources: Sources, to: Path) -> dict[str, str]:
    if name == "portfolio":
        return {"OUT": _text(sources.out), "REPORTS": _text(to)}
    paths = {"OUT": sources.out, "LABELS": sources.labels, "MODEL": sources.model, "LABELLED": sources.labelled}
    return {key: _text(path) for key, path in paths.items()}


def _text(path: Path | None) -> str:
    """A path as a parameter: whole, as the notebook runs in a folder of its own; "" for none."""
    return str(path.absolute()) if path else ""


def contract_file(source: str) -> str:
    """Where the report of a contract stands below the folder of the reports: `contracts/NAME.html`."""
    return f"contracts/{source.rsplit('.', 1)[0]}.html"


def _chosen(records: Sequence[Record], names: Sequence[str], *, alone: bool) -> list[Record]:
    if not records and not names and not alone:
        return []
    if not records:
        raise ReportError("no contract of this run was read, so there is none to report on; `payterms summary` says why")
    if not names:
        return [max(records, key=lambda record: record.doubtful_terms)]
    for name in names:
        if not any(_is(record, name) for record in records):
            raise ReportError(f"{name}: no contract of this run that was read; `payterms summary` lists their names")
    return [record for record in records if any(_is(record, name) for name in names)]


def _is(record: Record, name: str) -> bool:
    """Whether a contract has this name, with or without its suffix, or one like this pattern."""
    names = (record.source, record.source.rsplit(".", 1)[0])
    return name in names or any(fnmatchcase(one, name) for one in names)
