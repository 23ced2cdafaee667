"""Intervals by bootstrap: as measured, over whole contracts, the same every time."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Basis, Kind, Sentence, Span
from pipeline.learn.bootstrap import of_answers, of_results, resampled
from pipeline.learn.labels import Label
from pipeline.learn.measure import Found, Result, scores
from pipeline.learn.metrics import Answers, answers_of, evaluation_of
from pipeline.tag.model import KINDS

N, M, P = KINDS
THRESHOLDS = {"milestone": 0.4, "progress": 0.4}
SURE = {N: (0.9, 0.05, 0.05), M: (0.1, 0.8, 0.1), P: (0.1, 0.1, 0.8), None: (1.0, 0.0, 0.0)}
one_answer = st.tuples(st.sampled_from("abcd"), st.sampled_from(KINDS), st.sampled_from([*KINDS, None]))


def answers(given_: Sequence[tuple[str, Kind, Kind | None]], *, none_per_term: float = 20.0) -> Answers:
    """Labels by group and kind, each with what it was taken for; None is what the model was not asked about."""
    labels = [Label(Sentence(f"{number}", Span(0, 1)), kind, group) for number, (group, kind, _) in enumerate(given_)]
    return answers_of(labels, np.array([SURE[taken] for _, _, taken in given_]), THRESHOLDS, none_per_term)


@given(st.lists(one_answer, min_size=1, max_size=30))
def test_scores_are_those_of_evaluate(made: list[tuple[str, Kind, Kind | None]]) -> None:
    held = answers(made)
    found, expected = of_answers(held), evaluation_of(held)
    assert found["macro"]["f1"].value == pytest.approx(expected.macro_f1)
    for kind, one in expected.scores.items():
        assert [found[kind][name].value for name in ("precision", "recall", "f1")] == pytest.approx(
            [one.precision, one.recall, one.f1]
        )


@given(st.lists(one_answer, min_size=1, max_size=20), st.data())
def test_a_drawn_set_is_measured_as_if_it_were_there(made: list[tuple[str, Kind, Kind | None]], data: st.DataObject) -> None:
    """Intervals hold the scores of every mix of groups if there are two: each mix is drawn, for there are only three."""
    groups = sorted({group for group, _, _ in made})[:2]
    made = [one for one in made if one[0] in groups]
    found = of_answers(answers(made))
    drawn = data.draw(st.sampled_from([[group] * 2 for group in groups]))
    mix = [(f"{group}{copy}", kind, taken) for copy, name in enumerate(drawn) for group, kind, taken in made if group == name]
    macro = evaluation_of(answers(mix)).macro_f1
    if len(groups) == 2:
        # A quarter of the draws are this mix, and each tail holds a fortieth.
        assert found["macro"]["f1"].low - 1e-9 <= macro <= found["macro"]["f1"].high + 1e-9


def test_sentences_are_drawn_with_their_contract() -> None:
    """Twenty right sentences of one contract and twenty missed of another: all or nothing, not half of them."""
    recall = of_answers(answers([("a", M, M)] * 20 + [("b", M, N)] * 20))["milestone"]["recall"]
    assert (recall.low, recall.value, recall.high) == (0.0, 0.5, 1.0)


def test_contracts_that_are_alike_leave_no_doubt() -> None:
    made = [(group, kind, taken) for group in "abc" for kind, taken in ((M, M), (M, N), (P, P), (N, N))]
    recall = of_answers(answers(made))["milestone"]["recall"]
    assert (recall.low, recall.value, recall.high) == (0.5, 0.5, 0.5)


def test_one_contract_has_no_interval_and_none_has_no_score() -> None:
    f1 = of_answers(answers([("a", M, M), ("a", P, N)]))["macro"]["f1"]
    assert f1.value == 0.5
    assert np.isnan([f1.low, f1.high]).all()
    assert of_results([]) == {}


def test_an_interval_is_as_wide_as_chance_makes_it() -> None:
    """Of 100 contracts with a term each 80 are hit: the binomial's interval, 0.8 ± 1.96 * 0.04."""
    recall = of_answers(answers([(f"g{number}", M, M if number < 80 else N) for number in range(100)]))["milestone"]["recall"]
    assert recall.value == 0.8
    assert (recall.low, recall.high) == pytest.approx((0.7216, 0.8784), abs=0.015)


def test_draws_are_the_same_every_time() -> None:
    counts = np.arange(12.0).reshape(4, 3)
    drawn = resampled(counts)
    assert np.array_equal(drawn, resampled(counts))
    assert drawn.shape == (1000, 3)
    # The second column is the first and one more for each contract drawn.
    assert np.array_equal(drawn[:, 1], drawn[:, 0] + 4)
    assert drawn.mean(axis=0) == pytest.approx(counts.sum(axis=0), rel=0.05)


def result(name: str, *, hit: int, missed: int, alarms: int) -> Result:
    def found(count: int, sort: str) -> frozenset[Found]:
        return frozenset(Found(name, M, sort, f"{number}") for number in range(count))

    return Result(
        name, found(hit, "hit"), found(missed, "missed"), found(alarms, "alarm"), {M: hit}, Basis.MILESTONE, Basis.MILESTONE
    )


def test_labelled_contracts_are_scored_as_measure_scores_them() -> None:
    results = [result("a", hit=3, missed=1, alarms=0), result("b", hit=0, missed=2, alarms=2)]
    found, expected = of_results(results), scores(results)["milestone"]
    assert [found["milestone"][name].value for name in ("precision", "recall", "f1")] == pytest.approx(
        [expected.precision, expected.recall, expected.f1]
    )
    assert (expected.precision, expected.recall) == (0.6, 0.5)
    # Either contract alone: 3 of 4 hit, or none of 2.
    assert (found["milestone"]["recall"].low, found["milestone"]["recall"].high) == (0.0, 0.75)
    assert found["macro"]["f1"].value == pytest.approx(expected.f1 / 2)
