"""Says whether passages answer a question: signs, decision, and what an index teaches about it."""
