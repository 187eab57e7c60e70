"""Retrievers that are not ours, as cells of a benchmark; each module's `build` makes one."""
