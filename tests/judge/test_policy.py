"""Policy files: what they may say, and what is told of one that is wrong."""

from pathlib import Path

import pytest

from pipeline.contract import Advance
from pipeline.errors import PolicyError
from pipeline.judge.facts import known_facts
from pipeline.judge.policy import default_policy, loads, policy_names, read_policy

REASON = """[reasons.progress]
when = ["basis.progress"]
advance = "no"
why = "Paid by the calendar."
remedy = "Cut it anew."
"""
GOOD = f'name = "desk"\n{REASON}'
# A policy file, and what is told of it.
FAULTS = {
    "not TOML": ('name = "desk"\n[reasons.x\n', "desk.toml: not TOML: Expected ']'"),
    "no name": (REASON, "desk.toml, line 1: name: missing; write a text"),
    "a name that is a number": (f"name = 3\n{REASON}", "desk.toml, line 1: name: 3; expected a text"),
    "no reasons": ('name = "desk"\n', "desk.toml, line 1: reasons: no reasons; write at least one table [reasons.CODE]"),
    "a misspelt table": (
        f"{GOOD}[limit]\nlongest_days = 60\n",
        "desk.toml, line 7: limit: an unknown key, did you mean 'limits'?",
    ),
    "a misspelt limit": (
        f"{GOOD}[limits]\n# in days\nlongest_day = 60\n",
        "desk.toml, line 9: limits.longest_day: an unknown key, did you mean 'longest_days'?",
    ),
    "a limit in words": (
        f'{GOOD}[limits]\nlongest_days = "sixty"\n',
        "desk.toml, line 8: limits.longest_days: 'sixty'; expected a number, 0 or more",
    ),
    "a limit below nothing": (
        f"{GOOD}[limits]\nlongest_days = -1\n",
        "desk.toml, line 8: limits.longest_days: -1; expected a number",
    ),
    "laws that are no list": (
        f'{GOOD}[laws]\nlift_bans = "Texas"\n',
        "desk.toml, line 8: laws.lift_bans: 'Texas'; expected a list of texts",
    ),
    "a reason that is no table": (
        'name = "desk"\n[reasons]\nprogress = "no"\n',
        "desk.toml, line 3: reasons.progress: 'no'; expected a table, [reasons.progress]",
    ),
    "a misspelt key of a reason": (
        GOOD.replace("remedy", "remedies"),
        "desk.toml, line 6: reasons.progress.remedies: an unknown key, did you mean 'remedy'?",
    ),
    "no remedy": (
        GOOD.replace('remedy = "Cut it anew."\n', ""),
        "desk.toml, line 2: reasons.progress.remedy: missing; a reason needs when, advance, why, remedy",
    ),
    "an empty why": (
        GOOD.replace("Paid by the calendar.", " "),
        "desk.toml, line 5: reasons.progress.why: ' '; expected a text",
    ),
    "an unknown advance": (
        GOOD.replace('"no"', '"never"'),
        "desk.toml, line 4: reasons.progress.advance: 'never'; expected yes, conditional, no, unknown",
    ),
    "a misspelt fact": (
        GOOD.replace("basis.progress", "basis.progres"),
        "desk.toml, line 3: reasons.progress.when: 'basis.progres' is no fact, did you mean 'basis.progress'?",
    ),
    "no fact": (GOOD.replace('"basis.progress"', ""), "desk.toml, line 3: reasons.progress.when: empty; name the facts"),
    "a fact that is a number": (
        GOOD.replace('"basis.progress"', "4"),
        "desk.toml, line 3: reasons.progress.when: [4]; expected a list of texts",
    ),
    "a rate above all": (
        f"{GOOD}rate_percent = 110\n",
        "desk.toml, line 7: reasons.progress.rate_percent: 110; expected a whole number from 0 to 100",
    ),
    "a rate that is a word": (
        f'{GOOD}rate_percent = "half"\n',
        "line 7: reasons.progress.rate_percent: 'half'; expected a whole",
    ),
    "firm in words": (f'{GOOD}firm = "yes"\n', "desk.toml, line 7: reasons.progress.firm: 'yes'; expected true or false"),
    "a firm yes": (
        GOOD.replace('"no"', '"yes"') + "firm = true\n",
        "desk.toml, line 7: reasons.progress.firm: true with advance = 'yes'; only no and unknown can be firm",
    ),
    "another base": (
        f'based_on = "mine"\n{GOOD}',
        "desk.toml, line 1: based_on: 'mine'; expected \"default\", or leave it out",
    ),
}


@pytest.mark.parametrize(("text", "told"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_its_line_and_key(text: str, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        loads(text, name="desk.toml")
    assert told in str(caught.value)


def test_what_a_policy_leaves_out_is_as_in_the_default() -> None:
    made, default = loads(f"{GOOD}[limits]\nlongest_days = 45\n", name="desk.toml"), default_policy()
    assert made.limits == {**default.limits, "longest_days": 45}
    assert (made.basis, made.lifting_laws) == (default.basis, default.lifting_laws)
    (rule,) = made.rules
    assert (rule.code, rule.when, rule.unless, rule.firm, rule.rate_percent) == (
        "progress",
        ("basis.progress",),
        (),
        False,
        None,
    )
    assert rule.advance is Advance.NO


def test_a_policy_based_on_the_default_has_its_reasons_but_for_those_it_writes_anew() -> None:
    made = loads(f'based_on = "default"\n{GOOD.replace("[reasons.progress]", "[reasons.retainage]")}', name="desk.toml")
    default = {rule.code: rule for rule in default_policy().rules}
    assert [rule.code for rule in made.rules] == list(default)
    assert [rule.code for rule in made.rules if rule != default[rule.code]] == ["retainage"]


def test_the_default_uses_facts_of_every_sort_and_each_reason_tells_why_and_what_to_do() -> None:
    rules = default_policy().rules
    used = {fact for rule in rules for fact in (*rule.when, *rule.unless)}
    # A governing law matters by what it lifts, and an unknown basis by the pages that were not read.
    assert set(known_facts()) - used == {"basis.unknown", "clause.choice_of_law"}
    for rule in rules:
        assert rule.why.endswith(".")
        assert rule.remedy[-1] in '."'
        assert len(rule.remedy) > 40


@pytest.mark.parametrize("name", policy_names())
def test_the_policies_that_come_with_payterms_are_read_by_name(name: str) -> None:
    assert read_policy(Path(name)).rules


def test_a_file_comes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("certified_progress").write_text(GOOD, encoding="utf-8")
    assert read_policy(Path("certified_progress")).name == "desk"


@pytest.mark.parametrize("name", ["nowhere.toml", "."])
def test_a_file_that_cannot_be_read_is_told_with_the_names_there_are(name: str) -> None:
    with pytest.raises(PolicyError, match=r"cannot be read .*certified_progress, policy"):
        read_policy(Path(name))
