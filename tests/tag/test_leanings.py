"""What the model leans on."""

import numpy as np
import pytest

from pipeline.contract import Kind, Sentence, Span, Unit
from pipeline.tag.leanings import leanings
from pipeline.tag.model import KINDS, Model, columns_of, matrix
from pipeline.tag.views import Seen, flag_columns, views_of

TEXTS = {
    "a milestone": ("Customer shall pay $50,000 within 30 days after acceptance of the prototype.", Kind.MILESTONE),
    "progress": ("Contractor shall submit a monthly application for payment for the work completed.", Kind.PROGRESS),
    "none": ("Late payments bear interest at 1% per month until paid in full.", Kind.NONE),
}


def unit(text: str) -> Sentence:
    return Sentence(text, Span(0, len(text)))


@pytest.mark.parametrize(("text", "kind"), TEXTS.values(), ids=TEXTS)
def test_leanings_add_up_to_the_log_odds(text: str, kind: Kind, model: Model) -> None:
    (found,) = leanings(model, [unit(text)])
    features = matrix(views_of([unit(text)], Seen()), model.vectorizers)
    said = model.classifier.decision_function(features)[0]
    total = found.start + sum(leaning.log_odds for leaning in found.leanings)
    assert total == pytest.approx(said[KINDS.index(found.kind)] - said[KINDS.index(Kind.NONE)], abs=1e-5)
    one, none = found.probabilities[KINDS.index(found.kind)], found.probabilities[KINDS.index(Kind.NONE)]
    assert total == pytest.approx(np.log(one / none), abs=1e-5)
    assert found.tagged is kind
    sizes = [abs(leaning.log_odds) for leaning in found.leanings]
    assert sizes == sorted(sizes, reverse=True)


def test_columns_are_named_as_matrix_has_them(model: Model) -> None:
    columns = columns_of(model.vectorizers)
    assert len(columns) == model.classifier.n_features_in_
    row = Sentence(
        "Delivery | $5,000", Span(0, 17), Unit.ROW, section="Fees", lead="It pays:", header="Event | Sum", title="Plan"
    )
    features = matrix(views_of([row], Seen()), model.vectorizers)
    held = [columns[place] for place in features.indices]
    assert ("text", ("delivery",)) in [(one.part, one.names) for one in held]
    assert {"text", "lead", "section", "table", "flag", "product"} == {one.part for one in held}
    flags = {one.names[0] for one in held if one.part == "flag"}
    views = views_of([row], Seen())
    assert flags == {name for name, raised in zip(flag_columns(), views.flags[0], strict=True) if raised}
    pairs = {one.names for one in held if one.part == "product"}
    assert ("money", "row") in pairs
    assert all(flags >= set(names) for names in pairs)


def test_what_can_be_no_term_has_no_leanings(model: Model) -> None:
    (found,) = leanings(model, [unit("The weather is fine.")])
    assert (found.asked, found.leanings, found.tagged) == (False, (), Kind.NONE)
    assert leanings(model, []) == []
