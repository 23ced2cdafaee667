"""What a contract's payments hang on and whether to advance on them, from the facts of the contract and a policy."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from pipeline.contract import Advance, Basis, Contract, Kind, Reason, Term, Unit, Verdict
from pipeline.judge.facts import OTHERWISE, Case, Fact, as_reviewed, facts_of, sureness, unread_pages
from pipeline.judge.policy import Policy, Rule, default_policy

# Which of two reasons counts: the later one here. A firm reason counts more than any that is not.
ORDER: Final = (Advance.YES, Advance.CONDITIONAL, Advance.NO, Advance.UNKNOWN)


def judge(case: Case, policy: Policy | None = None) -> Verdict:
    """The verdict on a case, by the default policy if none is given; the terms count as their reviewer says.

    Pages without text that nobody read make the basis unknown unless they are plainly blank: "not found" is not "not readable".
    """
    policy = policy or default_policy()
    case = replace(case, terms=as_reviewed(case.terms))
    basis = Basis.UNKNOWN if unread_pages(case.pages) else basis_of(case.terms, policy.basis)
    facts = facts_of(case, basis, policy.limits, policy.lifting_laws)
    rules = sorted(_that_hold(policy.rules, facts), key=_weight, reverse=True)
    advance = rules[0].advance if rules else Advance.UNKNOWN
    return Verdict(
        basis=basis,
        advance=advance,
        reasons=tuple(_reason(rule, facts) for rule in rules),
        rate_percent=_rate(rules) if advance in {Advance.YES, Advance.CONDITIONAL} else None,
        policy=policy.name,
    )


def judged(contract: Contract, policy: Policy | None = None) -> Contract:
    """The contract with the verdict of the policy; everything else, reviews too, stays as it is."""
    case = Case(contract.terms, contract.source.pages, contract.risks, contract.schedules, contract.text)
    return replace(contract, verdict=judge(case, policy))


def _that_hold(rules: Sequence[Rule], facts: Mapping[str, Fact]) -> list[Rule]:
    held = [rule for rule in rules if OTHERWISE not in rule.when and _holds(rule, facts)]
    return held or [rule for rule in rules if OTHERWISE in rule.when and _holds(rule, {**facts, OTHERWISE: Fact()})]


def _holds(rule: Rule, facts: Mapping[str, Fact]) -> bool:
    return all(name in facts for name in rule.when) and not any(name in facts for name in rule.unless)


def _weight(rule: Rule) -> tuple[bool, int]:
    return rule.firm, ORDER.index(rule.advance)


def _rate(rules: Sequence[Rule]) -> int | None:
    return min((rule.rate_percent for rule in rules if rule.rate_percent is not None), default=None)


def _reason(rule: Rule, facts: Mapping[str, Fact]) -> Reason:
    on = [facts[name] for name in rule.when if name in facts]
    ids = tuple(dict.fromkeys(name for fact in on for name in fact.ids))
    why = " ".join([rule.why, *(fact.detail for fact in on if fact.detail)])
    return Reason(rule.code, ids, why, rule.remedy, rule.advance)


def basis_of(terms: Sequence[Term], rules: Mapping[str, float] | None = None) -> Basis:
    """The kind that holds nearly all the evidence, mixed if neither does, none if there is hardly any."""
    rules = rules or default_policy().basis
    # Summed without rounding on the way: at the limit of a share the order of the terms must not decide.
    weighed = [(term.label, _evidence(term, rules["says_how_much"])) for term in terms if term.label is not Kind.NONE]
    evidence = {
        kind: math.fsum(weight for label, weight in weighed if label is kind) for kind in (Kind.MILESTONE, Kind.PROGRESS)
    }
    total = math.fsum(weight for _, weight in weighed)
    if total < rules["least"]:
        return Basis.NONE
    kind = max(evidence, key=lambda kind: evidence[kind])
    return Basis(kind.value) if evidence[kind] >= rules["share"] * total else Basis.MIXED


def _evidence(term: Term, says_how_much: float) -> float:
    """How much a term speaks for its kind: its probability, so that the sum is the number of terms that one can expect."""
    weighty = term.amounts or term.percents or term.unit is Unit.ROW
    return sureness(term) * (1.0 + (says_how_much if weighty else 0.0))
