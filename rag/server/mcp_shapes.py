"""What MCP clients send to the tools and get from them, with the JSON schemas that tell them so.

It knows no tools.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema

from rag.server.calls import Wire

COLLECTION = "Which collection of documents; unset: the first."


class SearchArguments(Wire):
    """What to look for."""

    query: str = Field(description="A question that stands alone, or keywords, in any language.")
    collection: str | None = Field(None, description=COLLECTION)


class FetchArguments(Wire):
    """What to read."""

    id: str = Field(
        description="An id that search or ask returned, the name of a document, or "
        "NAME:START-END for those characters of it."
    )
    collection: str | None = Field(None, description="Where it is; unset: wherever it is found.")


class Message(Wire):
    """An earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class AskArguments(Wire):
    """A question and the conversation before it."""

    question: str = Field(description="The question, in the user's language.")
    history: list[Message] = Field(
        default=[], description="Earlier turns, oldest first, so that a follow-up is understood."
    )
    collection: str | None = Field(None, description=COLLECTION)


class AddTextArguments(Wire):
    """A text to keep."""

    title: str = Field(description="What it is about.")
    text: str = Field(description="The whole text; Markdown headings are understood.")
    collection: str | None = Field(None, description=COLLECTION)


class RemoveArguments(Wire):
    """A document to forget."""

    source: str = Field(description="Its name, as fetch gives it in metadata.source.")
    collection: str | None = Field(None, description=COLLECTION)


class Result(BaseModel):
    """One passage that was found."""

    id: str = Field(description="What fetch takes.")
    title: str
    url: str
    text: str = Field(description="The words of the passage.")


class Results(BaseModel):
    """What a search found, best first."""

    results: list[Result]


class Fetched(BaseModel):
    """A document, or as much of it as is returned at once."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, Any] = Field(
        description="source, collection, kind, page, section, start_index, end_index, characters "
        "(of the whole document), complete, previous and next (ids of what is before and after)."
    )


class Cited(BaseModel):
    """The words of a document behind a marker [number] of the answer."""

    number: int
    id: str = Field(description="What fetch takes.")
    title: str
    source: str
    page: int | None
    start_index: int
    end_index: int
    quote: str
    verified: bool = Field(description="Whether the document holds what is quoted from it.")
    url: str


class Answered(BaseModel):
    """An answer with the places it is taken from."""

    answered: bool = Field(description="Whether the documents answer the question.")
    text: str
    citations: list[Cited]
    search_query: str
    notice: str | None


class Added(BaseModel):
    """The name of a document that was added."""

    source: str


class Removed(BaseModel):
    """How many documents were forgotten."""

    removed: int


def input_schema(arguments: type[Wire], collections: Sequence[str]) -> dict[str, Any]:
    """Return the JSON schema of a tool's arguments, naming the collections there are to choose."""
    schema = output_schema(arguments)
    described = schema["properties"].pop("collection")["description"]
    if len(collections) > 1:
        choice = {"type": "string", "enum": list(collections), "description": described}
        schema["properties"]["collection"] = choice
    return schema


def output_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's JSON schema in one piece: several clients follow no references."""
    schema = model.model_json_schema(schema_generator=_Untitled)
    del schema["title"]
    whole = _inlined(schema, schema.pop("$defs", {}))
    assert isinstance(whole, dict)
    return whole


def _inlined(part: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(one, definitions) for name, one in part.items()}


class _Untitled(GenerateJsonSchema):
    """Leaves out titles that only repeat the names of fields."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002
        return False
