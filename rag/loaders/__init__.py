"""Any LangChain document loader as a source of an index; knows no settings."""
