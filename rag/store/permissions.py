"""Makes an index readable by its owner only; knows nothing of what is in the files."""

import os
from pathlib import Path


def make_private(folder: Path) -> None:
    """Set every folder below to 0700 and every file to 0600.

    Chroma, SQLite and tantivy make their files under the process's umask, which is not ours to
    change in somebody else's program. A file another process deletes meanwhile is passed over.
    """
    for parent, _, files in os.walk(folder):
        _chmod(Path(parent), 0o700)
        for name in files:
            _chmod(Path(parent) / name, 0o600)


def _chmod(path: Path, mode: int) -> None:
    try:
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)
    except FileNotFoundError:
        return
