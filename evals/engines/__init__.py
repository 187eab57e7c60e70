"""Indexes that answer in place of exact search, scored beside it; each module holds one library."""
