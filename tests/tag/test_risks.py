"""Clauses that threaten a receivable: the authored sentences of `data/risks`, half of which no rule was written against."""

import hashlib
import json
import re
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from builders import ROOT
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Box, Sentence, Span
from pipeline.tag import risks
from pipeline.tag.risks import codes_of, find_risks, risk_codes, risk_words, rules
from pipeline.tag.units import units_of

SOURCE = tomllib.loads((Path(risks.__file__).parent / "risks.toml").read_text(encoding="utf-8"))
ENTRIES = [
    json.loads(line)
    for path in sorted((ROOT / "data" / "risks").glob("*.jsonl"))
    for line in path.read_text(encoding="utf-8").splitlines()
]
LEAST_POSITIVES, LEAST_TEMPTING = 40, 80
# What the rules reach together on the half that they were not written against, less a little.
PRECISION, RECALL = 0.95, 0.82
EACH_PRECISION, EACH_RECALL = 0.85, 0.65

LISTED = "The Contractor shall not:\n(a) assign this Agreement or any money due;\n(b) employ children."
TOLD = {
    "a clause": ("Neither party may assign this Agreement without the other's consent.", {"anti_assignment"}),
    "two clauses in a sentence": (
        "Owner may set off its loss against the price and may terminate this Contract for its convenience.",
        {"set_off", "termination_for_convenience"},
    ),
    "a heading": ("18.2 Termination for Convenience.", set()),
    "a line of a table of contents": ("12.1 Termination by the Owner for convenience of the Owner ........ 34", set()),
    "terms of ninety days": ("The invoice is payable within 90 days after its receipt.", set()),
    "terms of ninety-one days": ("The invoice is payable within 91 days after its receipt.", {"long_payment_terms"}),
    "if paid, which is more than when paid": (
        "Payment is contingent upon receipt of payment from the Owner, and is due when the Owner has paid.",
        {"pay_if_paid"},
    ),
    "curly quotes and capitals": ("THE OWNER SHALL WITHHOLD “RETAINAGE” OF 10% FROM EACH PAYMENT.", {"retainage"}),
}


def sentence(text: str, lead: str = "") -> Sentence:
    return Sentence(text, Span(0, len(text)), lead=lead)


def held_out(text: str) -> bool:
    """Half of the sentences, told by a hash of their words."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 1


def box_of(span: Span) -> tuple[Box, ...]:
    return (Box(3, 0.0, float(span.start), 1.0, float(span.end)),)


@pytest.fixture(scope="module")
def counts() -> dict[str, Counter[str]]:
    """For each code, how the held-out half came out: found, missed, or a false alarm."""
    found: dict[str, Counter[str]] = {code: Counter() for code in risk_codes()}
    for entry in ENTRIES:
        if held_out(entry["text"]):
            codes = codes_of(sentence(entry["text"]))
            for code in {*codes, *entry["codes"]}:
                told = "false" if code not in entry["codes"] else "found" if code in codes else "missed"
                found[code][told] += 1
    return found


@pytest.mark.parametrize(("text", "codes"), TOLD.values(), ids=TOLD)
def test_what_a_sentence_is_told_to_be(text: str, codes: set[str]) -> None:
    assert set(codes_of(sentence(text))) == codes


def test_there_are_enough_sentences_for_each_code_and_no_two_are_the_same() -> None:
    positives = Counter(code for entry in ENTRIES for code in entry["codes"])
    tempting = Counter(code for entry in ENTRIES for code in entry["tempts"])
    assert set(positives) == set(tempting) == set(risk_codes())
    assert min(positives.values()) >= LEAST_POSITIVES
    assert min(tempting.values()) >= LEAST_TEMPTING
    assert not any(set(entry["codes"]) & set(entry["tempts"]) for entry in ENTRIES)
    assert len({re.sub(r"\W+", " ", entry["text"].casefold()) for entry in ENTRIES}) == len(ENTRIES)


def test_the_rules_hold_on_sentences_they_were_not_written_against(counts: dict[str, Counter[str]]) -> None:
    total = sum(counts.values(), Counter[str]())
    assert total["found"] / (total["found"] + total["false"]) >= PRECISION
    assert total["found"] / (total["found"] + total["missed"]) >= RECALL


@pytest.mark.parametrize("code", risk_codes())
def test_each_code_holds_on_sentences_it_was_not_written_against(code: str, counts: dict[str, Counter[str]]) -> None:
    one = counts[code]
    assert one["found"] + one["missed"] >= 15
    assert one["found"] / (one["found"] + one["false"]) >= EACH_PRECISION
    assert one["found"] / (one["found"] + one["missed"]) >= EACH_RECALL


def test_an_item_is_read_with_its_lead_in() -> None:
    found = find_risks(units_of(LISTED), box_of)
    assert [(risk.code, risk.text) for risk in found] == [("anti_assignment", "(a) assign this Agreement or any money due;")]


def test_a_lead_in_alone_makes_no_clause_of_its_items() -> None:
    lead = "The Owner may terminate this Contract for its convenience and shall then pay:"
    assert "termination_for_convenience" in codes_of(sentence(lead))
    assert codes_of(sentence("(a) for work done;", lead)) == ()


def test_risks_have_their_place_and_ids_that_do_not_change() -> None:
    text = "Buyer may set off any claim.\nThis Order may not be assigned by Seller.\nBuyer may set off any claim."
    first, second, third = find_risks(units_of(text), box_of)
    assert [text[slice(*risk.span)] for risk in (first, second, third)] == text.split("\n")
    assert (first.page, first.boxes) == (3, box_of(first.span))
    assert len({first.id, second.id, third.id}) == 3
    moved = find_risks(units_of(f"A new line comes first.\n{text}"), box_of)
    assert [risk.id for risk in moved] == [first.id, second.id, third.id]


def test_a_page_is_skipped_only_if_it_has_no_clause() -> None:
    for entry in ENTRIES:
        if codes_of(sentence(entry["text"])):
            assert not risk_words().isdisjoint(re.findall("[a-z]+", entry["text"].lower())), entry["text"]


def test_a_page_is_told_by_its_clauses() -> None:
    assert risks.holds_clause("1. PRICE\nThe price is $5.\nBuyer may set off any claim against the price.")
    assert not risks.holds_clause("1. PRICE\nThe price is $5.\nThe alarm must not be set off during testing.")


def test_the_file_of_rules_is_sound() -> None:
    """Every rule has patterns, every named set is there and used, and every word of a set is its own normal form."""
    rows = [row for rule in SOURCE["rules"] for name in ("any", "also", "unless") for row in rule.get(name, ())]
    named = {part[1:-1] for row in rows for one in row.split() for part in one.split("|") if re.fullmatch("<[a-z]+>", part)}
    assert named - {"month"} == set(SOURCE["sets"])
    keys: set[Any] = {key for rule in SOURCE["rules"] for key in rule}
    assert keys <= {"code", "any", "also", "unless", "least_days", "yields_to"}
    assert all(rule.any for rule in rules())
    assert {code for rule in rules() for code in rule.yields_to} <= set(risk_codes())


def test_risks_are_cheap() -> None:
    """Well above this on a machine that does nothing else; every sentence of every contract is looked at."""
    texts = [entry["text"] for entry in ENTRIES]
    started = time.process_time()
    for text in texts:
        codes_of(sentence(text))
    assert len(texts) / (time.process_time() - started) >= 1000


@given(st.text(max_size=200))
def test_any_text_has_known_codes(text: str) -> None:
    assert set(codes_of(sentence(text))) <= set(risk_codes())
