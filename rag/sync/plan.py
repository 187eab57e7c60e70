"""Decides what a sync has to do; pure: knows neither disk nor index, only what was seen of both."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from rag.store.records import SourceState
from rag.sync.naming import is_below
from rag.sync.scan import Found

# A file written again within the resolution of its time stamp keeps the stamp. Two seconds is
# FAT's resolution, the coarsest in use.
RACY_NANOSECONDS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Sources to read (their content may have changed), to remove, and to leave as they are."""

    read: tuple[str, ...]
    vanished: tuple[str, ...]
    unchanged: tuple[str, ...]


def plan_sync(
    states: Mapping[str, SourceState],
    found: Mapping[str, Found],
    *,
    in_scope: Callable[[str], bool],
    unseen: Collection[str],
    pipeline_of: Callable[[str, SourceState], str],
) -> Plan:
    """Compare what the index knows with what is on disk.

    Args:
        states: What the last sync knew, by source.
        found: What is on disk, by source.
        in_scope: Whether this sync decides about a source that was not found.
        unseen: Places that could not be looked at; nothing below them is removed.
        pipeline_of: The pipeline a source would go through now.
    """
    unchanged = {
        source
        for source, state in states.items()
        if source in found and _is_unchanged(state, found[source], pipeline_of(source, state))
    }
    vanished = {
        source
        for source, state in states.items()
        if source not in found
        and not state.is_pushed
        and in_scope(source)
        and not any(is_below(source, place) for place in unseen)
    }
    read = found.keys() - unchanged
    return Plan(tuple(sorted(read)), tuple(sorted(vanished)), tuple(sorted(unchanged)))


def _is_unchanged(state: SourceState, found: Found, pipeline: str) -> bool:
    return (
        state.size == found.file.size
        and state.mtime_ns == found.file.mtime_ns
        and state.mtime_ns + RACY_NANOSECONDS < state.checked_ns
        and state.pipeline == pipeline
    )
