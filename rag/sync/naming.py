"""Names sources: paths as the index calls them; knows nothing of their content.

Inside the folder that holds the index directory a source is named by its path relative to that
folder, so that a project can be moved with its index; elsewhere by its absolute path. Always with
forward slashes.
"""

import glob
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceNames:
    """Translates between paths and source names; `base` is the folder that holds the index."""

    base: Path

    @classmethod
    def of_index(cls, index_dir: Path) -> "SourceNames":
        """Return the names used by the index at `index_dir`."""
        return cls(Path(os.path.realpath(index_dir)).parent)

    def name(self, path: Path | str) -> str:
        """Return the source name of a path; links in its folders are followed, patterns kept."""
        absolute = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - keeps patterns
        if not glob.has_magic(str(path)) or absolute.exists():
            absolute = Path(os.path.realpath(absolute.parent)) / absolute.name
        try:
            return absolute.relative_to(self.base).as_posix()
        except ValueError:
            return absolute.as_posix()

    def path(self, name: str) -> Path:
        """Return the path of a source name."""
        return self.base / name


def is_below(name: str, folder: str) -> bool:
    """Tell whether a source name is `folder` itself or inside of it."""
    return folder == "." or name == folder or name.startswith(folder.rstrip("/") + "/")
