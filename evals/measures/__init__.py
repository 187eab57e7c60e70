"""Scores of rankings, passages and answers, one question at a time; pure, no I/O."""
