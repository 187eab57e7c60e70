"""A LangChain retriever over the index of a running `rag serve`."""

from collections.abc import Mapping
from typing import Any, Literal

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SecretStr

from rag.remote.connection import Connection
from rag.remote.reading import read_passages, without_unset

Mode = Literal["hybrid", "dense", "lexical"]

# Longer than a server takes by default before it gives up by itself (server.answer_seconds).
DEFAULT_SECONDS = 150.0
_SEARCH = "/api/search"


class RemoteRetriever(BaseRetriever):
    """Finds passages in a collection of a running `rag serve`; see `RagRetriever` for them.

    Args:
        base_url: The server's address, e.g. "http://127.0.0.1:8321".
        api_key: One of its keys, None where it asks for none.
        collection: Which of its collections; None: the first that the key opens.
        k: Passages wanted; this and the others None: as the server's settings say.
        mode: By meaning ("dense"), by words ("lexical") or both ("hybrid").
        filter: Conditions on source, folder, kind, page, section, date or own metadata.
        min_score: Leave out what scores lower.
        timeout_seconds: Longest wait for the answer.

    Raises (on use):
        RemoteError: The server cannot be reached or refuses; its line and its id are told.
    """

    base_url: str
    api_key: SecretStr | None = None
    collection: str | None = None
    k: int | None = Field(None, ge=1)
    mode: Mode | None = None
    filter: Mapping[str, Any] | None = None
    min_score: float | None = None
    timeout_seconds: float = Field(DEFAULT_SECONDS, gt=0)

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | SecretStr | None = None,
        collection: str | None = None,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
        timeout_seconds: float = DEFAULT_SECONDS,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(  # type: ignore[call-arg]  # pydantic's fields, which mypy does not see
            base_url=base_url,
            api_key=api_key,
            collection=collection,
            k=k,
            mode=mode,
            filter=filter,
            min_score=min_score,
            timeout_seconds=timeout_seconds,
            tags=tags,
            metadata=metadata,
        )

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        mode: Mode | None = None,
        min_score: float | None = None,
    ) -> list[Document]:
        if not query.strip():
            return []
        connection, body = self._connection(), self._body(query, k, filter, mode, min_score)
        with connection.errors():
            return read_passages(connection.post(_SEARCH, body))

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        mode: Mode | None = None,
        min_score: float | None = None,
    ) -> list[Document]:
        if not query.strip():
            return []
        connection, body = self._connection(), self._body(query, k, filter, mode, min_score)
        with connection.errors():
            return read_passages(await connection.apost(_SEARCH, body))

    def _connection(self) -> Connection:
        key = None if self.api_key is None else self.api_key.get_secret_value()
        return Connection(self.base_url, key, self.timeout_seconds)

    def _body(
        self,
        query: str,
        k: int | None,
        wanted: Mapping[str, Any] | None,
        mode: Mode | None,
        min_score: float | None,
    ) -> dict[str, Any]:
        given = {"k": k, "filter": wanted, "mode": mode, "min_score": min_score}
        own = {name: getattr(self, name) for name in given}
        asked = {"query": query, "collection": self.collection}
        return without_unset(asked | own) | without_unset(given)
