"""Labels to a model: read them, split them by contract, fit, measure, and write the card."""
