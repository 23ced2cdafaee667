"""Contracts that were read before, judged again: by another policy, or by what reviewers have said since."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.batch.jobs import result_path
from pipeline.batch.journal import alone, read_run, rewrite
from pipeline.batch.record import Record
from pipeline.contract import Contract
from pipeline.errors import RecordError
from pipeline.judge.amounts import largest_amounts
from pipeline.judge.policy import Policy
from pipeline.judge.verdict import judged
from pipeline.review import annotated

WITHOUT_CLAUSES: Final = "1.0"


def judge_again(out: Path, policy: Policy) -> list[Record]:
    """Judge every contract of a run by the policy, write its JSON and `run.json` anew, and return the records.

    No PDF is read; terms and reviews stay as they are. Every file is read before any is written, so that a faulty one changes
    nothing. Raises RecordError.
    """
    # The folder is not held against other runs before it is known to be that of one.
    read_run(out)
    with alone(out):
        records = read_run(out)
        before = {one.output: _read(result_path(out, one.output)) for one in records if one.output is not None}
        after = {output: judged(contract, policy) for output, contract in before.items()}
        for output, contract in after.items():
            annotated.write(contract, result_path(out, output))
        told = [_retold(one, before[one.output], after[one.output]) if one.output is not None else one for one in records]
        rewrite(told, out)
    return told


def _retold(record: Record, before: Contract, after: Contract) -> Record:
    """The record of a contract judged again; where it came out otherwise, a later run must not take it for its own result."""
    return replace(
        record,
        basis=after.verdict.basis.value,
        advance=after.verdict.advance.value,
        largest=largest_amounts(after.terms),
        recipe=record.recipe if after == before else "",
    )


def _read(path: Path) -> Contract:
    """The contract in a file, if it was looked through for clauses: without them a verdict would be a guess."""
    contract = annotated.read(path)
    if contract.schema_version == WITHOUT_CLAUSES:
        raise RecordError(f"{path}: written before payterms looked for clauses; read the contract with `payterms run` again")
    return contract
