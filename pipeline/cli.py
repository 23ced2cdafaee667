"""The command `payterms`: parses, prints, and sets exit codes; nothing else prints.

Exit codes: 0 all was done, 1 some inputs could not be read (or a new model was worse), 2 wrong usage, 130 interrupted.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pipeline import __version__
from pipeline.batch.one import Options
from pipeline.batch.run import Record, jobs_of, prepare, read_run, run, warm_up, write_run
from pipeline.contract import Sentence, Span
from pipeline.errors import LabelError, PaytermsError
from pipeline.learn.gains import gains
from pipeline.learn.labels import CONTEXT, UNITS, read_labels, read_reviewed
from pipeline.learn.measure import Result, basis_right, calibration, read_labelled, results_of, scores
from pipeline.learn.metrics import Evaluation, evaluate
from pipeline.learn.split import parted
from pipeline.read.text import Layout
from pipeline.report.tables import confusion_table, found_table, gains_table, mistake_table, run_table, score_table, shown
from pipeline.review.annotated import schema
from pipeline.tag.model import KINDS, default_folder, load

USAGE: Final = 2
FAILED: Final = 1
INTERRUPTED: Final = 130
TIMEOUT_S: Final = 1800.0
BATCH: Final = 1000

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
    to.print(shown(text), markup=False, soft_wrap=True)


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
    timeout: Annotated[float, typer.Option(min=1.0, help="Seconds that one contract may take.")] = TIMEOUT_S,
    model: ModelOption = None,
    layout: Annotated[
        Layout, typer.Option(help="Pages that pdfplumber lays out: what pdfium cannot give (fast), or all, ten times slower.")
    ] = Layout.FAST,
    password: Annotated[
        str, typer.Option("--password", envvar="PAYTERMS_PASSWORD", help="What opens contracts that are encrypted.")
    ] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no table.")] = False,
) -> None:
    """Read contracts and write annotated JSON, one file each, and run.json with a record of every input."""
    started = time.perf_counter()
    jobs = jobs_of(source, out)
    prepare(out)
    warm_up()
    folder = model or default_folder()
    # A model that cannot be loaded is told here, before any worker starts.
    used = load(folder).ref
    records: list[Record] = []
    try:
        results = run(jobs, folder, Options(password=password, layout=layout), workers=workers, timeout_s=timeout)
        for record in _followed(results, len(jobs), quiet=quiet):
            records.append(record)
    except KeyboardInterrupt:
        _say(f"payterms: interrupted; {len(records)} of {len(jobs)} are done, their results are in {out}", to=errors)
        raise typer.Exit(INTERRUPTED) from None
    finally:
        write_run(records, out, used, seconds=time.perf_counter() - started, found=len(jobs))
    _print_run(records, out, quiet=quiet)
    raise typer.Exit(FAILED if any(record.error for record in records) else 0)


def _followed(records: Iterator[Record], total: int, *, quiet: bool) -> Iterator[Record]:
    """The records, with a progress bar on the way."""
    bar = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(
        TextColumn("reading"), *bar, console=errors, transient=True, disable=quiet or not errors.is_terminal
    ) as progress:
        yield from progress.track(records, total=total)


def _print_run(records: Sequence[Record], out: Path, *, quiet: bool = False) -> None:
    """The table of a run, and why some inputs could not be read; quietly, only the latter."""
    if not quiet:
        console.print(run_table(records))
    failed = [record for record in records if record.error is not None]
    for record in failed:
        _say(f"not read: {record.message}", to=errors)
    if not quiet:
        _say(f"{len(records) - len(failed)} read, {len(failed)} not read; results in {out}")


@app.command("summary", epilog="Example: payterms summary review/")
def summary(out: Annotated[Path, typer.Argument(help="Folder that `payterms run` wrote.")]) -> None:
    """Print the table of an earlier run again."""
    _print_run(read_run(out), out)


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
    labels: LabelsOption = Path("data/labels"),
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
    labels: LabelsOption = Path("data/labels"),
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
        _say(f"\n{name}")
        _print_scores(results)
    won, lost = len(changes.found) + len(changes.silenced), len(changes.missed) + len(changes.alarmed)
    _say(f"\nwon {won}, lost {lost}")


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
