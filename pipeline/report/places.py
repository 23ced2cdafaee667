"""Which reports there are, and where they stand. Whoever asks that need not load what makes them."""

from enum import StrEnum


class Notebook(StrEnum):
    """The reports, by the notebooks that make them."""

    PORTFOLIO = "portfolio"
    CONTRACT = "contract"
    MODEL = "model"


def stem_of(source: str) -> str:
    """A contract's name without its suffix, the folders above it included."""
    return source.rsplit(".", 1)[0]


def contract_file(source: str) -> str:
    """Where the report of a contract stands below the folder of the reports: `contracts/NAME.html`."""
    return f"contracts/{stem_of(source)}.html"
