"""The names `rag` promises, and that asking for them is cheap."""

import subprocess
import sys
from pathlib import Path

import rag

HEAVY = {
    "chromadb",
    "click",
    "docx",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "lxml",
    "numpy",
    "openai",
    "pydantic",
    "pypdf",
    "rich",
    "sentence_transformers",
    "sqlite3",
    "tantivy",
    "tokenizers",
    "torch",
    "transformers",
}


def test_import_rag_loads_nothing_heavy() -> None:
    code = "import sys, rag; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    ).stdout.split()
    assert "rag" in loaded
    assert not HEAVY & set(loaded)


def test_every_public_name_resolves_to_what_its_home_defines() -> None:
    for name in rag.__all__:
        value = getattr(rag, name)
        assert getattr(sys.modules[value.__module__], name) is value


def test_all_names_the_surface_that_type_checkers_see() -> None:
    text = Path(rag.__file__).read_text(encoding="utf-8")
    shown = {line.rpartition(" as ")[2] for line in text.splitlines() if " as " in line}
    assert shown == set(rag.__all__) == set(dir(rag))


def test_an_unknown_name_is_an_attribute_error() -> None:
    try:
        rag.Retrieverr  # type: ignore[attr-defined]  # noqa: B018
    except AttributeError as error:
        assert "Retrieverr" in str(error)
    else:
        raise AssertionError("an unknown name resolved")
