"""The index: one catalog that is the truth, and two indexes derived from it."""
