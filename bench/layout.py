"""What the fast layout loses: the results of `payterms run` beside those of `payterms run --layout all`.

usage: python bench/layout.py FAST ALL

Both are folders that the command wrote. Prints the terms that only one of them holds, the contracts whose basis differs,
and the share of the terms with all pages laid out by pdfplumber that the fast layout finds; exits with 1 below 99%.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

LEAST = 0.99


def key(term: dict[str, Any]) -> tuple[str, str]:
    """A term's label and its letters and figures: white space between them is no difference."""
    return term["label"], "".join(filter(str.isalnum, term["text"].casefold()))


def contracts(folder: Path) -> dict[str, dict[str, Any]]:
    """The annotated contracts below a folder, by their names."""
    paths = sorted(path for path in folder.rglob("*.json") if path.name != "run.json")
    return {str(path.relative_to(folder)): json.loads(path.read_text(encoding="utf-8")) for path in paths}


def main() -> int:
    """Compare two folders of results."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    fast, every = (contracts(Path(name)) for name in sys.argv[1:])
    found = total = 0
    for name, full in every.items():
        there = Counter(map(key, full["terms"]))
        here = Counter(map(key, fast[name]["terms"] if name in fast else []))
        found, total = found + (there & here).total(), total + there.total()
        for sign, terms in (("-", there - here), ("+", here - there)):
            for (label, text), _ in terms.items():
                print(f"{sign} {name}: {label}: {text[:100]}")
        if name in fast and fast[name]["verdict"]["basis"] != full["verdict"]["basis"]:
            print(f"! {name}: {fast[name]['verdict']['basis']}, by pdfplumber {full['verdict']['basis']}")
    share = found / total if total else 1.0
    print(f"{found} of {total} terms are found by the fast layout: {share:.4f}")
    return int(share < LEAST)


if __name__ == "__main__":
    sys.exit(main())
