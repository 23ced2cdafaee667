"""Where reports stand."""

from pipeline.report.places import contract_file


def test_contracts_keep_their_folders() -> None:
    assert contract_file("below/msa 1.pdf") == "contracts/below/msa 1.html"
    assert contract_file("a.b.PDF") == "contracts/a.b.html"
