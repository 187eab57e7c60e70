"""Reads Server-Sent Events out of the bytes of a response; knows no server and no answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """An event: its name and the JSON that came with it."""

    name: str
    data: dict[str, Any]


class EventReader:
    r"""Puts events together from pieces cut anywhere.

    Lines end at `\n` alone (or `\r\n`): JSON may hold the other line ends of Unicode as they are.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """Take the next piece and yield the events that are whole by now.

        Raises:
            ValueError: The data of an event are no JSON object.
        """
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            event = self._take(line.removesuffix(b"\r"))
            if event is not None:
                yield event

    def _take(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._whole()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            self._name = value.decode()
        elif field == b"data":
            self._data.append(value)
        return None

    def _whole(self) -> ServerEvent | None:
        name, data = self._name, b"\n".join(self._data)
        self._name, self._data = "", []
        if not data:
            return None
        values = json.loads(data)
        if not isinstance(values, dict):
            raise ValueError(f"wanted an object, found {type(values).__name__}")
        return ServerEvent(name, values)
