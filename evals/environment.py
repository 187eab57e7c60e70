"""What a benchmark ran on: versions and machine; knows no benchmark."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    "rag",
    "numpy",
    "torch",
    "sentence-transformers",
    "transformers",
    "chromadb",
    "faiss-cpu",
    "bm25s",
    "tantivy",
    "langchain-core",
)


def environment() -> dict[str, object]:
    """Return versions of what decides results and speed, without importing any of it."""
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
