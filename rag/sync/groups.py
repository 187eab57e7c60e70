"""Makes the index equal to what a loader gives; knows no loaders and no files."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.embeddings import PassageEmbeddings
from rag.errors import DocumentError
from rag.store.records import SourceState
from rag.store.store import Store
from rag.store.writer import Writer
from rag.sync.forget import forget_sources
from rag.sync.naming import SourceNames
from rag.sync.pipeline import Pipeline
from rag.sync.push import Push, PushedDocument
from rag.sync.report import Failure, Progress, SyncReport, combined, silent
from rag.sync.sync import remove_sources


def sync_group(
    store: Store,
    documents: Iterable[PushedDocument],
    *,
    name: str | None,
    embeddings: PassageEmbeddings,
    pipeline: Pipeline,
    progress: Progress = silent,
) -> SyncReport:
    """Index what a loader gives and forget what it gave before and gives no longer.

    Nothing is forgotten if it gives nothing at all, which is more often a mistake than meant, nor
    if it fails: an error that the iteration raises comes through, and what was loaded until then
    may be indexed already.

    Args:
        store: The index.
        documents: All that the loader gives, each with its group.
        name: The group that is made equal; None: each group that `documents` names.
        embeddings: The model the index was built with.
        pipeline: How documents become passages.
        progress: Told how far it is.
    """
    with store.writing(purpose="sync a loader") as writer:
        job = _GroupSync(Push(store, writer, embeddings, pipeline, progress))
        for pushed in documents:
            job.put(pushed)
        return job.finish(writer, name)


class _GroupSync:
    """One run over all that a loader gives."""

    def __init__(self, push: Push) -> None:
        self._push = push
        self._given: set[str] = set()
        self._groups: set[str | None] = set()
        self._failures: list[Failure] = []

    def put(self, pushed: PushedDocument) -> None:
        self._given.add(pushed.source)
        self._groups.add(pushed.group)
        try:
            _check_owner(pushed, self._push.states.get(pushed.source))
            self._push.put(pushed)
        except DocumentError as error:
            self._failures.append(Failure(pushed.source, str(error)))

    def finish(self, writer: Writer, name: str | None) -> SyncReport:
        report = self._push.finish()
        groups = self._groups if name is None else {name}
        before = [s for s, state in self._push.states.items() if state.group in groups - {None}]
        gone = [source for source in before if source not in self._given]
        if gone and not self._given:
            self._failures.append(_gave_nothing(name or "", len(gone)))
            gone = []
        if gone:
            writer.commit([], gone)
        return replace(report, removed=len(gone), failed=tuple(self._failures))


def remove(store: Store, names: Sequence[str], paths: SourceNames) -> SyncReport:
    """Forget files, folders, patterns, sources by name, and groups with all they hold.

    Raises:
        DocumentError: A name is in no way part of the index; nothing was removed.
    """
    states = store.catalog.states()
    groups = {state.group for state in states.values()} & set(names)
    # A group without a name is called like its first source; another source goes before a group.
    wanted = {group for group in groups if _is_free(group, states.get(group or ""))}
    known = [name if name in states else paths.name(name) for name in names if name not in wanted]
    report = remove_sources(store, known)
    members = [source for source, state in states.items() if state.group in wanted]
    return combined([report, forget_sources(store, members)]) if members else report


def _is_free(group: str | None, source: SourceState | None) -> bool:
    """Tell whether no source but one of the group's own is called like the group."""
    return source is None or source.group == group


def _check_owner(pushed: PushedDocument, known: SourceState | None) -> None:
    """Refuse a source of another group: each would take it from the other again and again.

    A group that is called like its source, as those without a name are, may get one.
    """
    group = known.group if known else None
    if group in (None, pushed.group, pushed.source, pushed.source.rpartition("#")[0]):
        return
    raise DocumentError(f"{pushed.source} is given by the loader {group} too; it is kept as its")


def _gave_nothing(name: str, kept: int) -> Failure:
    return Failure(
        name,
        f"{name}: the loader gave no documents, so the {kept} of before are kept; mend the "
        f"loader, or forget them with `rag remove {name}`",
    )
