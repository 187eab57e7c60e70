"""Read from a model's folder how it makes vectors; opens only its small files, imports no torch."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.embedding.location import file_sha256
from rag.embedding.reason import reason
from rag.errors import EmbeddingError

# sentence-transformers' names for the file with `max_seq_length` (6.2, Transformer module).
LENGTH_FILES = (
    "sentence_bert_config.json",
    "sentence_roberta_config.json",
    "sentence_distilbert_config.json",
    "sentence_camembert_config.json",
    "sentence_albert_config.json",
    "sentence_xlm-roberta_config.json",
    "sentence_xlnet_config.json",
)

# Keys of config.json that say who wrote it and with what, not what the model computes.
COSMETIC_KEYS = ("_name_or_path", "transformers_version")

# The order in which sentence-transformers looks for a document prompt. Its encode_document never
# gets past the first (6.2 always has a "document" prompt, if only an empty one), so a model that
# calls its prompt "passage" would lose it; we pass the prompt explicitly instead.
DOCUMENT_PROMPTS = ("document", "passage", "corpus")

POOLING_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model makes a vector, as its files say.

    Attributes:
        transformer: Folder of the first module: tokenizer, architecture and main weights.
        max_length: Tokens the model reads, special ones included; None where no file says.
        lowercase: Whether texts are lowercased before the tokenizer sees them.
        dimension: Length of a vector; None where only the loaded model can say.
        pooling: Pooling modes joined by "+", "" where there is no pooling module.
        query_prompt: Put before every question.
        document_prompt: Put before every passage.
        weights_sha256: Hash over all weight files.
        recipe_sha256: Hash over architecture, tokenizer and modules.
    """

    transformer: Path
    max_length: int | None
    lowercase: bool
    dimension: int | None
    pooling: str
    query_prompt: str
    document_prompt: str
    weights_sha256: str
    recipe_sha256: str


@dataclass(frozen=True, slots=True)
class Module:
    """One step of a model: its class name, its folder and its own configuration."""

    kind: str
    folder: Path
    config: dict[str, Any]


def read_recipe(folder: Path) -> Recipe:
    """Read the recipe of the model in `folder`.

    Raises:
        EmbeddingError: The folder holds no sentence-transformers model, or part of it is missing or
            not in the form of one.
    """
    try:
        return _recipe(folder)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise EmbeddingError(
            f"The embedding model in {str(folder)!r} is described in no form we know "
            f"({reason(error)}); fetch the model again or set embedding.model to another"
        ) from error


def _recipe(folder: Path) -> Recipe:
    modules = _modules(folder)
    transformer = modules[0].folder
    # Without modules.json the library sees a bare transformer and reads no such file.
    saved = (folder / "modules.json").is_file()
    length = _first_json(transformer, LENGTH_FILES) if saved else {}
    model_config = _json(folder / "config_sentence_transformers.json")
    prompts = model_config.get("prompts") or {}
    return Recipe(
        transformer=transformer,
        max_length=_max_length(transformer, length),
        lowercase=bool(length.get("do_lower_case")),
        dimension=_dimension(modules, model_config),
        pooling=_pooling(modules),
        query_prompt=prompts.get("query") or "",
        document_prompt=next((prompts[n] or "" for n in DOCUMENT_PROMPTS if n in prompts), ""),
        weights_sha256=_weights_sha256(folder, modules),
        recipe_sha256=_recipe_sha256(modules, length, model_config),
    )


def _modules(folder: Path) -> list[Module]:
    listed = _json_list(folder / "modules.json")
    if not listed:
        return _plain_transformer(folder)
    modules = [(str(m["type"]).rpartition(".")[2], folder / str(m["path"])) for m in listed]
    return [
        Module(kind, path, {} if kind == "Transformer" else _json(path / "config.json"))
        for kind, path in modules
    ]


def _plain_transformer(folder: Path) -> list[Module]:
    """Return what sentence-transformers makes of a bare transformer: itself and a pooling layer."""
    config = _json(folder / "config.json")
    if "model_type" not in config:
        raise EmbeddingError(
            f"No embedding model in {str(folder)!r}: neither modules.json nor a transformer's "
            "config.json is there; set embedding.model to a sentence-transformers model"
        )
    causal = any(name.endswith("ForCausalLM") for name in config.get("architectures") or [])
    pooling = {
        "embedding_dimension": config.get("hidden_size"),
        "pooling_mode": "lasttoken" if causal else "mean",
    }
    return [Module("Transformer", folder, {}), Module("Pooling", folder, pooling)]


def _max_length(transformer: Path, length: dict[str, Any]) -> int | None:
    """Return the tokens read, from the same places and with the same precedence as the library."""
    if length.get("max_seq_length") is not None:
        return int(length["max_seq_length"])
    tokenizer = _json(transformer / "tokenizer_config.json").get("model_max_length")
    positions = _json(transformer / "config.json").get("max_position_embeddings")
    limits = [int(n) for n in (tokenizer, positions) if n is not None and n != -1]
    return min(limits) if limits else None


def _dimension(modules: list[Module], model_config: dict[str, Any]) -> int | None:
    if not {m.kind for m in modules} <= {"Transformer", "Pooling", "Dense", "Normalize", "Dropout"}:
        return None
    dimension: int | None = None
    for module in modules:
        if module.kind == "Pooling":
            size = module.config.get("embedding_dimension")
            size = module.config.get("word_embedding_dimension") if size is None else size
            dimension = None if size is None else int(size) * len(_pooling([module]).split("+"))
        elif module.kind == "Dense":
            dimension = module.config.get("out_features")
    truncated = model_config.get("truncate_dim")
    return dimension if truncated is None or dimension is None else min(dimension, int(truncated))


def _pooling(modules: list[Module]) -> str:
    configs = [m.config for m in modules if m.kind == "Pooling"]
    if not configs:
        return ""
    mode = configs[0].get("pooling_mode")
    if mode is None:
        mode = [name for key, name in POOLING_MODES.items() if configs[0].get(key)] or ["mean"]
    return mode if isinstance(mode, str) else "+".join(mode)


def _weights_sha256(folder: Path, modules: list[Module]) -> str:
    paths = sorted({path for module in modules for path in _weight_files(module.folder)})
    hashes = [f"{path.relative_to(folder).as_posix()}:{file_sha256(path)}" for path in paths]
    if not hashes:
        raise EmbeddingError(
            f"No weights in {str(folder)!r}: found neither *.safetensors nor *.bin; fetch the "
            "model again or set embedding.model to another"
        )
    if len(hashes) == 1:
        return hashes[0].rpartition(":")[2]
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _weight_files(folder: Path) -> list[Path]:
    return list(folder.glob("*.safetensors")) or list(folder.glob("*.bin"))


def _recipe_sha256(
    modules: list[Module], length: dict[str, Any], model_config: dict[str, Any]
) -> str:
    transformer = modules[0].folder
    config = _json(transformer / "config.json")
    tokenizer = transformer / "tokenizer.json"
    parts = {
        "architecture": {k: v for k, v in config.items() if k not in COSMETIC_KEYS},
        "modules": [[module.kind, module.config] for module in modules],
        "length": length,
        "truncate_dim": model_config.get("truncate_dim"),
        "tokenizer": file_sha256(tokenizer) if tokenizer.is_file() else None,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _first_json(folder: Path, names: tuple[str, ...]) -> dict[str, Any]:
    return next((found for name in names if (found := _json(folder / name))), {})


def _json(path: Path) -> dict[str, Any]:
    """Return the object in the file, an empty one where there is no such file."""
    found = _parse(path, {})
    if not isinstance(found, dict):
        raise EmbeddingError(
            _unreadable(path, f"an object was wanted, {type(found).__name__} found")
        )
    return found


def _json_list(path: Path) -> list[dict[str, Any]]:
    """Return the list in the file, an empty one where there is no such file."""
    found = _parse(path, [])
    if not isinstance(found, list):
        raise EmbeddingError(_unreadable(path, f"a list was wanted, {type(found).__name__} found"))
    return found


def _parse(path: Path, missing: object) -> object:
    try:
        found: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return missing
    except (ValueError, OSError) as error:
        raise EmbeddingError(_unreadable(path, reason(error))) from error
    return found


def _unreadable(path: Path, why: str) -> str:
    return f"Cannot read the embedding model's {str(path)!r} ({why}); fetch the model again"
