"""What all workers share, for the process that they are forked from: the libraries, the words and the patterns.

Importing this takes seconds, once a run; nothing here depends on the model or on the contracts.
"""

import gc

import pdfplumber  # noqa: F401 (imported for the workers)
import sklearn.linear_model  # noqa: F401
import skops.io  # noqa: F401

from pipeline.tag.rules import flag_patterns
from pipeline.tag.tokens import language

flag_patterns()
language()
# What is here stays: no worker looks through it for garbage, and its memory stays shared.
gc.freeze()
