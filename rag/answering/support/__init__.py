"""Says whether a passage says what a sentence of an answer says; no model is called."""
