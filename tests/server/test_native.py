"""What the page and the remote retriever get from /api, and what they get when something breaks."""

import json
import logging
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from rag.server.app import create_app
from rag.settings import ChatSettings
from tests.answering.openai_server import OpenAIServer, Reply, serving
from tests.indexing import Project
from tests.server.calling import calling, make_app, make_key, server_settings
from tests.server.running import running

QUESTION = "How much does the pump of the R4 weigh?"
ANSWER = "The pump of the R4 weighs 12 kg. [1]"


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    with calling(make_app(project)) as client:
        yield client


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    found = re.findall(r"event: (\w+)\ndata: (.+)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def test_collections_are_listed_with_what_they_hold(client: TestClient) -> None:
    found = client.get("/api/collections").json()
    (collection,) = found["collections"]
    assert collection["name"] == "default"
    assert (collection["documents"], collection["passages"]) == (3, 3)
    assert collection["chat_model"] is None
    assert found["can_write"] is True
    assert found["modes"] == ["hybrid", "dense", "lexical"]


def test_a_reader_is_told_that_it_cannot_write(project: Project) -> None:
    reader = make_key(project, "reader")
    with calling(make_app(project)) as client:
        assert client.get("/api/collections", headers=reader).json()["can_write"] is False


def test_an_index_that_is_not_there_yet_holds_nothing(project: Project, tmp_path: Path) -> None:
    places = {"old": project.index, "new": tmp_path / "new" / ".rag"}
    with calling(make_app(project, collections=places)) as client:
        found = client.get("/api/collections").json()["collections"]
        assert [(one["name"], one["documents"]) for one in found] == [("old", 3), ("new", 0)]


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_passages_come_as_the_command_line_gives_them(client: TestClient, mode: str) -> None:
    found = client.post("/api/search", json={"query": "pump of the R4", "mode": mode, "k": 1})
    (passage,) = found.json()["passages"]
    assert list(passage) == [
        "id", "rank", "score", "retrieval_score", "source", "title", "kind", "page", "section",
        "lead_in", "start_index", "end_index", "ordinal", "metadata", "text",
    ]  # fmt: skip
    assert (passage["source"], passage["rank"]) == ("docs/pump.md", 1)


def test_a_search_is_narrowed_by_filter_and_score(client: TestClient) -> None:
    def sources(**more: Any) -> list[str]:
        response = client.post("/api/search", json={"query": "pump 水泵 hub", **more})
        return [one["source"] for one in response.json()["passages"]]

    assert len(sources()) == 3
    assert sources(filter={"folder": "docs/zh"}) == ["docs/zh/泵.md"]
    assert sources(filter={"source": "docs/zh/泵.md"}) == ["docs/zh/泵.md"]
    assert sources(min_score=2) == []


def test_an_answer_whole_is_the_answer_streamed(client: TestClient) -> None:
    for question, said in (
        (QUESTION, ANSWER),
        ("水泵的保修期多久？", "水泵的保修期为 36 个月。 [1]"),
    ):
        whole = client.post("/api/ask", json={"question": question}).json()
        assert whole["text"] == said
        assert whole["citations"][0]["verified"] is True
        stream = client.post("/api/ask", json={"question": question, "stream": True})
        assert stream.headers["content-type"].startswith("text/event-stream")
        found = events(stream.text)
        names = [name for name, _ in found]
        assert names == ["search_started", "passages_found", "text_chunk", "answer_finished"]
        assert "".join(data["text"] for name, data in found if name == "text_chunk") == said
        assert found[-1][1] == whole


def test_a_follow_up_is_searched_with_what_it_leans_on(client: TestClient) -> None:
    for earlier, source in ((QUESTION, "docs/pump.md"), ("Which hub serves?", "docs/hub.md")):
        history = [
            {"role": "user", "content": earlier},
            {"role": "assistant", "content": "See [1]."},
        ]
        body = {"question": "Tell me more about it.", "history": history}
        answer = client.post("/api/ask", json=body).json()
        assert answer["passages"][0]["source"] == source
    system = [{"role": "system", "content": "x"}]
    assert client.post("/api/ask", json={"question": "x", "history": system}).status_code == 400


def test_uploads_are_told_of_one_by_one(client: TestClient, project: Project) -> None:
    before = set(Path(tempfile.gettempdir()).glob("rag-upload-*"))
    sent = [
        ("files", ("阀门.md", "# 阀门\n\n阀门是蓝色的。".encode())),
        ("files", ("valve.txt", b"The valve is blue.")),
        ("files", ("valve.exe", b"MZ")),
        ("files", ("valve.txt", b"Another valve is red.")),
        ("files", ("empty.md", b"  ")),
        ("files", ("broken.pdf", b"%PDF-1.7 nothing")),
    ]
    response = client.post("/api/documents", files=sent)
    assert response.status_code == 200
    rows = response.json()["documents"]
    assert [row["file"] for row in rows] == [file[1][0] for file in sent]
    assert [row["error"] is None for row in rows] == [True, True, False, True, False, False]
    kept = [row["source"] for row in rows if row["source"]]
    assert len(set(kept)) == 3
    assert set(kept) < set(project.sources())
    for row in rows:
        assert tempfile.gettempdir() not in (row["error"] or "")
        assert row["error"] is None or row["error"].startswith(row["file"])
    assert set(Path(tempfile.gettempdir()).glob("rag-upload-*")) <= before
    found = client.post("/api/search", json={"query": "阀门", "k": 1}).json()["passages"]
    assert found[0]["source"] == kept[0]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/阀门.md", "阀门.md"),
        ("C:\\docs\\valve.md", "valve.md"),
        ("\u202evalve.md", "valve.md"),
        ("val\tve<>?*|.md", "valve.md"),
        ("v" * 150 + ".md", "v" * 117 + ".md"),
    ],
)
def test_a_file_name_leads_nowhere(client: TestClient, name: str, kept: str) -> None:
    part = f'--b\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    response = client.post(
        "/api/documents",
        content=(part + "The valve.\r\n--b--\r\n").encode(),
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    (row,) = response.json()["documents"]
    assert re.fullmatch(rf"uploads/[0-9a-f]{{32}}/{re.escape(kept)}", row["source"])


def test_uploads_of_which_none_can_be_read_fail(client: TestClient, project: Project) -> None:
    response = client.post("/api/documents", files={"files": ("x.exe", b"MZ")})
    assert response.status_code == 422
    assert client.post("/api/documents", files={"other": ("x.md", b"x")}).status_code == 400
    assert client.post("/api/documents", data={"files": "x"}).status_code in (400, 415)
    assert len(project.sources()) == 3


def test_a_document_is_removed_by_its_name_alone(client: TestClient, project: Project) -> None:
    for name in ("docs", "docs/*", "*", ".", "never there", "docs/zh"):
        assert client.delete("/api/documents", params={"source": name}).status_code == 404
    response = client.delete("/api/documents", params={"source": "docs/zh/泵.md"})
    assert response.json() == {"removed": 1}
    assert project.sources() == ["docs/hub.md", "docs/pump.md"]
    assert (project.folder / "docs/zh/泵.md").is_file()


def test_a_source_is_shown_around_a_citation(client: TestClient) -> None:
    answer = client.post("/api/ask", json={"question": QUESTION}).json()
    (cited,) = answer["citations"]
    reference = f"{cited['source']}:{cited['start_index']}-{cited['end_index']}"
    shown = client.get("/api/source", params={"reference": reference}).json()
    assert shown["text"] == cited["quote"]
    assert shown["before"].startswith("# Pumps")
    for wrong in ("x", "docs/pump.md:5-1", "docs/pump.md:0-99999", "x:1-" + "9" * 5000):
        assert client.get("/api/source", params={"reference": wrong}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"query": ""},
        {"query": " \u3000 "},
        {"query": 5},
        {"query": "x", "k": 0},
        {"query": "x", "k": 10**6},
        {"query": "x", "mode": "magic"},
        {"query": "x", "filter": {"kind": []}},
        {"query": "x", "filter": {"date": "yesterday"}},
        {"query": "x", "filter": "kind=pdf"},
        {"query": "x", "colection": "default"},
        [],
    ],
)
def test_a_request_that_makes_no_sense_is_refused_in_one_line(
    client: TestClient, body: Any
) -> None:
    response = client.post("/api/search", json=body)
    assert response.status_code == 400
    assert "\n" not in response.json()["detail"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"query": NaN}', b"{} {}"]
)
def test_a_body_that_is_no_json_object_is_refused(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    for path in ("/api/search", "/api/ask", "/query", "/upsert"):
        response = client.post(path, content=body, headers=headers)
        assert response.status_code == 400, path


# Chat models that fail, and callers who leave


def with_chat(project: Project, chat: OpenAIServer, **server: object) -> ASGIApp:
    """The server of a project whose answers a scripted endpoint writes."""
    model = ChatSettings(model="m", base_url=chat.url, api_key="sk-secret", max_retries=0)
    settings = server_settings(project, **server).model_copy(update={"chat": model})
    return create_app(settings, rag=project.open(settings=settings))


def test_a_slow_answer_is_kept_alive(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.server.relay._SILENCE", 0.05)
    asked = {"question": QUESTION, "stream": True}
    with (
        serving(Reply(["The pump weighs 12 kg [1]."], pause=0.5)) as chat,
        calling(with_chat(project, chat)) as client,
    ):
        text = client.post("/api/ask", json=asked).text
    assert ": keep-alive\n\n" in text
    assert [name for name, _ in events(text)][-1] == "answer_finished"


def test_a_filter_that_cannot_be_used_is_refused_before_a_stream_begins(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    asked = {"question": QUESTION, "filter": {"page": {"about": 3}}}
    with calling(make_app(project)) as client, caplog.at_level(logging.INFO, "rag.server"):
        for stream in (True, False):
            response = client.post("/api/ask", json={**asked, "stream": stream})
            assert response.status_code == 400
            assert "unknown operator 'about'" in response.json()["detail"]
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]


def test_a_chat_model_that_breaks_off_ends_the_stream_with_an_error(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        serving(Reply(["The pump weighs "], cut=True)) as chat,
        calling(with_chat(project, chat)) as client,
        caplog.at_level(logging.INFO, "rag.server"),
    ):
        response = client.post("/api/ask", json={"question": QUESTION, "stream": True})
    *begun, (name, data) = events(response.text)
    assert [one for one, _ in begun] == ["search_started", "passages_found", "text_chunk"]
    assert name == "failed"
    assert data["status"] == 502
    assert data["error"]["id"] == response.headers["X-Request-Id"]
    for word in (chat.url, "sk-secret", "chat.base_url", "Traceback"):
        assert word not in json.dumps(data)
    assert [one for one in caplog.records if getattr(one, "id", "") == data["error"]["id"]]


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (500, "boom at http://internal:9", 502),
        (401, "wrong key sk-secret", 502),
        (404, "no model m at http://internal:9", 502),
        (429, "quota of org-7 is gone", 429),
        (400, "maximum context length is 10 tokens", 413),
        (400, "content_filter: hate", 422),
    ],
)
def test_what_a_chat_model_says_stays_here(
    project: Project, status: int, error: str, expected: int
) -> None:
    reply = Reply(status=status, error={"message": error})
    with serving(reply) as chat, calling(with_chat(project, chat)) as client:
        whole = client.post("/api/ask", json={"question": QUESTION})
        stream = client.post("/api/ask", json={"question": QUESTION, "stream": True})
    assert whole.status_code == expected
    assert events(stream.text)[-1][1]["status"] == expected
    for text in (whole.text, events(stream.text)[-1][1]["detail"]):
        for word in (error, "internal", "org-7", "sk-secret", chat.url, "chat.", "'m'"):
            assert word not in text


def test_an_answer_that_takes_too_long_is_given_up(project: Project) -> None:
    slow = Reply(["word "], pause=5)
    with (
        serving(slow) as chat,
        calling(with_chat(project, chat, answer_seconds=0.5)) as client,
    ):
        stream = client.post("/api/ask", json={"question": QUESTION, "stream": True})
        whole = client.post("/api/ask", json={"question": QUESTION})
    assert events(stream.text)[-1][0] == "failed"
    assert events(stream.text)[-1][1]["status"] == whole.status_code == 504


def test_a_caller_who_leaves_stops_the_work(project: Project) -> None:
    endless = Reply(["word "] * 10_000, pause=0.02)
    with (
        serving(endless) as chat,
        running(with_chat(project, chat)) as url,
        httpx.Client(base_url=url, timeout=20) as client,
    ):
        body = {"question": QUESTION, "stream": True}
        with client.stream("POST", "/api/ask", json=body) as response:
            lines = response.iter_lines()
            assert any(line == "event: text_chunk" for line in lines)
            assert in_progress(client) == 2
        end = time.monotonic() + 20
        while in_progress(client) > 1:
            assert time.monotonic() < end, "the question is still being answered"
            time.sleep(0.05)


def in_progress(client: httpx.Client) -> int:
    """How many requests are being answered, this one included."""
    found = re.search(r"^rag_requests_in_progress (\d+)", client.get("/metrics").text, re.M)
    assert found is not None
    return int(found[1])
