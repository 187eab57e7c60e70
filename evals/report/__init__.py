"""Reports of a benchmark for people and programs; knows nothing of how cells are run."""
