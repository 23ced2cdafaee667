"""A small portfolio whose numbers can be counted by hand, with names and words that want to be markup."""

import dataclasses
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from builders import contract, reviewed, risk, term

from pipeline.batch.record import Record
from pipeline.contract import (
    Advance,
    Basis,
    Contract,
    Kind,
    Money,
    Probabilities,
    Quote,
    Reason,
    ReviewStatus,
    Span,
    Term,
    Verdict,
)
from pipeline.review import annotated

IMAGE: Final = "<img src=x onerror=alert(1)>.pdf"
MATHS: Final = "$x^2$ & co.pdf"
M, P = Kind.MILESTONE, Kind.PROGRESS


def _term(kind: Kind, text: str, value: int = 0, **more: Any) -> tuple[Kind, str, int, dict[str, Any]]:
    return kind, text, value, more


# Of each contract: basis, advance, rate, reasons (the gravest first), terms, clauses.
ALPHA: Any = (
    (Basis.MILESTONE, Advance.YES, 80),
    [("milestone_billing", Advance.YES)],
    [
        _term(M, "USD 100,000 is due on acceptance of the hull.", 100_000, due_days=30),
        _term(M, "USD 50,000 is due on delivery of the hull.", 50_000, due_days=120),
    ],
    [],
)
BETA: Any = (
    (Basis.MIXED, Advance.CONDITIONAL, None),
    [("mixed_billing", Advance.CONDITIONAL), ("set_off", Advance.CONDITIONAL)],
    [
        _term(M, "EUR 7,000 is due on completion of the roof.", 7_000),
        _term(P, "EUR 3,000 is due each month.", 3_000, due_days=10),
        _term(
            P,
            "A tenth <b>of it</b> is due each month.",
            doubt=("near_threshold",),
            probabilities=Probabilities(0.1, 0.35, 0.55),
        ),
    ],
    ["set_off", "set_off", "choice_of_law"],
)
NO: Any = (
    (Basis.PROGRESS, Advance.NO, None),
    [("progress_billing", Advance.NO)],
    [
        _term(P, "USD 9,000 is due each month.", 9_000),
        _term(M, "USD 1,000 is due on signing of this deed.", 1_000),
        _term(M, "USD 77 is due on nothing at all.", 77, review=reviewed(ReviewStatus.REJECTED)),
    ],
    [],
)
UNKNOWN: Any = (
    (Basis.MILESTONE, Advance.UNKNOWN, None),
    [("low_confidence", Advance.UNKNOWN), ("set_off", Advance.CONDITIONAL)],
    [
        _term(
            M,
            "USD 400 is due on such event.",
            400,
            doubt=("near_threshold", "kinds_close"),
            probabilities=Probabilities(0.45, 0.4, 0.15),
        )
    ],
    ["set_off"],
)
CONTRACTS: Final = {MATHS: UNKNOWN, IMAGE: NO, "alpha.pdf": ALPHA, "below/beta.pdf": BETA}


def small_portfolio(out: Path) -> Path:
    """Write the results of four contracts, and of one that could not be read, as a run does."""
    records = []
    for number, (source, parts) in enumerate(CONTRACTS.items()):
        annotated.write(_contract(*parts, sha256=f"{number:064x}"), out / f"{number}.json")
        records.append(Record(source, f"{number}.json", None, "", 1, 0, 0, 0, "", "", 0.1))
    records.append(
        Record("<i>gone</i>.pdf", None, "damaged", "<i>gone</i>.pdf: damaged; ask for it again", 0, 0, 0, 0, "", "", 0.1)
    )
    annotated.write_text(json.dumps({"inputs": [dataclasses.asdict(record) for record in records]}), out / "run.json")
    return out


def _contract(verdict: Any, reasons: Any, terms: Any, codes: Any, *, sha256: str) -> Contract:
    texts = [text for _, text, _, _ in terms]
    made = tuple(_placed(one, number, sum(len(text) + 1 for text in texts[:number])) for number, one in enumerate(terms))
    basis, advance, rate = verdict
    risks = tuple(replace(risk(code, texts[0]), id=f"r-{number}") for number, code in enumerate(codes))
    told = tuple(Reason(code, (), f"Because of {code}.", f"Mend {code}.", allows) for code, allows in reasons)
    held = contract(*made, text="\n".join(texts), sha256=sha256)
    return replace(held, verdict=Verdict(basis, advance, told, rate, "cautious factor"), risks=risks)


def _placed(one: Any, number: int, start: int) -> Term:
    kind, text, value, more = one
    quoted = text.split(" is due")[0]
    money = (Money(quoted, Decimal(value), quoted[:3], Span(start, start + len(quoted))),) if value else ()
    at = start + text.find(" on ") + 4
    event = Quote(text[at - start : -1], Span(at, start + len(text) - 1)) if " on " in text else None
    span = Span(start, start + len(text))
    return term(kind, text, **{"id": f"t-{number}", "span": span, "amounts": money, "trigger": event, **more})
