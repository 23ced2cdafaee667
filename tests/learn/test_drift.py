"""Contracts beside the corpus."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Sentence, Span
from pipeline.learn.drift import Profile, distances, lengths_apart, profiler, reading, shares_apart, stability_index
from pipeline.tag.model import Model
from pipeline.tag.rules import flag_patterns

counts = st.lists(st.integers(0, 50), min_size=2, max_size=8)


def profile(
    name: str, *, unknown: int = 10, rules: tuple[int, ...] = (5, 5, 5), words: tuple[int, ...] = (10,) * 10
) -> Profile:
    raised = np.zeros(len(flag_patterns()))
    raised[: len(rules)] = rules
    return Profile(name, 20, words, 100, unknown, raised, 2)


def test_the_stability_index_by_hand() -> None:
    """Shares of 10.5 and 30.5 of 41 against 30.5 and 10.5."""
    expected = 2 * (20 / 41) * math.log(30.5 / 10.5)
    assert stability_index(np.array([10.0, 30.0]), np.array([30.0, 10.0])) == pytest.approx(expected)
    assert shares_apart((10, 40), (30, 40)) == pytest.approx(expected)


@given(counts, st.data())
def test_the_stability_index_is_0_for_equals_and_never_less(first: list[int], data: st.DataObject) -> None:
    second = data.draw(st.lists(st.integers(0, 50), min_size=len(first), max_size=len(first)))
    one, other = np.array(first, dtype=float), np.array(second, dtype=float)
    assert stability_index(one, one) == 0.0
    assert stability_index(one, other) == pytest.approx(stability_index(other, one))
    assert stability_index(one, other) >= 0.0


@pytest.mark.parametrize(
    ("index", "said"), [(0.0, "alike"), (0.099, "alike"), (0.1, "somewhat different"), (0.25, "different"), (3.0, "different")]
)
def test_reading(index: float, said: str) -> None:
    assert reading(index) == said


def test_lengths_are_compared_by_tenths_of_the_corpus() -> None:
    corpus = [profile("c", words=tuple(range(1, 101)))]
    assert lengths_apart(corpus, [profile("same", words=tuple(range(1, 101)))]) == 0.0
    longer = [profile("longer", words=(95,) * 100)]
    # All in the last tenth: 100.5 of 105 there, half a unit of 105 in each of nine others, against 10.5 each.
    expected = (100.5 - 10.5) / 105 * math.log(100.5 / 10.5) + 9 * (0.5 - 10.5) / 105 * math.log(0.5 / 10.5)
    assert lengths_apart(corpus, longer) == pytest.approx(expected)


def test_the_profile_of_a_contract(model: Model) -> None:
    texts = [
        "The fee of $5,000 is due on acceptance.",
        "The parties are friends.",
        "A fee for xylophones is paid.",
    ]
    found = profiler(model)("c.pdf", [Sentence(text, Span(0, len(text))) for text in texts], 1)
    assert (found.name, found.units, found.candidates, found.terms) == ("c.pdf", 3, 2, 1)
    # The tokens of the two that speak of payment; each has as many words and word pairs as it has tokens, twice, less one.
    assert found.words == (10, 7)
    assert found.grams == 19 + 13
    # The word, and both pairs that it stands in, are new to the model.
    assert "xylophone" not in model.vectorizers["text"].vocabulary_
    assert found.unknown >= 3
    raised = {name for name, count in zip(flag_patterns(), found.rules, strict=True) if count}
    assert {"money", "pays"} <= raised
    assert found.rules[list(flag_patterns()).index("money")] == 1


def test_who_is_unlike_the_corpus_comes_first() -> None:
    corpus = [profile(f"g{number}", unknown=number, rules=(5, 5, 1 + number % 3)) for number in range(20)]
    found = distances(
        corpus, [profile("like", rules=(5, 5, 2)), profile("odd words", unknown=60), profile("odd rules", rules=(0, 0, 0, 9))]
    )
    assert [one.profile.name for one in found] == ["odd rules", "odd words", "like"]
    assert [one.apart > 1.0 for one in found] == [True, True, False]
    # Nothing in common is as far off as can be; 95 in 100 of the groups lie under 18.05 unknown of 100.
    assert found[0].rules == pytest.approx(1.0)
    assert found[1].unknown == 0.6
    assert found[1].apart == pytest.approx(60 / 18.05)


def test_what_says_nothing_is_not_compared() -> None:
    silent = Profile("nda.pdf", 5, (), 0, 0, np.zeros(len(flag_patterns())), 0)
    assert distances([profile("g")], [silent]) == []
