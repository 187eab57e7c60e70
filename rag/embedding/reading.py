"""What a model makes of a text piece by piece, where each stands; knows no passage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.embedding.batches import BATCH, plan_batches

if TYPE_CHECKING:
    from tokenizers import Encoding

    from rag.embedding.tokens import TokenCounter

Floats = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """The pieces (tokens) of a text in reading order, special ones and prompts left out.

    Attributes:
        vectors: What each piece means where it stands, unit length, shape (pieces, dimension).
        starts: Its first character in the text.
        ends: One past its last.
        unknown: Whether the model has no sign for it.
    """

    vectors: NDArray[np.float16]
    starts: Places
    ends: Places
    unknown: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts)


Read = Callable[[Sequence[str]], Sequence[Reading]]
"""Gives the reading of each text."""


def read_texts(
    texts: Sequence[str],
    *,
    counter: "TokenCounter",
    prompt: str,
    room: int,
    dimension: int,
    encode: Callable[[list[str]], list[Floats]],
) -> list[Reading]:
    """Return the reading of each text; one longer than the model reads is read in parts.

    Args:
        texts: What to read.
        counter: The model's tokenizer.
        prompt: What the model puts before each text.
        room: Most tokens of a text that it reads at once.
        dimension: Length of a vector.
        encode: Gives the vectors of each text's tokens, prompt and special ones among them.
    """
    stretches = [
        (at, start, texts[at][start:end])
        for at, encoding in enumerate(counter.encode(texts))
        for start, end in windows(_spans(encoding), room)
    ]
    encodings = counter.encode([prompt + words for _, _, words in stretches])
    rows = _rows([words for *_, words in stretches], list(map(len, encodings)), encode)
    parts: list[list[Reading]] = [[] for _ in texts]
    for (at, start, _), encoding, vectors in zip(stretches, encodings, rows, strict=True):
        parts[at].append(
            align(
                vectors,
                encoding,
                unknown_id=counter.unknown_id,
                prompt=len(prompt),
                offset=start,
            )
        )
    return [joined(found, dimension) for found in parts]


def _spans(encoding: "Encoding") -> list[tuple[int, int]]:
    return [
        span
        for span, special in zip(encoding.offsets, encoding.special_tokens_mask, strict=True)
        if not special and span[0] < span[1]
    ]


def _rows(
    texts: Sequence[str], counts: Sequence[int], encode: Callable[[list[str]], list[Floats]]
) -> list[Floats]:
    rows: list[Floats] = [np.zeros((0, 0), dtype=np.float32)] * len(texts)
    for batch in plan_batches(counts, *BATCH["cpu"]):
        try:
            made = encode([texts[at] for at in batch])
        except KeyError as error:
            if "token_embeddings" not in str(error):
                raise
            return rows
        for at, vectors in zip(batch, made, strict=True):
            rows[at] = vectors
    return rows


def align(
    rows: Floats, encoding: "Encoding", *, unknown_id: int | None, prompt: int, offset: int
) -> Reading:
    """Return the reading of a text, or of a stretch of it, from the vectors of all its tokens.

    Args:
        rows: One for each token of `encoding`; fewer where the model has cut the end.
        encoding: Of prompt and text, with special tokens.
        unknown_id: Of the token for what the model has no sign for, if it has one.
        prompt: Characters before the text.
        offset: Where the stretch begins in the text.
    """
    kept = [
        at
        for at, (start, end) in enumerate(encoding.offsets[: len(rows)])
        if start >= prompt and end > start and not encoding.special_tokens_mask[at]
    ]
    if 0 < len(rows) < len(encoding.ids):
        kept = kept[:-1]  # its place is taken by the special token that ends the text
    spans = np.array([encoding.offsets[at] for at in kept], dtype=np.int64).reshape(-1, 2)
    vectors = rows[kept] if kept else np.zeros((0, rows.shape[1]), dtype=np.float32)
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return Reading(
        vectors=(vectors / np.maximum(length, 1e-9)).astype(np.float16),
        starts=spans[:, 0] - prompt + offset,
        ends=spans[:, 1] - prompt + offset,
        unknown=np.array([encoding.ids[at] == unknown_id for at in kept], dtype=np.bool_),
    )


def joined(parts: Sequence[Reading], dimension: int) -> Reading:
    """Return the readings of the stretches of one text as its own; without any an empty one."""
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        empty = np.zeros((0, dimension), dtype=np.float16)
        return Reading(empty, none, none, none.astype(np.bool_))
    return Reading(
        vectors=np.concatenate([part.vectors for part in parts]),
        starts=np.concatenate([part.starts for part in parts]),
        ends=np.concatenate([part.ends for part in parts]),
        unknown=np.concatenate([part.unknown for part in parts]),
    )


def windows(spans: Sequence[tuple[int, int]], room: int) -> list[tuple[int, int]]:
    """Return stretches that together hold all tokens, each of at most `room` of them.

    They end between words where they can: half a word would be read as another one.
    """
    found, at = [], 0
    while at < len(spans):
        end = min(at + room, len(spans))
        words = [k for k in range(end, at, -1) if k == len(spans) or spans[k - 1][1] < spans[k][0]]
        end = words[0] if words else end
        found.append((spans[at][0], spans[end - 1][1]))
        at = end
    return found
