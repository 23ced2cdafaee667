"""Score the risks of annotated JSON against lawyers' answers per contract.

usage: python bench/risks.py PRED_DIR RISKS.csv

RISKS.csv has a column `contract` (the file's stem) and one for each code, with Yes or No. A contract is Yes if one of its
risks has the code. Prints for each code F1 of Yes, accuracy, and the accuracy of answering all Yes or all No.
"""

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def codes_in(path: Path) -> set[str]:
    """The codes of a contract's risks."""
    return {risk["code"] for risk in json.loads(path.read_text(encoding="utf-8"))["risks"]}


def score(pairs: Sequence[tuple[bool, bool]]) -> str:
    """One line of scores of (lawyers say so, found) pairs."""
    both = sum(said and found for said, found in pairs)
    said, found = sum(said for said, _ in pairs), sum(found for _, found in pairs)
    right = sum(said is found for said, found in pairs) / len(pairs)
    f1 = 2 * both / (said + found) if said + found else 0.0
    constant = max(said, len(pairs) - said) / len(pairs)
    return f"F1 {f1:.3f}  accuracy {right:.3f}  always one answer {constant:.3f}  yes {said}  found {found}  of {len(pairs)}"


def main() -> int:
    """Print the scores, and name the contracts that have no file; 1 if there is none at all."""
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    with Path(sys.argv[2]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    paths = {row["contract"]: folder / f"{row['contract']}.json" for row in rows}
    read = {name: codes_in(path) for name, path in paths.items() if path.exists()}
    judged = [row for row in rows if row["contract"] in read]
    for code in [name for name in rows[0] if name != "contract"] if read else []:
        print(f"{code:28} {score([(row[code] == 'Yes', code in read[row['contract']]) for row in judged])}")
    absent = [row["contract"] for row in rows if row["contract"] not in read]
    print(f"{len(absent)} contracts have no file: {', '.join(absent)}" if absent else "every contract has its file")
    return int(not read)


if __name__ == "__main__":
    sys.exit(main())
