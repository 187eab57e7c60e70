"""Turns a loaded document into what the store keeps; knows neither disk nor index."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from rag.documents import LOADER_VERSION
from rag.documents.document import LoadedDocument
from rag.documents.isolation import ParseLimits
from rag.splitter import SPLITTER_VERSION, Passage, embedding_text, split
from rag.store.records import (
    SourceState,
    SourceUpdate,
    StoredPassage,
    passage_id,
    pushed_ending,
    text_key,
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """How documents become passages: part of each source's state, so a change redoes the source."""

    count_tokens: Callable[[Sequence[str]], list[int]]
    max_tokens: int
    overlap_tokens: int
    header: bool
    limits: ParseLimits

    def name(self, metadata: Mapping[str, Any]) -> str:
        """Return what an indexed source went through, as one text."""
        sizes = f"{self.max_tokens}-{self.overlap_tokens}-{int(self.header)}"
        steps = f"loader{LOADER_VERSION} splitter{SPLITTER_VERSION} {sizes}"
        return f"{steps} {json.dumps(dict(metadata), sort_keys=True)}" if metadata else steps

    def name_pushed(self, metadata: Mapping[str, Any], group: str | None = None) -> str:
        """Return what a source that was handed over, perhaps in a group, went through."""
        return self.name(metadata) + pushed_ending(group)

    def name_failed(self) -> str:
        """Return what a failed source went through: it is tried again when a limit changes."""
        limits = self.limits
        return (
            f"loader{LOADER_VERSION} {limits.max_bytes} {limits.timeout_seconds} "
            f"{limits.max_memory_bytes}"
        )

    def split(self, document: LoadedDocument) -> list[Passage]:
        """Return the passages of a document."""
        return split(
            document,
            count_tokens=self.count_tokens,
            max_tokens=self.max_tokens,
            overlap_tokens=self.overlap_tokens,
            header=self.header,
        )

    def prepare(
        self, state: SourceState, document: LoadedDocument, metadata: Mapping[str, Any]
    ) -> "Prepared":
        """Return the source's new state and the texts to embed for it."""
        title = document.title or PurePosixPath(state.source).name
        texts: dict[bytes, str] = {}
        passages = []
        for passage in self.split(document):
            # The header is made of the title inside the document only: a file's name must be free
            # to change without embedding anything again.
            embedded = (
                embedding_text(document.title, passage.section, passage.text, passage.lead_in)
                if self.header
                else passage.text
            )
            key = text_key(embedded)
            texts[key] = embedded
            passages.append(_stored(state.source, passage, key, title, document.kind, metadata))
        return Prepared(
            SourceUpdate(state, document.kind, title, metadata, tuple(passages), document), texts
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A source's new state, and the text behind each of its text keys."""

    update: SourceUpdate
    texts: Mapping[bytes, str]


def failed_update(
    state: SourceState, kind: str, metadata: Mapping[str, Any], error: str
) -> SourceUpdate:
    """Return the state of a source that cannot be read: no passages, and why."""
    title = PurePosixPath(state.source).name
    return SourceUpdate(replace(state, status="failed"), kind, title, metadata, error=error)


def _stored(
    source: str,
    passage: Passage,
    key: bytes,
    title: str,
    kind: str,
    metadata: Mapping[str, Any],
) -> StoredPassage:
    stored = StoredPassage(
        id="",
        source=source,
        ordinal=passage.ordinal,
        start_index=passage.start_index,
        end_index=passage.end_index,
        page=passage.page,
        section=passage.section,
        text=passage.text,
        text_key=key,
        lead_in=passage.lead_in,
        title=title,
        kind=kind,
        metadata=metadata,
    )
    return replace(stored, id=passage_id(stored))
