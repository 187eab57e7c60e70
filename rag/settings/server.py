"""The settings of the HTTP server; does not know where values come from."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from rag.settings.group import Group

CollectionName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$")]


class ServerSettings(Group):
    """Where the server listens, what it serves and to whom."""

    host: str = Field(
        default="127.0.0.1",
        description="Address to listen at; another than this machine's own needs a key.",
    )
    port: int = Field(default=8321, ge=0, le=65535, description="Port; 0 takes any free one.")
    collections: dict[CollectionName, Path] = Field(
        default={},
        description="Names and index folders to serve; empty: the index of index_dir, "
        'as "default".',
    )
    keys_file: Path | None = Field(
        default=None,
        description="Where the hashes of keys are kept; unset: .rag-keys.json beside the index.",
    )
    allowed_hosts: list[str] = Field(
        default=[], description="Names besides its address that the server may be called by."
    )
    cors_origins: list[str] = Field(
        default=[], description='Sites whose pages may call it, e.g. "https://intranet.example".'
    )
    public_url: str | None = Field(
        default=None,
        description="How others reach it, for links in citations; unset: as it was called.",
    )
    openai_strict: bool = Field(
        default=False, description="Send OpenAI clients only the fields that OpenAI sends."
    )
    allow_write: bool = Field(
        default=False, description="Offer MCP clients tools that change the index."
    )
    max_body_bytes: int = Field(default=1_000_000, ge=1000, description="Largest request.")
    max_upload_bytes: int = Field(default=50_000_000, ge=1000, description="Largest upload.")
    max_question_chars: int = Field(default=8000, ge=1, description="Longest question.")
    body_seconds: float = Field(default=30, gt=0, description="Time a request may take to arrive.")
    answer_seconds: float = Field(default=120, gt=0, description="Time an answer may take.")
    requests_per_minute: int = Field(
        default=1200, ge=1, description="Requests one caller (key or address) may send a minute."
    )
