"""Texts to vectors with a sentence-transformers model; knows nothing of passages or the index."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.embedding.batches import BATCH
from rag.embedding.batches import plan_batches as plan_batches
from rag.embedding.fingerprint import Fingerprint as Fingerprint
from rag.embedding.loading import BACKEND, DEVICES, load, one_thread, resolve_device
from rag.embedding.location import DEFAULT_MODEL, ModelFolder, locate
from rag.embedding.memory import ReadingMemory
from rag.embedding.protocol import PassageEmbeddings as PassageEmbeddings
from rag.embedding.reading import Floats, Reading, read_texts
from rag.embedding.recipe import Recipe, read_recipe
from rag.embedding.tokens import TokenCounter, well_formed
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

# Stands for "as long as you like": some models have no window, some name one of 1e30 tokens.
NO_LIMIT = 1_000_000


class SentenceTransformerEmbeddings(Embeddings):
    """A sentence-transformers model, loaded when the first vector is asked for.

    Safe to share between threads. Opens no socket unless the model is nowhere on this machine.
    Never runs code that comes with a model.

    Args:
        model: Hub id or folder.
        revision: Commit, branch or tag of a hub model.
        device: "auto" (cuda, then mps, then cpu), "cuda", "mps" or "cpu".

    Raises:
        EmbeddingError: The device is unknown. Models are looked for at first use.
    """

    def __init__(
        self, model: str = DEFAULT_MODEL, *, revision: str | None = None, device: str = "auto"
    ) -> None:
        if device not in DEVICES:
            raise EmbeddingError(
                f"No device {device!r}; set embedding.device to one of {', '.join(DEVICES)}"
            )
        self.model = model
        self.revision = revision
        self.device = device
        self._lock = RLock()
        self._readings = ReadingMemory()
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """What must be equal for two vectors to be comparable; read from files, without torch.

        Raises:
            ModelNotFoundError: The model is nowhere to be had.
            EmbeddingError: Its files are damaged.
        """
        return Fingerprint(
            model=self._folder.name,
            weights_sha256=self._recipe.weights_sha256,
            revision=self._folder.revision,
            dimension=self.dimension,
            pooling=self._recipe.pooling,
            normalised=True,
            query_prompt=self._recipe.query_prompt,
            document_prompt=self._recipe.document_prompt,
            max_tokens=self.max_tokens,
            backend=BACKEND,
            recipe_sha256=self._recipe.recipe_sha256,
        )

    @cached_property
    def max_tokens(self) -> int:
        """Content tokens of a passage that the model reads, its prompt and special ones taken off.

        Raises:
            EmbeddingError: The prompt leaves no room.
        """
        room = self._room(self._recipe.document_prompt)
        if room < 1:
            raise EmbeddingError(
                f"Embedding model {self._folder.name} reads {self._max_length} tokens and its "
                "prompt takes them all; set embedding.model to another"
            )
        return room

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        if self._recipe.dimension is not None:
            return self._recipe.dimension
        dimension = self._transformer.get_embedding_dimension()
        if dimension is None:
            raise EmbeddingError(
                f"Embedding model {self._folder.name} does not say how long its vectors are; set "
                "embedding.model to another"
            )
        return int(dimension)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of content tokens of each text, without loading the model."""
        return self._counter.count(texts)

    def unknown_share(self, text: str) -> float:
        """Return the share (0 to 1) of a text's tokens that the model has no sign for.

        High means that the model is blind to the text. Tokenizers that can spell anything, e.g. in
        bytes, always give 0.
        """
        return self._counter.unknown_share(text)

    def truncated(self, texts: Sequence[str]) -> list[int]:
        """Return the positions of the texts whose ends the model would not read as passages."""
        counts = self.count_tokens(texts)
        return [index for index, count in enumerate(counts) if count > self.max_tokens]

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return unit vectors in the order of `texts`, shape (len(texts), dimension).

        Texts longer than `max_tokens` are cut there and their number is logged as a warning.

        Args:
            texts: Passages, in any number.
            progress: Called after each batch with the number of texts done so far.

        Raises:
            EmbeddingError: The model cannot be loaded or gives no finite numbers.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        counts = self.count_tokens(texts)
        self._report_truncated(counts, self.max_tokens, "passages")
        done = 0
        prompt = self._recipe.document_prompt
        read = [min(count, self.max_tokens) for count in counts]
        for batch in plan_batches(read, *BATCH[self._device]):
            vectors[batch] = self._encode([texts[i] for i in batch], prompt, task="document")
            done += len(batch)
            if progress is not None:
                progress(done)
        return vectors

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the unit vectors of passages, in order (LangChain's interface)."""
        vectors: list[list[float]] = self.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question; one too long is cut, which is logged."""
        prompt = self._recipe.query_prompt
        self._report_truncated(self.count_tokens([text]), self._room(prompt), "questions")
        with self._lock, one_thread():
            vector: list[float] = self._encode([text], prompt, task="query")[0].tolist()
        return vector

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Return how the model reads each text piece by piece, as a passage.

        What was read last is remembered, and the rest read on one thread: while other questions
        are answered, two would take many times longer. A model that gives no vector to each of its
        tokens reads nothing.
        """
        with self._lock, one_thread():
            return self._readings.readings(texts, self._read)

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        return read_texts(
            texts,
            counter=self._counter,
            prompt=self._recipe.document_prompt,
            room=self.max_tokens,
            dimension=self.dimension,
            encode=self._encode_tokens,
        )

    def _encode_tokens(self, texts: list[str]) -> list[Floats]:
        """Return the vectors of each text's tokens, special ones and prompt among them."""
        with self._lock:
            rows: Any = self._transformer.encode_document(
                [well_formed(text) for text in texts],
                prompt=self._recipe.document_prompt,
                batch_size=len(texts),
                show_progress_bar=False,
                output_value="token_embeddings",
                convert_to_numpy=False,
            )
        return [row.float().cpu().numpy() for row in rows]

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return the unit vectors of passages without blocking the event loop."""
        return await asyncio.to_thread(self.embed_documents, texts)

    async def aembed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question without blocking the event loop."""
        return await asyncio.to_thread(self.embed_query, text)

    def _encode(self, texts: list[str], prompt: str, *, task: str) -> NDArray[np.float32]:
        """Return the unit vectors of one batch. The lock is held for this batch only.

        So a question need not wait until a long run over passages has ended.
        """
        model = self._transformer
        encode = model.encode_query if task == "query" else model.encode_document
        with self._lock:
            vectors = encode(
                [well_formed(text) for text in texts],
                prompt=prompt,
                batch_size=len(texts),
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        result = np.asarray(vectors, dtype=np.float32)
        if result.shape != (len(texts), self.dimension):
            raise EmbeddingError(
                f"Embedding model {self._folder.name} should give {self.dimension} numbers a text "
                f"by its files and gave {result.shape[-1]}; set embedding.model to another"
            )
        if not np.isfinite(result).all():
            raise EmbeddingError(
                f"Embedding model {self._folder.name} gave numbers that are not finite; set "
                "embedding.device to cpu or embedding.model to another"
            )
        return result

    def _report_truncated(self, counts: Sequence[int], room: int, what: str) -> None:
        cut = sum(count > room for count in counts)
        if cut:
            logger.warning(
                "%d of %d %s are longer than the %d tokens that %s reads; their ends have no part "
                "in their vectors",
                cut, len(counts), what, room, self._folder.name,
            )  # fmt: skip

    def _room(self, prompt: str) -> int:
        taken = self._counter.count([prompt])[0] if prompt else 0
        return self._max_length - self._counter.special_tokens - taken

    @cached_property
    def _max_length(self) -> int:
        length = self._recipe.max_length
        if length is None:
            length = self._transformer.max_seq_length or NO_LIMIT
        return int(min(length, NO_LIMIT))

    @cached_property
    def _folder(self) -> ModelFolder:
        return locate(self.model, revision=self.revision)

    @cached_property
    def _recipe(self) -> Recipe:
        return read_recipe(self._folder.path)

    @cached_property
    def _counter(self) -> TokenCounter:
        return TokenCounter(self._recipe.transformer, lowercase=self._recipe.lowercase)

    @cached_property
    def _device(self) -> str:
        return resolve_device(self.device)

    @property
    def _transformer(self) -> "SentenceTransformer":
        # Not a cached_property: that would load twice in two threads (Python 3.12 and later).
        with self._lock:
            if self._loaded is None:
                self._loaded = load(self._folder, self._device)
            return self._loaded
