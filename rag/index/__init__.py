"""An index as a whole: opened, looked at and filled; what is asked of it is `rag.app`'s."""
