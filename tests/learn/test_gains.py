"""What a change won and lost."""

from pipeline.contract import Basis, Kind
from pipeline.learn.gains import Turned, gains
from pipeline.learn.measure import Found, Result


def result(hit: str = "", missed: str = "", alarms: str = "", basis: Basis = Basis.NONE) -> Result:
    return Result("c", found(hit), found(missed), found(alarms), {}, Basis.MILESTONE, basis)


def found(names: str) -> frozenset[Found]:
    return frozenset(Found("c", Kind.MILESTONE, name, name) for name in names)


def test_gains_and_losses_are_told_apart() -> None:
    changes = gains([result("ab", "c", "xy")], [result("ac", "b", "yz")])
    assert [found.text for found in changes.found] == ["c"]
    assert [found.text for found in changes.missed] == ["b"]
    assert [found.text for found in changes.silenced] == ["x"]
    assert [found.text for found in changes.alarmed] == ["z"]
    assert changes.turned == ()


def test_a_contract_whose_basis_turned_is_named_with_what_is_right() -> None:
    changes = gains([result()], [result(basis=Basis.MILESTONE)])
    assert changes.turned == (Turned("c", Basis.NONE, Basis.MILESTONE, Basis.MILESTONE),)


def test_nothing_changed() -> None:
    same = [result("a", "b", "x")]
    assert gains(same, same) == gains([], [])
