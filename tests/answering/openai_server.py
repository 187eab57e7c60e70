"""A small OpenAI-compatible chat endpoint on the loopback, scripted reply by reply."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """What the endpoint sends back once.

    `pieces` are streamed one event each, or joined where no stream is asked for. With `cut` the
    connection closes after them without an end; `plain_end` closes it in an orderly way, but
    without a finish reason. `pause` waits before each piece; with `pings` a comment is sent every
    50 milliseconds meanwhile.
    """

    pieces: Sequence[str] = ("",)
    status: int = 200
    error: dict[str, Any] = field(default_factory=dict)
    finish_reason: str = "stop"
    cut: bool = False
    plain_end: bool = False
    pause: float = 0.0
    pings: bool = False
    headers: dict[str, str] = field(default_factory=dict)


class OpenAIServer(ThreadingHTTPServer):
    """Serves `replies` in turn, the last one for ever, and keeps every request."""

    daemon_threads = True

    def __init__(self, replies: Sequence[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = list(replies)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.turn = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next_reply(self, request: dict[str, Any], key: str | None) -> Reply:
        with self.turn:
            reply = self.replies[min(len(self.requests), len(self.replies) - 1)]
            self.requests.append(request)
            self.keys.append(key)
            return reply


@contextmanager
def serving(*replies: Reply) -> Iterator[OpenAIServer]:
    server = OpenAIServer(replies)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: OpenAIServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = json.loads(body)
        reply = self.server.next_reply(request, self.headers.get("Authorization"))
        try:
            if self.path != "/v1/chat/completions":
                self._json(404, {"detail": "Not Found"}, {})
            elif reply.status != 200:
                self._json(reply.status, {"error": reply.error}, reply.headers)
            elif request.get("stream"):
                self._stream(reply)
            else:
                time.sleep(reply.pause)
                self._json(200, _completion(reply), reply.headers)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client gave up waiting

    def _json(self, status: int, body: dict[str, Any], headers: dict[str, str]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, reply: Reply) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in reply.pieces:
            for _ in range(int(reply.pause / 0.05) if reply.pings else 0):
                time.sleep(0.05)
                self._write(b": keep-alive\n\n")
            time.sleep(0 if reply.pings else reply.pause)
            self._event(_chunk({"role": "assistant", "content": piece}, None))
        if reply.cut:
            self.close_connection = True
            return
        if not reply.plain_end:
            self._event(_chunk({}, reply.finish_reason))
            self._write(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data: dict[str, Any]) -> None:
        self._write(b"data: " + json.dumps(data).encode() + b"\n\n")

    def _write(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


def _completion(reply: Reply) -> dict[str, Any]:
    message = {"role": "assistant", "content": "".join(reply.pieces)}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "test-model",
        "choices": [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _chunk(delta: dict[str, Any], finish_reason: str | None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": "test-model",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }
