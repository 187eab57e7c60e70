"""Sends JSON to a running `rag serve` and reads JSON or events back; knows no answers."""

import json
import re
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypedDict

import httpx

from rag.errors import RemoteError, SettingsError
from rag.remote.events import EventReader, ServerEvent

_CONNECT_SECONDS = 10.0
_KEY = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a server is and how to speak to it.

    Each call opens a connection of its own, so this can be shared by threads and event loops.

    Attributes:
        base_url: Its address, e.g. "http://127.0.0.1:8321".
        api_key: Sent with every request, None where the server asks for none.
        timeout_seconds: Longest wait for a piece of a response.

    Raises:
        SettingsError: The address or the key is none.
    """

    base_url: str
    api_key: str | None = field(repr=False)
    timeout_seconds: float

    def __post_init__(self) -> None:
        # Said here, for a refused header would be shown with the key in it.
        if self.api_key is not None and not _KEY.fullmatch(self.api_key):
            raise SettingsError("the API key is blank or holds characters that no key has")
        if not self.base_url.startswith(("http://", "https://")):
            raise SettingsError(
                f"{self.base_url!r} is no address of a server; give one like http://127.0.0.1:8321"
            )

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the server answers.

        Raises:
            RemoteError: It cannot be reached, refuses, or answers in another shape.
        """
        with self.errors(), httpx.Client(**self._options()) as client:
            response = client.post(self._url(path), json=body)
            self._check(response.status_code, response.content)
            return _object(response.content)

    async def apost(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the server answers; raises what `post` raises."""
        with self.errors():
            async with httpx.AsyncClient(**self._options()) as client:
                response = await client.post(self._url(path), json=body)
            self._check(response.status_code, response.content)
            return _object(response.content)

    def events(self, path: str, body: Mapping[str, Any]) -> Iterator[ServerEvent]:
        """Yield the events of a stream as they arrive; raises what `post` raises."""
        reader = EventReader()
        with (
            self.errors(),
            httpx.Client(**self._options()) as client,
            client.stream("POST", self._url(path), json=body) as response,
        ):
            if response.is_error:
                self._check(response.status_code, response.read())
            for piece in response.iter_bytes():
                yield from reader.feed(piece)

    async def aevents(self, path: str, body: Mapping[str, Any]) -> AsyncIterator[ServerEvent]:
        """Yield the events of a stream as they arrive; raises what `post` raises."""
        reader = EventReader()
        with self.errors():
            async with (
                httpx.AsyncClient(**self._options()) as client,
                client.stream("POST", self._url(path), json=body) as response,
            ):
                if response.is_error:
                    self._check(response.status_code, await response.aread())
                async for piece in response.aiter_bytes():
                    for event in reader.feed(piece):
                        yield event

    def failure(self, values: Mapping[str, Any], status: int | None) -> RemoteError:
        """Return the error that the server describes, with the id under which its log has it."""
        error = values.get("error")
        if not isinstance(error, Mapping) or "message" not in error:
            return self.mistake(f"answered with status {status}; is it a `rag serve`?", status)
        return self.mistake(str(error["message"]), status, request_id=error.get("id"))

    def mistake(
        self, reason: str, status: int | None = None, *, request_id: str | None = None
    ) -> RemoteError:
        """Return the error that names this server and says what is wrong with it."""
        said = " ".join(reason.split())
        return RemoteError(
            f"the server at {self.base_url}: {said}", status=status, request_id=request_id
        )

    def _check(self, status: int, content: bytes) -> None:
        if 200 <= status < 300:
            return
        try:
            values = _object(content)
        except ValueError:
            values = {}
        raise self.failure(values, status)

    def _url(self, path: str) -> str:
        return self.base_url.rstrip("/") + path

    def _options(self) -> "_Options":
        headers = {} if self.api_key is None else {"Authorization": f"Bearer {self.api_key}"}
        return {
            "headers": headers,
            "timeout": httpx.Timeout(self.timeout_seconds, connect=_CONNECT_SECONDS),
            "verify": _tls(),
        }

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what goes wrong inside into a `RemoteError`; a ValueError is another shape."""
        try:
            yield
        except httpx.TimeoutException as error:
            raise self.mistake("did not answer in time; ask again, or allow it more") from error
        except (httpx.ConnectError, httpx.InvalidURL) as error:
            raise self.mistake(f"cannot be reached ({error}); check that it runs") from error
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise self.mistake(f"broke the connection ({reason}); ask again") from error
        except ValueError as error:
            raise self.mistake(f"sent what is not ours ({error}); is it a `rag serve`?") from error


class _Options(TypedDict):
    headers: dict[str, str]
    timeout: httpx.Timeout
    verify: ssl.SSLContext


@cache
def _tls() -> ssl.SSLContext:
    """Return the machine's trusted authorities; reading them anew for each call takes 20 ms."""
    return httpx.create_ssl_context()


def _object(content: bytes) -> dict[str, Any]:
    values = json.loads(content)
    if not isinstance(values, dict):
        raise ValueError(f"wanted an object, found {type(values).__name__}")
    return values
