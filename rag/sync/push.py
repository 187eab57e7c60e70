"""Indexes documents that are handed over instead of read from disk; knows no files."""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rag.documents.document import LoadedDocument
from rag.embeddings import PassageEmbeddings
from rag.errors import DocumentError
from rag.store.records import SourceState
from rag.store.store import Store
from rag.store.writer import Writer
from rag.sync.embed import embed_missing
from rag.sync.metadata import check_metadata
from rag.sync.pipeline import Pipeline, Prepared
from rag.sync.report import Progress, SyncReport, silent

_PASSAGES_PER_COMMIT = 1000


@dataclass(frozen=True, slots=True)
class PushedDocument:
    """A document and the name it is to have in the index; the same name again replaces it.

    `group` says which loader gives it, None where it is handed over alone.
    """

    source: str
    document: LoadedDocument
    metadata: Mapping[str, Any] = field(default_factory=dict)
    group: str | None = None


def push_documents(
    store: Store,
    documents: Iterable[PushedDocument],
    *,
    embeddings: PassageEmbeddings,
    pipeline: Pipeline,
    progress: Progress = silent,
) -> SyncReport:
    """Index documents; those that are indexed word for word already are left as they are.

    `sync_sources` leaves them alone, for there is no file to compare them with; `remove_sources`
    forgets them.

    Raises:
        DocumentError: A name is blank or that of an indexed file, or metadata cannot be kept.
    """
    with store.writing(purpose="add documents") as writer:
        job = Push(store, writer, embeddings, pipeline, progress)
        for pushed in documents:
            job.put(pushed)
        return job.finish()


class Push:
    """One run: commits what is new in batches.

    Attributes:
        states: What the index holds, with what was put since.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        embeddings: PassageEmbeddings,
        pipeline: Pipeline,
        progress: Progress,
    ) -> None:
        """Make the index this model's.

        Raises:
            FingerprintMismatchError: It was built with another model.
        """
        fingerprint = embeddings.fingerprint
        store.require_fingerprint(fingerprint.digest, fingerprint.describe())
        writer.claim_fingerprint(fingerprint.digest, fingerprint.describe(), embeddings.dimension)
        self.states = dict(store.catalog.states())
        self._started = time.monotonic()
        self._catalog = store.catalog
        self._writer = writer
        self._embeddings = embeddings
        self._pipeline = pipeline
        self._progress = progress
        self._pending: dict[str, Prepared] = {}
        self._done = self._added = self._updated = self._unchanged = self._embedded = 0

    def put(self, pushed: PushedDocument) -> None:
        """Take a document; it is indexed with others when there are enough, or at the end.

        Raises:
            DocumentError: See `push_documents`.
        """
        self._progress("parse", self._done, 0, pushed.source)
        self._take(pushed)
        self._done += 1
        passages = sum(len(one.update.passages) for one in self._pending.values())
        if passages >= _PASSAGES_PER_COMMIT:
            self._flush()

    def finish(self) -> SyncReport:
        """Index what is left and tell what was done."""
        self._flush()
        return SyncReport(
            added=self._added,
            updated=self._updated,
            unchanged=self._unchanged,
            passages_embedded=self._embedded,
            seconds=time.monotonic() - self._started,
        )

    def _take(self, pushed: PushedDocument) -> None:
        known = self.states.get(pushed.source)
        _check(pushed, known)
        state = self._state(pushed)
        if known and (known.sha256, known.pipeline) == (state.sha256, state.pipeline):
            self._unchanged += 1
            return
        if known or pushed.source in self._pending:
            self._updated += 1
        else:
            self._added += 1
        self.states[pushed.source] = state
        self._pending[pushed.source] = self._pipeline.prepare(
            state, pushed.document, pushed.metadata
        )

    def _state(self, pushed: PushedDocument) -> SourceState:
        now = time.time_ns()
        document = pushed.document
        content = json.dumps(asdict(document)).encode()
        return SourceState(
            source=pushed.source,
            size=len(document.text.encode("utf-8", "surrogatepass")),
            mtime_ns=now,
            checked_ns=now,
            sha256=hashlib.sha256(content).hexdigest(),
            pipeline=self._pipeline.name_pushed(pushed.metadata, pushed.group),
            status="indexed",
        )

    def _flush(self) -> None:
        prepared = list(self._pending.values())
        if not prepared:
            return
        self._embedded += embed_missing(
            {key: text for one in prepared for key, text in one.texts.items()},
            self._embeddings,
            self._catalog,
            self._writer,
            progress=lambda done, total: self._progress("embed", done, total, ""),
        )
        self._writer.commit([one.update for one in prepared], [])
        self._pending = {}


def _check(pushed: PushedDocument, known: SourceState | None) -> None:
    check_metadata(pushed.metadata)
    if not pushed.source.strip():
        raise DocumentError("a document has no name; set its metadata 'source'")
    if known and not known.is_pushed:
        raise DocumentError(
            f"{pushed.source} is an indexed file; give the document another 'source'"
        )
