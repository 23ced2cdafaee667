"""Who loads the heavy libraries: the process that workers are forked from, not the command that starts it."""

import json
import sys

import pytest
from builders import shell

HEAVY = {"sklearn", "skops", "spacy"}
LOADED = "import json, sys, {}; print(json.dumps(sorted(sys.modules)))"
IMPORTED = {"the command": ("pipeline.cli", set()), "what workers share": ("pipeline.batch.warm", HEAVY)}


@pytest.mark.parametrize(("module", "loaded"), IMPORTED.values(), ids=IMPORTED)
def test_libraries_are_loaded_where_they_are_used(module: str, loaded: set[str]) -> None:
    answer = shell([sys.executable, "-c", LOADED.format(module)])
    assert HEAVY & set(json.loads(answer.out)) == loaded
