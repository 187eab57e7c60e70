"""Asks a running `rag serve` as if its index were here; knows no index and no settings."""
