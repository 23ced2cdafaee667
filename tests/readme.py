"""The README's sessions, and what the commands in them print today; and the table of an export's columns in its document.

Run as a script (`make readme`), it writes them anew.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from builders import ROOT, SAMPLES, shell

from pipeline.review.columns import columns_table

README = ROOT / "README.md"
EXPORT = ROOT / "docs" / "export.md"
SESSION = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<printed>.*?)```\n", re.DOTALL)
EXCERPT = re.compile(r"```json\n(?P<term>.*?)```\n", re.DOTALL)
TABLE = re.compile(r"^\| column \|.*?\n(?=\n)", re.DOTALL | re.MULTILINE)
# The contract that the excerpt is from; its schedule of payments is a table.
EXCERPT_OF = "milestone_table"

Printed = Callable[[str], str]


def rewritten(text: str, printed: Printed, term: str) -> str:
    """The README with what each command prints and with the term that the excerpt shows."""
    text = SESSION.sub(lambda match: f"```console\n$ {match['command']}\n{printed(match['command'])}```\n", text)
    return EXCERPT.sub(lambda _: f"```json\n{term}```\n", text)


def answers(folder: Path) -> Printed:
    """What a command prints, run in a folder that has the samples and may be written to."""
    (folder / "data").mkdir()
    (folder / "data" / "contracts").symlink_to(SAMPLES)

    def printed(command: str) -> str:
        answer = shell(["bash", "-c", command], cwd=folder)
        return "".join(f"{line.rstrip()}\n" for line in answer.out.splitlines())

    return printed


def term_of(path: Path) -> str:
    """The first row of a schedule that a record holds as a term, without its boxes, a line for each key."""
    terms = json.loads(path.read_text(encoding="utf-8"))["terms"]
    (row, *_) = [term for term in terms if term["unit"] == "row" and term["amounts"]] or terms
    lines = (f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in row.items() if key != "boxes")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def today(text: str, folder: Path) -> str:
    """The README as it should be today."""
    printed = answers(folder)
    first = SESSION.search(text)
    assert first is not None, "README.md has no session"
    known = {first["command"]: printed(first["command"])}
    term = term_of(folder / "review" / f"{EXCERPT_OF}.json")
    return rewritten(text, lambda command: known.get(command) or printed(command), term)


def with_columns(text: str) -> str:
    """The document on exports with the columns of today."""
    return TABLE.sub(lambda _: columns_table(), text)


def main() -> None:
    """Write the documents anew and say which have changed."""
    with TemporaryDirectory() as folder:
        _write(README, lambda text: today(text, Path(folder)))
    _write(EXPORT, with_columns)


def _write(path: Path, renewed: Callable[[str], str]) -> None:
    old = path.read_text(encoding="utf-8")
    new = renewed(old)
    path.write_text(new, encoding="utf-8")
    print(f"{path.name} {'is as it was' if new == old else 'has changed'}")


if __name__ == "__main__":
    main()
