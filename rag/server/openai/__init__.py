"""OpenAI's API over the collections: models, chat, responses, embeddings and vector stores."""
