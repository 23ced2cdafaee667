"""Fitting a model: what its vectorizers, its prior, its weights and its thresholds are made of."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.contract import Kind, Sentence, Span
from pipeline.errors import LabelError
from pipeline.learn.labels import Label, read_labels
from pipeline.learn.split import fold_of
from pipeline.learn.train import FOLDS, NGRAMS, Settings, fit_vectorizers, train
from pipeline.tag.model import KINDS, PART_WEIGHTS, Model
from pipeline.tag.views import Seen, views_of

pytestmark = pytest.mark.xdist_group("trains")

NONE = KINDS.index(Kind.NONE)
TEXTS = {
    Kind.MILESTONE: "The fee of $5,000 is due upon delivery of the {} hull.",
    Kind.PROGRESS: "The price is paid monthly for {} work in place.",
    Kind.NONE: "The rent for the {} shed is $900 a year.",
}


def made(*, groups: int = 8, per_group: int = 3) -> list[Label]:
    """Labels of each kind from so many groups, whose words tell them apart."""
    return [
        Label(unit(TEXTS[kind].format(f"word{number}")), kind, f"group-{group}")
        for group in range(groups)
        for kind in KINDS
        for number in range(per_group)
    ]


def unit(text: str) -> Sentence:
    """A unit with some context of each sort, for there must be words for every vectorizer."""
    return Sentence(text, Span(0, len(text)), section="3 Terms", lead="as agreed here:", header="Item | Note")


def share(model: Model, text: str, kind: Kind) -> float:
    return float(model.probabilities([unit(text)])[0][KINDS.index(kind)])


@pytest.fixture(scope="module")
def labels(small_labels: Path) -> list[Label]:
    return read_labels(small_labels)


@pytest.fixture(scope="module")
def easy() -> Model:
    return train(made(), name="easy")


def test_a_model_learns_what_words_tell(easy: Model) -> None:
    units = [unit(text.format("new")) for text in TEXTS.values()]
    assert easy.decide(easy.probabilities(units)) == list(TEXTS)
    assert easy.name == "easy"


def test_training_twice_gives_the_same_model(easy: Model) -> None:
    again = train(made(), name="easy")
    assert np.array_equal(again.classifier.coef_, easy.classifier.coef_)
    assert dict(again.thresholds) == dict(easy.thresholds)


def test_thresholds_are_of_the_two_kinds_and_within_bounds(labels: list[Label]) -> None:
    thresholds = train(labels, name="small").thresholds
    assert set(thresholds) == {"milestone", "progress"}
    assert all(0 < value < 1 for value in thresholds.values())


def test_every_part_of_a_view_has_its_vectorizer(labels: list[Label]) -> None:
    vectorizers = fit_vectorizers(views_of([label.unit for label in labels], Seen()))
    assert set(vectorizers) == set(NGRAMS) == set(PART_WEIGHTS)
    assert all(vectorizer.vocabulary_ for vectorizer in vectorizers.values())


def test_words_of_one_unit_only_are_no_features(labels: list[Label]) -> None:
    units = [label.unit for label in labels]
    odd = replace(units[0], text=f"{units[0].text} xylophone", lead="zither")
    vectorizers = fit_vectorizers(views_of([odd, *units[1:]], Seen()))
    assert "xylophone" not in vectorizers["text"].vocabulary_
    assert "zither" not in vectorizers["lead"].vocabulary_


def test_the_rarer_terms_are_the_less_is_called_one() -> None:
    text = TEXTS[Kind.MILESTONE].format("new")
    shares = [
        share(train(made(), name="m", settings=Settings(none_per_term=rarity)), text, Kind.NONE) for rarity in (1.0, 5.0, 50.0)
    ]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_a_prior_never_makes_terms_commoner_than_the_labels() -> None:
    rare = [label for label in made() if label.kind is Kind.NONE] * 30 + made()
    least, one = (train(rare, name="m", settings=Settings(none_per_term=rarity)) for rarity in (0.001, 0.01))
    assert np.array_equal(least.classifier.intercept_, one.classifier.intercept_)


def test_contracts_that_are_all_held_out_together_are_told() -> None:
    """Four contracts hold a kind, and one fold holds all of them: nobody would be left to train that kind on."""
    together = [f"odd-{number}" for number in range(99) if fold_of(f"odd-{number}", FOLDS) == 0][:FOLDS]
    labels = [label for label in made() if label.kind is not Kind.PROGRESS]
    few = [Label(unit(TEXTS[Kind.PROGRESS].format("teak")), Kind.PROGRESS, group) for group in together]
    with pytest.raises(LabelError, match=r"'progress' comes from 4 contracts that are held out together"):
        train([*labels, *few], name="m")


def test_a_reviewer_weighs_more_than_the_corpus() -> None:
    text = TEXTS[Kind.MILESTONE].format("ivory")
    said = Label(unit(text), Kind.PROGRESS, "reviewed-contract", reviewed=True)
    authored, reviewed = (train([*made(), *[one] * 8], name="m") for one in (replace(said, reviewed=False), said))
    assert (
        share(reviewed, text, Kind.PROGRESS)
        > share(authored, text, Kind.PROGRESS)
        > share(train(made(), name="m"), text, Kind.PROGRESS)
    )


def test_substance_over_name_weighs_less() -> None:
    text = TEXTS[Kind.MILESTONE].format("ivory")
    said = [Label(unit(text), Kind.PROGRESS, f"odd-{number}") for number in range(8)]
    full, light = (train([*made(), *(replace(one, against_name=mark) for one in said)], name="m") for mark in (False, True))
    assert share(light, text, Kind.PROGRESS) < share(full, text, Kind.PROGRESS)


def test_what_is_no_candidate_does_not_train(easy: Model) -> None:
    idle = [Label(unit("The hull is painted red."), Kind.MILESTONE, f"idle-{number}") for number in range(20)]
    again = train([*made(), *idle], name="easy")
    assert np.array_equal(again.classifier.coef_, easy.classifier.coef_)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_from_too_few_contracts_is_told(kind: Kind) -> None:
    few = [label for label in made() if label.kind is not kind or label.group in {"group-0", "group-1"}]
    with pytest.raises(
        LabelError, match=f"label '{kind.value}' comes from 2 contracts, at least {FOLDS} are needed; add labels"
    ):
        train(few, name="m")


@pytest.mark.parametrize("labels_given", [[], [Label(unit("The hull is red."), Kind.NONE, "a")]], ids=["none", "no candidate"])
def test_no_labels_are_told(labels_given: Sequence[Label]) -> None:
    with pytest.raises(LabelError, match="comes from 0 contracts"):
        train(labels_given, name="m")
