"""Says which failures of a chat model end a stage and which cost one question; asks nothing."""

from typing import Final

from rag.errors import (
    ChatAuthenticationError,
    ChatConnectionError,
    ChatModelError,
    ChatModelNotConfiguredError,
    ChatModelNotFoundError,
    ChatRateLimitError,
    ChatServerError,
    ChatStreamError,
)


class NotAskedError(ChatModelError):
    """A call that no earlier run made; a plan only counts it."""


ENDS_ALL: Final = (ChatAuthenticationError, ChatModelNotConfiguredError, ChatModelNotFoundError)
"""Every other question would fail alike."""

ENDPOINT_FAILS: Final = (ChatConnectionError, ChatRateLimitError, ChatServerError, ChatStreamError)
"""One of these may pass; many in a row will not."""
