"""The page for people: what a browser loads, and answers and documents as safe HTML."""
