"""Terms to a verdict: what the payments hang on, and why."""
