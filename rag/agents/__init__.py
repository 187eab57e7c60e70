"""Plugs the index into LangChain's agents, as a tool or as a middleware; knows no settings."""
