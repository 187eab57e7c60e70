"""Scores passages with a sentence-transformers CrossEncoder; knows nothing of the index."""

import hashlib
import json
import logging
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import PrivateAttr

from rag.embedding.location import ModelFolder, file_sha256, locate
from rag.embedding.reason import reason
from rag.embedding.tokens import well_formed
from rag.embeddings import NO_LIMIT
from rag.errors import EmbeddingError, RerankerError
from rag.retrieval.reranking import by_score

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

logger = logging.getLogger(__name__)

ORGANISATION = "cross-encoder"

# Pairs per forward pass. On a CPU more than 8 gain nothing.
BATCH = {"cpu": 8, "mps": 32, "cuda": 128}

# What the head of a reranker is called; any other would be given one of random weights.
_HEADS = ("ForSequenceClassification", "ForCausalLM", "ForConditionalGeneration")
_UNREAD = ("onnx", "openvino")
_SHAPING = (".safetensors", ".bin", ".json", ".txt", ".model")


class CrossEncoderReranker(BaseDocumentCompressor):
    """A sentence-transformers CrossEncoder, loaded when the first passage is scored.

    Reads each passage together with the question, which is slower than comparing vectors and
    judges better. Safe to share between threads. Opens no socket unless the model is nowhere on
    this machine, and never runs code that comes with a model. A pair longer than the model reads is
    cut by the model's own rule; the first time is logged as a warning.

    The score is what the model's files say: 0 to 1 for most, any number for some.

    Attributes:
        model: Hub id or folder; an id without an organisation means cross-encoder's.
        device: "auto" (cuda, then mps, then cpu), "cuda", "mps" or "cpu".
    """

    model: str
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"

    _lock: Any = PrivateAttr(default_factory=RLock)
    _loaded: Any = PrivateAttr(default=None)
    _told: bool = PrivateAttr(default=False)

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        """Return copies of the documents, best first, with their `relevance_score`.

        Raises:
            RerankerError: The model cannot be loaded or gives no single finite number.
        """
        texts = [document.page_content for document in documents]
        return by_score(documents, self.score(query, texts))

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return the relevance of each text to the question, higher is better.

        Raises:
            RerankerError: The model cannot be loaded or gives no single finite number.
        """
        if not texts:
            return []
        pairs = [(well_formed(query), well_formed(text)) for text in texts]
        with self._lock:
            self._report_truncated(pairs)
            found = self._encoder.predict(
                pairs, batch_size=BATCH[self._device], show_progress_bar=False
            )
        scores = np.asarray(found, dtype=np.float64)
        if scores.ndim != 1 or not np.isfinite(scores).all():
            gave = "numbers that are not finite" if scores.ndim == 1 else f"{scores.shape[1]}"
            raise RerankerError(
                f"The reranker {self.model} should give one finite number for each passage and "
                f"gave {gave}; set rerank.model to another"
            )
        return [float(score) for score in scores]

    def characters_read(self, query: str, text: str) -> int:
        """Return how many characters of `text` the model reads beside the question."""
        with self._lock:
            encoded = self._encoder.tokenizer(
                well_formed(query),
                well_formed(text),
                truncation="longest_first",
                max_length=self._room,
                return_offsets_mapping=True,
            )
        sequences, offsets = encoded.sequence_ids(), encoded["offset_mapping"]
        whole = len(encoded["input_ids"]) < self._room
        ends = [end for one, (_, end) in zip(sequences, offsets, strict=True) if one == 1]
        return len(text) if whole else max(ends, default=0)

    @cached_property
    def fingerprint(self) -> str:
        """Hex sha256 over all files that shape a score; read without torch.

        Raises:
            RerankerError: The model is nowhere to be had.
        """
        folder = self._folder.path
        files = sorted(
            path
            for path in folder.rglob("*")
            if path.suffix in _SHAPING and not {*path.relative_to(folder).parts} & {*_UNREAD}
        )
        parts = [f"{path.relative_to(folder).as_posix()}:{file_sha256(path)}" for path in files]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _report_truncated(self, pairs: Sequence[tuple[str, str]]) -> None:
        room = self._room
        lengths = self._encoder.tokenizer(pairs, truncation=False, verbose=False)["input_ids"]
        cut = sum(len(ids) > room for ids in lengths)
        if cut:
            logger.log(
                logging.DEBUG if self._told else logging.WARNING,
                "%d of %d passages are, with the question, longer than the %d tokens that %s "
                "reads; their ends have no part in their scores",
                cut, len(pairs), room, self.model,
            )  # fmt: skip
            self._told = True

    @cached_property
    def _folder(self) -> ModelFolder:
        named = "/" in self.model or Path(self.model).expanduser().exists()
        try:
            return locate(self.model if named else f"{ORGANISATION}/{self.model}")
        except EmbeddingError as error:
            cause = error.__cause__
            why = (
                f"the model hub gave none ({reason(cause)})"
                if isinstance(cause, Exception)
                else ("there is no such folder")
            )
            raise RerankerError(
                f"No reranker {self.model} here, and {why}; set rerank.model to a folder that "
                "holds a CrossEncoder, or go online once to fetch it"
            ) from error

    @cached_property
    def _device(self) -> str:
        from rag.embedding.loading import resolve_device

        try:
            return resolve_device(self.device)
        except EmbeddingError as error:
            raise RerankerError(
                f"No {self.device} device on this machine; set rerank.device to auto or cpu"
            ) from error

    @property
    def _room(self) -> int:
        """Tokens the model reads of a pair."""
        return int(min(self._encoder.max_seq_length or NO_LIMIT, NO_LIMIT))

    @property
    def _encoder(self) -> "CrossEncoder":
        # Not a cached_property: that would load twice in two threads (Python 3.12 and later).
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._folder, self._device)
            encoder: CrossEncoder = self._loaded
            return encoder


def _load(folder: ModelFolder, device: str) -> "CrossEncoder":
    """Load the model in `folder` from local files alone, in the precision of the embeddings."""
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder

    from rag.embedding.loading import DTYPE, hub_closed, no_progress_bar

    _require_head(folder)
    unloadable = (
        OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError,
        SafetensorError, StrictDataclassError,
    )  # fmt: skip
    try:
        with hub_closed(), no_progress_bar():
            encoder: CrossEncoder = CrossEncoder(
                str(folder.path),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": DTYPE},
            )
    except unloadable as error:
        raise RerankerError(
            f"Cannot load the reranker {folder.name} ({reason(error)}); fetch the model again or "
            "set rerank.model to another (one that runs code of its own never loads)"
        ) from error
    return encoder


def _require_head(folder: ModelFolder) -> None:
    """Refuse a model that is no reranker: the library would put a random head on it.

    Raises:
        RerankerError: It is an embedding model or a bare transformer.
    """
    try:
        config = json.loads((folder.path / "config.json").read_text(encoding="utf-8"))
        architectures = [str(name) for name in config.get("architectures") or []]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise RerankerError(
            f"Cannot read config.json of the reranker {folder.name} ({reason(error)}); fetch the "
            "model again or set rerank.model to another"
        ) from error
    if not any(name.endswith(_HEADS) for name in architectures):
        raise RerankerError(
            f"{folder.name} is no reranker: wanted a model for sequence classification, found "
            f"{', '.join(architectures) or 'none named'}; set rerank.model to a CrossEncoder"
        )
