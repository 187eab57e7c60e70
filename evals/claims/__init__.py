"""Scores how well citations are checked: true sentences left alone, altered ones noticed."""
