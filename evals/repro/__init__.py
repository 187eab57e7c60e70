"""Published figures measured again with our own code; each module holds one publication."""
