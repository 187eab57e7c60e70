"""Turns LangChain documents into what the index takes; knows no index."""

from langchain_core.documents import Document

from rag.documents.document import LoadedDocument
from rag.documents.markdown import load_markdown
from rag.errors import DocumentError, EmptyDocumentError
from rag.sync.push import PushedDocument

KINDS = ("text", "markdown")


def pushed(document: Document) -> PushedDocument:
    """Return a LangChain document with its name, title and kind taken out of its metadata.

    Whoever has loaded it already hands over headings, pages and blocks as the `LoadedDocument` in
    metadata `structure`; then title and kind are that one's.

    Raises:
        DocumentError: It has no `source`, a `kind` that is neither text nor markdown, or the
            structure of another text.
        EmptyDocumentError: It has no text.
    """
    metadata = dict(document.metadata)
    source = str(metadata.pop("source", "") or "")
    title = str(metadata.pop("title", "") or "")
    kind = str(metadata.pop("kind", "text"))
    structure = metadata.pop("structure", None)
    if not source:
        raise DocumentError("a document has no metadata 'source'; give it a name")
    if kind not in KINDS:
        raise DocumentError(f"{source}: kind is {kind!r}; use one of {', '.join(KINDS)}")
    if not document.page_content.strip():
        raise EmptyDocumentError(f"{source}: wanted text, found none; nothing to index")
    if isinstance(structure, LoadedDocument):
        if structure.text != document.page_content:
            raise DocumentError(f"{source}: its structure is of another text; load it again")
        return PushedDocument(source, structure, metadata)
    return PushedDocument(source, load_handed_over(document.page_content, title, kind), metadata)


def load_handed_over(text: str, title: str, kind: str) -> LoadedDocument:
    """Return a text as a document of one of `KINDS`; Markdown gets its headings and blocks."""
    if kind == "text":
        return LoadedDocument(text=text, kind=kind, title=title)
    found = load_markdown(text.encode("utf-8", "surrogatepass"))
    return LoadedDocument(
        text=found.text,
        kind=found.kind,
        title=title or found.title,
        headings=found.headings,
        blocks=found.blocks,
    )
