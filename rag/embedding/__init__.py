"""What turns a model's name into vectors, piece by piece; `rag.embeddings` is the way in."""
