"""A contract's verdict as a page to read on a screen, and as a memo in Markdown with the changes to propose.

The contract's own words are untrusted: on the screen nothing in them is obeyed, in Markdown every mark is escaped.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from pipeline.contract import Advance, Contract, Money, Reason, Risk, Schedule, Term, TextFrom, Verdict
from pipeline.judge.facts import as_reviewed
from pipeline.report.events import event_words
from pipeline.report.tables import plain_table
from pipeline.report.words import spoken
from pipeline.review.shown import in_a_line, shown

NOTICE: Final = "Decision support for a person who reads the contract, not legal advice."
# How much of a sentence is quoted, how many quotes stand under a reason, and how many terms in a list.
QUOTE_CHARS: Final = 300
QUOTES: Final = 3
TERMS: Final = 40
TRIGGER_CHARS: Final = 90
STYLES: Final = {Advance.YES: "green", Advance.CONDITIONAL: "yellow", Advance.NO: "red", Advance.UNKNOWN: "magenta"}
HEADLINES: Final = {
    Advance.YES: "advance",
    Advance.CONDITIONAL: "advance on conditions",
    Advance.NO: "do not advance",
    Advance.UNKNOWN: "cannot be told yet",
}
# What Markdown, its dialects and HTML would take for markup.
MARKS: Final = re.compile(r"([\\`*_{}\[\]<>()#|~&!@$^=+])|(?<=www)(\.)|(:)(?=//)", re.IGNORECASE)
WHITE: Final = re.compile(r"\s+")
COLUMNS: Final = ("page", "kind", "amount or share", "when", "shown by", "days")


def page_of(contract: Contract) -> RenderableType:
    """The verdict as a page: what and why, what to change, the payment terms, the clauses, with quotes and page numbers."""
    quotes = quotes_of(contract)
    parts: list[RenderableType] = [_head(contract)]
    for number, reason in enumerate(contract.verdict.reasons, 1):
        parts += ["", *_reason(number, reason, quotes)]
    if terms := as_reviewed(contract.terms):
        parts += ["", _rule("Payment terms"), _term_table(terms), *map(_left_out, _more(terms))]
    for schedule in contract.schedules:
        parts.append(Text(f"Schedule of {len(schedule.terms)} terms: {sum_of(schedule)}"))
    parts += ["", Text(NOTICE, style="italic")]
    return Group(*parts)


def _head(contract: Contract) -> RenderableType:
    verdict = contract.verdict
    table = Table.grid(padding=(0, 2))
    style = STYLES[verdict.advance]
    rows = {
        "contract": Text(shown(contract.source.name), style="bold"),
        "verdict": Text(_headline(contract.verdict), style=f"bold {style}"),
        "payments": Text(f"{verdict.basis}: {_counted(contract)}"),
        "policy": Text(shown(verdict.policy or "not told")),
        "pages": Text(_pages_of(contract)),
    }
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), value)
    return table


def _headline(verdict: Verdict) -> str:
    return f"{verdict.advance} ({advance_words(verdict)})"


def advance_words(verdict: Verdict) -> str:
    """What to do by the verdict, and the most of an invoice that is advanced, if the policy says."""
    rate = f", up to {verdict.rate_percent}% of an invoice" if verdict.rate_percent is not None else ""
    return f"{HEADLINES[verdict.advance]}{rate}"


def _counted(contract: Contract) -> str:
    labels = [term.label.value for term in as_reviewed(contract.terms)]
    reviewed = sum(term.review.status.value != "pending" for term in contract.terms)
    counts = f"{labels.count('milestone')} milestone and {labels.count('progress')} progress terms"
    return f"{counts}, {reviewed} reviewed" if reviewed else counts


def _pages_of(contract: Contract) -> str:
    pages = contract.source.pages
    unread = [str(page.number) for page in pages if page.text_from is TextFrom.NONE]
    return f"{len(pages)}" + (f", without text: {', '.join(unread[:20])}" if unread else "")


def _rule(title: str) -> Rule:
    return Rule(title, style="dim", align="left")


def _reason(number: int, reason: Reason, quotes: dict[str, Term | Risk]) -> Iterator[RenderableType]:
    style = STYLES[reason.advance] if reason.advance else ""
    yield Text.assemble((f"{number}. ", "bold"), (f"{_named(reason)}  ", f"bold {style}"))
    yield Padding(Text(shown(reason.why)), (0, 0, 0, 3))
    for quoted in first_of(reason, quotes):
        yield Padding(Text(f"p. {quoted.page}: “{shown(_short_of(quoted.text))}”", style="dim"), (0, 0, 0, 5))
    if len(reason.terms) > QUOTES:
        yield Padding(Text(f"and {len(reason.terms) - QUOTES} more", style="dim"), (0, 0, 0, 5))
    yield Padding(Text.assemble(("To change: ", "bold"), shown(reason.remedy)), (0, 0, 0, 3))


def _named(reason: Reason) -> str:
    """The reason's code as words, and what it allows."""
    return shown(spoken(reason.code)) + (f" ({reason.advance})" if reason.advance else "")


def quotes_of(contract: Contract) -> dict[str, Term | Risk]:
    """What a reason's ids stand for."""
    quotes: dict[str, Term | Risk] = {term.id: term for term in contract.terms}
    return quotes | {risk.id: risk for risk in contract.risks}


def first_of(reason: Reason, quotes: dict[str, Term | Risk]) -> list[Term | Risk]:
    """The first few terms or clauses that a reason rests on."""
    return [quotes[name] for name in reason.terms if name in quotes][:QUOTES]


def _short_of(text: str, chars: int = QUOTE_CHARS) -> str:
    line = WHITE.sub(" ", text).strip()
    return line if len(line) <= chars else line[: chars - 1].rstrip() + "…"


def _term_table(terms: Sequence[Term]) -> Table:
    table = plain_table()
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in {"page", "days"} else "left", overflow="fold")
    for term in terms[:TERMS]:
        table.add_row(*(Text(shown(cell)) for cell in _cells(term)))
    return table


def _cells(term: Term) -> tuple[str, ...]:
    """What a term says, a cell for each of `COLUMNS`."""
    sums = ", ".join([*map(_sum, term.amounts[:3]), *(_short_of(one.text, 20) for one in term.percents[:3])])
    proof = term.verification.value.replace("_", " ") if term.verification else ""
    days = "" if term.due_days is None else str(term.due_days)
    return str(term.page), term.label.value, sums, _short_of(event_words(term), TRIGGER_CHARS), proof, days


def _sum(money: Money) -> str:
    return _short_of(money.text, 40) + (f" per {money.per}" if money.per else "")


def _more(terms: Sequence[Term]) -> Iterator[str]:
    if len(terms) > TERMS:
        yield f"and {len(terms) - TERMS} more terms"


def _left_out(line: str) -> Text:
    return Text(line, style="dim")


def sum_of(schedule: Schedule) -> str:
    """A schedule's total beside the price, and whether they agree."""
    total = "not all of its amounts are told"
    if schedule.total is not None:
        total = f"{schedule.currency or ''} {schedule.total:,f}".strip()
    elif schedule.percent is not None:
        total = f"{schedule.percent}%"
    price = f" against a price of {_short_of(schedule.price.text, 40)}" if schedule.price else ""
    agrees = {True: ", which agrees", False: ", which does not agree", None: ""}[schedule.matches]
    return f"{total}{price}{agrees}"


def memo_of(contract: Contract) -> str:
    """The verdict as a memo in Markdown: why, the changes to propose with the words that they are about, the payment terms."""
    return "\n".join([*_memo_head(contract), *_memo_changes(contract), *_memo_terms(contract), f"*{NOTICE}*", ""])


def escaped(text: str) -> str:
    r"""The text on one line, what Markdown or HTML would obey behind a backslash, control characters as \uXXXX."""
    return MARKS.sub(r"\\\g<0>", in_a_line(text))


def _memo_head(contract: Contract) -> Iterator[str]:
    verdict = contract.verdict
    yield from (f"# Memo: {escaped(contract.source.name)}", "", f"*{NOTICE}*", "")
    yield f"- **Verdict:** {_headline(contract.verdict)}"
    yield f"- **Payments:** {verdict.basis}: {_counted(contract)}"
    yield f"- **Policy:** {escaped(verdict.policy) or 'not told'}"
    yield f"- **Pages:** {_pages_of(contract)}"
    yield ""


def _memo_changes(contract: Contract) -> Iterator[str]:
    quotes = quotes_of(contract)
    yield from ("## Reasons and proposed changes", "")
    for number, reason in enumerate(contract.verdict.reasons, 1):
        yield from (f"### {number}. {escaped(_named(reason))}", "", escaped(reason.why), "")
        for quoted in first_of(reason, quotes):
            yield from (f"> Page {quoted.page}: “{escaped(_short_of(quoted.text))}”", "")
        yield from (f"**Proposed change:** {escaped(reason.remedy)}", "")


def _memo_terms(contract: Contract) -> Iterator[str]:
    terms = as_reviewed(contract.terms)
    if not terms:
        return
    yield from ("## Payment terms", "", f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}")
    yield from (f"| {' | '.join(map(escaped, _cells(term)))} |" for term in terms[:TERMS])
    yield ""
    yield from (line for more in _more(terms) for line in (more, ""))
    for schedule in contract.schedules:
        yield from (f"Schedule of {len(schedule.terms)} terms: {escaped(sum_of(schedule))}", "")
