"""Who gets past the gate: Host, Origin, size, speed, rate, and what is said to those who do not."""

import http.client
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from rag.errors import SettingsError
from rag.server.app import create_app
from rag.server.keys import KeyFile
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project
from tests.server.calling import bearer, calling, make_app, make_key, server_settings
from tests.server.running import running

JSON = {"Content-Type": "application/json"}
SEARCH = {"query": "pump"}


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    with calling(make_app(project)) as client:
        yield client


def status(client: TestClient, **headers: str) -> int:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/api/collections", headers=sent).status_code


# Host and Origin


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8321",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example#@127.0.0.1",
        "evil@localhost",
        "localhost/evil",
        "localhost?x",
        "10.0.0.1",
        "0.0.0.0",
        "[::2]",
        "[::1",
        "127.0.0.1:80:80",
        "",
        " ",
    ],
)
def test_a_name_that_is_not_ours_is_refused(client: TestClient, host: str) -> None:
    assert status(client, Host=host) == 400


@pytest.mark.parametrize("host", ["127.0.0.1:8321", "localhost", "LOCALHOST:1", "[::1]:8321"])
def test_our_own_names_are_known(client: TestClient, host: str) -> None:
    assert status(client, Host=host) == 200


def test_a_host_is_named_in_the_settings(project: Project) -> None:
    make_key(project, "one")
    settings = {"host": "0.0.0.0", "allowed_hosts": ["Docs.Example"]}
    with calling(make_app(project, **settings, public_url="https://wiki.example/rag")) as client:
        for host in ("docs.example", "DOCS.example:80", "wiki.example", "10.1.2.3", "[fe80::1]"):
            assert status(client, Host=host) == 401, host
        assert status(client, Host="evil.example") == 400


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://127.0.0.1:9999",
        "http://127.0.0.1:8321.evil.example",
        "http://evil.example/http://127.0.0.1:8321",
        "http://127.0.0.1:8321@evil.example",
        "null",
        "",
        "file://",
    ],
)
def test_a_page_of_another_site_is_refused(client: TestClient, origin: str) -> None:
    for path in ("/api/collections", "/health"):
        response = client.get(path, headers={"Origin": origin})
        assert response.status_code == 403
        assert "Access-Control-Allow-Origin" not in response.headers


def test_our_own_page_is_let_in(project: Project) -> None:
    with calling(make_app(project, public_url="https://wiki.example/rag")) as client:
        assert status(client, Origin="http://127.0.0.1:8321") == 200
        assert status(client, Origin="https://wiki.example") == 200
        assert status(client, Origin="http://wiki.example") == 403


def test_a_site_that_is_named_may_call_from_its_pages(project: Project) -> None:
    with calling(make_app(project, cors_origins=["https://intranet.example"])) as client:
        asked = {
            "Origin": "https://intranet.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os",
        }
        allowed = client.options("/api/search", headers=asked)
        assert allowed.status_code == 200
        assert allowed.headers["Access-Control-Allow-Origin"] == "https://intranet.example"
        assert "x-stainless-os" in allowed.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in allowed.headers
        answer = client.post("/api/search", json=SEARCH, headers={"Origin": asked["Origin"]})
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "https://intranet.example"
        refused = client.post("/api/search", json={}, headers={"Origin": asked["Origin"]})
        assert refused.status_code == 400
        assert refused.headers["Access-Control-Allow-Origin"] == "https://intranet.example"
        other = client.options("/api/search", headers={**asked, "Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in other.headers
        assert status(client, Origin="https://evil.example") == 403


def test_no_site_may_call_unless_it_is_named(client: TestClient) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    response = client.options("/api/search", headers=headers)
    assert response.status_code == 403
    assert not [name for name in response.headers if name.startswith("access-control")]


# Keys


def test_a_key_that_was_revoked_is_refused_from_the_next_request_on(project: Project) -> None:
    reader, other = make_key(project, "reader"), make_key(project, "other")
    with calling(make_app(project)) as client:
        assert client.get("/api/collections", headers=reader).status_code == 200
        KeyFile(project.folder / ".rag-keys.json").revoke("reader")
        assert client.get("/api/collections", headers=reader).status_code == 401
        KeyFile(project.folder / ".rag-keys.json").revoke("other")
        assert client.get("/api/collections", headers=other).status_code == 401
        assert client.get("/api/collections").status_code == 401


def test_a_file_of_keys_that_is_damaged_lets_nobody_in(project: Project) -> None:
    reader = make_key(project, "reader")
    with calling(make_app(project)) as client:
        (project.folder / ".rag-keys.json").write_text("{")
        for headers in ({}, reader):
            response = client.get("/api/collections", headers=headers)
            assert response.status_code == 500
            assert "rag-keys" not in response.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "", "docs.example", "127.0.0.2"])
def test_other_machines_are_not_let_in_without_a_key(project: Project, host: str) -> None:
    with pytest.raises(SettingsError, match="rag keys create") as caught:
        create_app(server_settings(project, host=host), rag=project.rag)
    assert "\n" not in str(caught.value)

    make_key(project, "one")
    with calling(make_app(project, host=host)) as client:
        (project.folder / ".rag-keys.json").unlink()
        assert status(client) == 401


def test_a_collection_that_a_key_may_not_know_is_as_unknown_as_any(project: Project) -> None:
    key = make_key(project, "own", collections=["open"])
    places = {"open": project.index, "secret": project.index}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/api/search", {"json": {"query": "pump", "collection": "NAME"}}),
        ("POST", "/api/ask", {"json": {"question": "pump?", "collection": "NAME"}}),
        ("GET", "/api/documents?collection=NAME", {}),
        ("GET", "/api/source?collection=NAME&reference=docs/pump.md:0-5", {}),
        ("POST", "/query?collection=NAME", {"json": {"queries": [{"query": "pump"}]}}),
    ]
    with calling(make_app(project, collections=places)) as client:
        for method, path, more in calls:
            said = []
            for name in ("secret", "nothing"):
                sent = json.loads(json.dumps(more).replace("NAME", name))
                response = client.request(method, path.replace("NAME", name), headers=key, **sent)
                assert response.status_code == 404, path
                said.append(response.json()["detail"].replace(name, "NAME"))
            assert said[0] == said[1]
        listed = client.get("/api/collections", headers=key).json()["collections"]
        assert [one["name"] for one in listed] == ["open"]


# Sizes, speed and rate


def test_a_body_that_says_it_is_too_large_is_not_read(project: Project) -> None:
    with running(make_app(project, max_body_bytes=1000)) as url:
        answer = talk(url, b"POST /api/search HTTP/1.1", JSON | {"Content-Length": "1001"}, b"")
        assert b" 413 " in answer
        large = JSON | {"Content-Length": "9" * 19}
        assert b" 413 " in talk(url, b"POST /api/search HTTP/1.1", large, b"")


def test_a_body_without_a_length_is_refused_once_it_is_too_large(project: Project) -> None:
    with running(make_app(project, max_body_bytes=1000)) as url:
        headers = JSON | {"Transfer-Encoding": "chunked"}
        endless = b"".join(b"64\r\n" + b" " * 100 + b"\r\n" for _ in range(20))
        assert b" 413 " in talk(url, b"POST /api/search HTTP/1.1", headers, endless)


def test_an_upload_may_be_larger_than_other_bodies_but_not_without_end(project: Project) -> None:
    settings = {"max_body_bytes": 1000, "max_upload_bytes": 5000}
    with calling(make_app(project, **settings)) as client:
        for size, expected in ((3000, 200), (6000, 413)):
            document = {"id": "x", "text": "Valve. " * (size // 7)}
            upserted = client.post("/upsert", json={"documents": [document]})
            uploaded = client.post(
                "/upsert-file", files={"file": ("x.txt", b"valve " * (size // 6))}
            )
            assert (upserted.status_code, uploaded.status_code) == (expected, expected)


def test_an_upload_without_a_length_is_refused_once_it_is_too_large(project: Project) -> None:
    with running(make_app(project, max_upload_bytes=5000)) as url:
        headers = {
            "Content-Type": "multipart/form-data; boundary=b",
            "Transfer-Encoding": "chunked",
        }
        part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.md"\r\n\r\n'
        pieces = [part, *[b"valve " * 100] * 20]
        body = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces)
        assert b" 413 " in talk(url, b"POST /api/documents HTTP/1.1", headers, body)
    assert len(project.sources()) == 3


def test_a_body_that_does_not_come_is_refused_in_time(project: Project) -> None:
    with running(make_app(project, body_seconds=0.2)) as url:
        headers = JSON | {"Content-Length": "100"}
        assert b" 408 " in talk(url, b"POST /api/search HTTP/1.1", headers, b'{"que')
        assert search_status(url) == 200


def test_a_length_that_lies_spoils_only_its_own_connection(project: Project) -> None:
    with running(make_app(project)) as url:
        body = json.dumps(SEARCH).encode()
        short = JSON | {"Content-Length": str(len(body) - 1)}
        assert b" 400 " in talk(url, b"POST /api/search HTTP/1.1", short, body)
        for wrong in ("-1", "+5", "1e3", "0x10", "5, 6", ""):
            sent = JSON | {"Content-Length": wrong}
            assert b" 400 " in talk(url, b"POST /api/search HTTP/1.1", sent, body), wrong
        both = JSON | {"Content-Length": "5", "Transfer-Encoding": "chunked"}
        smuggled = b"0\r\n\r\nGET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n"
        assert b"rag_requests" not in talk(url, b"POST /api/search HTTP/1.1", both, smuggled)
        assert search_status(url) == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Large: " + b"x" * 3_000_000,
        b"GET /" + b"x" * 3_000_000 + b" HTTP/1.1\r\nHost: 127.0.0.1",
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-Many: 1\r\n" * 300_000,
        b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example",
        b"GET /health HTTP/1.1",
        b"GET /health HTTP/1.0",
        b"GET /health\x00 HTTP/1.1\r\nHost: 127.0.0.1",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
    ids=["header", "path", "headers", "two hosts", "no host", "old", "null", "TLS"],
)
def test_a_head_that_makes_no_sense_is_refused(project: Project, head: bytes) -> None:
    with running(make_app(project)) as url:
        answer = exchange(url, head + b"\r\n\r\n")
        assert b" 200 " not in answer.partition(b"\r\n")[0]
        assert search_status(url) == 200


def test_a_websocket_is_not_opened(project: Project) -> None:
    with running(make_app(project)) as url:
        headers = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        for path in (b"/", b"/ws", b"/api/ask", b"/mcp"):
            answer = talk(url, b"GET " + path + b" HTTP/1.1", headers, b"")
            assert b" 101 " not in answer.partition(b"\r\n")[0]


async def test_a_websocket_that_came_through_would_be_closed(project: Project) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    app: Any = make_app(project)
    await app({"type": "websocket", "path": "/", "headers": []}, None, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_who_asks_too_often_is_told_to_wait(project: Project) -> None:
    one, two = make_key(project, "one"), make_key(project, "two")
    with calling(make_app(project, requests_per_minute=3)) as client:
        codes = [client.get("/api/collections", headers=one).status_code for _ in range(4)]
        assert codes == [200, 200, 200, 429]
        refused = client.get("/api/collections", headers=one)
        assert int(refused.headers["Retry-After"]) >= 1
        assert client.get("/api/collections", headers=two).status_code == 200


def test_who_tries_keys_is_told_to_wait(project: Project) -> None:
    make_key(project, "one")
    with calling(make_app(project, requests_per_minute=5)) as client:
        tried = [
            client.get("/api/collections", headers=bearer(f"rag-{n}")).status_code for n in range(6)
        ]
        assert tried == [401] * 5 + [429]


# What is asked, and what is said


def test_a_question_that_is_too_long_is_refused_before_it_is_searched(project: Project) -> None:
    with calling(make_app(project, max_question_chars=20)) as client:
        long = "保修期多久？" * 10
        asked = client.post("/api/ask", json={"question": long})
        searched = client.post("/api/search", json={"query": long})
        queried = client.post("/query", json={"queries": [{"query": long}]})
        for response in (asked, searched, queried):
            assert response.status_code == 413
            assert "60 characters" in response.json()["detail"]
            assert "保修" not in response.text


def test_every_answer_forbids_what_a_browser_might_make_of_it(client: TestClient) -> None:
    for path in ("/health", "/api/documents", "/nothing", "/.well-known/logo.svg"):
        response = client.get(path)
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Cache-Control"] == "no-store"
        assert len(response.headers["X-Request-Id"]) == 32
        assert "server" not in response.headers


def test_an_error_carries_the_id_of_the_log_and_nothing_of_the_index(
    project: Project, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"secret words of {project.folder}")

    monkeypatch.setattr(project.rag, "retriever", fail)
    monkeypatch.setattr(project.rag, "list", fail)
    with calling(make_app(project)) as client, caplog.at_level(logging.INFO, "rag.server"):
        for response in (
            client.post("/api/search", json=SEARCH),
            client.get("/api/documents"),
            client.post("/query", json={"queries": [{"query": "pump"}]}),
        ):
            assert response.status_code == 500
            body = response.json()
            assert body["error"]["id"] == response.headers["X-Request-Id"]
            assert body["error"]["id"] in body["error"]["message"]
            for word in ("secret", str(project.folder), "Traceback", "RuntimeError", ".py"):
                assert word not in response.text
            logged = [
                record
                for record in caplog.records
                if getattr(record, "id", "") == body["error"]["id"] and record.exc_info
            ]
            assert len(logged) == 1


@pytest.mark.parametrize("problem", ["missing", "model", "damaged"])
def test_an_index_that_cannot_be_used_is_not_told_of(project: Project, problem: str) -> None:
    rag = project.open(BagOfWordsEmbeddings("another model") if problem == "model" else None)
    if problem == "missing":
        (project.index / "catalog.sqlite3").unlink()
    if problem == "damaged":
        (project.index / "catalog.sqlite3").write_bytes(b"no database" * 1000)
    with calling(create_app(server_settings(project), rag=rag)) as client:
        for response in (
            client.post("/api/search", json=SEARCH),
            client.post("/api/ask", json={"question": "pump?"}),
            client.post("/query", json={"queries": [{"query": "pump"}]}),
        ):
            assert response.status_code == 503
            assert response.headers["Retry-After"] == "5"
            assert response.json()["error"]["id"] == response.headers["X-Request-Id"]
            for word in ("model", "catalog", "sqlite", str(project.folder), "rag add"):
                assert word not in response.json()["detail"]


def test_an_index_that_another_process_writes_is_said_to_be_busy(project: Project) -> None:
    with (
        project.open()._open().writing(purpose="test"),
        calling(make_app(project)) as client,
    ):
        response = client.post("/upsert", json={"documents": [{"id": "v", "text": "A valve."}]})
        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"
        assert client.post("/api/search", json=SEARCH).status_code == 200


def test_no_key_and_no_question_is_ever_logged(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    key = make_key(project, "reader")
    with running(make_app(project)) as url, caplog.at_level(logging.DEBUG):
        for headers in (key, bearer("rag-" + "S" * 43), {}):
            for method, path in (
                ("POST", "/api/search"),
                ("POST", "/api/ask"),
                ("GET", "/x?key=S5"),
            ):
                connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
                with closing(connection):
                    body = json.dumps({"query": "Winkelschleifer", "question": "Winkelschleifer"})
                    connection.request(method, path, body, JSON | headers)
                    connection.getresponse().read()
    ours = [one for one in caplog.records if one.name.startswith(("rag.server", "uvicorn"))]
    assert any(getattr(one, "caller", "") == "reader" for one in ours)
    logged = "\n".join(f"{one.getMessage()} {vars(one)}" for one in caplog.records)
    assert key["Authorization"].removeprefix("Bearer ") not in logged
    for word in ("SSSSS", "S5", "Winkelschleifer", "Bearer"):
        assert word not in logged


def test_requests_are_counted_by_route_and_never_by_what_a_caller_wrote(client: TestClient) -> None:
    client.post("/api/search", json=SEARCH)
    client.get("/api/nothing-like-this")
    client.request("BREW", "/health")
    client.post("/api/ask", json={"question": "How much does the pump of the R4 weigh?"})
    text = client.get("/metrics").text
    assert 'rag_requests_total{method="POST",route="/api/search",status="200"} 1.0' in text
    assert 'rag_requests_total{method="other",route="refused",status="404"} 1.0' in text
    assert 'rag_requests_total{method="other",route="refused",status="405"} 1.0' in text
    answered = 'rag_questions_total{collection="default",outcome="answered",surface="api"} 1.0'
    assert answered in text
    assert "rag_requests_in_progress 1.0" in text
    assert "nothing-like-this" not in text
    assert "BREW" not in text


# Raw requests


def talk(url: str, line: bytes, headers: dict[str, str], body: bytes) -> bytes:
    """Send a request as it is and return the answer."""
    sent = {"Host": url.removeprefix("http://"), **headers}
    head = b"".join(f"{name}: {value}\r\n".encode() for name, value in sent.items())
    return exchange(url, line + b"\r\n" + head + b"\r\n" + body)


def exchange(url: str, data: bytes) -> bytes:
    host, port = url.removeprefix("http://").split(":")
    end = time.monotonic() + 20
    answer = b""
    with closing(socket.create_connection((host, int(port)), timeout=5)) as connection:
        try:
            connection.sendall(data)
            while time.monotonic() < end and (piece := connection.recv(65536)):
                answer += piece
                if b"\r\n\r\n" in answer:
                    return answer
        except (ConnectionError, TimeoutError):
            pass  # closed in the middle of what we sent: what it said before counts
    return answer


def search_status(url: str) -> int:
    """Tell how the server answers an ordinary request."""
    return httpx.post(f"{url}/api/search", json=SEARCH, timeout=20).status_code
