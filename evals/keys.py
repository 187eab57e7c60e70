"""Keys under which stages are kept: hashes of what they are made from; knows no stage.

A key covers the inputs' keys, the parameters, the model's fingerprint and the source code that
makes the stage, so nothing stale is ever used and nothing is made twice: documents → split
(passages, texts to embed) → index (a whole index of the product) → retrieve → answer.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from evals.datasets.base import EvalDocument

SPLIT_CODE = (
    "rag.splitter",
    "rag.splitting",
    "rag.sentences",
    "rag.sync.pipeline",
    "rag.handover",
)
INDEX_CODE = (*SPLIT_CODE, "rag.documents.markdown", "rag.store.tokens", "rag.store.lexical")
RETRIEVE_CODE = ("rag.retrieval", "rag.store.store", "rag.answering.condense", "evals.exact_store")
_RANKING_CODE = (*RETRIEVE_CODE, "evals.retrieving", "evals.losses", "evals.reading")


def stage_key(*parts: object) -> str:
    """Return a short hash over what a stage is made from."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


@cache
def code_key(modules: tuple[str, ...]) -> str:
    """Return a hash over the source files of these modules and packages."""
    digest = hashlib.sha256()
    for name in modules:
        for file in _files_of(name):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def _files_of(name: str) -> list[Path]:
    module = import_module(name)
    folders = getattr(module, "__path__", None)
    if folders is None:
        return [Path(str(module.__file__))]
    return sorted(path for folder in folders for path in Path(folder).rglob("*.py"))


def documents_key(documents: Sequence[EvalDocument]) -> str:
    """Return a hash over the documents alone: other questions ask the same indexes."""
    return stage_key([asdict(document) for document in documents])


def answer_key(index: str, *about: object) -> str:
    """Return the key of a cell's replies."""
    return stage_key(index, about, code_key((*RETRIEVE_CODE, "rag.answering", "evals.replying")))


def retrieve_key(index: str, retrieval: Mapping[str, Any], *about: object) -> str:
    """Return the key of a cell's rankings."""
    return stage_key(index, dict(retrieval), about, code_key(_RANKING_CODE))


def write_json(file: Path, value: object) -> None:
    """Write JSON; a reader, or a run after a kill, sees all of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    draft.replace(file)
