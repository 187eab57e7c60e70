"""Re-embeds an index with another model beside the old one and switches at the end."""

from collections.abc import Mapping
from typing import Any

from rag.embeddings import PassageEmbeddings
from rag.store.records import SourceState
from rag.store.store import Store
from rag.store.writer import Writer
from rag.sync.embed import embed_missing
from rag.sync.pipeline import Pipeline, Prepared
from rag.sync.report import Progress, silent

_PASSAGES_PER_BATCH = 2000


def rebuild(
    store: Store,
    *,
    embeddings: PassageEmbeddings,
    pipeline: Pipeline,
    progress: Progress = silent,
) -> int:
    """Split and embed every document of the catalog anew; return the number of texts embedded.

    The sources are not read again: their text is in the catalog. Until the last transaction every
    reader sees the old index; a crash before it leaves the old one, and what was embedded is kept
    for the next try.
    """
    with store.writing(purpose="rag sync --rebuild") as writer:
        records = [r for r in store.catalog.sources() if r.status == "indexed"]
        states = store.catalog.states()
        epoch = writer.stage()
        job = _Rebuild(store, writer, embeddings, progress)
        pipelines = {}
        for done, record in enumerate(records):
            progress("parse", done, len(records), record.source)
            document = store.catalog.document(record.source)
            if document is None:
                continue
            metadata = store.catalog.metadata(record.source)
            job.put(pipeline.prepare(states[record.source], document, metadata))
            pipelines[record.source] = _name(pipeline, states[record.source], metadata)
        job.flush()
        stale = {s: p for s, p in pipelines.items() if _same_loader(states[s].pipeline, p)}
        writer.switch(
            fingerprint=embeddings.fingerprint.digest,
            described=embeddings.fingerprint.describe(),
            dimension=embeddings.dimension,
            pipelines=stale,
        )
        progress("write", epoch, epoch, "")
    return job.embedded


def _name(pipeline: Pipeline, state: SourceState, metadata: Mapping[str, Any]) -> str:
    if state.is_pushed:
        return pipeline.name_pushed(metadata, state.group)
    return pipeline.name(metadata)


def _same_loader(old: str, new: str) -> bool:
    """Tell whether only what comes after the loader differs: else the file must be read again."""
    return old.split(" ", 1)[0] == new.split(" ", 1)[0]


class _Rebuild:
    """Collects prepared documents and stages them in batches."""

    def __init__(
        self, store: Store, writer: Writer, embeddings: PassageEmbeddings, progress: Progress
    ) -> None:
        self._store = store
        self._writer = writer
        self._embeddings = embeddings
        self._progress = progress
        self._pending: list[Prepared] = []
        self.embedded = 0

    def put(self, prepared: Prepared) -> None:
        self._pending.append(prepared)
        if sum(len(one.update.passages) for one in self._pending) >= _PASSAGES_PER_BATCH:
            self.flush()

    def flush(self) -> None:
        texts = {key: text for one in self._pending for key, text in one.texts.items()}
        passages = [p for one in self._pending for p in one.update.passages]
        self._pending = []
        if not passages:
            return
        self.embedded += embed_missing(
            texts,
            self._embeddings,
            self._store.catalog,
            self._writer,
            progress=lambda done, total: self._progress("embed", done, total, ""),
        )
        self._writer.put_staged(passages, self._embeddings.fingerprint.digest)
