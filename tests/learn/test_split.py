"""Which contracts train and which measure."""

from builders import LABELS
from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract import Kind, Sentence, Span
from pipeline.learn.labels import Label, read_labels
from pipeline.learn.split import folds, held_out, parted

some_labels = st.lists(
    st.builds(
        Label,
        st.just(Sentence("A fee is due.", Span(0, 13))),
        st.sampled_from(Kind),
        group=st.sampled_from([f"group {number}" for number in range(30)]),
        reviewed=st.booleans(),
    )
)


@given(some_labels)
def test_every_label_trains_or_measures_and_no_group_does_both(labels: list[Label]) -> None:
    training, measuring = parted(labels)
    assert len(training) + len(measuring) == len(labels)
    assert {label.group for label in training if not label.reviewed}.isdisjoint(label.group for label in measuring)
    assert not any(label.reviewed for label in measuring)


@given(some_labels, st.integers(2, 5))
def test_folds_test_every_label_once_and_divide_no_group(labels: list[Label], count: int) -> None:
    splits = folds(labels, count)
    assert sorted(int(index) for _, test in splits for index in test) == list(range(len(labels)))
    for train, test in splits:
        assert len(train) + len(test) == len(labels)
        assert {labels[index].group for index in train}.isdisjoint(labels[index].group for index in test)


@given(st.text(), some_labels)
def test_a_group_keeps_its_side_whatever_else_there_is(group: str, labels: list[Label]) -> None:
    one = Label(Sentence("A fee is due.", Span(0, 13)), Kind.NONE, group)
    assert (one in parted([*labels, one])[1]) is held_out(group)


def test_the_sides_of_these_groups_are_for_ever() -> None:
    assert [number for number in range(60) if held_out(f"contract-{number}")] == SIDES


def test_about_an_eighth_of_the_corpus_measures() -> None:
    groups = {label.group for label in read_labels(LABELS)}
    share = sum(map(held_out, groups)) / len(groups)
    assert 0.08 < share < 0.18


# A change of these would measure old models on what they were trained on.
SIDES = [4, 7, 11, 14, 23, 28, 36, 38]
