"""Does a batch look like what the model was trained on: contracts beside the authored groups that were held out.

Held-out groups are new to the model, as contracts are, so that what it does not know of theirs is a fair measure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import jensenshannon

from pipeline.contract import Kind, Sentence
from pipeline.learn.metrics import Answers
from pipeline.tag.model import Model
from pipeline.tag.rules import flag_patterns
from pipeline.tag.views import Seen, candidates

# Bins of lengths: tenths of the corpus.
TENTHS: Final = 10
# A share of nothing counts as that of half a thing.
HALF: Final = 0.5
# A rule of thumb of credit scoring (Siddiqi, "Credit Risk Scorecards", 2006): up to the first alike, from the second on not.
ALIKE, UNLIKE = 0.1, 0.25
# A contract is unlike the corpus if it is farther off than so many in a hundred of its own groups.
FAR_PERCENT: Final = 95.0

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Profile:
    """What a contract or an authored group is like, for the model.

    Of its candidate units: how many words each has, how many n-grams they hold and how many of these the model does not
    know, how many raise each rule (in the order of `flag_patterns`), and how many were tagged as terms.
    """

    name: str
    units: int
    words: tuple[int, ...]
    grams: int
    unknown: int
    rules: Array
    terms: int

    @property
    def candidates(self) -> int:
        """How many units could be terms."""
        return len(self.words)


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a contract lies off the corpus: the share of its n-grams that are unknown, and how other its rules are.

    `rules` is the Jensen-Shannon distance (Lin 1991, base 2, in 0 to 1) between how often rules are raised here and in the
    corpus. `apart` sets both beside the corpus's own groups: over 1, it is farther off than 95 in 100 of them.
    """

    profile: Profile
    unknown: float
    rules: float
    apart: float


def profiles_of_groups(answers: Answers, model: Model) -> list[Profile]:
    """The profiles of labelled groups, in order of their first label; their terms are what the model tagged."""
    units: dict[str, list[Sentence]] = {}
    terms: dict[str, int] = {}
    for label, kind in zip(answers.labels, answers.tagged, strict=True):
        units.setdefault(label.group, []).append(label.unit)
        terms[label.group] = terms.get(label.group, 0) + (kind is not Kind.NONE)
    made = profiler(model)
    return [made(group, held, terms[group]) for group, held in units.items()]


def profiler(model: Model) -> Callable[[str, Sequence[Sentence], int], Profile]:
    """A function that makes the profile of a contract from its name, its units, and how many of them were tagged."""
    vectorizer = model.vectorizers["text"]
    grams_of, known = vectorizer.build_analyzer(), vectorizer.vocabulary_
    places = {name: place for place, name in enumerate(flag_patterns())}

    def profile(name: str, units: Sequence[Sentence], terms: int) -> Profile:
        seen = Seen()
        texts = [units[index].text for index in candidates(units, seen)]
        words = [seen.words(text) for text in texts]
        grams = [gram for one in words for gram in grams_of(" ".join(one))]
        rules = np.zeros(len(places))
        for text in texts:
            rules[[places[flag] for flag in seen.flags(text)]] += 1.0
        unknown = sum(gram not in known for gram in grams)
        return Profile(name, len(units), tuple(map(len, words)), len(grams), unknown, rules, terms)

    return profile


def stability_index(expected: Array, found: Array) -> float:
    """The population stability index of counts in bins, each of shape (n,): 0 if they are spread alike, no upper bound.

    The sum over bins of (q - p) ln(q / p) for the shares p and q, after Siddiqi 2006, who reads under 0.1 as alike.
    """
    shares = [(counts + HALF) / (counts + HALF).sum() for counts in (expected, found)]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def reading(index: float) -> str:
    """What a stability index says."""
    return "alike" if index < ALIKE else "somewhat different" if index < UNLIKE else "different"


def lengths_apart(corpus: Sequence[Profile], batch: Sequence[Profile]) -> float:
    """The stability index of words per candidate, in tenths of the corpus."""
    expected, found = (np.array([count for one in profiles for count in one.words]) for profiles in (corpus, batch))
    edges = np.unique(np.quantile(expected, np.linspace(0, 1, TENTHS + 1)[1:-1]))
    counts = (np.bincount(np.searchsorted(edges, one), minlength=len(edges) + 1) for one in (expected, found))
    return stability_index(*(one.astype(np.float64) for one in counts))


def shares_apart(corpus: tuple[int, int], batch: tuple[int, int]) -> float:
    """The stability index of two shares, each given as (part, whole)."""
    return stability_index(*(np.array([part, whole - part], dtype=np.float64) for part, whole in (corpus, batch)))


def rules_of(profiles: Iterable[Profile]) -> Array:
    """How many candidates raise each rule."""
    return np.asarray(sum((one.rules for one in profiles), start=np.zeros(len(flag_patterns()))))


def distances(corpus: Sequence[Profile], profiles: Sequence[Profile]) -> list[Distance]:
    """How far each profile that has candidates lies off the corpus, the farthest first."""
    whole = rules_of(corpus)
    far = [np.percentile(column, FAR_PERCENT) for column in zip(*(_apart(one, whole) for one in _told(corpus)), strict=True)]
    found: list[Distance] = []
    for one in _told(profiles):
        apart = _apart(one, whole)
        beside = max(value / max(edge, 1e-9) for value, edge in zip(apart, far, strict=True))
        found.append(Distance(one, *apart, float(beside)))
    return sorted(found, key=lambda distance: -distance.apart)


def _told(profiles: Sequence[Profile]) -> list[Profile]:
    """Those with candidates that say anything."""
    return [one for one in profiles if one.grams and one.rules.any()]


def _apart(one: Profile, corpus: Array) -> tuple[float, float]:
    """The share of a profile's n-grams that are unknown, and the distance of its rules from the corpus's."""
    return one.unknown / one.grams, float(jensenshannon(one.rules, corpus, base=2))
