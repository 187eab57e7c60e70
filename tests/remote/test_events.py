"""Reading Server-Sent Events that arrive in pieces."""

import json

import pytest

from rag.remote.events import EventReader, ServerEvent

TEXTS = ["Utrecht.", "a\u2028b\x85c\u2029d", "乌得勒支。"]
STREAM = "".join(
    f": a comment\nevent: text_chunk\ndata: {json.dumps({'text': text}, ensure_ascii=False)}\n\n"
    for text in TEXTS
).encode()
EVENTS = [ServerEvent("text_chunk", {"text": text}) for text in TEXTS]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_events_come_whole_however_they_are_cut(size: int, ending: bytes) -> None:
    stream, reader = STREAM.replace(b"\n", ending), EventReader()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [event for piece in pieces for event in reader.feed(piece)] == EVENTS


def test_data_over_several_lines_are_one() -> None:
    assert list(EventReader().feed(b'event: a\ndata: {"text":\ndata:  1}\n\n\n')) == [
        ServerEvent("a", {"text": 1})
    ]


@pytest.mark.parametrize("data", [b"nonsense", b"[1]", b"\xff"])
def test_what_is_no_object_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        list(EventReader().feed(b"event: a\ndata: " + data + b"\n\n"))
