"""What OpenAI's clients send; fields that are not named here are ignored, as their API grows.

It knows no answers.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from rag.server.calls import Wire
from rag.server.failures import RefusedError

Mode = Literal["hybrid", "dense", "lexical"]
MOST_PASSAGES = 100


class Foreign(BaseModel):
    """A request in somebody else's shape; a field that is null is as good as left out."""

    model_config = ConfigDict(extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _leave_nulls_out(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


class Options(Wire):
    """The field `rag` of a request: what OpenAI has no word for."""

    k: int | None = Field(
        default=None, ge=1, le=MOST_PASSAGES, description="Passages searched for."
    )
    mode: Mode | None = Field(default=None, description="Instead of the one in the model's id.")
    filter: dict[str, Any] | None = None
    min_score: FiniteFloat | None = None
    strict: bool | None = Field(default=None, description="Send only what OpenAI sends.")


class Part(Foreign):
    """A part of a message's content."""

    type: str
    text: str | None = None


class ChatMessage(Foreign):
    """A message of the conversation."""

    role: str
    content: str | list[Part] | None = None


class StreamOptions(Foreign):
    """What a stream should hold besides text."""

    include_usage: bool = False


class ChatRequest(Foreign):
    """The body of `POST /v1/chat/completions`."""

    model: str = Field(examples=["rag/default"])
    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: int | None = None
    tool_choice: str | dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None
    rag: Options = Options()


class ResponseItem(Foreign):
    """An item of a response's input: a message, or a call that is passed over."""

    type: str = "message"
    role: str | None = None
    content: str | list[Part] | None = None


class Tool(Foreign):
    """A tool of a response, which is repeated in it; only `file_search` is made use of."""

    model_config = ConfigDict(extra="allow")

    type: str
    vector_store_ids: list[str] = []
    max_num_results: int | None = Field(default=None, ge=1, le=MOST_PASSAGES)
    filters: dict[str, Any] | None = None


class ResponseRequest(Foreign):
    """The body of `POST /v1/responses`."""

    model: str = Field(examples=["rag/default"])
    input: str | list[ResponseItem]
    instructions: str | None = None
    previous_response_id: str | None = None
    conversation: str | dict[str, Any] | None = None
    background: bool = False
    stream: bool = False
    tools: list[Tool] = []
    tool_choice: str | dict[str, Any] | None = None
    text: dict[str, Any] | None = None
    metadata: dict[str, str] | None = None
    include: list[str] | None = None
    rag: Options = Options()


class EmbeddingRequest(Foreign):
    """The body of `POST /v1/embeddings`."""

    model: str = Field(examples=["rag/default"])
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    input_type: Literal["document", "query"] = Field(
        default="document", description="Ours: whether the texts are passages or questions."
    )


class RankingOptions(Foreign):
    """How results are ranked."""

    score_threshold: FiniteFloat | None = None


class StoreSearch(Foreign):
    """The body of `POST /v1/vector_stores/{id}/search`."""

    query: str | list[str]
    max_num_results: int = Field(default=10, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: RankingOptions = RankingOptions()
    rewrite_query: bool | None = None
    mode: Mode | None = Field(default=None, description="Ours: how to search.")


def text_of(content: str | list[Part] | None) -> str:
    """Return the text of a message's content; other parts than text are passed over."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(part.text for part in content if part.text)


def require_text_only(content: str | list[Part] | None) -> None:
    """Refuse a question that is more than text.

    Raises:
        RefusedError: 400, it holds an image, a sound or a file.
    """
    for part in content if isinstance(content, list) else []:
        if part.text is None:
            raise RefusedError(
                400, f"the question holds a part of type {part.type!r}; only text can be asked"
            )


def require_text_answer(
    *, choice: str | dict[str, Any] | None, form: dict[str, Any] | None, n: int | None = None
) -> None:
    """Refuse an answer that is no single text: passages are quoted, not turned into data.

    Raises:
        RefusedError: 400.
    """
    if n is not None and n != 1:
        raise RefusedError(400, f"n is {n}, but one question has one answer; leave n out")
    if isinstance(choice, dict) or choice == "required":
        raise RefusedError(400, "tool_choice asks for a tool, but none is ever called; use auto")
    kind = (form or {}).get("type", "text")
    if kind != "text":
        raise RefusedError(400, f"the format {kind!r} is not offered; an answer is text")
