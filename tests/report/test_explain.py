"""A verdict as a page and as a memo: what is told, and what of the contract's words is not let through."""

import re
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from builders import contract, page, reviewed, term
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipeline.contract import (
    Advance,
    Basis,
    Contract,
    Kind,
    Money,
    Quote,
    Reason,
    ReviewStatus,
    Risk,
    Schedule,
    Source,
    Span,
    TextFrom,
    Verdict,
)
from pipeline.report.explain import NOTICE, TERMS, escaped, memo_of, page_of

SUM = Money("$5,000", Decimal(5000), "USD", Span(0, 6))
WORDS = "$5,000 is due on acceptance of the report."
PAID = term(
    Kind.MILESTONE,
    WORDS,
    id="t-1",
    page=4,
    amounts=(SUM,),
    trigger=Quote("acceptance of the report", Span(17, 41)),
    due_days=30,
)
CLAUSE = Risk("r-1", "set_off", "Buyer may set off any claim.", Span(0, 28), 9)
REASONS = (
    Reason("set_off", ("r-1",), "The customer may deduct its claims.", 'Strike it: "No set-off."', Advance.CONDITIONAL),
    Reason("milestone_billing", ("t-1",) * 5, "Payments fall due on events.", "Have it signed.", Advance.YES),
)
MADE = replace(
    contract(PAID, text=WORDS),
    risks=(CLAUSE,),
    verdict=Verdict(Basis.MILESTONE, Advance.CONDITIONAL, REASONS, 80, "cautious factor"),
)
HOSTILE = "[link=x]A[/link] <script>alert(1)</script> **b** `c` ![i](http://x.y/z) | www.x.com a@b.c # h\n- - -\n\x1b[2J"


def printed(made: Contract, *, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(page_of(made))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_the_page_tells_verdict_why_where_and_what_to_change(width: int) -> None:
    page_told = printed(MADE, width=width)
    told = re.sub(r"\s+", " ", page_told)
    assert max(map(len, page_told.splitlines())) <= width
    for words in (
        "conditional (advance on conditions, up to 80% of an invoice)",
        "milestone: 1 milestone and 0 progress terms",
        "1. Set off (conditional) The customer may deduct its claims.",
        "p. 9: “Buyer may set off any claim.”",
        'To change: Strike it: "No set-off."',
        "2. Milestone billing (yes)",
        "p. 4: “$5,000 is due on acceptance of the report.”",
        "and 2 more",
        "$5,000 acceptance of the report",
        NOTICE,
    ):
        assert words in told, words


def test_the_memo_tells_the_same() -> None:
    told = memo_of(MADE)
    assert told.startswith("# Memo: msa.pdf\n")
    assert "- **Verdict:** conditional (advance on conditions, up to 80% of an invoice)\n" in told
    assert "### 1. Set off \\(conditional\\)\n\nThe customer may deduct its claims.\n" in told
    assert "> Page 9: “Buyer may set off any claim.”\n" in told
    assert '**Proposed change:** Strike it: "No set-off."\n' in told
    assert "| 4 | milestone | \\$5,000 | acceptance of the report |  | 30 |\n" in told
    assert told.count(NOTICE) == 2


def test_terms_are_told_as_reviewed() -> None:
    gone = replace(PAID, review=reviewed(ReviewStatus.REJECTED))
    assert "Payment terms" not in printed(replace(MADE, terms=(gone,)))
    assert "progress: 0 milestone and 1 progress terms, 1 reviewed" in printed(
        replace(
            MADE,
            terms=(replace(PAID, review=reviewed(ReviewStatus.CORRECTED, Kind.PROGRESS)),),
            verdict=replace(MADE.verdict, basis=Basis.PROGRESS),
        )
    )


def test_long_lists_are_cut_and_say_so() -> None:
    many = tuple(replace(PAID, id=f"t-{number}") for number in range(TERMS + 5))
    assert "and 5 more terms" in printed(replace(MADE, terms=many))
    assert memo_of(replace(MADE, terms=many)).count("| milestone |") == TERMS


@pytest.mark.parametrize(
    ("matches", "told"), [(True, "which agrees"), (False, "which does not agree"), (None, "a price of $5,000\n")]
)
def test_a_schedule_is_told_beside_the_price(told: str, *, matches: bool | None) -> None:
    schedule = Schedule(("t-1", "t-2"), "USD", Decimal(5000), None, SUM, matches)
    assert "Schedule of 2 terms: USD 5,000 against a price of $5,000" in printed(replace(MADE, schedules=(schedule,)))
    assert told in printed(replace(MADE, schedules=(schedule,)))
    assert "Schedule of 2 terms: USD 5,000 against a price of \\$5,000" in memo_of(replace(MADE, schedules=(schedule,)))


def test_pages_without_text_are_named() -> None:
    made = replace(MADE, source=Source("msa.pdf", "", (page(), replace(page(), number=2, text_from=TextFrom.NONE))))
    assert "2, without text: 2" in printed(made)


def test_hostile_words_are_shown_and_not_obeyed() -> None:
    made = replace(
        MADE, terms=(replace(PAID, text=HOSTILE),), risks=(), source=replace(MADE.source, name="[bold]\x1b[31m|x.pdf")
    )
    assert "\x1b" not in printed(made)
    assert "[link=x]A[/link]" in printed(made, width=300)
    memo = memo_of(made)
    assert "\x1b" not in memo
    for live in ("<script", "![i](", "**b**", "`c`", "http://", "www.x", "a@b", "\n- - -"):
        assert not re.search(rf"(?<!\\){re.escape(live)}", memo), live


@given(st.text(max_size=100))
def test_no_mark_of_markdown_stands_without_its_backslash(text: str) -> None:
    made = escaped(text)
    assert "\n" not in made
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]<>()#|~&!@$^=+]", made)
