"""Count texts in a model's own tokens; knows the tokenizer, nothing of vectors, and no torch."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embedding.reason import reason
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

SLICE = 1024


class TokenCounter:
    """The tokenizer of one model, never truncating and never padding.

    Args:
        folder: Holds `tokenizer.json`, or files that transformers can convert into one.
        lowercase: Whether the model lowercases texts before its tokenizer sees them.
    """

    def __init__(self, folder: Path, *, lowercase: bool = False) -> None:
        self._folder = folder
        self._lowercase = lowercase

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return the number of content tokens of each text, special ones not counted."""
        # In slices, because an encoding is a hundred times as large as the number wanted of it.
        slices = (texts[start : start + SLICE] for start in range(0, len(texts), SLICE))
        return [len(encoding.ids) for part in slices for encoding in self._encode(part)]

    def unknown_share(self, text: str) -> float:
        """Return the share (0 to 1) of a text's tokens that stand for "unknown"; 0 for none."""
        unknown = self.unknown_id
        ids = self._encode([text])[0].ids
        return 0.0 if unknown is None or not ids else ids.count(unknown) / len(ids)

    def encode(self, texts: Sequence[str]) -> "list[Encoding]":
        """Return each text's tokens, special ones among them, and where in it they stand."""
        cleaned = [well_formed(text) for text in texts]
        encodings: list[Encoding] = self._tokenizer.encode_batch(cleaned)
        return encodings

    @cached_property
    def unknown_id(self) -> int | None:
        """The token that stands for whatever the model has no sign for, None if there is none."""
        model = self._tokenizer.model
        names = [getattr(model, "unk_token", None), "<unk>", "[UNK]"]
        ids = (self._tokenizer.token_to_id(name) for name in names if name)
        return next((found for found in ids if found is not None), None)

    @cached_property
    def special_tokens(self) -> int:
        """How many special tokens the model adds to a text, e.g. 2 for [CLS] and [SEP]."""
        return int(self._tokenizer.num_special_tokens_to_add(False))

    def _encode(self, texts: Sequence[str]) -> "list[Encoding]":
        cleaned = [well_formed(text) for text in texts]
        encodings: list[Encoding] = self._tokenizer.encode_batch_fast(
            cleaned, add_special_tokens=False
        )
        return encodings

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        tokenizer = self._read()
        # A tokenizer.json may carry settings of its own; the default model's cuts at 128 tokens.
        tokenizer.no_truncation()
        tokenizer.no_padding()
        if self._lowercase:
            _lowercase_first(tokenizer)
        return tokenizer

    def _read(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        path = self._folder / "tokenizer.json"
        if not path.is_file():
            return self._convert()
        try:
            return Tokenizer.from_buffer(path.read_bytes())
        except (OSError, ValueError) as error:
            raise EmbeddingError(
                f"Cannot read the embedding model's {str(path)!r} ({reason(error)}); fetch "
                "the model again"
            ) from error

    def _convert(self) -> "Tokenizer":
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(
                self._folder, local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, ImportError) as error:
            raise EmbeddingError(
                f"No tokenizer in {str(self._folder)!r} ({reason(error)}); fetch the model "
                "again or set embedding.model to another"
            ) from error
        return tokenizer.backend_tokenizer


def well_formed(text: str) -> str:
    """Return `text` with unpaired surrogates replaced: tokenizers refuse them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _lowercase_first(tokenizer: "Tokenizer") -> None:
    from tokenizers import normalizers

    steps = [normalizers.Lowercase()]
    if tokenizer.normalizer is not None:
        steps.append(tokenizer.normalizer)
    tokenizer.normalizer = normalizers.Sequence(steps)
