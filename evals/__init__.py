"""Measures retrieval and answers; uses `rag` through its public names."""
