"""What all workers share, for the process that they are forked from: the libraries, the words and the patterns.

Importing this takes seconds, once a run; nothing here depends on the model or on the contracts.
"""

import gc
from typing import Final

import pdfplumber  # noqa: F401 (imported for the workers)
import sklearn.linear_model  # noqa: F401
import skops.io  # noqa: F401

from pipeline.contract import Kind
from pipeline.judge.policy import given_policy
from pipeline.tag.fields import fields_of
from pipeline.tag.risks import find_risks
from pipeline.tag.units import units_of
from pipeline.tag.views import Seen, candidates, views_of

# To read this loads every word list, and compiles the patterns that most contracts need.
SAMPLE: Final = """1. Payment. The Buyer shall pay $1,000 (10%) within thirty (30) days after acceptance of Stage 1.
The price is due monthly.
Stage | Amount
Delivery | $500"""


def _prepare() -> None:
    units = units_of(SAMPLE)
    seen = Seen()
    views_of([units[index] for index in candidates(units, seen)], seen)
    find_risks(units, lambda _: ())
    for unit in units:
        for kind in (Kind.MILESTONE, Kind.PROGRESS):
            fields_of(unit, kind)
    given_policy("")


_prepare()
# What is here stays: no worker looks through it for garbage, and its memory stays shared.
gc.freeze()
