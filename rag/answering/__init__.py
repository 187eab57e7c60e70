"""From a question and passages to an answer with citations; knows no index and no settings."""
