"""The HTTP server: one process behind which every chatbot finds the index."""
