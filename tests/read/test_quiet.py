"""Complaints of the libraries below: once for each kind and file, on our log only."""

import logging
import warnings

import pytest

from pipeline.read.quiet import told_once

MINER = logging.getLogger("pdfminer.psparser")


def test_each_kind_is_told_once_for_each_file(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a.pdf", "b.pdf"):
        with told_once(name):
            for number in range(50):
                MINER.warning("ignoring object %d at '%s'", number, number)
            MINER.warning("another thing")
    assert [(one.name, one.getMessage()) for one in caplog.records] == [
        ("pipeline.read.quiet", f"{name}: pdfminer.psparser: {message}")
        for name in ("a.pdf", "b.pdf")
        for message in ("ignoring object 0 at '0'", "another thing")
    ]


def test_warnings_are_told_too(caplog: pytest.LogCaptureFixture) -> None:
    with told_once("a.pdf"):
        warnings.warn("odd colour 1", RuntimeWarning, stacklevel=1)
        warnings.warn("odd colour 2", RuntimeWarning, stacklevel=1)
    assert [one.getMessage() for one in caplog.records] == ["a.pdf: RuntimeWarning: odd colour 1"]


def test_after_it_the_libraries_log_as_before(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ValueError, match="ours"), told_once("a.pdf"):
        raise ValueError("ours")
    MINER.warning("later")
    assert [one.name for one in caplog.records] == ["pdfminer.psparser"]


def test_what_is_said_in_passing_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    with told_once("a.pdf"):
        MINER.info("reading")
    assert not caplog.records
