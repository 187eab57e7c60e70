"""Names what LangChain loaders give and keeps their metadata; knows no index and no settings."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from rag.documents.cleaning import clean
from rag.documents.document import LoadedDocument
from rag.errors import DocumentError
from rag.handover import KINDS, load_handed_over
from rag.loaders.opening import described
from rag.sync.metadata import RESERVED, check_metadata
from rag.sync.push import PushedDocument

# What is larger than any book counts something else than pages.
_MOST_PAGES = 100_000


def documents_of(
    loader: BaseLoader,
    *,
    group: str | None,
    metadata: Mapping[str, Any],
    files: Collection[str],
    rename: Callable[[str], str],
) -> Iterator[PushedDocument]:
    """Yield what a loader gives, each document under a name of its own.

    The name is the document's `source`; where several have the same (the rows of a table), the
    second is called "source#2". Blank documents are left out. Metadata that the index could not
    keep as they are, are kept as text; names that are the index's own get "loader_" in front, so
    the loader's id is `loader_id`.

    Args:
        loader: Any LangChain loader.
        group: What all of it belongs to; None: each to a group named after its source.
        metadata: Kept with every document beside its own.
        files: Names that are taken by indexed files.
        rename: Makes of an absolute path the name it has in the index.

    Raises:
        DocumentError: The loader failed, or `metadata` cannot be kept.
    """
    check_metadata(metadata)
    names = _Names(files)
    for document in _loaded(loader):
        structure = _structure(document)
        if not structure.text.strip():
            continue
        base = _base(document, group or type(loader).__name__, rename)
        kept = {**_kept(document), **metadata}
        yield PushedDocument(names.new(base), structure, kept, group or base)


class _Names:
    """Gives each document a name that no other has, the same ones in each run."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = set(taken)
        self._seen: Counter[str] = Counter()

    def new(self, base: str) -> str:
        """Return `base` for the first of it, then "base#2" and so on."""
        while True:
            self._seen[base] += 1
            number = self._seen[base]
            name = base if number == 1 else f"{base}#{number}"
            if name not in self._taken:
                self._taken.add(name)
                return name


def _loaded(loader: BaseLoader) -> Iterator[Document]:
    try:
        for document in loader.lazy_load():
            if not isinstance(document, Document):
                raise DocumentError(f"gave a {type(document).__name__}, a Document was wanted")
            yield document
    except Exception as error:  # a stranger's code raises what it likes
        raise DocumentError(f"{type(loader).__name__} failed: {described(error)}") from error


def _base(document: Document, otherwise: str, rename: Callable[[str], str]) -> str:
    given = clean(str(document.metadata.get("source") or "")) or document.id or otherwise
    name = " ".join(given.split()) or otherwise
    try:
        return rename(name) if Path(name).is_absolute() else name
    except OSError:  # too long for a path, so it is none
        return name


def _structure(document: Document) -> LoadedDocument:
    metadata = document.metadata
    title = " ".join(clean(str(metadata.get("title") or "")).split())
    kind = metadata["kind"] if metadata.get("kind") in KINDS else "text"
    loaded = load_handed_over(clean(document.page_content), title, kind)
    page = _page(metadata)
    # The pages before the document's own are empty.
    return loaded if page is None else replace(loaded, page_starts=(0,) * page)


def _page(metadata: Mapping[str, Any]) -> int | None:
    """Return the page a document is, from 1; loaders of langchain-community 0.4 count from 0."""
    page = metadata.get("page")
    if isinstance(page, bool) or not isinstance(page, int) or not 0 <= page < _MOST_PAGES:
        return None
    return page + 1


def _kept(document: Document) -> dict[str, str | int | float | bool]:
    """Return a document's metadata as the index can keep and filter them."""
    given = {**document.metadata, **({"id": document.id} if document.id else {})}
    used = {"source", "title"} | ({"page"} if _page(given) else set())
    used |= {"kind"} if given.get("kind") in KINDS else set()
    return {
        _kept_name(clean(str(name))): _plain(value)
        for name, value in given.items()
        if name not in used and value is not None
    }


def _kept_name(name: str) -> str:
    return f"loader_{name}" if name in RESERVED or not name.strip() else name


def _plain(value: object) -> str | int | float | bool:
    """Return a value as text unless the index keeps it as it is."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return value
    # Those of numpy too, of which tables are made; NaN is not less than anything.
    if isinstance(value, Integral) and abs(int(value)) < 2**63:
        return int(value)
    if isinstance(value, Real) and abs(float(value)) < 2**63:
        return float(value)
    if isinstance(value, list | tuple | dict):
        return clean(json.dumps(value, ensure_ascii=False, default=str))
    return clean(str(value))
