"""Tables for people: what a run found, how a model measures."""
