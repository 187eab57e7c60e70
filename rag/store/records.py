"""The rows of the catalog as values; knows neither SQL nor the derived indexes."""

import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from rag.documents.document import Block, Heading, LoadedDocument

# Ends the pipeline of a source that was handed over as text: no file is behind it.
PUSHED = " pushed"
# Before it, the group of sources that one loader gives, as JSON: no metadata ends like this.
_GROUP = re.compile(r' from ("(?:[^"\\]|\\.)*")' + PUSHED + r"\Z")


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the last sync knew of a source; a source equal in all of it needs no work.

    Attributes:
        size: Bytes.
        mtime_ns: Time of modification, nanoseconds since the epoch.
        checked_ns: When the content was last read, the same clock.
        sha256: Of the file's bytes, hex.
        pipeline: What made passages of it: versions, sizes and metadata, as one text.
    """

    source: str
    size: int
    mtime_ns: int
    checked_ns: int
    sha256: str
    pipeline: str
    status: Literal["indexed", "failed"]

    @property
    def is_pushed(self) -> bool:
        """True if no file is behind the source."""
        return self.pipeline.endswith(PUSHED)

    @property
    def group(self) -> str | None:
        """The group it was handed over with, None for a file or what was handed over alone."""
        found = _GROUP.search(self.pipeline)
        return None if found is None else str(json.loads(found[1]))


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source as `rag list` shows it; `modified` is an ISO 8601 time in UTC."""

    source: str
    title: str
    kind: str
    passages: int
    sha256: str
    modified: str
    status: Literal["indexed", "failed"]
    error: str | None

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag list`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with all that cites it; `text_key` is the SHA-256 of the text that was embedded."""

    id: str
    source: str
    ordinal: int
    start_index: int
    end_index: int
    page: int | None
    section: tuple[str, ...]
    text: str
    text_key: bytes
    lead_in: str = ""
    title: str = ""
    kind: str = ""
    modified: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceUpdate:
    """The new state of one source: its passages and document, or neither and why it failed."""

    state: SourceState
    kind: str
    title: str
    metadata: Mapping[str, Any]
    passages: tuple[StoredPassage, ...] = ()
    document: LoadedDocument | None = None
    error: str | None = None


def pushed_ending(group: str | None) -> str:
    """Return what ends the pipeline of a source that was handed over, alone or in a group."""
    return PUSHED if group is None else f" from {json.dumps(group)}{PUSHED}"


def text_key(text: str) -> bytes:
    """Return the key under which the vector of `text` is kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def passage_id(passage: StoredPassage) -> str:
    """Return 32 hex digits over everything a reader is shown of the passage.

    So a passage that changed in any way gets a new id, and no index ever holds two versions of one
    id; one that did not change keeps its id and is not written again. The time of modification is
    left out: it is read from the catalog, and touching a file must not rewrite its passages.
    """
    shown = [
        passage.source,
        passage.ordinal,
        passage.start_index,
        passage.end_index,
        passage.page,
        passage.section,
        passage.text,
        passage.text_key.hex(),
        passage.lead_in,
        passage.title,
        passage.kind,
        sorted(passage.metadata.items()),
    ]
    return hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()[:32]


def iso_time(mtime_ns: int) -> str:
    """Return a file's modification time as ISO 8601 in UTC, to the second."""
    return datetime.fromtimestamp(mtime_ns // 1_000_000_000, UTC).isoformat()


def pack_document(document: LoadedDocument) -> bytes:
    """Return a document as compressed JSON."""
    return zlib.compress(
        json.dumps(asdict(document), ensure_ascii=False).encode("utf-8", "surrogatepass")
    )


def unpack_document(body: bytes) -> LoadedDocument:
    """Return the document that `pack_document` packed."""
    fields = json.loads(zlib.decompress(body).decode("utf-8", "surrogatepass"))
    return LoadedDocument(
        text=fields["text"],
        kind=fields["kind"],
        title=fields["title"],
        headings=tuple(Heading(**heading) for heading in fields["headings"]),
        page_starts=tuple(fields["page_starts"]),
        blocks=tuple(Block(**block) for block in fields["blocks"]),
    )
