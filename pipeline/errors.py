"""Everything that payterms raises on purpose. Each message names the thing, what was expected, and what to do.

PaytermsError
├── InputError            a file that cannot be read as a contract; `code` goes into run.json
│   ├── NotPdfError       not_pdf
│   ├── DamagedError      damaged
│   ├── EncryptedError    encrypted
│   ├── NoPagesError      no_pages
│   ├── VanishedError     vanished
│   ├── ChangedError      changed
│   └── OtherVersionError other_version
├── OutputError           a result or record that cannot be written
├── ExportError           a format that an export cannot have, or its extra is not installed
├── ClusterError          a scheduler that is not there, or its extra is not installed
├── ReportError           a report that cannot be made, or its extra is not installed
├── RecordError           annotated JSON that does not hold what it should
├── PolicyError           a policy file that does not hold what it should
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


class VanishedError(InputError):
    """The file went away before it was read, or while it was."""

    code = "vanished"


class ChangedError(InputError):
    """The file was written to while it was read."""

    code = "changed"


class OtherVersionError(InputError):
    """The process that is to read the file has another payterms, or another model, than the run that asks for it."""

    code = "other_version"


class OutputError(PaytermsError):
    """A result, or the record of a run, that cannot be written; what was done before is kept."""


class ExportError(PaytermsError):
    """A format that terms cannot be exported in: unknown, or what writes it is not installed."""


class ClusterError(PaytermsError):
    """A cluster that cannot be used: not installed, not there, without workers, or lost."""


class ReportError(PaytermsError):
    """A report that cannot be made: its extra is not installed, no contract has the name, or a cell of a notebook failed."""


class RecordError(PaytermsError):
    """Annotated JSON that does not hold what it should; the message names the file and the field."""


class PolicyError(PaytermsError):
    """A policy file that does not hold what it should; the message names the file, the line and the key."""


class LabelError(PaytermsError):
    """A labels file that does not hold what it should; the message names the file and the line."""


class ModelError(PaytermsError):
    """A model that is missing, unsafe to load, or of another format."""
