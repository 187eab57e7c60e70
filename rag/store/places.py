"""Where the parts of an index are; knows nothing of what is in them."""

import re
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from rag.store.vectors import ChromaVectors

_OWN_NAMES = re.compile(
    r"lock(\.owner)?|catalog\.(new|sqlite3)(-wal|-shm|-journal)?|chroma(\.lock)?|lexical[-.0-9]*"
)


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Where vectors are kept: embedded (`url` None) or on a Chroma server."""

    url: str | None = None
    collection: str = "passages"
    ef_search: int = 400


@dataclass(frozen=True, slots=True)
class Places:
    """The folders, names and locks of one index."""

    index_dir: Path
    options: StoreOptions
    index_id: str

    def vectors(self, epoch: int) -> ChromaVectors:
        """Return the Chroma collection of an epoch, not opened."""
        return ChromaVectors(
            self.options.url or self.index_dir / "chroma",
            collection=self.collection(epoch),
            index_id=self.index_id,
            ef_search=self.options.ef_search,
        )

    def collection(self, epoch: int) -> str:
        """Return the name of an epoch's collection; the first epoch's is plain."""
        return _of_epoch(self.options.collection, epoch)

    def lexical(self, name: str) -> Path:
        """Return the folder of a lexical index."""
        return self.index_dir / name

    def lexical_folders(self) -> list[Path]:
        """Return the folders of all lexical indexes, the live one and leftovers."""
        return sorted(path for path in self.index_dir.glob("lexical*") if path.is_dir())

    def new_lexical(self, epoch: int) -> str:
        """Return a name for a lexical index that no folder has yet."""
        plain = name = lexical_name(epoch)
        number = 1
        while (self.index_dir / name).exists():
            number += 1
            name = f"{plain}.{number}"
        return name

    def opening_lock(self) -> FileLock:
        """Return the lock held while Chroma's files are opened or written.

        An embedded client that opens while another process writes may write too (it applies the
        write-ahead log); two writers lose vectors. So openings and writes take turns.
        """
        return FileLock(self.index_dir / "chroma.lock", mode=0o600, thread_local=False)


def lexical_name(epoch: int) -> str:
    """Return the name of an epoch's first lexical index."""
    return _of_epoch("lexical", epoch)


def strangers(folder: Path) -> list[str]:
    """Return the names in `folder` that no index would have put there."""
    names = sorted(path.name for path in folder.iterdir())
    return [name for name in names if not _OWN_NAMES.fullmatch(name)]


def _of_epoch(name: str, epoch: int) -> str:
    return name if epoch == 1 else f"{name}-{epoch}"
