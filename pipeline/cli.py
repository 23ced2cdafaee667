"""The command `payterms`: parses, prints, and sets exit codes; nothing else prints.

Exit codes: 0 all was done, 1 some inputs could not be read (or a new model was worse), 2 wrong usage, 130 interrupted.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from pipeline import __version__
from pipeline.batch.again import judge_again
from pipeline.batch.children import warm_up
from pipeline.batch.jobs import RUN_FILE, count_jobs, jobs_of, result_path
from pipeline.batch.journal import Run, alone, read_run, recorded, sweep, unfinished
from pipeline.batch.one import recipe_of
from pipeline.batch.options import Options, Setup
from pipeline.batch.record import Done, Record
from pipeline.batch.run import carry_out, run_here, run_there
from pipeline.contract import Sentence, Span
from pipeline.errors import LabelError, PaytermsError, ReportError
from pipeline.judge.policy import given_policy, policy_text
from pipeline.learn.gains import gains
from pipeline.learn.labels import CONTEXT, UNITS, read_labels, read_reviewed
from pipeline.learn.measure import Result, basis_right, calibration, read_labelled, results_of, scores
from pipeline.learn.metrics import Evaluation, evaluate
from pipeline.learn.split import parted
from pipeline.read.sheets import Layout
from pipeline.report.explain import memo_of, page_of
from pipeline.report.places import Notebook
from pipeline.report.progress import Tally, log_line, logged, progress_line
from pipeline.report.tables import (
    confusion_table,
    export_table,
    found_table,
    gains_table,
    mistake_table,
    run_counts,
    run_table,
    score_table,
    verdict_table,
)
from pipeline.review.annotated import read, schema
from pipeline.review.export import export, is_csv
from pipeline.review.shown import shown
from pipeline.tag.model import KINDS, default_folder, load, ref_of

USAGE: Final = 2
FAILED: Final = 1
INTERRUPTED: Final = 130
LABELS: Final = Path("data/labels")
TIMEOUT_S: Final = 1800.0
# A contract of 2,454 pages takes 550 MB, and 1,430 MB with --layout all.
MEMORY_MB: Final = 2048
# How often a run tells how it gets on where there is no terminal to show a bar.
SAID_EVERY_S: Final = 60.0
# How many contracts are listed one by one, and how many reasons are told; more is for `run.json`.
LISTED: Final = 1000
TOLD: Final = 100
BATCH: Final = 1000
# The rows of a sheet of Excel.
SHEET_ROWS: Final = 1_048_576
# Columns from which on a screen has room for more.
WIDE: Final = 100


class Form(StrEnum):
    """How `payterms explain` writes."""

    TEXT = "text"
    MARKDOWN = "markdown"


app = typer.Typer(
    help="Read signed contracts and tell what each payment hangs on. Decision support, not legal advice.",
    epilog="Example: payterms run contracts/ review/",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

ModelOption = Annotated[
    Path | None, typer.Option("--model", help="Folder of the model; the one that comes with payterms if not given.")
]
PolicyOption = Annotated[
    Path | None,
    typer.Option(
        "--policy", help="Policy (TOML file, or name of one that comes with payterms); a cautious factor if not given."
    ),
]
PasswordOption = Annotated[
    str, typer.Option("--password", envvar="PAYTERMS_PASSWORD", help="What opens contracts that are encrypted.")
]
LabelsOption = Annotated[Path, typer.Option("--labels", help="Folder of labels (*.jsonl).")]


def main() -> None:
    """Run the command; what goes wrong becomes one line and an exit code."""
    try:
        app()
    except BrokenPipeError:
        # The reader of the output has left; leave as well, without a second error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except PaytermsError as error:
        _say(f"payterms: {error}", to=errors)
        sys.exit(USAGE)
    except OSError as error:
        _say(f"payterms: {error.filename}: {error.strerror}; check the path, its permissions and the space left", to=errors)
        sys.exit(USAGE)


def _say(text: str, *, to: Console = console) -> None:
    """Print a line as it is: no markup in it is obeyed, no control character sent, no line broken."""
    to.print(shown(text).replace("\n", r"\n"), markup=False, soft_wrap=True)


def _version(wanted: bool) -> None:
    if wanted:
        _say(f"payterms {__version__}")
        raise typer.Exit


@app.callback()
def payterms(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Read signed contracts and tell what each payment hangs on. Decision support, not legal advice."""


@app.command("run", epilog="Example: payterms run contracts/ review/ --workers 4")
def run_command(
    source: Annotated[Path, typer.Argument(help="A PDF, or a folder that is searched for PDFs.")],
    out: Annotated[Path, typer.Argument(help="Folder for the annotated JSON; made if need be.")],
    workers: Annotated[int, typer.Option(min=1, help="Contracts read at the same time.")] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", help="Read on the Dask cluster of this scheduler instead, as tcp://HOST:8786.")
    ] = None,
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds that one contract may take.")] = TIMEOUT_S,
    memory_mb: Annotated[
        int, typer.Option("--memory-mb", min=1, help="Memory that one contract may take beside what a worker holds (Linux).")
    ] = MEMORY_MB,
    model: ModelOption = None,
    policy: PolicyOption = None,
    layout: Annotated[
        Layout, typer.Option(help="Pages that pdfplumber lays out: what pdfium cannot give (fast), or all, ten times slower.")
    ] = Layout.FAST,
    password: PasswordOption = "",
    force: Annotated[
        bool, typer.Option("--force", help="Read all anew, reviewed results too; those stay beside the new as .reviewed-….")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress and no table.")] = False,
    log_json: Annotated[
        Path | None, typer.Option("--log-json", help="File to add what happens to, a line of JSON for each contract.")
    ] = None,
) -> None:
    """Read contracts and write annotated JSON, one file each, and run.json with a record of every input.

    Run again, it reads only what is new, or whose file, model or options have changed.
    """
    started = time.monotonic()
    found = count_jobs(source, out)
    if scheduler is None:
        warm_up()
    # A model or policy that cannot be loaded is told here, before any worker starts.
    used = ref_of(model or default_folder())
    options = Options(password=password, layout=layout, policy=policy_text(policy) if policy else "")
    setup = Setup(model, recipe_of(used, options), options, timeout, memory_mb, force=force)
    with alone(out), _log(log_json) as log:
        known = _known(out, quiet=quiet)
        results = _results(source, out, known, setup, workers=min(workers, found), scheduler=scheduler)
        log("run", source=str(source), out=str(out), found=found, on_record=len(known), recipe=setup.recipe)
        with _watched(found, log, quiet=quiet) as tell:
            records = carry_out(results, known, out, Run(used, found, started, _folder(source)), tell=tell)
    _print_run(records, out, quiet=quiet, listed=LISTED)
    raise typer.Exit(FAILED if any(record.error for record in records) else 0)


def _folder(source: Path) -> str:
    """Where the PDFs stand, to be found again when a report draws their pages."""
    return os.fsencode((source if source.is_dir() else source.parent).absolute()).decode(errors="replace")


def _known(out: Path, *, quiet: bool) -> dict[str, Record]:
    """What earlier runs have left in the folder; it is said, and put in order if the last run was killed."""
    if unfinished(out):
        sweep(out)
    known = recorded(out)
    if known and not quiet:
        _say(f"{out} holds the records of {len(known):,} inputs; what has not changed since is not read again", to=errors)
    return known


def _results(
    source: Path, out: Path, known: Mapping[str, Record], setup: Setup, *, workers: int, scheduler: str | None
) -> Generator[Done]:
    if scheduler is None:
        return run_here(jobs_of(source, out), known, setup, workers=workers)
    # Other machines do not stand in this folder.
    folder = setup.model_folder and setup.model_folder.absolute()
    jobs = jobs_of(source.absolute(), out.absolute())
    return run_there(jobs, known, replace(setup, model_folder=folder), scheduler=scheduler)


@contextmanager
def _log(path: Path | None) -> Iterator[Callable[..., None]]:
    """Where to tell what happens: the file, or nowhere."""
    if path is None:
        yield lambda *_, **__: None
        return
    with path.open("a", encoding="utf-8", errors="replace", buffering=1) as file:
        yield lambda event, **fields: print(log_line(event, **fields), file=file)


@contextmanager
def _watched(found: int, log: Callable[..., None], *, quiet: bool) -> Iterator[Callable[[Done], None]]:
    """What to call with each result: a bar on a terminal, a line a minute elsewhere, nothing if quiet; and the log."""
    tally = Tally(found)
    said = [tally.started]

    def tell(done: Done) -> None:
        tally.count(done.record)
        log("contract", **logged(done))
        progress.update(task, completed=tally.done, line=progress_line(tally))
        if progress.disable and not quiet and time.monotonic() - said[0] >= SAID_EVERY_S:
            said[0] = time.monotonic()
            _say(progress_line(tally), to=errors)

    columns = (TextColumn("reading"), BarColumn(bar_width=16), TextColumn("{task.fields[line]}"))
    with (
        _ended_in_order(lambda: f"interrupted; {tally.done} of {tally.found} are done; run again to go on"),
        Progress(*columns, console=errors, transient=True, disable=quiet or not errors.is_terminal) as progress,
    ):
        task = progress.add_task("", total=found, line=f"0/{found:,}")
        yield tell
    log("end", **{name: getattr(tally, name) for name in ("found", "read", "kept", "failed", "in_doubt", "pages")})


@contextmanager
def _ended_in_order(told: Callable[[], str] = lambda: "interrupted") -> Iterator[None]:
    """Let an interruption, or the signal by which a system asks programs to end, end what is done here in order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        _say(f"payterms: {told()}", to=errors)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _print_run(records: Sequence[Record], out: Path, *, quiet: bool = False, listed: int) -> None:
    """The table of a run, and why some inputs could not be read or were not read anew; quietly, only the latter."""
    if not quiet:
        console.print(run_table(records, wide=console.width >= WIDE) if len(records) <= listed else verdict_table(records))
    told = [record for record in records if record.message]
    for record in told[:TOLD]:
        _say(f"{'kept' if record.error is None else 'not read'}: {record.message}", to=errors)
    if len(told) > TOLD:
        _say(f"… and {len(told) - TOLD:,} more; {out / RUN_FILE} has all of them", to=errors)
    if not quiet:
        _say(f"{run_counts(records)}; results in {out}")


@app.command("summary", epilog="Example: payterms summary review/")
def summary(out: Annotated[Path, typer.Argument(help="Folder that `payterms run` wrote.")]) -> None:
    """Print the table of an earlier run again."""
    records = read_run(out)
    _tell_unfinished(out)
    _print_run(records, out, listed=len(records))


@app.command("judge", epilog="Example: payterms judge review/ --policy certified_progress")
def judge_command(
    out: Annotated[Path, typer.Argument(help="Folder that `payterms run` wrote.")],
    policy: PolicyOption = None,
) -> None:
    """Judge contracts that were read before by another policy, or by what reviewers said; reviews stay as they are."""
    records = judge_again(out, given_policy(policy_text(policy) if policy else ""))
    _print_run(records, out, listed=LISTED)


def _columns(wanted: bool) -> None:
    if wanted:
        console.print(export_table())
        raise typer.Exit


@app.command("export", epilog="Example: payterms export review/ --to terms.csv")
def export_command(
    out: Annotated[Path, typer.Argument(help="Folder that `payterms run` wrote.")],
    to: Annotated[Path, typer.Option("--to", help="File to write, .csv or .parquet.")],
    _: Annotated[
        bool, typer.Option("--columns", callback=_columns, is_eager=True, help="Print what the columns hold.")
    ] = False,
) -> None:
    """Write the terms of a run as one table, a row a term, for spreadsheets (CSV) and databases (Parquet)."""
    records = read_run(out)
    _tell_unfinished(out)
    inputs = [(one.source, one.output, result_path(out, one.output)) for one in records if one.output is not None]
    done = export(inputs, to)
    silent, unread = len(inputs) - done.contracts, len(records) - len(inputs)
    _say(
        f"{done.terms:,} terms of {done.contracts:,} contracts; {silent:,} without terms, {unread:,} not read; written to {to}"
    )
    if is_csv(to) and done.terms >= SHEET_ROWS:
        _say(f"payterms: Excel shows {SHEET_ROWS:,} rows of a file, with the head; load {to} as a query instead", to=errors)


@app.command(epilog="Example: payterms explain review/msa.json --format markdown > memo.md")
def explain(
    file: Annotated[Path, typer.Argument(help="Annotated JSON of one contract.")],
    form: Annotated[Form, typer.Option("--format", help="A page for the screen, or a memo in Markdown.")] = Form.TEXT,
) -> None:
    """Print a contract's verdict: why, in the contract's words with page numbers, and what to change in it."""
    contract = read(file)
    if form is Form.MARKDOWN:
        print(memo_of(contract))
    else:
        console.print(page_of(contract))


@app.command("report", epilog="Example: payterms report review/ --to reports/ --notebook contract --contract msa")
def report_command(
    out: Annotated[Path, typer.Argument(help="Folder that `payterms run` wrote.")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the reports (HTML); made if need be.")],
    notebook: Annotated[
        list[Notebook] | None, typer.Option("--notebook", help="Which reports; give it again for more. All three if not given.")
    ] = None,
    contract: Annotated[
        list[str] | None,
        typer.Option(
            "--contract", help="Contract by name, or pattern as '*', for the contract report; the most doubtful if not given."
        ),
    ] = None,
    pdfs: Annotated[
        Path | None, typer.Option("--pdfs", help="Folder of the PDFs, to draw their pages; where they were read if not given.")
    ] = None,
    password: PasswordOption = "",
    labels: LabelsOption = LABELS,
    labelled: Annotated[
        Path | None,
        typer.Option("--labelled", help="Labelled sentences of these contracts (*.jsonl), to measure the model by."),
    ] = None,
    model: ModelOption = None,
) -> None:
    """Write reports to read: the portfolio, single contracts with their pages, the model. HTML that opens without a network."""
    # pandas, matplotlib and Jupyter are an extra, and take seconds to import.
    from pipeline.report.reports import Sources, make_reports

    if pdfs is not None and not pdfs.is_dir():
        raise ReportError(f"{pdfs}: no such folder; name the one that holds the PDFs with --pdfs")
    records = read_run(out)
    _tell_unfinished(out)
    sources = Sources(out, labels, model or default_folder(), pdfs, labelled, password)
    failed = False
    with _ended_in_order():
        for made in make_reports(records, sources, to, notebook or _notebooks(labels), contract or []):
            if isinstance(made, Path):
                _say(str(made))
            else:
                failed = True
                _say(f"payterms: {made}", to=errors)
    raise typer.Exit(FAILED if failed else 0)


def _notebooks(labels: Path) -> list[Notebook]:
    """All that can be made: without labels there is nothing to measure a model by, and that is said."""
    if any(labels.glob("*.jsonl")):
        return list(Notebook)
    _say(f"payterms: {labels}: no *.jsonl there, so no report of the model; name the folder of labels with --labels", to=errors)
    return [Notebook.PORTFOLIO, Notebook.CONTRACT]


def _tell_unfinished(out: Path) -> None:
    if unfinished(out):
        _say(f"payterms: {out}: the run there has not ended; what it has not read yet is missing here", to=errors)


@app.command(epilog="Example: echo '$50,000 is due on acceptance of the prototype.' | payterms tag")
def tag(model: ModelOption = None) -> None:
    """Tag sentences from standard input: plain lines, or JSONL with text and, if known, lead, section, header, title, unit."""
    loaded = load(model or default_folder())
    sentences = _sentences()
    while batch := list(islice(sentences, BATCH)):
        probabilities = loaded.probabilities([unit for unit, _ in batch])
        for (_, given), kind, row in zip(batch, loaded.decide(probabilities), probabilities, strict=True):
            by_kind = {one.value: round(float(value), 4) for one, value in zip(KINDS, row, strict=True)}
            print(shown(json.dumps({**given, "label": kind.value, "probabilities": by_kind}, ensure_ascii=False)))


def _sentences() -> Iterator[tuple[Sentence, dict[str, Any]]]:
    """The sentences on standard input, each with the object that its answer extends."""
    for number, line in enumerate(_lines(), 1):
        if not line.strip():
            continue
        given = _given(line, number) if line.lstrip().startswith("{") else {"text": line.strip()}
        context = {name: given.get(name) or "" for name in CONTEXT}
        yield Sentence(given["text"], Span(0, len(given["text"])), UNITS[given.get("unit", "sentence")], **context), given


def _lines() -> Iterator[str]:
    try:
        yield from sys.stdin
    except UnicodeDecodeError as error:
        raise LabelError(f"standard input: not UTF-8 ({error.reason}); convert it first") from error


def _given(line: str, number: int) -> dict[str, Any]:
    """The object on a line of JSONL. Raises LabelError that names the line and the field."""
    where = f"standard input, line {number}"
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        raise LabelError(f"{where}: not JSON ({error.msg}); one object a line, or plain sentences") from error
    if not isinstance(given.get("text"), str) or not given["text"].strip():
        raise LabelError(f'{where}: no text; give the sentence as a string under "text"')
    wrong = [name for name in CONTEXT if not isinstance(given.get(name) or "", str)]
    if wrong:
        raise LabelError(f"{where}: {wrong[0]}: {given[wrong[0]]!r}; expected a string")
    if given.get("unit", "sentence") not in list(UNITS):
        raise LabelError(f"{where}: unit: {given['unit']!r}; expected {', '.join(UNITS)}")
    return dict(given)


@app.command(epilog="Example: payterms train --reviewed review/")
def train(
    labels: LabelsOption = LABELS,
    reviewed: Annotated[
        Path | None, typer.Option("--reviewed", help="Folder of annotated JSON that reviewers have been through.")
    ] = None,
    model: ModelOption = None,
    force: Annotated[bool, typer.Option("--force", help="Put the new model in place even if it is worse.")] = False,
) -> None:
    """Train a model from labels and reviewed JSON; it replaces the old one only if it is not worse."""
    # scikit-learn takes a second to import: the other commands start without it.
    from pipeline.learn.retrain import retrain

    folder = model or default_folder()
    given = read_labels(labels)
    corrections = read_reviewed(reviewed) if reviewed else []
    _say(f"{len(given):,} labels, {len(corrections):,} more from reviewers")
    result = retrain([*given, *corrections], folder, force=force)
    _print_evaluation(result.after, worst=False)
    if result.before is not None:
        _say(f"macro F1 {result.before.macro_f1:.3f} before, {result.after.macro_f1:.3f} now")
    if not result.placed:
        _say("payterms: the new model is worse and was not put in place; --force does so all the same", to=errors)
        raise typer.Exit(FAILED)
    _say(f"the new model is in {folder}")


@app.command("evaluate", epilog="Example: payterms evaluate --worst 10")
def evaluate_command(
    labels: LabelsOption = LABELS,
    model: ModelOption = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the surest mistakes to list.")] = 20,
) -> None:
    """Measure a model on the labels that were kept out of training."""
    _, measuring = parted(read_labels(labels))
    _print_evaluation(evaluate(load(model or default_folder()), measuring, worst=worst), worst=worst > 0)


def _print_evaluation(result: Evaluation, *, worst: bool) -> None:
    console.print(score_table(result.scores))
    measures = f"macro F1 {result.macro_f1:.3f}, calibration error {result.calibration_error:.3f}"
    _say(f"{measures}, on {result.units:,} units of {result.groups} groups")
    console.print(confusion_table(result))
    if worst:
        console.print(mistake_table(result))


@app.command("measure", epilog="Example: payterms measure review/ data/contracts/labels.jsonl")
def measure_command(
    out: Annotated[Path, typer.Argument(help="Folder of annotated JSON, as `payterms run` writes it.")],
    labelled: Annotated[Path, typer.Argument(help="Labelled sentences of those contracts (*.jsonl).")],
    model: ModelOption = None,
    worst: Annotated[int, typer.Option(min=0, help="How many misses and false alarms to list.")] = 0,
) -> None:
    """Measure a run against labelled contracts: terms, basis, and the model's calibration on their sentences."""
    sentences = read_labelled(labelled)
    results = results_of(sentences, out)
    _print_scores(results)
    _say(f"calibration error {calibration(sentences, out, load(model or default_folder())):.3f}")
    if worst:
        missed = [found for result in results for found in sorted(result.missed)]
        alarms = [found for result in results for found in sorted(result.alarms)]
        console.print(found_table({"missed": missed[:worst], "false alarm": alarms[:worst]}))


@app.command("gains", epilog="Example: payterms gains before/ after/ data/contracts/labels.jsonl")
def gains_command(
    before: Annotated[Path, typer.Argument(help="Folder of annotated JSON of the first run.")],
    after: Annotated[Path, typer.Argument(help="Folder of annotated JSON of the second run.")],
    labelled: Annotated[Path, typer.Argument(help="Labelled sentences of those contracts (*.jsonl).")],
) -> None:
    """List what one run won and lost against another on labelled contracts, term by term."""
    sentences = read_labelled(labelled)
    first, second = results_of(sentences, before), results_of(sentences, after)
    changes = gains(first, second)
    console.print(gains_table(changes))
    for name, results in (("before", first), ("after", second)):
        console.print()
        _say(name)
        _print_scores(results)
    won, lost = len(changes.found) + len(changes.silenced), len(changes.missed) + len(changes.alarmed)
    console.print()
    _say(f"won {won}, lost {lost}")


def _print_scores(results: Sequence[Result]) -> None:
    by_kind = scores(results)
    console.print(score_table(by_kind))
    macro = sum(one.f1 for one in by_kind.values()) / len(by_kind)
    _say(f"macro F1 {macro:.3f}, basis right {basis_right(results):.3f}, of {len(results)} contracts")


@app.command("schema", epilog="Example: payterms schema > annotated.schema.json")
def schema_command() -> None:
    """Print the JSON Schema of annotated JSON."""
    print(json.dumps(schema(), indent=2))


if __name__ == "__main__":
    main()
