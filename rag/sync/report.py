"""What a sync did, and how it tells of its progress; knows nothing of how it is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be indexed, and why, in one line."""

    source: str
    error: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts of sources, and of the passages whose text had to be embedded.

    A renamed file counts as one removed and one added. `failed` lists every source in scope that
    is not indexed, also those that failed before and have not changed since.
    """

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    failed: tuple[Failure, ...] = ()
    passages_embedded: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag add` and `rag sync`."""
        return {
            "added": self.added,
            "updated": self.updated,
            "removed": self.removed,
            "unchanged": self.unchanged,
            "failed": _failures(self.failed),
            "passages_embedded": self.passages_embedded,
            "seconds": round(self.seconds, 3),
        }


def combined(reports: Sequence[SyncReport]) -> SyncReport:
    """Return what several runs did together."""
    return SyncReport(
        added=sum(report.added for report in reports),
        updated=sum(report.updated for report in reports),
        removed=sum(report.removed for report in reports),
        unchanged=sum(report.unchanged for report in reports),
        failed=tuple(failure for report in reports for failure in report.failed),
        passages_embedded=sum(report.passages_embedded for report in reports),
        seconds=sum(report.seconds for report in reports),
    )


class Progress(Protocol):
    """Told how far a sync is; `detail` names what is worked on."""

    def __call__(
        self,
        stage: Literal["scan", "parse", "embed", "write"],
        done: int,
        total: int,
        detail: str,
    ) -> None:
        """Take note; must return quickly."""


def silent(
    stage: Literal["scan", "parse", "embed", "write"], done: int, total: int, detail: str
) -> None:
    """Ignore all progress."""


def _failures(failed: Iterable[Failure]) -> list[dict[str, str]]:
    return [{"source": failure.source, "error": failure.error} for failure in failed]
