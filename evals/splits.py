"""Splits a set as a cell does, or reads how it was split before; knows no index and no measures."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.datasets.base import EvalDocument
from evals.gold import Span
from evals.keys import SPLIT_CODE, code_key, documents_key, stage_key, write_json
from evals.measures.audit import audit_duplicates, audit_truncation
from evals.measures.spans import PassageMap
from rag.assembly import make_pipeline
from rag.embeddings import PassageEmbeddings
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a splitting with its tokens, and those of what is embedded for it."""

    source: str
    start_index: int
    end_index: int
    tokens: int
    embedded_tokens: int


@dataclass(frozen=True)
class Split:
    """All passages of a set under one splitting.

    Attributes:
        key: The stage's.
        places: In the order of the documents.
        text_keys: Of the distinct texts to embed, with the tokens of each.
        truncation: Tokens that the model never reads: `share`, `passages`.
        duplicates: Passages whose text another one has: `share`, `passages`.
        text_bytes: Of all passages in UTF-8.
    """

    key: str
    places: tuple[Place, ...]
    text_keys: Mapping[bytes, int]
    truncation: Mapping[str, float]
    duplicates: Mapping[str, float]
    text_bytes: int

    @cached_property
    def passages(self) -> PassageMap:
        """Ready to be asked which passages meet a span."""
        return PassageMap(Span(one.source, one.start_index, one.end_index) for one in self.places)

    @cached_property
    def tokens_at(self) -> Mapping[tuple[str, int, int], int]:
        """Tokens of each passage by its place."""
        return {(one.source, one.start_index, one.end_index): one.tokens for one in self.places}

    @property
    def tokens(self) -> int:
        """Tokens of all passages."""
        return sum(one.tokens for one in self.places)


class SplitStage:
    """Splits a set, or reads how it was split before."""

    def __init__(self, folder: Path, documents: Sequence[EvalDocument]) -> None:
        self._folder = folder / "splits"
        self._documents = documents
        self._documents_key = documents_key(documents)
        self._seen: dict[str, Split] = {}

    def key(self, settings: Settings, embeddings: PassageEmbeddings) -> str:
        """Return the key of the splitting that these settings and this model make."""
        pipeline = make_pipeline(settings, embeddings)
        return stage_key(
            self._documents_key,
            [pipeline.max_tokens, pipeline.overlap_tokens, pipeline.header],
            embeddings.fingerprint.digest,
            code_key(SPLIT_CODE),
        )

    def split(self, settings: Settings, embeddings: PassageEmbeddings) -> Split:
        """Return the splitting of these settings for this model."""
        key = self.key(settings, embeddings)
        if key not in self._seen:
            file = self._folder / f"{key}.json"
            if not file.is_file():
                write_json(file, _to_json(self._make(settings, embeddings)))
            self._seen[key] = _from_json(key, json.loads(file.read_text(encoding="utf-8")))
        return self._seen[key]

    def _make(self, settings: Settings, embeddings: PassageEmbeddings) -> "_Made":
        from rag.handover import pushed
        from rag.store.records import SourceState

        pipeline = make_pipeline(settings, embeddings)
        made = _Made()
        for document in self._documents:
            handed = pushed(as_langchain(document))
            state = SourceState(handed.source, 0, 0, 0, "", "", "indexed")
            prepared = pipeline.prepare(state, handed.document, handed.metadata)
            made.take(prepared.update.passages, prepared.texts, embeddings)
        made.truncation = audit_truncation(
            [one.embedded_tokens for one in made.places], embeddings.max_tokens
        )
        return made


class _Made:
    """A splitting while it is made."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.text_keys: dict[bytes, int] = {}
        self.texts: list[str] = []
        self.truncation = audit_truncation([], 1)

    def take(
        self, passages: Iterable[Any], texts: Mapping[bytes, str], embeddings: PassageEmbeddings
    ) -> None:
        """Note a document's passages and the texts that are embedded for them."""
        found = list(passages)
        counted = dict(zip(texts, embeddings.count_tokens(list(texts.values())), strict=True))
        own = embeddings.count_tokens([passage.text for passage in found])
        self.text_keys.update(counted)
        for passage, tokens in zip(found, own, strict=True):
            self.texts.append(passage.text)
            self.places.append(
                Place(
                    passage.source,
                    passage.start_index,
                    passage.end_index,
                    tokens,
                    counted[passage.text_key],
                )
            )


def as_langchain(document: EvalDocument) -> Any:  # noqa: ANN401 - LangChain is imported late
    """Return a document of a set as the index takes it; one without text is its title.

    What a loader found goes along, so that it is cut where the product cuts the same file.
    """
    from langchain_core.documents import Document

    if document.structure is not None:
        return Document(
            document.text, metadata={"source": document.source, "structure": document.structure}
        )
    return Document(
        page_content=document.text if document.text.strip() else document.title,
        metadata={
            "source": document.source,
            "title": document.title,
            "kind": "markdown" if _is_plain_markdown(document) else "text",
        },
    )


def _is_plain_markdown(document: EvalDocument) -> bool:
    """Tell whether reading the text as Markdown leaves every character where gold spans have it."""
    if document.kind != "markdown":
        return False
    from rag.documents.markdown import load_markdown

    return load_markdown(document.text.encode("utf-8", "surrogatepass")).text == document.text


def _to_json(made: _Made) -> dict[str, Any]:
    duplicates = audit_duplicates(made.texts)
    return {
        "places": [
            [one.source, one.start_index, one.end_index, one.tokens, one.embedded_tokens]
            for one in made.places
        ],
        "text_keys": {key.hex(): tokens for key, tokens in made.text_keys.items()},
        "truncation": {"share": made.truncation.share, "passages": made.truncation.passages},
        "duplicates": {"share": duplicates.share, "passages": duplicates.passages},
        "text_bytes": sum(len(text.encode("utf-8", "surrogatepass")) for text in made.texts),
    }


def _from_json(key: str, fields: Mapping[str, Any]) -> Split:
    return Split(
        key=key,
        places=tuple(Place(*one) for one in fields["places"]),
        text_keys={bytes.fromhex(one): tokens for one, tokens in fields["text_keys"].items()},
        truncation=fields["truncation"],
        duplicates=fields["duplicates"],
        text_bytes=fields["text_bytes"],
    )
