"""Whether a passage says what a claim says."""
