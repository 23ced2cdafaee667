"""Check that no authored sentence shares a run of twelve or more words with a contract in a folder of PDFs.

usage: python bench/overlap.py CONTRACTS [FOLDER ...]

The folders hold authored sentences (*.jsonl), data/labels and data/risks if none is given. Real contracts are for measuring
and for learning how contracts are drafted; no sentence of theirs may be among them. Prints every run found, and exits with 1
if there is one.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2

RUN = 12
FOLDERS = ("data/labels", "data/risks")


def words(text: str) -> list[str]:
    """The words and figures of a text, in lower case, without thousands separators."""
    return re.findall(r"[a-z0-9$%]+", text.lower().replace(",", ""))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of twelve words that follow each other."""
    found = words(text)
    return (tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1))


def runs_of(path: Path) -> Iterator[tuple[str, ...]]:
    """The runs of a PDF's text."""
    pdf = pypdfium2.PdfDocument(path)
    return runs(" ".join(page.get_textpage().get_text_bounded() for page in pdf))


def main() -> int:
    """Compare the authored sentences with the contracts; 1 if they share a run."""
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    known = {hash(run) for path in sorted(Path(sys.argv[1]).rglob("*.pdf")) for run in runs_of(path)}
    shared = 0
    for path in sorted(path for folder in sys.argv[2:] or FOLDERS for path in Path(folder).glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            run = next((run for run in runs(json.loads(line)["text"]) if hash(run) in known), None)
            if run:
                shared += 1
                print(f"{path}:{number}: {' '.join(run)}")
    print(f"{shared} sentences share a run of {RUN} words with a contract")
    return int(shared > 0)


if __name__ == "__main__":
    sys.exit(main())
