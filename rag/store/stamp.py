"""Notes in a derived index's folder which generation of the catalog it equals; knows no index."""

from pathlib import Path

_FILE = "generation"


def write_stamp(folder: Path, generation: int) -> None:
    """Note that the index in `folder` equals the catalog of this generation."""
    (folder / _FILE).write_text(f"{generation}\n", encoding="ascii")


def read_stamp(folder: Path) -> int | None:
    """Return the generation of the last stamp, None if there is none that can be read."""
    try:
        return int((folder / _FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
