"""Opens the chat models of a benchmark when they are first asked; knows no cell and no question."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from evals.asking.failing import NotAskedError
from rag.assembly import open_chat_model
from rag.settings import ChatSettings, load_settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from evals.asking.memory import CallMemory, KeptReply
    from evals.asking.remembered import Ask, RememberedChat

FindAccess = Callable[[ChatSettings], ChatSettings]


def find_access(wanted: ChatSettings, *, config: Path | None = None) -> ChatSettings:
    """Return the settings with the key and, where they name none, the endpoint of the product.

    Both come from where the product takes them: the environment, else rag.toml.

    Args:
        wanted: What a cell or the judge names.
        config: The rag.toml; None: the nearest one.

    Raises:
        SettingsError: One of these places holds something wrong.
    """
    named = {"chat.model": wanted.model, "chat.base_url": wanted.base_url}
    given = {key: value for key, value in named.items() if value is not None}
    found = load_settings(config=config, overrides=given).settings.chat
    return wanted.model_copy(update={"api_key": found.api_key, "base_url": found.base_url})


class ChatModels:
    """The chat models of one run, with what they replied in earlier runs.

    Args:
        file: Where replies are kept; it is made when the first model is opened.
        find_access: Adds key and endpoint to a model's settings.

    Attributes:
        asked: Calls that were made by this run; an endpoint's own second tries are not counted.
    """

    def __init__(self, file: Path, *, find_access: FindAccess = find_access) -> None:
        self.asked = 0
        self._file = file
        self._find_access = find_access
        self._lock = Lock()
        self._memory: CallMemory | None = None

    def open(self, wanted: ChatSettings) -> "RememberedChat | None":
        """Return a model of these settings, None if they name none; nothing is sent yet."""
        if wanted.model is None:
            return None
        opened: list[BaseChatModel] = []

        def ask(_: str, messages: "Sequence[BaseMessage]") -> "KeptReply":
            with self._lock:
                if not opened:
                    opened.append(_open(self._find_access(wanted)))
                self.asked += 1
            return _ask(opened[0], messages)

        return self._remembered(wanted, ask)

    def look_up(self, wanted: ChatSettings, missing: set[str]) -> "RememberedChat | None":
        """Return a model that only remembers: what it would have to ask goes into `missing`."""
        if wanted.model is None:
            return None

        def ask(key: str, _: "Sequence[BaseMessage]") -> "KeptReply":
            with self._lock:
                missing.add(key)
            raise NotAskedError("this was not asked before")

        return self._remembered(wanted, ask)

    def close(self) -> None:
        """Close the file of replies."""
        if self._memory is not None:
            self._memory.close()
            self._memory = None

    def _remembered(self, wanted: ChatSettings, ask: "Ask") -> "RememberedChat":
        from evals.asking.memory import CallMemory
        from evals.asking.remembered import RememberedChat

        if self._memory is None:
            self._memory = CallMemory(self._file)
        identity = _identity(self._find_access(wanted))
        return RememberedChat(identity=identity, memory=self._memory, ask=ask)


def _open(wanted: ChatSettings) -> "BaseChatModel":
    model = open_chat_model(wanted)
    assert model is not None
    return model


def _ask(model: "BaseChatModel", messages: "Sequence[BaseMessage]") -> "KeptReply":
    from evals.asking.memory import KeptReply
    from rag.answering.asking import end_reason
    from rag.answering.failures import chat_errors

    with chat_errors(model):
        message = model.invoke(list(messages))
    return KeptReply(message.text, end_reason(message))


def _identity(wanted: ChatSettings) -> str:
    """Return what decides a reply beside the messages; no key is part of it."""
    about = (wanted.model, wanted.base_url, wanted.temperature, wanted.max_output_tokens)
    return json.dumps(about)
