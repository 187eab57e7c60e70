"""Lets `python -m rag.cli` stand in for the installed `rag`; knows nothing else."""

from rag.cli import main

main()
