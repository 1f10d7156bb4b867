"""Review: what does not fit together, with its evidence, and what can be done about it."""
