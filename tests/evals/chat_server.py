"""A chat endpoint on the loopback that replies by what it is asked, for benches of replies."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from evals.asking.models import FindAccess
from rag.settings import ChatSettings
from tests.answering.openai_server import OpenAIServer, Reply

RIGHT = '{"reason": "same", "agrees": true}'
WRONG = '{"reason": "other", "agrees": false}'
HALF = '{"claims": [{"claim": "a", "supported": true}, {"claim": "b", "supported": false}]}'

Script = Callable[[str, str], Reply | str]
"""From what is asked ("answer", "condense", "faithfulness", "correctness") and the prompt."""

_KINDS = {
    "You answer questions": "answer",
    "You rewrite": "condense",
    "You check whether a reply says only": "faithfulness",
    "You check whether a reply to a question": "correctness",
}


class BenchServer(OpenAIServer):
    """Replies as `script` says; a plain text is a reply without fault."""

    def __init__(self, script: Script) -> None:
        super().__init__([Reply()])
        self.script = script
        self.under_way = 0
        self.most_at_once = 0

    def next_reply(self, request: dict[str, Any], key: str | None) -> Reply:
        with self.turn:
            self.requests.append(request)
            self.keys.append(key)
            reply = self.script(kind_of(request), prompt_of(request))
        return Reply([reply]) if isinstance(reply, str) else reply

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self.turn:
            self.under_way += 1
            self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self.turn:
                self.under_way -= 1

    def asked(self, kind: str) -> int:
        """How many requests were of a kind."""
        return sum(kind_of(one) == kind for one in self.requests)


def kind_of(request: dict[str, Any]) -> str:
    system = request["messages"][0]["content"]
    return next(kind for opening, kind in _KINDS.items() if system.startswith(opening))


def prompt_of(request: dict[str, Any]) -> str:
    return str(request["messages"][-1]["content"])


def asked_in(prompt: str) -> str:
    """The question of a prompt."""
    found = re.search(r"<question>\n(.*?)\n</question>", prompt, re.DOTALL)
    assert found
    return found[1]


def plainly(kind: str, prompt: str) -> str:
    """Answer with the first passage's last number, agree, support half, rewrite to a question."""
    if kind == "answer":
        numbers = re.findall(r"\d+", prompt.partition("</passage>")[0])
        return f"It is {numbers[-1]} [1]."
    if kind == "condense":
        return "How long is model pump 1 guaranteed?"
    return HALF if kind == "faithfulness" else RIGHT


@contextmanager
def bench_server(script: Script = plainly) -> Iterator[BenchServer]:
    server = BenchServer(script)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def access_to(server: OpenAIServer, *, key: str = "sk-secret-in-no-file") -> FindAccess:
    """Send every model to the server, with a key."""

    def find(wanted: ChatSettings) -> ChatSettings:
        return ChatSettings(
            **wanted.model_dump(exclude={"api_key", "base_url"}),
            base_url=wanted.base_url or server.url,
            api_key=key,
        )

    return find
