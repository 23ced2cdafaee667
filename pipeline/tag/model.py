"""The fitted classifier: what it holds, how it answers, how it is kept in a file that cannot run code.

A model is a folder: `model.skops` (scikit-learn objects in skops format, loaded only if every type in it is trusted),
`card.json` and `README.md` beside it. Its thresholds are learned and stored with it.
"""

import copy
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_DEFLATED

import numpy as np
import numpy.typing as npt

from pipeline.contract import Kind, ModelRef, Probabilities, Sentence
from pipeline.errors import ModelError
from pipeline.tag.views import Seen, Views, candidates, flag_columns, own_columns, views_of

# scikit-learn takes a second to import: whoever starts workers does not wait for it, they do.
if TYPE_CHECKING:
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

FORMAT: Final = 3
MODEL_FILE: Final = "model.skops"
CARD_FILE: Final = "card.json"
# Parts the terms of a vocabulary in the file; none holds it.
TERM_BREAK: Final = "\n"
# Columns of every array of probabilities, and the classes of the classifier.
KINDS: Final = (Kind.NONE, Kind.MILESTONE, Kind.PROGRESS)
# So many units are looked at at once: the products of their flags take 10 KB each.
BATCH: Final = 1000
# What is no candidate is not asked about.
CERTAINLY_NONE: Final = np.array([1.0, 0.0, 0.0])
# skops vouches for the types of scikit-learn, NumPy and SciPy; whatever else a file names is refused.
TRUSTED: Final[list[str]] = []
# Weight of each part of a view: the unit's own words count most.
PART_WEIGHTS: Final = {"text": 3.0, "lead": 1.0, "section": 0.7, "table": 0.7}
PRODUCT_WEIGHT: Final = 0.3


@dataclass(frozen=True)
class Model:
    """A fitted classifier: a vectorizer for each part of a view, the classifier, the thresholds of the two kinds.

    `none_per_term` is how many candidates that are no term the probabilities expect for each that is one.
    """

    name: str
    sha256: str
    vectorizers: "Mapping[str, TfidfVectorizer]"
    classifier: "LogisticRegression"
    thresholds: Mapping[str, float]
    none_per_term: float

    @cached_property
    def ref(self) -> ModelRef:
        """How a record names this model."""
        return ModelRef(self.name, self.sha256, {kind: round(value, 4) for kind, value in self.thresholds.items()})

    def probabilities(self, units: Sequence[Sentence]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of the units: shape (n, 3), columns as in KINDS, rows summing to 1."""
        answers = np.tile(CERTAINLY_NONE, (len(units), 1))
        seen = Seen()
        chosen = candidates(units, seen)
        for start in range(0, len(chosen), BATCH):
            batch = chosen[start : start + BATCH]
            features = matrix(views_of([units[index] for index in batch], seen), self.vectorizers)
            answers[batch] = self.classifier.predict_proba(features)
        return answers

    def decide(self, probabilities: npt.NDArray[np.float64]) -> list[Kind]:
        """The kind of each row: the likelier of those that reach their threshold, else none."""
        return decided(probabilities, self.thresholds)


def decided(probabilities: npt.NDArray[np.float64], thresholds: Mapping[str, float]) -> list[Kind]:
    """The kind of each row, shape (n, 3): the likelier of those that reach their threshold, else none."""
    return [_decided(row, thresholds) for row in probabilities]


def _decided(row: npt.NDArray[np.float64], thresholds: Mapping[str, float]) -> Kind:
    reached = [(value, kind) for kind, value in zip(KINDS, row, strict=True) if value >= thresholds.get(kind, 2.0)]
    return max(reached)[1] if reached else Kind.NONE


def matrix(views: Views, vectorizers: "Mapping[str, TfidfVectorizer]") -> "sparse.csr_matrix":
    """The features of the views, one row each: weighted n-grams of each part, flags, products of the unit's own flags."""
    from scipy import sparse

    parts: list[Any] = [
        vectorizer.transform(getattr(views, part)) * PART_WEIGHTS[part] for part, vectorizer in vectorizers.items()
    ]
    return sparse.hstack([*parts, flag_features(views)]).tocsr()


def flag_features(views: Views) -> "sparse.csr_matrix":
    """The columns of `matrix` that are no n-grams: the flags, and the products of the unit's own."""
    from scipy import sparse

    own = views.flags[:, own_columns()]
    # A batch at a time: in between, the products are no sparse matrix.
    products = [_products(own[start : start + BATCH]) for start in range(0, max(1, len(own)), BATCH)]
    return sparse.hstack([sparse.csr_matrix(views.flags), sparse.vstack(products)]).tocsr()


def _products(flags: npt.NDArray[np.float32]) -> "sparse.csr_matrix":
    """Whether two flags are raised together, for every pair of columns, weighted."""
    from scipy import sparse

    left, right = _pairs(flags.shape[1])
    return sparse.csr_matrix(flags[:, left] * flags[:, right] * PRODUCT_WEIGHT)


def _pairs(count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The two columns of each product, in the order of the products."""
    return np.triu_indices(count, k=1)


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of `matrix` stands for: a part of the view and its n-gram, or `flag`, or `product`, and the flags."""

    part: str
    names: tuple[str, ...]


def columns_of(vectorizers: "Mapping[str, TfidfVectorizer]") -> list[Column]:
    """What each column of `matrix` stands for, in their order."""
    grams = [Column(part, (name,)) for part, one in vectorizers.items() for name in one.get_feature_names_out().tolist()]
    flags = flag_columns()
    own = [flags[index] for index in own_columns()]
    products = [Column("product", (own[left], own[right])) for left, right in zip(*_pairs(len(own)), strict=True)]
    return [*grams, *(Column("flag", (name,)) for name in flags), *products]


def probabilities_of(row: npt.NDArray[np.float64]) -> Probabilities:
    """A row of probabilities by name."""
    by_kind = dict(zip(KINDS, map(float, row), strict=True))
    return Probabilities(by_kind[Kind.MILESTONE], by_kind[Kind.PROGRESS], by_kind[Kind.NONE])


def save(model: Model, folder: Path) -> str:
    """Write the model's file into the folder, made if need be; returns its SHA-256."""
    import skops.io

    folder.mkdir(parents=True, exist_ok=True)
    content = skops.io.dumps(
        {
            "format": FORMAT,
            "columns": list(flag_columns()),
            "vectorizers": {part: _without_terms(vectorizer) for part, vectorizer in model.vectorizers.items()},
            "terms": {part: _terms_of(vectorizer) for part, vectorizer in model.vectorizers.items()},
            "classifier": model.classifier,
            "thresholds": dict(model.thresholds),
            "none_per_term": float(model.none_per_term),
        },
        compression=ZIP_DEFLATED,
    )
    (folder / MODEL_FILE).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _without_terms(vectorizer: "TfidfVectorizer") -> "TfidfVectorizer":
    """The vectorizer as it is kept: skops looks at each term of a vocabulary, which takes a second; in one string none."""
    kept = copy.copy(vectorizer)
    kept.vocabulary_ = {}
    return kept


def _terms_of(vectorizer: "TfidfVectorizer") -> str:
    """The terms of the vectorizer's vocabulary in the order of its columns."""
    return TERM_BREAK.join(sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__))


def load(folder: Path) -> Model:
    """The model in the folder. Raises ModelError if it is missing, unsafe, or made for other rules than these."""
    path = folder / MODEL_FILE
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: no model there ({error.strerror}); train one, or name its folder with --model") from error
    held = _held(path, content)
    if held.get("format") != FORMAT:
        raise ModelError(f"{path}: format {held.get('format')!r}, expected {FORMAT}; train it anew with this version")
    if held.get("columns") != list(flag_columns()):
        raise ModelError(f"{path}: made for other rules than this version's; train it anew")
    for part, terms in held.get("terms", {}).items():
        held["vectorizers"][part].vocabulary_ = {term: column for column, term in enumerate(terms.split(TERM_BREAK))}
    sha256 = hashlib.sha256(content).hexdigest()
    fitted = (held["vectorizers"], held["classifier"], held["thresholds"], held["none_per_term"])
    return Model(folder.name, sha256, *fitted)


def ref_of(folder: Path) -> ModelRef:
    """How a record names the model in the folder. Raises ModelError where `load` does.

    Its card tells, if it is of this very file and made for these rules; a model without one is loaded, which takes seconds.
    """
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        sha256 = hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()
        if (card["sha256"], card["made_for"]) == (sha256, made_for()):
            return ModelRef(folder.name, sha256, {kind: float(value) for kind, value in card["thresholds"].items()})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        pass
    return load(folder).ref


def made_for() -> str:
    """What stands for the rules and the format that models are made for, 16 hex digits."""
    return hashlib.sha256(json.dumps([FORMAT, *flag_columns()]).encode()).hexdigest()[:16]


def _held(path: Path, content: bytes) -> dict[str, Any]:
    import skops.io

    try:
        unknown = [name for name in skops.io.get_untrusted_types(data=content) if name not in TRUSTED]
        if unknown:
            raise ModelError(f"{path}: holds types that could run code ({', '.join(unknown)}); do not use this file")
        held = skops.io.loads(content, trusted=TRUSTED)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"{path}: not a model file of payterms ({error}); train it anew") from error
    if not isinstance(held, dict):
        raise ModelError(f"{path}: not a model file of payterms; train it anew")
    return held


def default_folder() -> Path:
    """Where the model stands that comes with payterms."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "models" / "default"
    return beside if beside.exists() else package / "models" / "default"
