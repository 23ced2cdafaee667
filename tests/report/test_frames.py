"""A run as tables."""

import math
from pathlib import Path

import pytest
from portfolios import IMAGE, MATHS, small_portfolio

from pipeline.errors import RecordError
from pipeline.report.frames import FAULTY, counts, read_batch


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return small_portfolio(tmp_path)


def test_contracts_have_a_row_each_in_the_order_of_the_inputs(out: Path) -> None:
    contracts = read_batch(out).contracts
    assert list(contracts["contract"]) == [MATHS, IMAGE, "alpha.pdf", "below/beta.pdf"]
    assert list(contracts["milestone_terms"]) == [1, 1, 2, 1]
    assert list(contracts["progress_terms"]) == [0, 1, 0, 2]
    assert list(contracts["doubtful_terms"]) == [1, 0, 0, 1]
    assert list(contracts["rate_percent"].dropna()) == [80]
    assert set(contracts["tool"]) == {"payterms 0.1.0"}


def test_terms_are_as_reviewed(out: Path) -> None:
    terms = read_batch(out).terms
    assert list(terms["value"].dropna()) == [400, 9_000, 1_000, 100_000, 50_000, 7_000, 3_000]
    assert list(terms["currency"]) == ["USD", "USD", "USD", "USD", "USD", "EUR", "EUR", ""]
    assert terms.loc[3, "event"] == "acceptance of the hull"
    assert terms.loc[3, "event_kind"] == "acceptance by the customer"
    # The thresholds are 0.4 and 0.3.
    assert [round(margin, 2) for margin in terms["margin"]] == [0.05, 0.6, 0.5, 0.5, 0.5, 0.5, 0.6, 0.05]


def test_reasons_and_clauses_keep_their_order(out: Path) -> None:
    batch = read_batch(out)
    beta = batch.reasons[batch.reasons["contract"] == "below/beta.pdf"]
    assert list(beta["code"]) == ["mixed_billing", "set_off"]
    assert list(batch.clauses["code"]) == ["set_off", "set_off", "set_off", "choice_of_law"]


def test_a_result_that_cannot_be_read_is_told_as_unread(out: Path) -> None:
    (out / "0.json").write_text("{}", encoding="utf-8")
    (out / "1.json").unlink()
    batch = read_batch(out)
    assert list(batch.unread["error"]) == [FAULTY, "damaged", FAULTY]
    assert all(name in batch.unread.loc[row, "message"] for row, name in ((0, "0.json"), (2, "1.json")))
    # A report tells nobody where its maker's files stand.
    assert not batch.unread["message"].str.contains(str(out), regex=False).any()
    assert len(batch.contracts) == 2


def test_a_batch_without_contracts_has_tables_without_rows(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"inputs": []}', encoding="utf-8")
    batch = read_batch(tmp_path)
    assert [len(frame) for frame in (batch.contracts, batch.terms, batch.reasons, batch.clauses, batch.unread)] == [0] * 5
    assert math.isnan(batch.terms["value"].mean())
    assert counts(batch.contracts["advance"], ["yes", "no"]) == {"yes": 0, "no": 0}


def test_a_folder_without_a_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="name a folder that `payterms run` wrote"):
        read_batch(tmp_path)
