"""One contract, from its file to a verdict."""

from pathlib import Path

import pytest
from builders import SAMPLES, Ran, locked_pdf

from pipeline import __version__
from pipeline.batch.one import annotate
from pipeline.batch.options import Options
from pipeline.contract import Basis, Kind, TextFrom
from pipeline.errors import EncryptedError
from pipeline.read.sheets import Layout
from pipeline.review.annotated import dumps
from pipeline.tag.model import Model


def test_a_contract_says_what_read_it(model: Model) -> None:
    made = annotate(SAMPLES / "nda.pdf", model)
    assert made.tool.version == __version__
    assert made.model == model.ref
    assert made.source.name == "nda.pdf"
    assert "MUTUAL NON-DISCLOSURE AGREEMENT" in made.text


def test_a_second_reading_says_the_same(ran: Ran, model: Model) -> None:
    made = annotate(ran.source / "milestone_table.pdf", model)
    assert dumps(made) == (ran.out / "milestone_table.json").read_text(encoding="utf-8")


def test_pdfplumber_finds_the_same_terms(model: Model) -> None:
    fast = annotate(SAMPLES / "monthly_progress.pdf", model)
    full = annotate(SAMPLES / "monthly_progress.pdf", model, Options(layout=Layout.ALL))
    assert [(term.id, term.label, term.span, term.page) for term in fast.terms] == [
        (term.id, term.label, term.span, term.page) for term in full.terms
    ]
    assert fast.verdict == full.verdict


def test_a_scan_is_unknown_not_none(model: Model) -> None:
    made = annotate(SAMPLES / "scan.pdf", model)
    assert {page.text_from for page in made.source.pages} == {TextFrom.NONE}
    assert (made.verdict.basis, made.terms, made.text) == (Basis.UNKNOWN, (), "")


def test_terms_are_milestone_or_progress(model: Model) -> None:
    made = annotate(SAMPLES / "mixed.pdf", model)
    assert {term.label for term in made.terms} == {Kind.MILESTONE, Kind.PROGRESS}
    known = {one.id for one in made.terms} | {one.id for one in made.risks}
    assert {one for reason in made.verdict.reasons for one in reason.terms} <= known


def test_an_owner_password_alone_does_not_keep_out(model: Model) -> None:
    assert "CONTRACT" in annotate(SAMPLES / "encrypted.pdf", model).text.upper()


def test_a_password_does(model: Model, tmp_path: Path) -> None:
    with pytest.raises(EncryptedError, match=r"locked\.pdf"):
        annotate(locked_pdf(tmp_path / "locked.pdf"), model)


def test_the_right_password_opens_it(model: Model, tmp_path: Path) -> None:
    made = annotate(locked_pdf(tmp_path / "locked.pdf"), model, Options(password="key"))
    assert made.text == annotate(SAMPLES / "nda.pdf", model).text
