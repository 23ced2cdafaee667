"""Small contracts, labels and PDFs for tests, made from as few words as a test cares for; and the command in a process."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

import pikepdf
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from pipeline.contract import (
    Advance,
    Basis,
    Box,
    Contract,
    Finality,
    Interval,
    Kind,
    ModelRef,
    Money,
    Page,
    Percent,
    Probabilities,
    Quote,
    Reason,
    Review,
    ReviewStatus,
    Risk,
    Schedule,
    Source,
    Span,
    Term,
    TextFrom,
    Tool,
    Unit,
    Verdict,
    Verification,
)
from pipeline.learn.split import held_out

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "contracts"
LABELS = ROOT / "data" / "labels"


def term(kind: Kind, text: str = "A fee is due.", **more: Any) -> Term:
    """A term that stands at the start of its contract, of which the model is sure."""
    sure = {Kind.MILESTONE: (0.9, 0.05), Kind.PROGRESS: (0.05, 0.9), Kind.NONE: (0.0, 0.0)}[kind]
    given: dict[str, Any] = {
        "id": f"t-{kind.value}-{len(text)}",
        "label": kind,
        "text": text,
        "span": Span(0, len(text)),
        "unit": Unit.SENTENCE,
        "section": "",
        "page": 1,
        "boxes": (),
        "probabilities": Probabilities(*sure, 1 - sum(sure)),
    }
    return Term(**given | more)


def risk(code: str, text: str = "A fee is due.") -> Risk:
    """A clause that stands at the start of its contract."""
    return Risk(f"r-{code}", code, text, Span(0, len(text)), 1)


def page(text_from: TextFrom = TextFrom.PDF, *flags: str, number: int = 1) -> Page:
    """A page of letter paper."""
    return Page(number, 612.0, 792.0, 0, text_from, flags)


def contract(*terms: Term, text: str = "A fee is due.", sha256: str = "ab" * 32) -> Contract:
    """A contract of one page with these terms."""
    return Contract(
        schema_version="1.1",
        tool=Tool("payterms", "0.1.0"),
        model=ModelRef("default", "cd" * 32, {"milestone": 0.4, "progress": 0.3}),
        source=Source("msa.pdf", sha256, (page(),)),
        verdict=Verdict(Basis.NONE, Advance.NO),
        terms=terms,
        risks=(),
        text=text,
    )


def reviewed(status: ReviewStatus, label: Kind | None = None) -> Review:
    """What a reviewer said."""
    return Review(status, label, "as agreed", "a.reviewer", "2025-03-01T09:00:00Z")


def sample(name: str, folder: Path, as_name: str = "") -> Path:
    """A copy of a sample contract in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(SAMPLES / f"{name}.pdf", folder / (as_name or f"{name}.pdf")))


def one_page_pdf(path: Path, text: str = "The fee of $5,000 is due on delivery of the report.") -> Path:
    """The shortest contract."""
    canvas = Canvas(str(path))
    canvas.drawString(72, 720, text)
    canvas.save()
    return path


def long_pdf(path: Path, *, times: int) -> Path:
    """A contract that takes long to read: a sample so many times over."""
    with pikepdf.new() as made, pikepdf.open(SAMPLES / "milestone_table.pdf") as once:
        for _ in range(times):
            made.pages.extend(once.pages)
        made.save(path)
    return path


def locked_pdf(path: Path) -> Path:
    """A contract that opens with a password only."""
    with pikepdf.open(SAMPLES / "nda.pdf") as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(owner="lock", user="key"))
    return path


def write_jsonl(path: Path, entries: Sequence[Any]) -> Path:
    """A file of JSON lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Answer:
    """What a command printed and its exit code."""

    code: int
    out: str
    err: str


class Command(Protocol):
    """`payterms` with these arguments and this standard input."""

    def __call__(self, *args: str | Path, stdin: str | bytes = "") -> Answer: ...


def shell(args: Sequence[str | Path], cwd: Path = ROOT) -> Answer:
    """A command in a process of its own, as a user runs it, on a screen of 80 columns."""
    here = Path(sys.executable).parent
    env = {**os.environ, "COLUMNS": "80", "PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(list(map(str, args)), cwd=cwd, env=env, capture_output=True, text=True, timeout=240, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Ran:
    """A folder that was run: the input, the output, what was printed, and run.json."""

    source: Path
    out: Path
    answer: Answer
    run: dict[str, Any]

    def record(self, source: str) -> dict[str, Any]:
        """The only record of an input."""
        (found,) = [one for one in self.run["inputs"] if one["source"] == source]
        return dict(found)


def label_entries(*, training: int = 32, measuring: int = 8) -> list[dict[str, Any]]:
    """The labels of groups from all over the corpus: enough to train a small model in seconds."""
    entries = [json.loads(line) for path in sorted(LABELS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    groups = list(dict.fromkeys(entry["group"] for entry in entries))
    kept = [group for group in groups if held_out(group)]
    trained = [group for group in groups if not held_out(group)]
    chosen = {*trained[:: len(trained) // training], *kept[:: len(kept) // max(1, measuring)][:measuring]}
    return [entry for entry in entries if entry["group"] in chosen]


# Characters that UTF-8 can hold, whatever they do to a terminal.
_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_shares = st.integers(0, 10_000).map(lambda count: count / 10_000)
_lengths = st.integers(0, 10_000_000).map(lambda count: count / 10_000)
_reviews = st.builds(
    Review, st.sampled_from(ReviewStatus), st.none() | st.sampled_from(Kind), _texts, _texts, st.none() | _texts
)
_advances = st.sampled_from(Advance)
_reasons = st.builds(Reason, _texts, st.lists(_texts, max_size=2).map(tuple), _texts, _texts, st.none() | _advances)
_verdicts = st.builds(
    Verdict,
    st.sampled_from(Basis),
    _advances,
    st.lists(_reasons, max_size=2).map(tuple),
    st.none() | st.integers(0, 100),
    _texts,
)
_values = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2) | st.just(Decimal("1E+6"))


_schedules = st.builds(
    Schedule,
    st.lists(_texts, max_size=2).map(tuple),
    st.none() | st.just("EUR"),
    _values,
    _values,
    st.none(),
    st.none() | st.booleans(),
)


def _boxes(pages: int) -> st.SearchStrategy[tuple[Box, ...]]:
    box = st.builds(Box, st.integers(1, pages), _lengths, _lengths, _lengths, _lengths)
    return st.lists(box, max_size=2).map(tuple)


@st.composite
def _spans(draw: st.DrawFn, text: str) -> Span:
    start = draw(st.integers(0, len(text) - 1))
    return Span(start, draw(st.integers(start + 1, len(text))))


@st.composite
def _terms(draw: st.DrawFn, text: str, pages: int, name: str) -> Term:
    def quoted(kind: Any, **more: Any) -> Any:
        span = draw(_spans(text))
        return kind(text=text[span.start : span.end], span=span, **{key: draw(value) for key, value in more.items()})

    made: Term = quoted(
        Term,
        id=st.just(name),
        label=st.sampled_from(Kind),
        unit=st.sampled_from(Unit),
        section=_texts,
        page=st.integers(1, pages),
        boxes=_boxes(pages),
        probabilities=st.none() | st.builds(Probabilities, _shares, _shares, _shares),
        amounts=st.just(
            (
                quoted(
                    Money,
                    value=_values,
                    currency=st.none() | st.just("EUR"),
                    per=st.none() | _texts,
                    end=st.sampled_from([None, "low", "high"]),
                    redacted=st.booleans(),
                ),
            )
        ),
        percents=st.just((quoted(Percent, value=_values, of=st.none() | _texts),)),
        trigger=st.sampled_from([None, quoted(Quote)]),
        interval=st.sampled_from([None, quoted(Interval, value=_texts)]),
        due_days=st.none() | st.integers(0, 365),
        due_from=st.sampled_from([None, quoted(Quote)]),
        verification=st.sampled_from([None, quoted(Verification, value=_texts, days=st.none() | st.integers(0, 90))]),
        finality=st.sampled_from([None, quoted(Finality, value=_texts)]),
        payer=st.sampled_from([None, quoted(Quote)]),
        payee=st.sampled_from([None, quoted(Quote)]),
        doubt=st.lists(_texts, max_size=2).map(tuple),
        review=_reviews,
    )
    return made


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Contracts of any content that the format can hold."""
    text = draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=80))
    flags = st.lists(_texts, max_size=2).map(tuple)
    page_of = st.builds(Page, st.integers(1, 9), _lengths, _lengths, st.sampled_from([0, 90]), st.sampled_from(TextFrom), flags)
    pages = tuple(draw(st.lists(page_of, min_size=1, max_size=3)))
    spans = draw(st.lists(_spans(text), max_size=2))
    return Contract(
        schema_version="1.1",
        tool=draw(st.builds(Tool, _texts, _texts)),
        model=draw(st.builds(ModelRef, _texts, _texts, st.dictionaries(_texts, _shares, max_size=2))),
        source=Source(draw(_texts), draw(_texts), pages),
        verdict=draw(_verdicts),
        terms=tuple(draw(_terms(text, len(pages), f"t-{index}")) for index in range(draw(st.integers(0, 2)))),
        risks=tuple(
            Risk(f"r-{index}", draw(_texts), text[span.start : span.end], span, 1, draw(_boxes(len(pages))))
            for index, span in enumerate(spans)
        ),
        schedules=tuple(draw(st.lists(_schedules, max_size=2))),
        text=text,
    )
