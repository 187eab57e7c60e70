"""The subcommands of `rag bench`, one module each; they know the command line, not the work."""
