"""Names sources: paths as the index calls them; knows nothing of their content.

Inside the folder that holds the index directory a source is named by its path relative to that
folder, so that a project can be moved with its index; elsewhere by its absolute path. Always with
forward slashes.
"""

import glob
import itertools
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class SourceNames:
    """Translates between paths and source names; `base` is the folder that holds the index."""

    base: Path

    @classmethod
    def of_index(cls, index_dir: Path) -> "SourceNames":
        """Return the names used by the index at `index_dir`."""
        return cls(Path(os.path.realpath(index_dir)).parent)

    def name(self, path: Path | str) -> str:
        """Return the source name of a path; links to folders are followed, patterns kept."""
        absolute = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - keeps patterns
        if absolute.is_dir():
            absolute = Path(os.path.realpath(absolute))
        elif not is_pattern(str(path)) or absolute.exists():
            absolute = Path(os.path.realpath(absolute.parent)) / absolute.name
        else:
            absolute = _follow_links_before_wildcards(absolute)
        try:
            return absolute.relative_to(self.base).as_posix()
        except ValueError:
            return absolute.as_posix()

    def path(self, name: str) -> Path:
        """Return the path of a source name."""
        return self.base / name


def is_below(name: str, folder: str) -> bool:
    """Tell whether a source name is `folder` itself or inside of it."""
    if folder == ".":
        return not Path(name).is_absolute()
    return name == folder or name.startswith(folder.rstrip("/") + "/")


def is_pattern(name: str) -> bool:
    """Tell whether a root's name has wildcards."""
    return glob.has_magic(name)


def fixed_part(pattern: str) -> str:
    """Return the folder that everything a pattern can match is in."""
    parts = PurePosixPath(pattern).parts
    fixed = itertools.takewhile(lambda part: not is_pattern(part), parts)
    return PurePosixPath(*fixed).as_posix()


def is_under(name: str, root: str) -> bool:
    """Tell whether a source name is below a folder, is a file, or matches a pattern."""
    return is_below(name, root) or (is_pattern(root) and _matches(name, root))


def covers(root: str, name: str) -> bool:
    """Tell whether a root may bring back `name`, or something below it."""
    if is_pattern(root):
        fixed = fixed_part(root)
        return is_below(name, fixed) or is_below(fixed, name)
    return is_below(name, root)


def _matches(name: str, pattern: str) -> bool:
    """Tell whether `name`, or a folder it is in, matches a pattern; `**` spans folders."""
    from pathspec import GitIgnoreSpec

    spec = GitIgnoreSpec.from_lines(["/" + pattern.lstrip("/").rstrip()])
    return Path(name).is_absolute() == Path(pattern).is_absolute() and spec.match_file(
        name.lstrip("/")
    )


def _follow_links_before_wildcards(pattern: Path) -> Path:
    fixed = Path(fixed_part(pattern.as_posix()))
    return Path(os.path.realpath(fixed)) / pattern.relative_to(fixed)
