"""A folder to the contracts in it: which files are read, what each is called in the records, and where its JSON goes.

Nothing is held but the names of the folders that are being walked, so that a million contracts cost no more than one folder.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.errors import InputError

RUN_FILE: Final = "run.json"
SUFFIX: Final = ".pdf"
# The longest name of a file that common file systems hold, in bytes.
NAME_BYTES: Final = 255
ESCAPED: Final = re.compile(r"\\x([89a-f][0-9a-f])")


@dataclass(frozen=True, slots=True)
class Job:
    """A contract to read: the file, its name in the records, and the file to write.

    `refused` says why it is not read at all (its result would take another file's place, say), `error` is the code of that.
    """

    path: Path
    source: str
    output: Path
    error: str = ""
    refused: str = ""


def count_jobs(source: Path, out: Path) -> int:
    """How many jobs there are. Raises InputError if there is none."""
    found = sum(1 for _ in jobs_of(source, out))
    if not found:
        raise InputError(
            f"{source}: no PDF in this folder or below; name a folder that holds some (links to folders are not followed)"
        )
    return found


def jobs_of(source: Path, out: Path) -> Iterator[Job]:
    """The PDFs at or below `source`, in order of their names, each with the place of its JSON below `out`.

    Raises InputError if there is no such file or folder. Of two files that differ in their suffix's case alone, the second is
    refused; so is what has a PDF's name and is no file, and a folder that cannot be listed. Links to files are read, links to
    folders are not followed, so that no loop of links leads astray and no contract is read twice.
    """
    if source.is_file():
        yield _job(source, source.parent, out, "")
    elif source.is_dir():
        yield from _below(source, out)
    else:
        raise InputError(f"{source}: no such file or folder; name a PDF or a folder of PDFs")


def _below(top: Path, out: Path) -> Iterator[Job]:
    walked = [_listed(top)]
    while walked:
        try:
            entry, holder = next(walked[-1])
        except StopIteration:
            walked.pop()
        except OSError as error:
            walked.pop()
            yield _unlisted(Path(error.filename), top, out, error)
        else:
            if entry.is_dir(follow_symlinks=False):
                walked.append(_listed(Path(entry.path)))
            elif Path(entry.name).suffix.lower() == SUFFIX and not os.path.isdir(entry.path):  # noqa: PTH112 (raises on loops)
                yield _job(Path(entry.path), top, out, holder)


def _listed(folder: Path) -> Iterator[tuple["os.DirEntry[str]", str]]:
    """What a folder holds, in order, each with the name of what has taken the place of its result ("" if nothing has)."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    taken: dict[str, str] = {}
    for entry in entries:
        path = Path(entry.name)
        is_pdf = path.suffix.lower() == SUFFIX
        holder = taken.setdefault(path.stem, entry.name) if is_pdf else entry.name
        yield entry, "" if holder == entry.name else holder


def _job(path: Path, top: Path, out: Path, holder: str) -> Job:
    source = name_of(path, top)
    output = out / path.relative_to(top).with_suffix(".json")
    if output == out / RUN_FILE:
        holder = "the record of the run"
    elif holder:
        holder = name_of(path.with_name(holder), top)
    if holder:
        return Job(path, source, output, "same_name", f"{source}: {output.name} is taken by {holder}; rename the PDF")
    if len(os.fsencode(output.name)) > NAME_BYTES:
        told = f"{source}: the name of its result would be too long for a file; rename the PDF"
        return Job(path, source, output, "long_name", told)
    if not os.path.isfile(path):  # noqa: PTH113 (raises on loops and forbidden folders)
        told = f"{source}: not a file (a pipe, a device, or a link that leads nowhere); put the PDF itself there"
        return Job(path, source, output, "no_file", told)
    return Job(path, source, output)


def _unlisted(folder: Path, top: Path, out: Path, error: OSError) -> Job:
    source = name_of(folder, top) + "/"
    told = f"{source}: this folder cannot be listed ({error.strerror}); check its permissions, then run again"
    return Job(folder, source, out, "no_access", told)


def result_path(out: Path, output: str) -> Path:
    r"""The file that a record names as its `output` below the folder, the bytes that `name_of` has written as \xNN restored."""
    path = out / output
    if path.exists() or ESCAPED.search(output) is None:
        return path
    raw = ESCAPED.sub(lambda match: bytes.fromhex(match[1]).decode("utf-8", "surrogateescape"), output)
    return out / raw


def name_of(path: Path, folder: Path) -> str:
    r"""The path below the folder; bytes that are no UTF-8, which cannot stand in JSON, are written as \xNN."""
    return os.fsencode(path.relative_to(folder).as_posix()).decode(errors="backslashreplace")
