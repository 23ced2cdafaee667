"""A batch beside the corpus, as tables: whether it is like what the model was trained on, and which contracts are not."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from pipeline.batch.jobs import result_path
from pipeline.batch.journal import read_run
from pipeline.batch.record import Record
from pipeline.contract import Contract
from pipeline.errors import RecordError
from pipeline.judge.facts import as_reviewed
from pipeline.learn import drift
from pipeline.learn.drift import Distance, Profile
from pipeline.report.model import Checked
from pipeline.review import annotated
from pipeline.tag.rules import flag_patterns
from pipeline.tag.units import units_of

# More contracts than these are not all looked at: it takes a quarter of a minute.
SAMPLE: Final = 60
RULES: Final = 12
SHOWN: Final = 15
# The columns of `unlike_table` that hold shares and distances.
RATES: Final = ("unknown words and pairs", "distance of rules", "terms among those", "apart")
NOTHING: Final = "Nothing to compare: no contract was read that speaks of payment, or no authored group is held out."


@dataclass(frozen=True, slots=True)
class Drift:
    """The batch beside the corpus: profiles of held-out groups and of contracts (a sample of `read`), how far each lies off."""

    corpus: Sequence[Profile]
    batch: Sequence[Profile]
    read: int
    none_per_term: float
    groups: Sequence[Distance]
    contracts: Sequence[Distance]

    @property
    def is_told(self) -> bool:
        """Whether there is anything to compare: candidates on both sides."""
        return bool(self.groups and self.contracts)


def read_drift(checked: Checked) -> Drift:
    """The batch at hand, of more than 60 contracts a sample that is told by their names, beside held-out groups."""
    records = [record for record in read_run(checked.out) if record.output is not None]
    corpus = drift.profiles_of_groups(checked.answers, checked.model)
    batch = list(_profiles(_sample(records), checked))
    groups = drift.distances(corpus, corpus)
    return Drift(
        corpus, batch, len(records), checked.model.none_per_term, groups, drift.distances(corpus, batch) if groups else []
    )


def _sample(records: Sequence[Record]) -> list[Record]:
    drawn = sorted(
        records, key=lambda record: hashlib.sha256(f"drift {record.source}".encode("utf-8", "surrogatepass")).digest()
    )
    kept = {record.source for record in drawn[:SAMPLE]}
    return [record for record in records if record.source in kept]


def _profiles(records: Sequence[Record], checked: Checked) -> Iterator[Profile]:
    made = drift.profiler(checked.model)
    for record in records:
        contract = _read(result_path(checked.out, str(record.output)))
        if contract is not None:
            yield made(record.source, units_of(contract.text), len(as_reviewed(contract.terms)))


def _read(path: Path) -> Contract | None:
    """The result, or None for one that is missing or faulty; the portfolio tells those."""
    try:
        return annotated.read(path)
    except RecordError:
        return None


def told(found: Drift) -> str:
    """What was compared, in words."""
    if not found.is_told:
        return NOTHING
    count = len(found.batch)
    of = f"a fixed sample of {count:,} of {found.read:,} contracts" if found.read > SAMPLE else _many(count)
    silent = len(found.batch) - len(found.contracts)
    return (
        f"Compared: {of}, with {len(found.corpus):,} authored groups that the model has not seen."
        f" Farther off than 95 in 100 of these groups: {sum(one.apart > 1.0 for one in found.contracts):,}."
        + (f" Left out, as they hold no word of payment: {silent:,}." if silent else "")
    )


def _many(contracts: int) -> str:
    return "one contract" if contracts == 1 else f"all {contracts:,} contracts"


def drift_table(found: Drift) -> pd.DataFrame:
    """A row for each thing that can drift: the corpus, the batch, their stability index, and how to read it."""
    columns = ["what", "corpus", "this batch", "stability index", "reading"]
    if not found.is_told:
        return pd.DataFrame(columns=columns)
    corpus, batch = found.corpus, found.batch
    asked = [_sums(side, "candidates", "units") for side in (corpus, batch)]
    rows = [
        _unknown_row(found),
        _row("units in which payment is spoken of", [_percent(*share) for share in asked], drift.shares_apart(*asked)),
    ]
    lengths = [f"{np.median([count for one in side for count in one.words]):.0f}" for side in (corpus, batch)]
    rows.append(_row("words in such a unit (median)", lengths, drift.lengths_apart(corpus, batch)))
    rules = drift.stability_index(drift.rules_of(corpus), drift.rules_of(batch))
    rows.append(_row("rules that such units raise", ["", ""], rules))
    return pd.DataFrame([*rows, _term_row(found)], columns=columns)


def _sums(profiles: Sequence[Profile], *names: str) -> tuple[int, int]:
    part, whole = (sum(getattr(one, name) for one in profiles) for name in names)
    return part, whole


def _unknown_row(found: Drift) -> tuple[str, ...]:
    """What the model does not know: the whole says little, as it is the same few contracts that are full of it."""
    edge = np.percentile([one.unknown for one in found.groups], drift.FAR_PERCENT)
    over = sum(one.unknown > edge for one in found.contracts)
    shares = [_percent(*_sums(side, "unknown", "grams")) for side in (found.corpus, found.batch)]
    reading = f"{over:,} of {len(found.contracts):,} contracts hold more of them than 95 in 100 groups do"
    return "words and word pairs that the model does not know", *shares, "", reading


def _row(what: str, values: Sequence[str], index: float) -> tuple[str, ...]:
    return what, *values, f"{index:.3f}", drift.reading(index)


def _term_row(found: Drift) -> tuple[str, ...]:
    """Terms among candidates: the model expects a rate, whatever the corpus has."""
    expected = 1 / (1 + found.none_per_term)
    terms, candidates = _sums(found.batch, "terms", "candidates")
    times = terms / candidates / expected
    reading = f"{times:.1f} times the {expected:.1%} that the model expects of contracts"
    return (
        "terms among such units",
        _percent(*_sums(found.corpus, "terms", "candidates")),
        _percent(terms, candidates),
        "",
        reading,
    )


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else ""


def rule_rates(found: Drift, *, most: int = RULES) -> pd.DataFrame:
    """The rules whose rate differs most: `rule`, and the share of candidates that raise it in the `corpus` and the `batch`."""
    columns = ["rule", "corpus", "batch"]
    if not found.is_told:
        return pd.DataFrame(columns=columns)
    rates = [drift.rules_of(side) / sum(one.candidates for one in side) for side in (found.corpus, found.batch)]
    names = [name.replace("_", " ") for name in flag_patterns()]
    frame = pd.DataFrame(dict(zip(columns, (names, *rates), strict=True)))
    order = (frame["batch"] - frame["corpus"]).abs().sort_values(ascending=False, kind="stable").index
    return frame.loc[order].head(most).reset_index(drop=True)


def places(found: Drift) -> pd.DataFrame:
    """How far each group and each contract lies off: `name`, `is_group`, `unknown`, `rules`, `apart` (see `drift.Distance`)."""
    rows = [
        (one.profile.name, side is found.groups, one.unknown, one.rules, one.apart)
        for side in (found.groups, found.contracts)
        for one in side
    ]
    return pd.DataFrame(rows, columns=["name", "is_group", "unknown", "rules", "apart"])


def unlike_table(found: Drift) -> pd.DataFrame:
    """The contracts that are least like the corpus, the farthest first."""
    rows = [
        (one.profile.name, one.profile.units, one.profile.candidates, f"{one.unknown:.1%}", f"{one.rules:.2f}",
         f"{one.profile.terms / one.profile.candidates:.1%}", f"{one.apart:.2f}")
        for one in found.contracts
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["contract", "units", "of them on payment", *RATES])
