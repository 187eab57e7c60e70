"""The steps of splitting; `rag.splitter` puts them together."""
