"""Makes an index equal to its sources: walk, skip, load, split, embed what is new, commit."""

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.documents import kind_of
from rag.documents.isolation import DocumentParser
from rag.embeddings import PassageEmbeddings
from rag.errors import DocumentError
from rag.store.records import SourceState, SourceUpdate
from rag.store.store import Store
from rag.store.writer import Writer
from rag.sync.embed import embed_missing
from rag.sync.metadata import check_metadata
from rag.sync.naming import SourceNames, covers, is_below, is_pattern, is_under
from rag.sync.pipeline import Pipeline, Prepared, failed_update
from rag.sync.plan import Plan, plan_sync
from rag.sync.report import Failure, Progress, SyncReport, silent
from rag.sync.scan import Found, Scan, scan_roots

# Passages that become live in one transaction: enough to sort by length, few enough to keep.
_PASSAGES_PER_COMMIT = 1000


def add_sources(
    store: Store,
    roots: Sequence[str],
    *,
    metadata: Mapping[str, Any],
    embeddings: PassageEmbeddings,
    pipeline: Pipeline,
    progress: Progress = silent,
) -> SyncReport:
    """Remember roots (source names of files, folders or patterns) and index what is below them.

    Sources outside of them are neither looked at nor touched.

    Raises:
        DocumentError: The metadata could not be filtered by.
    """
    check_metadata(metadata)
    with store.writing(purpose="rag add") as writer:
        _claim(store, writer, embeddings)
        excluded = store.catalog.exclusions()
        writer.set_exclusions(
            {path for path in excluded if not any(is_under(path, root) for root in roots)}
        )
        # Below a folder added now, a file or folder added before keeps its own metadata.
        below = {
            known: own
            for known, own in store.catalog.roots().items()
            if any(is_under(known, root) for root in roots)
        }
        given = dict.fromkeys(roots, metadata)
        for root in roots:
            writer.put_root(root, metadata)
        job = _Sync(store, writer, embeddings, pipeline, progress)
        return job.run(
            {**below, **given},
            excluded=store.catalog.exclusions(),
            in_scope=lambda source: any(is_under(source, root) for root in roots),
        )


def sync_sources(
    store: Store,
    *,
    embeddings: PassageEmbeddings,
    pipeline: Pipeline,
    progress: Progress = silent,
) -> SyncReport:
    """Visit everything that was ever added: new, changed, renamed and vanished files."""
    with store.writing(purpose="rag sync") as writer:
        _claim(store, writer, embeddings)
        job = _Sync(store, writer, embeddings, pipeline, progress)
        report = job.run(
            store.catalog.roots(), excluded=store.catalog.exclusions(), in_scope=lambda _: True
        )
        writer.verify()
        return report


def remove_sources(store: Store, paths: Sequence[str]) -> SyncReport:
    """Forget sources: files, folders or patterns by name; the files themselves are not touched.

    What a folder that stays indexed would bring back is remembered as excluded until it is added
    again by name.

    Raises:
        DocumentError: A path is in no way part of the index; nothing was removed.
    """
    started = time.monotonic()
    with store.writing(purpose="rag remove") as writer:
        states, roots = store.catalog.states(), store.catalog.roots()
        for path in paths:
            if path not in roots and not any(is_under(source, path) for source in states):
                raise DocumentError(f"{path} is not in the index; `rag list` shows what is")
        gone_roots = {r for r in roots if any(is_under(r, path) for path in paths)}
        gone = [source for source in states if any(is_under(source, path) for path in paths)]
        writer.drop_roots(sorted(gone_roots))
        # A pattern would go on to hide what it matches some day: only what it matches now is meant.
        named = {p for p in paths if not is_pattern(p)}
        named.update(s for s in gone if not any(is_below(s, path) for path in named))
        remaining = roots.keys() - gone_roots
        covered = {p for p in named if any(covers(root, p) for root in remaining)}
        writer.set_exclusions(store.catalog.exclusions() | covered)
        if gone:
            writer.commit([], gone)
    return SyncReport(removed=len(gone), seconds=time.monotonic() - started)


def _claim(store: Store, writer: Writer, embeddings: PassageEmbeddings) -> None:
    """Make the index this model's, or refuse: another process may have rebuilt it meanwhile."""
    fingerprint = embeddings.fingerprint
    store.require_fingerprint(fingerprint.digest, fingerprint.describe())
    writer.claim_fingerprint(fingerprint.digest, fingerprint.describe(), embeddings.dimension)


class _Sync:
    """One run: reads what may have changed and commits it in batches."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        embeddings: PassageEmbeddings,
        pipeline: Pipeline,
        progress: Progress,
    ) -> None:
        self._store = store
        self._writer = writer
        self._embeddings = embeddings
        self._pipeline = pipeline
        self._progress = progress
        self._names = SourceNames.of_index(store.index_dir)
        self._states = store.catalog.states()
        self._pending: list[Prepared] = []
        self._vanished: list[str] = []
        self._failures: list[Failure] = []
        self._added = self._updated = self._same = self._embedded = 0

    def run(
        self,
        roots: Mapping[str, Mapping[str, Any]],
        *,
        excluded: Collection[str],
        in_scope: Callable[[str], bool],
    ) -> SyncReport:
        started = time.monotonic()
        self._progress("scan", 0, len(roots), "")
        scan = scan_roots(roots, self._names, excluded=excluded, known=self._states)
        plan = plan_sync(
            self._states,
            scan.found,
            in_scope=in_scope,
            unseen=scan.unseen,
            pipeline_of=lambda source, state: self._name(state, scan.found[source]),
        )
        self._vanished = list(plan.vanished)
        self._failures.extend(scan.problems)
        self._read_all(plan, scan)
        self._flush()
        if self._vanished:
            self._writer.commit([], self._vanished)
        self._note_unchanged(plan)
        return SyncReport(
            added=self._added,
            updated=self._updated,
            removed=len(plan.vanished),
            unchanged=self._same,
            failed=tuple(sorted(self._failures, key=lambda failure: failure.source)),
            passages_embedded=self._embedded,
            seconds=time.monotonic() - started,
        )

    def _name(self, state: SourceState, found: Found) -> str:
        if state.status == "failed":
            return self._pipeline.name_failed()
        return self._pipeline.name(found.metadata)

    def _read_all(self, plan: Plan, scan: Scan) -> None:
        with DocumentParser(self._pipeline.limits) as parser:
            for done, source in enumerate(plan.read):
                self._progress("parse", done, len(plan.read), source)
                self._read(source, scan.found[source], parser)
                if self._pending_passages() >= _PASSAGES_PER_COMMIT:
                    self._flush()
        self._progress("parse", len(plan.read), len(plan.read), "")

    def _read(self, source: str, found: Found, parser: DocumentParser) -> None:
        """Hash one file; parse it if its content, or what is made of it, has changed."""
        known = self._states.get(source)
        checked_ns = time.time_ns()
        try:
            sha256 = _sha256(found.file.path)
        except OSError as error:
            # It may be readable again in a moment: what the index holds of it is kept.
            reason = f"{source}: cannot be read: {error.strerror or error}"
            self._failures.append(Failure(source, reason))
            return
        state = SourceState(
            source=source,
            size=found.file.size,
            mtime_ns=found.file.mtime_ns,
            checked_ns=checked_ns,
            sha256=sha256,
            pipeline=self._pipeline.name(found.metadata),
            status="indexed",
        )
        if known and known.sha256 == sha256 and known.pipeline == self._name(known, found):
            self._leave(known, state)
        else:
            self._parse(state, found, parser)

    def _leave(self, known: SourceState, state: SourceState) -> None:
        if known.mtime_ns != state.mtime_ns:
            self._writer.touch(state.source, mtime_ns=state.mtime_ns, checked_ns=state.checked_ns)
        if known.status == "failed":
            self._note_failure(state.source)
        else:
            self._same += 1

    def _parse(self, state: SourceState, found: Found, parser: DocumentParser) -> None:
        try:
            document = parser.parse(found.file.path)
            prepared = self._pipeline.prepare(state, document, found.metadata)
        except DocumentError as error:
            failed = replace(state, pipeline=self._pipeline.name_failed())
            kind = kind_of(found.file.path) or ""
            self._failures.append(Failure(state.source, str(error)))
            prepared = Prepared(failed_update(failed, kind, found.metadata, str(error)), {})
        else:
            if state.source in self._states:
                self._updated += 1
            else:
                self._added += 1
        self._pending.append(prepared)

    def _pending_passages(self) -> int:
        return sum(len(prepared.update.passages) for prepared in self._pending)

    def _flush(self) -> None:
        """Embed and commit what is pending, and with it the old names of files that moved."""
        if not self._pending:
            return
        texts = {key: text for one in self._pending for key, text in one.texts.items()}
        self._embedded += embed_missing(
            texts,
            self._embeddings,
            self._store.catalog,
            self._writer,
            progress=lambda done, total: self._progress("embed", done, total, ""),
        )
        updates = [prepared.update for prepared in self._pending]
        moved = self._moved(updates)
        self._progress("write", 0, len(updates), "")
        self._writer.commit(updates, moved)
        self._vanished = [source for source in self._vanished if source not in moved]
        self._pending = []

    def _moved(self, updates: Sequence[SourceUpdate]) -> list[str]:
        contents = {update.state.sha256 for update in updates}
        return [s for s in self._vanished if self._states[s].sha256 in contents]

    def _note_unchanged(self, plan: Plan) -> None:
        for source in plan.unchanged:
            if self._states[source].status == "failed":
                self._note_failure(source)
            else:
                self._same += 1

    def _note_failure(self, source: str) -> None:
        error = self._store.catalog.errors().get(source, "failed before")
        self._failures.append(Failure(source, error))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
