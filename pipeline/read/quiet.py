"""What the libraries below complain of, told to our own log once for each kind of complaint and file.

pdfminer warns of every odd object that it meets, thousands of times in a bad file, and by default on the terminal.
"""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LIBRARIES: Final = ("pdfminer", "pdfplumber", "pypdfium2")
# What changes from one complaint to the next of its kind: numbers, and what is quoted.
PARTICULARS: Final = re.compile(r"\d+|'[^']*'|\"[^\"]*\"|<[^>]*>")
LONGEST: Final = 200

log = logging.getLogger(__name__)


class _Once(logging.Handler):
    """Passes the first complaint of each kind on, with the name of the file."""

    def __init__(self, name: str) -> None:
        super().__init__(logging.WARNING)
        self.file = name
        self.kinds: set[tuple[str, str]] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.tell(record.name, record.getMessage())

    def tell(self, library: str, message: str) -> None:
        """Log a complaint of a library, if it is the first of its kind."""
        kind = library, PARTICULARS.sub("#", message[:LONGEST])
        if kind not in self.kinds:
            self.kinds.add(kind)
            log.warning("%s: %s: %s", self.file, library, message[:LONGEST])


@contextmanager
def told_once(name: str) -> Iterator[None]:
    """Within, what the libraries say of the file of this name goes to our log, once for each kind."""
    once = _Once(name)
    loggers = [logging.getLogger(library) for library in LIBRARIES]
    before = [logger.propagate for logger in loggers]
    for logger in loggers:
        logger.addHandler(once)
        logger.propagate = False
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            yield
        for warning in caught:
            once.tell(warning.category.__name__, str(warning.message))
    finally:
        for logger, propagated in zip(loggers, before, strict=True):
            logger.removeHandler(once)
            logger.propagate = propagated
