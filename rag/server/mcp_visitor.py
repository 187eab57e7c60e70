"""Who asks over MCP, what is open to them and how they are answered; knows no transport."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rag.server.access import Caller
from rag.server.calls import Context
from rag.server.served import Collection

SURFACE = "mcp"

Link = Callable[[Collection, str, int, int], str]
"""From a place (collection, source, start, end) to an address that a person can open."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One request's caller.

    Attributes:
        context: What the server is made of.
        caller: Whose key it is.
        link: Makes the addresses of citations.
        explain: What the caller is told of an exception; logs what they are not told.
        progress: Told how far a question is, of 3, and what it does.
    """

    context: Context
    caller: Caller
    link: Link
    explain: Callable[[Exception], str]
    progress: Callable[[float, str], Awaitable[None]]

    @property
    def may_write(self) -> bool:
        """True if both the server and the key allow changes."""
        return self.context.settings.server.allow_write and self.caller.can_write

    @property
    def names(self) -> tuple[str, ...]:
        """The collections that the caller may know of."""
        return self.context.collections.names(self.caller)

    def collection(self, name: str | None) -> Collection:
        """Return a collection; raises what `Collections.get` raises."""
        return self.context.collections.get(name, self.caller)

    def collections(self, name: str | None = None) -> tuple[Collection, ...]:
        """Return the collection of that name, or all there are for the caller."""
        return tuple(self.collection(one) for one in ((name,) if name else self.names))
