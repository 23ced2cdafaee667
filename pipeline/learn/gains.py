"""What a change won and what it lost: two taggings of the same labelled contracts, term by term.

A total can stay the same while terms are traded against each other; this lists them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.contract import Basis
from pipeline.learn.measure import Found, Result


@dataclass(frozen=True, slots=True)
class Turned:
    """A contract whose basis came out otherwise than before; `right` is what its labels say."""

    contract: str
    before: Basis
    after: Basis
    right: Basis


@dataclass(frozen=True, slots=True)
class Gains:
    """What the second tagging does otherwise than the first, each in order of contract and text.

    Won: terms that are found now (`found`) and false alarms that are gone (`silenced`). Lost: terms that are missed now
    (`missed`) and false alarms that are new (`alarmed`). `turned` are the contracts with another basis.
    """

    found: tuple[Found, ...]
    silenced: tuple[Found, ...]
    missed: tuple[Found, ...]
    alarmed: tuple[Found, ...]
    turned: tuple[Turned, ...]


def gains(before: Sequence[Result], after: Sequence[Result]) -> Gains:
    """What was won and lost between two taggings of the same contracts."""
    hit_before, hit_after = _all(one.hit for one in before), _all(one.hit for one in after)
    alarms_before, alarms_after = _all(one.alarms for one in before), _all(one.alarms for one in after)
    return Gains(
        _in_order(hit_after - hit_before),
        _in_order(alarms_before - alarms_after),
        _in_order(hit_before - hit_after),
        _in_order(alarms_after - alarms_before),
        tuple(
            Turned(old.contract, old.written_basis, new.written_basis, new.labelled_basis)
            for old, new in zip(before, after, strict=True)
            if old.written_basis is not new.written_basis
        ),
    )


def _all(groups: Iterable[frozenset[Found]]) -> frozenset[Found]:
    return frozenset[Found]().union(*groups)


def _in_order(found: Iterable[Found]) -> tuple[Found, ...]:
    return tuple(sorted(found))
