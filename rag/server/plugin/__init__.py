"""The API of OpenAI's retrieval plugin, which many chatbots and tools know how to call."""
