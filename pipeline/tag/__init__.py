"""Text to tagged terms: sentences of contracts, what the model sees of them, the tagger, the fields of a term."""
