"""Which reports are made of a run, and of what: the notebooks with their parameters, and the files that they become."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from pipeline.batch.journal import folder_of, try_out
from pipeline.batch.record import Record
from pipeline.errors import PaytermsError, ReportError
from pipeline.report.notebooks import Kernel, kernel, render
from pipeline.report.places import Notebook, contract_file, stem_of


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


def make_reports(
    run: Sequence[Record], sources: Sources, to: Path, notebooks: Collection[Notebook], contracts: Sequence[str] = ()
) -> Iterator[Path | PaytermsError]:
    """Write the reports of these notebooks into the folder `to`, made if need be; tell each file as soon as it is there.

    `run` are the records of the run in `sources.out`. A report that cannot be made is told by its error, and the others are
    made. `contracts` are names (or patterns, as `*`) of
    the contracts that the notebook `contract` is run for; if there are none, it is the one with the most terms in doubt.
    Contracts come first: the portfolio links to those that are there. Of a run in which none was read there are the other
    reports, which say why. Raises ReportError if a name is none of a contract that was read, none was and nothing else is
    asked, or `to` cannot be written to.
    """
    if contracts and Notebook.CONTRACT not in notebooks:
        raise ReportError("--contract is for the contract report, which is not asked for; add --notebook contract")
    records = [record for record in run if record.output is not None]
    alone = len(set(notebooks)) == 1
    chosen = _chosen(records, contracts, alone=alone) if Notebook.CONTRACT in notebooks else []
    _check_folder(to)
    pdfs = _text(sources.pdfs or folder_of(sources.out))
    with kernel(password=sources.password) as on:
        for record in chosen:
            path = to / contract_file(record.source)
            given = {"OUT": _text(sources.out), "CONTRACT": record.source, "PDFS": pdfs}
            made = _made(Notebook.CONTRACT, given, path, on, title=record.source)
            yield made
            if not contracts and made == path:
                break
        for name in (name for name in (Notebook.PORTFOLIO, Notebook.MODEL) if name in notebooks):
            yield _made(name, _parameters(name, sources, to), to / f"{name}.html", on, title=f"payterms: {name}")


def _made(name: Notebook, parameters: Mapping[str, str], path: Path, on: Kernel, *, title: str) -> Path | PaytermsError:
    try:
        render(name, parameters, path, on, title=title)
    except PaytermsError as error:
        return error
    return path


def _check_folder(to: Path) -> None:
    """See that reports can be written, before minutes go into making them."""
    try:
        to.mkdir(parents=True, exist_ok=True)
        try_out(to)
    except OSError as error:
        raise ReportError(f"{to}: cannot be written to ({error.strerror}); name another folder with --to") from error


def _parameters(name: Notebook, sources: Sources, to: Path) -> dict[str, str]:
    if name is Notebook.PORTFOLIO:
        return {"OUT": _text(sources.out), "REPORTS": _text(to)}
    paths = {"OUT": sources.out, "LABELS": sources.labels, "MODEL": sources.model, "LABELLED": sources.labelled}
    return {key: _text(path) for key, path in paths.items()}


def _text(path: Path | None) -> str:
    """A path as a parameter: whole, as the notebook runs in a folder of its own; "" for none."""
    return str(path.absolute()) if path else ""


def _chosen(records: Sequence[Record], names: Sequence[str], *, alone: bool) -> list[Record]:
    """The contracts to report on; where none is named all, the most doubtful first, of which the first that can be read is."""
    if not records and not names and not alone:
        return []
    if not records:
        raise ReportError("no contract of this run was read, so there is none to report on; `payterms summary` says why")
    if not names:
        return sorted(records, key=lambda record: -record.doubtful_terms)
    for name in names:
        if not any(_is(record, name) for record in records):
            raise ReportError(f"{name}: no contract of this run that was read; `payterms summary` lists their names")
    return [record for record in records if any(_is(record, name) for name in names)]


def _is(record: Record, name: str) -> bool:
    """Whether a contract has this name, with or without its suffix, or one like this pattern."""
    names = (record.source, stem_of(record.source))
    return name in names or any(fnmatchcase(one, name) for one in names)
