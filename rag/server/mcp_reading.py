"""Reads documents for MCP clients, a long one piece by piece; knows no protocol."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.app import Rag
from rag.errors import CitationNotFoundError, IndexNotFoundError
from rag.server.failures import RefusedError
from rag.server.mcp_references import LONGEST_SHOWN, id_for, is_uri, parse_uri
from rag.server.mcp_visitor import Visitor
from rag.server.served import Collection

if TYPE_CHECKING:
    # Loaded when the first document is read: a client that starts `rag mcp` must not wait for it.
    from langchain_core.documents import Document

    from rag.excerpt import Excerpt

MOST_CHARACTERS = 20_000
"""Returned at once; in Chinese that is about 20,000 tokens, and clients cut off at 25,000."""

# A piece ends at the end of a line if one is so near.
_SLACK = 1000


@dataclass(frozen=True, slots=True)
class Piece:
    """The characters `[start, end)` of a document.

    Attributes:
        passage: What was asked for, None if it was the document as such.
    """

    collection: Collection
    document: "Document"
    passage: "Excerpt | None"
    start: int
    end: int

    @property
    def source(self) -> str:
        """The name of the document."""
        return str(self.document.metadata["source"])

    @property
    def title(self) -> str:
        """The title of the document, or its file's name."""
        return str(self.document.metadata["title"] or self.source.rpartition("/")[2])

    @property
    def text(self) -> str:
        """The characters themselves."""
        return self.document.page_content[self.start : self.end]

    def link(self, visitor: Visitor) -> str:
        """Return the address of what was asked for."""
        start, end = self.start, self.end
        if self.passage is not None:
            start, end = self.passage.start_index, self.passage.end_index
        return visitor.link(self.collection, self.source, start, end)

    @property
    def preceding(self) -> str | None:
        """What is before this piece, as SOURCE:START-END, None at the start."""
        before = max(0, self.start - MOST_CHARACTERS)
        return f"{self.source}:{before}-{self.start}" if self.start > 0 else None

    @property
    def following(self) -> str | None:
        """What is after this piece, as SOURCE:START-END, None at the end."""
        length = len(self.document.page_content)
        after = min(length, self.end + MOST_CHARACTERS)
        return f"{self.source}:{self.end}-{after}" if self.end < length else None

    def metadata(self, visitor: Visitor) -> dict[str, Any]:
        """Return what is known of the document and of the place of this piece in it."""
        length = len(self.document.page_content)
        own = {name: one for name, one in self.document.metadata.items() if name != "title"}
        passage = self.passage
        return {
            **own,
            "collection": self.collection.name,
            "page": None if passage is None else passage.page,
            "section": None if passage is None else " > ".join(passage.section),
            "start_index": self.start,
            "end_index": self.end,
            "characters": length,
            "complete": self.start == 0 and self.end == length,
            "previous": self._id(visitor, self.preceding),
            "next": self._id(visitor, self.following),
        }

    def _id(self, visitor: Visitor, reference: str | None) -> str | None:
        return None if reference is None else id_for(visitor, self.collection, reference)


def read_piece(visitor: Visitor, wanted: str, collection: str | None) -> Piece:
    """Return the document that an id stands for, or what of it surrounds a passage.

    Args:
        visitor: Who asks; only what is open to them is looked at.
        wanted: A passage's id, SOURCE:START-END, the name of a source, or the URI of one of them.
        collection: Where to look; None looks everywhere, as far as a URI does not say it.

    Raises:
        RefusedError: 404, nothing has that id.
        IndexNotFoundError: There is only one place to look, and nothing was indexed there.
    """
    if is_uri(wanted):
        wanted, named = parse_uri(wanted)
        collection = named or collection
    places = visitor.collections(collection)
    for one in places:
        try:
            piece = _passage(one, wanted) or _document(one, wanted)
        except IndexNotFoundError:
            if len(places) == 1:
                raise
            continue  # it may be in another
        if piece is not None:
            return piece
    raise RefusedError(
        404,
        f"nothing has the id {wanted[:LONGEST_SHOWN]!r}; give an id that search returned, the "
        "name of a document, or NAME:START-END inside of it",
    )


def surroundings(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch of at most `MOST_CHARACTERS` around `[start, end)`, at ends of lines."""
    if len(text) <= MOST_CHARACTERS:
        return 0, len(text)
    end = min(end, start + MOST_CHARACTERS)
    spare = MOST_CHARACTERS - (end - start)
    first = min(max(0, start - spare // 2), len(text) - MOST_CHARACTERS)
    last = first + MOST_CHARACTERS
    after_line = text.find("\n", first, min(start, first + _SLACK)) + 1 if first else 0
    before_line = text.rfind("\n", max(end, last - _SLACK), last) + 1 if last < len(text) else 0
    return after_line or first, before_line or last


def _passage(collection: Collection, wanted: str) -> Piece | None:
    rag = collection.rag
    try:
        passage = rag.show(wanted, context=0)
    except CitationNotFoundError:
        return None
    document = rag.document(passage.source)
    start, end = passage.start_index, passage.end_index
    if wanted.endswith(f":{start}-{end}"):
        # These very characters were asked for, and those alone are given.
        end = min(end, start + MOST_CHARACTERS)
    else:
        start, end = surroundings(document.page_content, start, end)
    return Piece(collection, document, passage, start, end)


def _document(collection: Collection, wanted: str) -> Piece | None:
    document = _named(collection.rag, wanted)
    if document is None:
        return None
    start, end = surroundings(document.page_content, 0, 0)
    return Piece(collection, document, None, start, end)


def _named(rag: Rag, source: str) -> "Document | None":
    try:
        return rag.document(source)
    except CitationNotFoundError:
        return None
