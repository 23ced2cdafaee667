"""Payterms: read signed contracts and tell what each payment hangs on."""

from typing import Final

__version__: Final = "0.1.0"
