"""A page that takes for ever to draw, by its name in a module that a process started anew can import."""

import time
from pathlib import Path


def hang(path: Path, number: int, password: str) -> None:
    """Stand in for `pages.draw`."""
    time.sleep(600)
