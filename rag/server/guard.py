"""The one gate before every route: who calls, from where, what for, and how much.

Everything is decided from the request line and the headers, before the body is read. It knows no
index and no answers.
"""

import ipaddress
import re
import time
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.server.access import Body, Caller, Level, Route, find_route, methods_of
from rag.server.failures import RefusedError, report
from rag.server.json_body import JsonBody
from rag.server.keys import KeyFile
from rag.server.limits import BodyLimit, RateLimit, too_large
from rag.server.logs import LOGGER
from rag.server.metrics import Metrics

LOCAL = Caller("local", None, can_write=True)
"""Whoever asks a server without keys, which then listens to this machine only."""

NOBODY = Caller("nobody", frozenset(), can_write=False)

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_HOST = re.compile(r"(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^][\s/?#@:\\]+))(?::\d{1,5})?", re.I)
_DIGITS = re.compile(r"\d+", re.ASCII)
_MOST_DIGITS = 15

_CONTENT_TYPES: dict[Body, str] = {
    "json": "application/json",
    "documents": "application/json",
    "upload": "multipart/form-data",
}

_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the guard lets in.

    Attributes:
        hosts: Names the server may be called by, lower case, without port.
        any_address: Whether any IP address is such a name (the server listens to all of them).
        origins: Other sites whose pages may call it, as scheme://name:port.
        needs_key: Whether a key is needed even where there is none (other machines can call).
    """

    hosts: frozenset[str]
    any_address: bool
    origins: frozenset[str]
    needs_key: bool
    max_body_bytes: int
    max_upload_bytes: int
    body_seconds: float
    requests_per_minute: int


class Guard:
    """ASGI middleware; puts the `Caller` and the request's id into the request's state."""

    def __init__(self, app: ASGIApp, *, rules: Rules, keys: KeyFile, metrics: Metrics) -> None:
        self._app = app
        self._rules = rules
        self._keys = keys
        self._metrics = metrics
        self._rate = RateLimit(rules.requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await _Request(self, scope, receive, send).run()
        else:
            await send({"type": "websocket.close", "code": 1008})

    def admit(self, scope: Scope, headers: Headers) -> tuple[Route, Caller]:
        """Return the route and who asks for it.

        Raises:
            RefusedError: 400, 401, 403, 404, 405, 413, 415 or 429.
            SettingsError: The file of keys cannot be read.
        """
        self._check_host(headers)
        self._check_origin(headers)
        caller = self._caller(headers)
        route = find_route(scope["method"], scope["path"])
        if route is None:
            raise _not_listed(scope["path"])
        # Even a caller without a key is counted, by address, so that keys cannot be tried out.
        address = (scope.get("client") or ("unknown",))[0]
        self._rate.take(address if caller is None else caller.name)
        if route.level is not Level.OPEN:
            _check_level(route, caller)
        self._check_body(route, headers)
        return route, caller or NOBODY

    def body(self, route: Route, receive: Receive) -> Receive:
        """Return the limited way to read the body."""
        rules = self._rules
        body = BodyLimit(receive, most=self._most(route), seconds=rules.body_seconds)
        is_json = _CONTENT_TYPES.get(route.body) == "application/json"
        return JsonBody(body) if is_json else body

    def _check_host(self, headers: Headers) -> None:
        host = _name_of(headers.getlist("host"))
        if host in self._rules.hosts or (self._rules.any_address and _is_address(host)):
            return
        raise RefusedError(
            400, "this server does not go by that Host; add the name to server.allowed_hosts"
        )

    def _check_origin(self, headers: Headers) -> None:
        """Refuse what another site's page sends, unless the site is named in the settings."""
        origin = headers.get("origin")
        if origin is None or origin.lower() in self._rules.origins:
            return
        if urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
            raise RefusedError(
                403, "pages of that Origin may not call; add it to server.cors_origins"
            )

    def _caller(self, headers: Headers) -> Caller | None:
        """Return who asks, None if no valid key came with it."""
        if not (self._rules.needs_key or self._keys.are_needed()):
            return LOCAL
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = self._keys.find(secret.strip())
        return None if key is None else key.caller

    def _check_body(self, route: Route, headers: Headers) -> None:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        wanted = _CONTENT_TYPES.get(route.body)
        if wanted and kind != wanted:
            raise RefusedError(415, f"wanted Content-Type {wanted}, found {kind or 'none'}")
        length = headers.get("content-length", "0")
        if not _DIGITS.fullmatch(length):
            raise RefusedError(400, "the Content-Length is no number")
        if len(length) > _MOST_DIGITS or int(length) > self._most(route):
            raise too_large(self._most(route))

    def _most(self, route: Route) -> int:
        rules = self._rules
        large = route.body in ("documents", "upload")
        return rules.max_upload_bytes if large else rules.max_body_bytes


class _Request:
    """One request on its way through."""

    def __init__(self, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._guard = guard
        self._scope = scope
        self._receive = receive
        self._send = send
        self._id = uuid.uuid4().hex
        self._status = 0
        self._caller = NOBODY
        self._route = "refused"

    async def run(self) -> None:
        """Answer it, count it and log it."""
        started = time.perf_counter()
        self._guard._metrics.started()
        try:
            await self._pass_on()
        except Exception as error:  # the last hand before the wire
            await self._fail(error)
        finally:
            seconds = time.perf_counter() - started
            method = self._scope["method"] if self._route != "refused" else "other"
            self._guard._metrics.ended(
                method=method, route=self._route, status=self._status, seconds=seconds
            )
            self._log(seconds)

    async def _pass_on(self) -> None:
        route, self._caller = self._guard.admit(self._scope, Headers(scope=self._scope))
        self._route = route.path
        state = self._scope.setdefault("state", {})
        state["caller"], state["request_id"] = self._caller, self._id
        body = self._guard.body(route, self._receive)
        await self._guard._app(self._scope, body, self._answer)

    async def _answer(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = self._id
            for name, value in _SECURITY.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    async def _fail(self, error: Exception) -> None:
        failure = report(error, self._id)
        if self._status:  # part of the answer is on its way already
            return
        response = JSONResponse(
            failure.to_dict(self._id), failure.status, headers=failure.headers()
        )
        await response(self._scope, self._receive, self._answer)

    def _log(self, seconds: float) -> None:
        LOGGER.info(
            "request",
            extra={
                "id": self._id,
                "method": self._scope["method"],
                "route": self._route,
                "status": self._status,
                "ms": round(seconds * 1000, 1),
                "caller": self._caller.name,
            },
        )


def _check_level(route: Route, caller: Caller | None) -> None:
    if caller is None:
        raise RefusedError(401, "a key is needed; send Authorization: Bearer <key>")
    if route.level is Level.WRITE and not caller.can_write:
        raise RefusedError(403, "this key may read only")


def _not_listed(path: str) -> RefusedError:
    methods = methods_of(path)
    if methods:
        allowed = ", ".join(methods)
        return RefusedError(405, f"use one of {allowed}", allow=allowed)
    return RefusedError(404, "there is no such route")


def _name_of(hosts: list[str]) -> str:
    """Return the name in the one Host header, without port and brackets; "" if it is none."""
    found = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
    return "" if found is None else (found["v6"] or found["name"]).lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
