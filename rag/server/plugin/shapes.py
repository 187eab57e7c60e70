"""What the retrieval plugin's requests and answers look like; knows no index.

The names are those of OpenAI's chatgpt-retrieval-plugin, models/models.py and models/api.py.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool

MOST_QUERIES = 100
MOST_PASSAGES = 100
_LONGEST_ID = 1000

DocumentId = Annotated[str, Field(max_length=_LONGEST_ID)]


class Foreign(BaseModel):
    """A body of a foreign interface: fields that its clients add of their own are passed over."""

    model_config = ConfigDict(extra="ignore")


class Metadata(BaseModel):
    """What a document is said to be; other names are kept as well, and filters can ask for them."""

    model_config = ConfigDict(extra="allow")

    source: str | None = Field(default=None, description="Where it comes from: email, file, chat …")
    source_id: str | None = None
    url: str | None = None
    created_at: str | None = Field(default=None, description="ISO 8601, or as in an e-mail.")
    author: str | None = None


class Document(Foreign):
    """A whole document; one of the same id replaces it."""

    id: DocumentId | None = Field(default=None, description="Unset: one is made.")
    text: str
    metadata: Metadata | None = None


class Filter(BaseModel):
    """Conditions that must all hold; a name besides these is one of the metadata."""

    model_config = ConfigDict(extra="allow")

    document_id: str | None = None
    source: str | None = None
    source_id: str | None = None
    author: str | None = None
    start_date: str | None = Field(default=None, description="Created then or later.")
    end_date: str | None = Field(
        default=None, description="Created then or earlier; a day is whole."
    )


class Query(Foreign):
    """A question, where to look for its answer, and how many passages are wanted."""

    query: str
    filter: Filter | None = None
    top_k: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] | None = 3


class QueryRequest(Foreign):
    """Questions that are searched for one by one."""

    queries: list[Query] = Field(max_length=MOST_QUERIES)


class PassageMetadata(Metadata):
    """The metadata of a passage's document, with title and page where there are any."""

    document_id: str


class Passage(BaseModel):
    """A passage; `score` is a similarity, higher is better."""

    id: str
    text: str
    metadata: PassageMetadata
    embedding: list[float] | None = None
    score: float


class QueryResult(BaseModel):
    """What was found for one question, best first."""

    query: str
    results: list[Passage]


class QueryResponse(BaseModel):
    """One result for each question, in order."""

    results: list[QueryResult]


class UpsertRequest(Foreign):
    """Documents to add or replace."""

    documents: list[Document]


class UpsertResponse(BaseModel):
    """The ids under which the documents are kept, in order."""

    ids: list[str]


class DeleteRequest(Foreign):
    """What to delete: exactly one of the three."""

    ids: list[str] | None = None
    filter: Filter | None = None
    delete_all: StrictBool | None = Field(
        default=False, description="Every document of the collection."
    )


class DeleteResponse(BaseModel):
    """Whether what was to be deleted is not there any more."""

    success: bool


def given(model: Metadata | Filter) -> dict[str, Any]:
    """Return the names that have a value."""
    return model.model_dump(exclude_none=True)
