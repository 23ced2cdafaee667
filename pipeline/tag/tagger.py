"""Units to terms: the classifier's answer, the fields, and the doubts a person should look at first."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final, NamedTuple

from pipeline.contract import Box, Kind, Probabilities, Sentence, Span, Term, Unit
from pipeline.tag.fields import fields_of
from pipeline.tag.model import Model, probabilities_of
from pipeline.tag.rules import votes
from pipeline.tag.tokens import docs, norms

# A probability this close to its threshold might have come out otherwise.
NEAR: Final = 0.1

Boxes = Callable[[Span], tuple[Box, ...]]


class Answer(NamedTuple):
    """What the classifier says of a unit."""

    unit: Sentence
    kind: Kind
    probabilities: Probabilities


def tag(units: Sequence[Sentence], model: Model, boxes: Boxes, *, ocr_pages: Collection[int] = ()) -> tuple[Term, ...]:
    """The terms among the units, in order; `boxes` gives the boxes of a span of the text.

    `ocr_pages` are the numbers of the pages whose text a machine made from a picture: their terms are in doubt.
    """
    probabilities = model.probabilities(units)
    kinds = model.decide(probabilities)
    ids = stable_ids("t")
    return tuple(
        _term(Answer(unit, kind, probabilities_of(row)), model, boxes(unit.span), ids(unit.text), ocr_pages)
        for unit, kind, row in zip(units, kinds, probabilities, strict=True)
        if kind is not Kind.NONE
    )


def stable_ids(letter: str) -> Callable[[str], str]:
    """A function that names what stands in a text, in its order: by the letter, its words, and their place among equals."""
    counts: dict[str, int] = {}
    given: set[str] = set()

    def name(text: str) -> str:
        key = re.sub(r"\W+", " ", text.casefold()).strip()
        while True:
            counts[key] = counts.get(key, 0) + 1
            digest = f"{letter}-" + hashlib.sha256(f"{key}#{counts[key]}".encode()).hexdigest()[:6]
            if digest not in given:
                given.add(digest)
                return digest

    return name


def _term(answer: Answer, model: Model, boxes: tuple[Box, ...], name: str, ocr_pages: Collection[int]) -> Term:
    unit, fields = answer.unit, fields_of(answer.unit, answer.kind)
    return Term(
        id=name,
        label=answer.kind,
        text=unit.text,
        span=unit.span,
        unit=unit.unit,
        section=unit.section,
        page=boxes[0].page if boxes else 1,
        boxes=boxes,
        probabilities=answer.probabilities,
        amounts=fields.amounts,
        percents=fields.percents,
        trigger=fields.trigger,
        interval=fields.interval,
        due_days=fields.due_days,
        due_from=fields.due_from,
        verification=fields.verification,
        finality=fields.finality,
        payer=fields.payer,
        payee=fields.payee,
        doubt=tuple(_doubts(answer, model, from_picture=any(box.page in ocr_pages for box in boxes))),
    )


def _doubts(answer: Answer, model: Model, *, from_picture: bool) -> Iterator[str]:
    """Why a person should look at a term: `near_threshold`, `kinds_close`, `rules_disagree`, `row_without_header`, `ocr`."""
    unit, kind, probabilities = answer
    if getattr(probabilities, kind) - model.thresholds[kind] < NEAR:
        yield "near_threshold"
    if abs(probabilities.milestone - probabilities.progress) < 2 * NEAR:
        yield "kinds_close"
    if _rules_disagree(unit, kind):
        yield "rules_disagree"
    if unit.unit is Unit.ROW and not unit.header:
        yield "row_without_header"
    if from_picture:
        yield "ocr"


def _rules_disagree(unit: Sentence, kind: Kind) -> bool:
    """Whether more of the rules speak for the other kind than for this one."""
    for_kind = votes(norms(next(iter(docs([unit.text])))))
    return any(count > for_kind[kind] for other, count in for_kind.items() if other is not kind)
