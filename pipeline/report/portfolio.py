"""A batch in numbers: what can be financed and what cannot, what falls due on what, its clauses, what is unknown.

Frames in, frames out; the columns of those that are shown as tables are titles. Sums of different currencies are never added.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pandas as pd

from pipeline.batch.journal import unfinished
from pipeline.contract import Advance, Basis, Kind
from pipeline.judge.policy import default_policy, policy_names, read_policy
from pipeline.report.events import OTHER
from pipeline.report.frames import Batch, counts
from pipeline.report.places import contract_file
from pipeline.report.show import by_currency, line, link, mark, money, named
from pipeline.report.words import clause_name, doubts_told, helps, spoken, threats
from pipeline.review.shown import in_a_line

CAN, CANNOT, NOT_KNOWN = "can be financed", "cannot", "not known"
OUTCOMES: Final = (CAN, CANNOT, NOT_KNOWN)
FINANCED: Final = (Advance.YES, Advance.CONDITIONAL)
# What a desk acts on comes first.
ORDER: Final = (Advance.YES, Advance.CONDITIONAL, Advance.UNKNOWN, Advance.NO)
NOT_READ: Final = "not read"
# How many characters of a name, a reason or a term stand in a table.
NAME_CHARS: Final = 60
TEXT_CHARS: Final = 240
# How many currencies a tile tells.
TOLD: Final = 3


# --- What can be financed ---


def by_advance(batch: Batch) -> pd.DataFrame:
    """How many contracts have each `advance`, and how many were not read: `contracts`, and their `share` of all inputs."""
    found = {**counts(batch.contracts["advance"], Advance), NOT_READ: len(batch.unread)}
    frame = pd.DataFrame({"advance": list(found), "contracts": list(found.values())})
    return frame.assign(share=frame["contracts"] / max(1, frame["contracts"].sum()))


def paying_terms(batch: Batch) -> pd.DataFrame:
    """The terms that pay a sum, with basis, advance and rate of their contract, and their `outcome`, one of `OUTCOMES`.

    What can be financed is milestone money in contracts that may be advanced against; progress money only where the policy
    advances against a contract that is paid by progress alone.
    """
    verdicts = batch.contracts[["contract", "basis", "advance", "rate_percent"]]
    terms = batch.terms.loc[batch.terms["value"].notna(), ["contract", "kind", "value", "currency", "worked_out"]]
    joined = terms.merge(verdicts, on="contract", how="left")
    fits = (joined["kind"] == Kind.MILESTONE) | (joined["basis"] == Basis.PROGRESS)
    outcome = pd.Series(CANNOT, index=joined.index, dtype=object)
    outcome[joined["advance"].isin(FINANCED) & fits] = CAN
    outcome[joined["advance"] == Advance.UNKNOWN] = NOT_KNOWN
    return joined.assign(outcome=outcome)


def sums(batch: Batch) -> pd.DataFrame:
    """The money of the portfolio: a `value` for each `currency`, `outcome` and `kind` that has any, with its `terms`."""
    grouped = paying_terms(batch).groupby(["currency", "outcome", "kind"], observed=True)["value"]
    return grouped.agg(value="sum", terms="size").reset_index()


def currencies(batch: Batch) -> list[str]:
    """The currencies of the portfolio, that of most contracts first, "" (not told) last."""
    terms = paying_terms(batch)
    used = terms.groupby("currency").agg(contracts=("contract", "nunique"), value=("value", "sum"))
    found = used.sort_values(["contracts", "value"], ascending=False).index
    return sorted(map(str, found), key=lambda currency: currency == "")


def money_table(batch: Batch) -> pd.DataFrame:
    """A row for each currency: what can be financed, what cannot, what is not known, and what would be advanced at most."""
    terms = paying_terms(batch)
    rows = [_money_row(currency, terms[terms["currency"] == currency]) for currency in currencies(batch)]
    frame = pd.DataFrame(rows, columns=list(_money_row("", terms)))
    return frame if terms["rate_percent"].notna().any() else frame.drop(columns="Advanced at most")


def _money_row(currency: str, terms: pd.DataFrame) -> dict[str, Any]:
    def of(chosen: pd.Series) -> float:
        return float(terms.loc[chosen, "value"].sum().round())

    can, cannot = terms["outcome"] == CAN, terms["outcome"] == CANNOT
    advanced = (terms["value"] * terms["rate_percent"] / 100)[can]
    return {
        "Currency": currency or "not told",
        "Contracts": terms["contract"].nunique(),
        "Terms with a sum": len(terms),
        "Can be financed": of(can),
        "of it in “yes” contracts": of(can & (terms["advance"] == Advance.YES)),
        "Cannot: milestone": of(cannot & (terms["kind"] == Kind.MILESTONE)),
        "Cannot: progress": of(cannot & (terms["kind"] == Kind.PROGRESS)),
        "Not known": of(terms["outcome"] == NOT_KNOWN),
        "Advanced at most": round(float(advanced.sum(min_count=1))) if advanced.notna().any() else None,
    }


def money_note(batch: Batch) -> str:
    """How much of the money is told at all, and how much of that was worked out."""
    all_terms, paying = len(batch.terms), batch.terms[batch.terms["value"].notna()]
    if not all_terms:
        return "No payment terms were found, so there is no money to count."
    return (
        f"{len(paying):,} of {all_terms:,} payment terms pay a sum that is counted here; the other {all_terms - len(paying):,} "
        f"tell none (or it is blacked out), or one that another term tells already. So this is what is told, not all "
        f"that is payable. Sums worked out as a share of a price which the contract tells: {int(paying['worked_out'].sum()):,}."
    )


def headline(batch: Batch) -> list[tuple[str, str, str]]:
    """The tiles at the head of the report: what each counts, the number, a word more."""
    found = counts(batch.contracts["advance"], Advance)
    total = len(batch.contracts)
    can = sum(found[advance] for advance in FINANCED)
    return [
        ("contracts read", f"{total:,}", f"{int(batch.contracts['pages'].sum()):,} pages"),
        ("can be financed", f"{can:,}", _share(can, total, f"{found['yes']:,} yes, {found['conditional']:,} on conditions")),
        ("cannot", f"{found['no']:,}", _share(found["no"], total)),
        ("not known yet", f"{found['unknown']:,}", _share(found["unknown"], total)),
        ("could not be read", f"{len(batch.unread):,}", f"of {total + len(batch.unread):,} files"),
        _money_tile(batch),
    ]


def _share(part: int, total: int, more: str = "") -> str:
    return f"{percent(part, total)} of those read{': ' if more else ''}{more}"


def percent(part: float, total: float) -> str:
    """A share as a whole percentage; "under 1%" rather than 0% of something, "-" of nothing."""
    if not total:
        return "-"
    share = 100 * part / total
    return "under 1%" if 0 < share < 0.5 else f"{share:.0f}%"


def _money_tile(batch: Batch) -> tuple[str, str, str]:
    found = sums(batch)
    by = found[found["outcome"] == CAN].groupby("currency")["value"].sum()
    told = [money(by[currency], currency) for currency in currencies(batch) if currency in by.index]
    more = f", {len(told) - TOLD:,} more" if len(told) > TOLD else ""
    also = f"also {', '.join(told[1:TOLD])}{more}; " if told[1:] else ""
    paying = int(batch.terms["value"].notna().sum())
    return (
        "can be financed, of what is told",
        told[0] if told else "no sum",
        f"{also}{paying:,} of {len(batch.terms):,} terms pay a counted sum",
    )


def provenance(batch: Batch) -> str:
    """By which policy, model and program the batch was judged, and in which folder it stands."""
    told = ((name.title(), sorted(set(batch.contracts[name]) - {""})) for name in ("policy", "model", "tool"))
    said = [f"{name}: {', '.join(map(str, values[:3]))}" for name, values in told if values]
    return ". ".join((*said, f"Folder: {batch.folder.resolve().name}", *_cautions(batch))) + "."


def _cautions(batch: Batch) -> Iterator[str]:
    """What would make the numbers of a batch something else than they seem."""
    again = int(batch.contracts["sha256"].duplicated().sum())
    if again:
        yield f"{again:,} of the contracts are the same file as another, and count each time"
    if unfinished(batch.folder):
        yield "The run has not ended: what it has not read yet is missing here"


# --- Basis and verdict ---


def basis_by_advance(batch: Batch) -> pd.DataFrame:
    """How many contracts have each basis (rows) and each advance (columns), zeros too."""
    table = pd.crosstab(batch.contracts["basis"], batch.contracts["advance"])
    return table.reindex(index=list(Basis), columns=list(ORDER), fill_value=0).fillna(0).astype(int)


def common_reasons(batch: Batch) -> pd.DataFrame:
    """For each reason (`code`, what it allows at most as `advance`) of how many `contracts` it is one; most first."""
    grouped = batch.reasons.groupby(["code", "advance"], observed=True, dropna=False)["contract"].nunique()
    return grouped.reset_index(name="contracts").sort_values(["contracts", "code"], ascending=[False, True], ignore_index=True)


def contract_table(batch: Batch, reports: str = "") -> pd.DataFrame:
    """A row for each contract, what a desk acts on first, with a link to its report if there is one in the folder `reports`."""
    frame = _sorted(batch)
    totals = _sums_told(batch)
    gravest = batch.reasons.groupby("contract", sort=False).agg(code=("code", "first"), all=("code", "size"))
    reasons = [_gravest(*gravest.loc[name]) if name in gravest.index else "" for name in frame["contract"]]
    table = pd.DataFrame(
        {
            "Contract": [_named(name, reports) for name in frame["contract"]],
            "Pages": frame["pages"].to_numpy(),
            "Basis": [mark(basis) for basis in frame["basis"]],
            "Advance": [mark(advance) for advance in frame["advance"]],
            "Milestone terms": frame["milestone_terms"].to_numpy(),
            "Progress terms": frame["progress_terms"].to_numpy(),
            "Can be financed": [totals.get((name, True), "") for name in frame["contract"]],
            "Other money": [totals.get((name, False), "") for name in frame["contract"]],
            "Rate, %": frame["rate_percent"].to_numpy(),
            "Gravest reason": reasons,
        }
    )
    return table if frame["rate_percent"].notna().any() else table.drop(columns="Rate, %")


def _sorted(batch: Batch) -> pd.DataFrame:
    """The contracts by what may be advanced, then by money: the currency of most contracts first, the most of it first."""
    ranks = {currency: rank for rank, currency in enumerate(currencies(batch))}
    terms = paying_terms(batch).assign(rank=lambda frame: frame["currency"].map(ranks))
    held = terms.groupby(["contract", "rank"])["value"].sum().reset_index().drop_duplicates("contract")
    frame = batch.contracts.merge(held, on="contract", how="left").fillna({"rank": len(ranks), "value": 0.0})
    frame = frame.assign(order=frame["advance"].map({advance: place for place, advance in enumerate(ORDER)}).astype(int))
    keys = ["order", "rank", "value", "milestone_terms"]
    return frame.sort_values(keys, ascending=[True, True, False, False], kind="stable", ignore_index=True)


def _sums_told(batch: Batch) -> Mapping[tuple[Any, ...], str]:
    """The money of each contract in words: what can be financed (True), and the rest."""
    terms = paying_terms(batch)
    return _told_by(terms.groupby(["contract", terms["outcome"] == CAN, "currency"])["value"].sum())


def _told_by(sums: pd.Series) -> Mapping[tuple[Any, ...], str]:
    """Sums in words, by all keys of their index but the last, which is their currency."""
    held: dict[tuple[Any, ...], dict[str, float]] = {}
    for (*key, currency), value in sums.items():
        held.setdefault(tuple(key), {})[currency] = value
    return {key: by_currency(of) for key, of in held.items()}


def _named(source: str, reports: str) -> Any:
    """The contract's name, as a link if its report is there."""
    file, name = contract_file(source), cut(source, NAME_CHARS)
    return named(link(quote(file), name) if reports and Path(reports, file).exists() else name)


def cut(name: str, chars: int) -> str:
    """A name on one line of so many characters at most; what is left out is in its middle, as names begin and end alike."""
    whole = in_a_line(name)
    return whole if len(whole) <= chars else f"{whole[: chars // 3]}…{whole[len(whole) - chars + chars // 3 + 1 :]}"


def _gravest(code: str, reasons: int) -> str:
    return clause_name(code) + (f", and {reasons - 1} more" if reasons > 1 else "")


# --- What falls due on what ---


def due_on(batch: Batch) -> pd.DataFrame:
    """The payment schedule: for each `kind` and `event_kind` its `terms`, `contracts` and `money`, most first, `OTHER` last."""
    keys = ["kind", "event_kind"]
    grouped = batch.terms.groupby(keys, observed=True)
    frame = grouped.agg(terms=("term", "size"), contracts=("contract", "nunique")).reset_index()
    paid = batch.terms.dropna(subset=["value"]).groupby([*keys, "currency"], observed=True)["value"].sum()
    told = _told_by(paid)
    frame["money"] = [told.get(key, "") for key in zip(frame["kind"], frame["event_kind"], strict=True)]
    last = frame["event_kind"] == OTHER
    return (
        frame.assign(last=last)
        .sort_values(["kind", "last", "terms"], ascending=[True, True, False], ignore_index=True)
        .drop(columns="last")
    )


def due_on_table(batch: Batch) -> pd.DataFrame:
    """The payment schedule to be shown."""
    frame = due_on(batch)
    return pd.DataFrame(
        {
            "Kind": [mark(kind) for kind in frame["kind"]],
            "Falls due on": frame["event_kind"],
            "Terms": frame["terms"],
            "Contracts": frame["contracts"],
            "Money, where told": frame["money"],
        }
    )


def days_to_pay(batch: Batch) -> pd.DataFrame:
    """The `kind` and `due_days` of the terms that tell days to pay."""
    return batch.terms.loc[batch.terms["due_days"].notna(), ["kind", "due_days"]]


def limit_days(batch: Batch) -> tuple[int, bool]:
    """The most days to pay that the batch's policy finances, and whether it is that policy's (True) or the default's.

    A run tells the name of its policy only, so that the limits of those that come with payterms are known.
    """
    known = {policy.name: policy for policy in (read_policy(Path(name)) for name in policy_names())}
    used = set(batch.contracts["policy"])
    policy = known.get(used.pop()) if len(used) == 1 else None
    return int((policy or default_policy()).limits["longest_days"]), policy is not None


def days_note(batch: Batch) -> str:
    """How many terms tell days to pay, the median, how many are beyond the limit, and whose limit it is."""
    days, total = days_to_pay(batch)["due_days"], len(batch.terms)
    limit, known = limit_days(batch)
    if not len(days):
        return f"None of {total:,} terms tells within how many days it is paid." if total else "No payment terms were found."
    whose = "the policy" if known else "the policy that comes with payterms (this batch's own is not at hand)"
    return (
        f"{len(days):,} of {total:,} terms tell days to pay, {total - len(days):,} do not. The median is "
        f"{days.median():g} days. Beyond the {limit} days that {whose} finances: {int((days > limit).sum()):,}."
    )


# --- Clauses ---


def clauses_held(batch: Batch) -> pd.DataFrame:
    """How many clauses of each code (columns: threats, then helps) each contract has (rows: all, in the batch's order)."""
    table = pd.crosstab(batch.clauses["contract"], batch.clauses["code"])
    return table.reindex(index=list(batch.contracts["contract"]), columns=[*threats(), *helps()], fill_value=0).astype(int)


def most_loaded(batch: Batch, most: int) -> pd.DataFrame:
    """Of `clauses_held` the contracts with the most kinds of threats, then with the most clauses, at most so many."""
    held = clauses_held(batch)
    threatened = held[list(threats())]
    keys = pd.DataFrame({"kinds": (threatened > 0).sum(axis=1), "clauses": threatened.sum(axis=1)})
    order = keys.sort_values(["kinds", "clauses"], ascending=False, kind="stable").index
    return held.loc[order].head(most)


def clause_shares(batch: Batch) -> pd.DataFrame:
    """Of each code (rows) the share of contracts that have such a clause: of `all`, and by advance; NaN of none."""
    has = clauses_held(batch).reset_index(drop=True) > 0
    groups = {"all": has, **{str(advance): has[_is(batch, advance)] for advance in ORDER}}
    return pd.DataFrame({name: group.mean() for name, group in groups.items()}, index=has.columns)


def _is(batch: Batch, advance: Advance) -> Any:
    return (batch.contracts["advance"] == advance).to_numpy()


def clause_table(batch: Batch) -> pd.DataFrame:
    """The shares to be shown, in whole percent; the commonest threat first, then what helps."""
    shares = clause_shares(batch)
    found = (clauses_held(batch) > 0).sum()
    codes = [*_commonest(found, threats()), *_commonest(found, helps())]
    percents = (100 * shares.loc[codes]).round().astype("Int64")
    sizes = {"all": len(batch.contracts), **counts(batch.contracts["advance"], Advance)}
    return pd.DataFrame(
        {
            "Clause": [clause_name(code) for code in codes],
            "Sort": ["threatens" if code in threats() else "helps or informs" for code in codes],
            "Contracts": found[codes].to_numpy(),
            **{
                f"% of all {sizes[name]:,}" if name == "all" else f"% of {sizes[name]:,} {name}": percents[name].to_numpy()
                for name in shares.columns
            },
        }
    )


def _commonest(found: pd.Series, codes: Sequence[str]) -> list[str]:
    return sorted(codes, key=lambda code: -int(found[code]))


# --- What is unknown, doubtful, unread ---


def unknown_reasons(batch: Batch) -> pd.DataFrame:
    """The reasons for which the advance of contracts is unknown, of each contract one or more."""
    unknown = batch.contracts.loc[batch.contracts["advance"] == Advance.UNKNOWN, "contract"]
    reasons = batch.reasons[batch.reasons["contract"].isin(unknown)]
    return reasons[(reasons["advance"] == Advance.UNKNOWN) | reasons["advance"].isna()]


def unknown_counts(batch: Batch) -> pd.DataFrame:
    """Of each such reason how many contracts wait for it, with what money, and what to do."""
    reasons, terms = unknown_reasons(batch), paying_terms(batch)
    rows = []
    for code, group in reasons.groupby("code", sort=False):
        held = terms[terms["contract"].isin(group["contract"])].groupby("currency")["value"].sum()
        rows.append(
            (
                clause_name(str(code)),
                group["contract"].nunique(),
                by_currency(held) if len(held) else "",
                group["remedy"].iloc[0],
            )
        )
    frame = pd.DataFrame(rows, columns=["Reason", "Contracts", "Money that waits", "What to do"])
    return frame.sort_values("Contracts", ascending=False, kind="stable", ignore_index=True)


def unknown_table(batch: Batch, reports: str = "") -> pd.DataFrame:
    """A row for each unknown contract and reason: what it rests on, and what to do."""
    reasons = unknown_reasons(batch)
    return pd.DataFrame(
        {
            "Contract": [_named(name, reports) for name in reasons["contract"]],
            "Reason": [clause_name(code) for code in reasons["code"]],
            "What it rests on": [line(why, TEXT_CHARS) for why in reasons["why"]],
            "What to do": [line(remedy, TEXT_CHARS) for remedy in reasons["remedy"]],
        }
    )


def doubtful_terms(batch: Batch) -> pd.DataFrame:
    """The terms in doubt, in the order to look at them, with `of`, how many terms their contract has.

    The fewer terms a contract has, the more its verdict hangs on each: those of contracts with the fewest come first, among
    them the least sure.
    """
    terms = batch.terms.assign(of=batch.terms.groupby("contract")["term"].transform("size"))
    return terms[terms["doubts"] != ""].sort_values(["of", "margin"], kind="stable", ignore_index=True)


def doubt_table(batch: Batch, reports: str = "") -> pd.DataFrame:
    """The queue of terms to look at, to be shown."""
    terms = doubtful_terms(batch)
    return pd.DataFrame(
        {
            "Contract": [_named(name, reports) for name in terms["contract"]],
            "Page": terms["page"].to_numpy(dtype="int64"),
            "Kind": [mark(kind) for kind in terms["kind"]],
            "Probability": terms["probability"].round(2).to_numpy(),
            "Terms there": terms["of"].to_numpy(dtype="int64"),
            "Why look": [doubts_told(codes) for codes in terms["doubts"]],
            "Term": [line(text, TEXT_CHARS) for text in terms["text"]],
        }
    )


def unread_table(batch: Batch) -> pd.DataFrame:
    """The files that could not be read."""
    return pd.DataFrame(
        {
            "File": [cut(source, NAME_CHARS) for source in batch.unread["source"]],
            "Why": [spoken(str(error)) for error in batch.unread["error"]],
            "What to do": batch.unread["message"].to_numpy(),
        }
    )
