"""A small index served under a real uvicorn, for real clients of OpenAI's API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI, OpenAI
from pydantic import SecretStr

from rag import Rag
from rag.server.app import create_app
from rag.settings import Settings, load_settings
from tests.answering.openai_server import OpenAIServer
from tests.indexing import Project
from tests.server.running import running

HANDBOOK = """# Handbook

## Warranty

The warranty of the R4 logger is 36 months.

## Capacity

One H1 hub serves up to 40 loggers.
"""
MANUAL = """# 手册

## 保修

R4 记录仪的保修期为 24 个月。

## 容量

每台 H1 集线器最多连接 40 台记录仪。
"""

QUESTION = "How long is the warranty of the R4 logger?"
ANSWER = "The warranty of the R4 logger is 36 months. [1]"
CHINESE_QUESTION = "R4 记录仪的保修期有多长？"
CHINESE_ANSWER = "R4 记录仪的保修期为 24 个月。 [1]"
ASKED: Any = [{"role": "user", "content": QUESTION}]
CHINESE_ASKED: Any = [{"role": "user", "content": CHINESE_QUESTION}]


@dataclass(frozen=True)
class Served:
    """Where the server is, and the index it serves."""

    url: str
    rag: Rag

    def client(self, key: str = "unused", **options: Any) -> OpenAI:
        return OpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0, **options)

    def async_client(self, key: str = "unused") -> AsyncOpenAI:
        return AsyncOpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0)


@contextmanager
def serving(
    folder: Path, *, chat_model: Any = None, overrides: dict[str, Any] | None = None
) -> Iterator[Served]:
    """Serve the handbook and the manual."""
    with Project(folder) as project:
        project.write("docs/handbook.md", HANDBOOK)
        project.write("docs/zh/manual.md", MANUAL)
        project.add("docs", metadata={"team": "field"})
        settings = settings_for(project.index, overrides)
        rag = Rag(settings=settings, embeddings=project.embeddings, chat_model=chat_model)
        with running(create_app(settings, rag=rag)) as url:
            yield Served(url, rag)


def settings_for(index: Path, overrides: dict[str, Any] | None = None) -> Settings:
    given = {"index_dir": index, **(overrides or {})}
    return load_settings(start=index.parent, environ={}, overrides=given).settings


def chat_at(endpoint: OpenAIServer) -> BaseChatModel:
    """A chat model that keeps no connection open: the one of the settings outlives the server."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return ChatOpenAI(
        model="m",
        base_url=endpoint.url,
        api_key=SecretStr("k"),
        max_retries=0,
        http_async_client=httpx.AsyncClient(limits=limits),
    )
