"""The model card: what a model is, what it was trained on, how it measures, for people and for programs."""

import json
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from pipeline import __version__
from pipeline.learn.labels import Label
from pipeline.learn.metrics import Evaluation
from pipeline.review.annotated import write_text
from pipeline.tag.model import CARD_FILE, Model, made_for

READABLE_FILE: Final = "README.md"
LIBRARIES: Final = ("scikit-learn", "skops", "spacy")


def card_of(model: Model, sha256: str, trained_on: Sequence[Label], evaluation: Evaluation, *, forced: bool) -> dict[str, Any]:
    """The card of a model as plain data."""
    return {
        "name": model.name,
        "sha256": sha256,
        "made_for": made_for(),
        "tool": {"name": "payterms", "version": __version__},
        "libraries": {name: version(name) for name in LIBRARIES},
        "thresholds": {kind: round(value, 4) for kind, value in model.thresholds.items()},
        "trained_on": {
            "units": len(trained_on),
            "groups": len({label.group for label in trained_on}),
            "reviewed": sum(label.reviewed for label in trained_on),
            "by_kind": {kind.value: count for kind, count in sorted(Counter(label.kind for label in trained_on).items())},
        },
        "measured_on": {"units": evaluation.units, "groups": evaluation.groups},
        "macro_f1": round(evaluation.macro_f1, 4),
        "scores": {
            kind: {"precision": round(one.precision, 4), "recall": round(one.recall, 4), "f1": round(one.f1, 4)}
            for kind, one in evaluation.scores.items()
        },
        "calibration_error": round(evaluation.calibration_error, 4),
        "forced": forced,
    }


def write_card(card: dict[str, Any], folder: Path) -> None:
    """Write the card into the model's folder, as JSON and as a page to read."""
    write_text(json.dumps(card, indent=1) + "\n", folder / CARD_FILE)
    write_text(readable(card), folder / READABLE_FILE)


def read_card(model: Model, folder: Path) -> dict[str, Any] | None:
    """The card in the model's folder, if there is one and it is of this model."""
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return card if isinstance(card, dict) and card.get("sha256") == model.sha256 else None


def readable(card: dict[str, Any]) -> str:
    """The card as Markdown."""
    rows = "\n".join(
        f"| {kind} | {one['precision']:.3f} | {one['recall']:.3f} | {one['f1']:.3f} | {card['thresholds'][kind]:.3f} |"
        for kind, one in card["scores"].items()
    )
    trained, measured = card["trained_on"], card["measured_on"]
    counts = ", ".join(f"{count:,} {kind}" for kind, count in trained["by_kind"].items())
    forced = "\nPut in place by force: it measured worse than the model it replaced.\n" if card["forced"] else ""
    return f"""# Model `{card["name"]}`

Tags sentences and table rows of contracts as milestone terms, progress terms, or neither.
A linear classifier over n-grams and rule flags, set to how rare terms are in real contracts, its thresholds found over
folds of whole contracts.
Decision support for people who read the contract, not legal advice; English only.
{forced}
| kind | precision | recall | F1 | threshold |
|---|---|---|---|---|
{rows}

Macro F1 {card["macro_f1"]:.3f}, calibration error {card["calibration_error"]:.3f}, measured on {measured["units"]:,} units of \
{measured["groups"]} authored groups that were kept out of training, with terms counted as rare as they are in contracts.
Trained on {trained["units"]:,} units of {trained["groups"]} groups ({counts}), {trained["reviewed"]:,} of them \
labelled by reviewers.
No real contract is among them, except where reviewers corrected one.

Made with payterms {card["tool"]["version"]}, {", ".join(f"{name} {number}" for name, number in card["libraries"].items())}.
`model.skops` has SHA-256 `{card["sha256"]}`; it holds no code and is loaded only if every type in it is trusted.
"""
