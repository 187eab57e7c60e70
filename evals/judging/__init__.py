"""Has a chat model judge replies, by votes; knows no cell and no retrieval."""
