"""Notes in a derived index's folder which generation of the catalog it equals; knows no index."""

from pathlib import Path

from rag.store.failures import disk_error

_FILE = "generation"


def write_stamp(folder: Path, generation: int) -> None:
    """Note that the index in `folder` equals the catalog of this generation.

    Raises:
        StoreError: The note cannot be written.
    """
    try:
        (folder / _FILE).write_text(f"{generation}\n", encoding="ascii")
    except OSError as error:
        raise disk_error("cannot write in", folder, error) from error


def read_stamp(folder: Path) -> int | None:
    """Return the generation of the last stamp, None if there is none that can be read."""
    try:
        return int((folder / _FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
