"""The settings of the reranker; does not know where values come from."""

from typing import Literal

from pydantic import Field

from rag.settings.group import Group


class RerankSettings(Group):
    """Which model reads the best passages again, together with the question."""

    model: str | None = Field(
        default=None,
        description="Hub id or folder of a sentence-transformers CrossEncoder, or module:name of a "
        "LangChain document compressor; unset: no reranking.",
    )
    depth: int = Field(
        default=30, ge=1, description="Passages handed to the reranker; never fewer than k."
    )
    device: Literal["auto", "cuda", "mps", "cpu"] = Field(
        default="auto",
        description="Where a CrossEncoder runs; auto takes cuda, then mps, then cpu.",
    )
