"""The bodies of responses and the events of their streams; knows no collections and no wire."""

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from langchain_core.documents import Document

from rag.server.openai.completions import Reply
from rag.server.openai.shapes import ResponseRequest
from rag.server.openai.stores import result_of
from rag.server.openai.usage import response_usage

_RESULTS = "file_search_call.results"
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for, and the passages found, of which collection."""

    query: str
    passages: Sequence[Document]
    base: str
    collection: str


@dataclass(frozen=True, slots=True)
class ResponseBody:
    """A response under its id.

    Attributes:
        wanted: The request, parts of which a response repeats.
        texts: What the caller sent, for the usage.
    """

    wanted: ResponseRequest
    texts: Sequence[str]
    id: str = field(default_factory=lambda: f"resp_{uuid.uuid4().hex}")
    created_at: int = field(default_factory=lambda: int(time.time()))
    _numbers: Iterator[int] = field(default_factory=count, repr=False)

    def whole(self, reply: Reply, found: Found | None) -> dict[str, Any]:
        """Return the finished response."""
        cut = reply.finish_reason == "length"
        output = [*([] if found is None else [self._search(found)]), self._message(reply)]
        return {
            **self._head("incomplete" if cut else "completed", output),
            "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
            "completed_at": int(time.time()),
            "usage": response_usage(self.texts, reply.content),
        }

    def beginning(self) -> Iterator[Event]:
        """Yield the events before anything is known."""
        for status in ("created", "in_progress"):
            yield self._event(f"response.{status}", response=self._head("in_progress", []))

    def searching(self, query: str) -> Iterator[Event]:
        """Yield the events of a search that begins."""
        item = {**self._search_head(query), "status": "in_progress", "results": None}
        yield self._event("response.output_item.added", output_index=0, item=item)
        for status in ("in_progress", "searching"):
            yield self._event(
                f"response.file_search_call.{status}", output_index=0, item_id=item["id"]
            )

    def found(self, found: Found) -> Iterator[Event]:
        """Yield the events of a search that has ended, and of the message that begins."""
        item = self._search(found)
        yield self._event("response.file_search_call.completed", output_index=0, item_id=item["id"])
        yield self._event("response.output_item.done", output_index=0, item=item)
        yield from self.message_beginning(1)

    def message_beginning(self, place: int) -> Iterator[Event]:
        """Yield the events of a message that begins, `place` items behind the first."""
        message = {**self._message_head(), "status": "in_progress", "content": []}
        yield self._event("response.output_item.added", output_index=place, item=message)
        yield self._event("response.content_part.added", part=_part("", []), **self._at(place))

    def text(self, text: str, place: int) -> Event:
        """Return the event of a piece of text."""
        return self._event("response.output_text.delta", delta=text, logprobs=[], **self._at(place))

    def ending(self, reply: Reply, found: Found | None) -> Iterator[Event]:
        """Yield the events behind the text."""
        place = 0 if found is None else 1
        notes = _annotations(reply)
        for index, note in enumerate(notes):
            yield self._event(
                "response.output_text.annotation.added",
                annotation=note,
                annotation_index=index,
                **self._at(place),
            )
        part = _part(reply.content, notes)
        yield self._event(
            "response.output_text.done", text=reply.content, logprobs=[], **self._at(place)
        )
        yield self._event("response.content_part.done", part=part, **self._at(place))
        yield self._event(
            "response.output_item.done", output_index=place, item=self._message(reply)
        )
        response = self.whole(reply, found)
        yield self._event(f"response.{response['status']}", response=response)

    def failed(self, told: dict[str, Any]) -> Iterator[Event]:
        """Yield the last events of a stream that failed; `told` is what `Failure.to_dict` gives."""
        error = told["error"]
        said = {name: error[name] for name in ("code", "message", "param")}
        yield self._event("error", **said)
        # Of our codes, those that a response knows.
        code = error["code"] if error["code"] == "rate_limit_exceeded" else "server_error"
        response = {**self._head("failed", []), "error": {**said, "code": code}}
        yield self._event("response.failed", response=response)

    def _event(self, kind: str, **fields: Any) -> Event:  # noqa: ANN401 - values of JSON
        return {"type": kind, "sequence_number": next(self._numbers), **fields}

    def _at(self, place: int) -> dict[str, Any]:
        return {"item_id": self._message_head()["id"], "output_index": place, "content_index": 0}

    def _search_head(self, query: str) -> dict[str, Any]:
        number = self.id.removeprefix("resp_")
        return {"id": f"fs_{number}", "type": "file_search_call", "queries": [query]}

    def _search(self, found: Found) -> dict[str, Any]:
        results = [
            _flat(result_of(passage, found.base, found.collection)) for passage in found.passages
        ]
        shown = _RESULTS in (self.wanted.include or ())
        head = {**self._search_head(found.query), "status": "completed"}
        return {**head, "results": results if shown else None}

    def _message_head(self) -> dict[str, Any]:
        number = self.id.removeprefix("resp_")
        return {"id": f"msg_{number}", "type": "message", "role": "assistant"}

    def _message(self, reply: Reply) -> dict[str, Any]:
        status = "incomplete" if reply.finish_reason == "length" else "completed"
        content = [_part(reply.content, _annotations(reply))]
        return {**self._message_head(), "status": status, "content": content}

    def _head(self, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
        wanted = self.wanted
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created_at,
            "status": status,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "instructions": wanted.instructions,
            "max_output_tokens": None,
            "metadata": wanted.metadata or {},
            "model": wanted.model,
            "output": output,
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "store": False,
            "temperature": None,
            "text": {"format": {"type": "text"}},
            "tool_choice": wanted.tool_choice or "auto",
            "tools": [tool.model_dump(exclude_unset=True) for tool in wanted.tools],
            "top_p": None,
            "truncation": "disabled",
            "usage": None,
        }


def _annotations(reply: Reply) -> list[dict[str, Any]]:
    return [note for one in reply.references for note in one.response_annotations()]


def _part(text: str, annotations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations, "logprobs": []}


def _flat(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result of a vector store as one of a file search, whose text is no list."""
    rest = {name: value for name, value in result.items() if name != "content"}
    return {**rest, "text": result["content"][0]["text"]}
