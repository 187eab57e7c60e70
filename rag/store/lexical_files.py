"""The files of a lexical index: made, opened, marked as complete, cleared; knows no passage."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StoreError
from rag.store.failures import store_error
from rag.store.tokens import TOKENS_VERSION

if TYPE_CHECKING:
    import tantivy

_FORMAT = {"lexical_format": 2, "tokens": TOKENS_VERSION}
_MARKER = "rag-lexical.json"


@contextmanager
def lexical_errors(path: Path) -> Iterator[None]:
    """Turn every way that tantivy fails into a `StoreError`."""
    try:
        yield
    except (ValueError, OSError, KeyError) as error:
        raise _unusable(path, error) from error
    except BaseException as error:
        # What tantivy 0.27 raises on some damaged files, derived from BaseException.
        if type(error).__name__ != "PanicException":
            raise
        raise _unusable(path, error) from error


def _unusable(path: Path, reason: BaseException) -> StoreError:
    wanted = f"the lexical index {path} cannot be used"
    return store_error(wanted, reason, advice="run `rag sync` to rebuild it")


def open_files(path: Path) -> "tantivy.Index":
    """Open a complete index; anything else raises what `lexical_errors` turns into one line."""
    import tantivy

    found = json.loads((path / _MARKER).read_text("utf-8"))
    if found != _FORMAT:
        raise ValueError(f"its format is {found}, this program writes {_FORMAT}")
    return tantivy.Index.open(str(path))


def clear_files(path: Path) -> None:
    """Delete what is at `path`, the marker first: half an index is none."""
    if path.is_dir() and not path.is_symlink():
        (path / _MARKER).unlink(missing_ok=True)
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def create_files(path: Path) -> "tantivy.Index":
    """Make an empty index where nothing is; it counts as none until `mark_complete`."""
    import tantivy

    path.mkdir(mode=0o700, parents=True)
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for field in ("heading", "text"):
        builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
    return tantivy.Index(builder.build(), path=str(path), reuse=False)


def mark_complete(path: Path) -> None:
    """Say that the index is whole and in which format, in one rename."""
    draft = path / f"{_MARKER}.new"
    draft.write_text(json.dumps(_FORMAT), "utf-8")
    draft.chmod(0o600)
    draft.replace(path / _MARKER)
