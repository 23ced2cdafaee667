"""The command `payterms`: parses, prints, and sets exit codes; nothing else prints.

Exit codes: 0 all was done, 1 some inputs could not be read (or a new model was worse), 2 wrong usage.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from pipeline import __version__
from pipeline.batch.run import Record, jobs_of, read_run, run, write_run
from pipeline.contract import Sentence, Span
from pipeline.errors import LabelError, PaytermsError
from pipeline.learn.labels import read_labels, read_reviewed
from pipeline.learn.metrics import Evaluation, evaluate
from pipeline.learn.retrain import retrain
from pipeline.learn.split import parted
from pipeline.report.tables import confusion_table, mistake_table, run_table, score_table
from pipeline.review.annotated import schema
from pipeline.tag.model import KINDS, default_folder, load

USAGE: Final = 2
FAILED: Final = 1
TIMEOUT_S: Final = 600.0
BATCH: Final = 1000

app = typer.Typer(
    help="Read signed contracts and tell what each payment hangs on. Decision support, not legal advice.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

ModelOption = Annotated[Path | None, typer.Option("--model", help="Folder of the model; the one that comes with payterms if not given.")]
LabelsOption = Annotated[Path, typer.Option("--labels", help="Folder of labels (*.jsonl).")]


def main() -> None:
    """Run the command; errors of payterms become one line and exit code 2."""
    try:
        app()
    except PaytermsError as error:
        errors.print(f"payterms: {error}", markup=False, soft_wrap=True)
        sys.exit(USAGE)
    except BrokenPipeError:
        # The reader of the output has left; leave as well, without a second error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"payterms {__version__}")
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
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bar and no table.")] = False,
) -> None:
    """Read contracts and write annotated JSON, one file each, and run.json with a record of every input."""
    started = time.perf_counter()
    jobs = jobs_of(source, out)
    folder = model or default_folder()
    records = _followed(run(jobs, folder, workers=workers, timeout_s=timeout), len(jobs), quiet=quiet)
    write_run(records, out, load(folder), seconds=time.perf_counter() - started)
    if not quiet:
        console.print(run_table(records))
    failed = [record for record in records if record.error is not None]
    for record in failed:
        errors.print(f"not read: {record.message}", markup=False, soft_wrap=True)
    if not quiet:
        console.print(f"{len(records) - len(failed)} read, {len(failed)} not read; results in {out}", markup=False, soft_wrap=True)
    raise typer.Exit(FAILED if failed else 0)


def _followed(records: Iterator[Record], total: int, *, quiet: bool) -> list[Record]:
    """All records, with a progress bar on the way."""
    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=quiet or not errors.is_terminal) as progress:
        return list(progress.track(records, total=total))


@app.command(epilog="""Example: echo '$50,000 is due on acceptance of the prototype.' | payterms tag""")
def tag(model: ModelOption = None) -> None:
    """Tag sentences from standard input: plain lines, or JSONL with text and optional lead and section; prints JSONL."""
    loaded = load(model or default_folder())
    for batch in _batches(_sentences()):
        probabilities = loaded.probabilities([unit for unit, _ in batch])
        for (_, given), kind, row in zip(batch, loaded.decide(probabilities), probabilities, strict=True):
            by_kind = {one.value: round(float(value), 4) for one, value in zip(KINDS, row, strict=True)}
            print(json.dumps({**given, "label": kind.value, "probabilities": by_kind}, ensure_ascii=False))


def _sentences() -> Iterator[tuple[Sentence, dict[str, Any]]]:
    """The sentences on standard input, each with the object that its answer extends."""
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        given = _given(line, number) if line.lstrip().startswith("{") else {"text": line.strip()}
        text = given["text"]
        context = {name: str(given.get(name) or "") for name in ("lead", "section", "header", "title")}
        yield Sentence(text, Span(0, len(text)), **context), given


def _given(line: str, number: int) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except json.JSONDecodeError as error:
        raise LabelError(f"standard input, line {number}: not JSON ({error.msg}); one object a line, or plain sentences") from error
    if not isinstance(given.get("text"), str) or not given["text"]:
        raise LabelError(f"standard input, line {number}: no text; give the sentence as a string under \"text\"")
    return dict(given)


def _batches(items: Iterator[Any]) -> Iterator[Sequence[Any]]:
    batch: list[Any] = []
    for item in items:
        batch.append(item)
        if len(batch) == BATCH or sys.stdin.isatty():
            yield batch
            batch = []
    if batch:
        yield batch


@app.command(epilog="Example: payterms train --reviewed review/")
def train(
    labels: LabelsOption = Path("data/labels"),
    reviewed: Annotated[Path | None, typer.Option("--reviewed", help="Folder of annotated JSON that reviewers have been through.")] = None,
    model: ModelOption = None,
    force: Annotated[bool, typer.Option("--force", help="Put the new model in place even if it is worse.")] = False,
) -> None:
    """Train a model from labels and reviewed JSON; it replaces the old one only if it is not worse."""
    folder = model or default_folder()
    given = read_labels(labels)
    corrections = read_reviewed(reviewed) if reviewed else []
    console.print(f"{len(given):,} labels, {len(corrections):,} from reviewers")
    result = retrain([*given, *corrections], folder, force=force)
    _print_evaluation(result.after, worst=False)
    if result.before is not None:
        console.print(f"macro F1 {result.before.macro_f1:.3f} before, {result.after.macro_f1:.3f} now")
    if not result.placed:
        errors.print("payterms: the new model is worse and was not put in place; --force does so all the same", soft_wrap=True)
        raise typer.Exit(FAILED)
    console.print(f"the new model is in {folder}", markup=False, soft_wrap=True)


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
    console.print(score_table(result))
    console.print(
        f"macro F1 {result.macro_f1:.3f}, calibration error {result.calibration_error:.3f}, on {result.units:,} units of {result.groups} groups"
    )
    console.print(confusion_table(result))
    if worst:
        console.print(mistake_table(result))


@app.command("schema", epilog="Example: payterms schema > annotated.schema.json")
def schema_command() -> None:
    """Print the JSON Schema of annotated JSON."""
    print(json.dumps(schema(), indent=2))


@app.command("summary", epilog="Example: payterms summary review/")
def summary(out: Annotated[Path, typer.Argument(help="Folder that `payterms run` wrote.")]) -> None:
    """Print the table of a run again."""
    console.print(run_table(read_run(out)))


if __name__ == "__main__":
    main()
