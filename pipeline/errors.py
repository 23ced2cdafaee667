"""Everything that payterms raises on purpose. Each message names the thing, what was expected, and what to do.

PaytermsError
├── InputError            a file that cannot be read as a contract; `code` goes into run.json
│   ├── NotPdfError       not_pdf
│   ├── DamagedError      damaged
│   ├── EncryptedError    encrypted
│   └── NoPagesError      no_pages
├── RecordError           annotated JSON that does not hold what it should
├── LabelError            a labels file that does not hold what it should
└── ModelError            a model that is missing, unknown, unsafe, or of another format
"""

from typing import ClassVar


class PaytermsError(Exception):
    """Root of the tree: catch this to catch them all."""


class InputError(PaytermsError):
    """A file that cannot be read as a contract."""

    code: ClassVar[str] = "input"


class NotPdfError(InputError):
    """The file does not begin like a PDF."""

    code = "not_pdf"


class DamagedError(InputError):
    """The file is a PDF, but its structure cannot be followed."""

    code = "damaged"


class EncryptedError(InputError):
    """The file needs a password that was not given."""

    code = "encrypted"


class NoPagesError(InputError):
    """The file is a PDF without pages."""

    code = "no_pages"


class RecordError(PaytermsError):
    """Annotated JSON that does not hold what it should; the message names the file and the field."""


class LabelError(PaytermsError):
    """A labels file that does not hold what it should; the message names the file and the line."""


class ModelError(PaytermsError):
    """A model that is missing, unsafe to load, or of another format."""
