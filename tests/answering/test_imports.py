"""What answering imports before it is used."""

import subprocess
import sys

HEAVY = ["torch", "sentence_transformers", "chromadb", "langchain_openai", "openai", "tantivy"]


def test_the_chain_imports_nothing_heavy() -> None:
    code = f"import sys, rag.answering.chain; print([m for m in {HEAVY} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
