"""Mends JSON bodies that are no well-formed text; knows neither their shape nor who sends them."""

import re

from starlette.types import Message, Receive

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


class JsonBody:
    """Reads a whole body and hands it on in one piece; what comes after is passed on as it is.

    JSON can escape half of a surrogate pair. Python reads it into a text that no file, database or
    response can hold.
    """

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._done = False

    async def __call__(self) -> Message:
        """Return the body, then whatever else the connection has to say."""
        if self._done:
            return await self._receive()
        pieces = []
        more = True
        while more:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            pieces.append(message.get("body", b""))
            more = message.get("more_body", False)
        self._done = True
        return {"type": "http.request", "body": mend(b"".join(pieces)), "more_body": False}


def mend(body: bytes) -> bytes:
    """Replace each half of a surrogate pair by U+FFFD; the length stays the same."""
    if b"\\ud" not in body and b"\\uD" not in body:
        return body
    return _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], body)
