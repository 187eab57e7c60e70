"""Public sets are fetched once, from a hub on loopback, and held to their hashes."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlparse

import pytest

from evals.datasets import load_dataset
from evals.datasets.get import get_set
from evals.datasets.public import FILES, PUBLIC_SETS, PublicSet
from rag.errors import BenchError
from tests.evals.bench_cli import run_bench

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CONTENT = {
    "corpus.jsonl": b'{"_id": "d1", "title": "Pump", "text": "Guaranteed for two years."}\n',
    "queries.jsonl": b'{"_id": "q1", "text": "How long?"}\n{"_id": "q2", "text": "train"}\n',
    "qrels/test.tsv": b"query-id\tcorpus-id\tscore\nq1\td1\t1\n",
}
TINY = PublicSet("tiny", "mteb/tiny", COMMIT, 1, 1, "CC BY 4.0")


class Hub(ThreadingHTTPServer):
    """A hub with one repository of data; its corpus is in large file storage."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.listed = dict(CONTENT)
        self.served = dict(CONTENT)
        self.fetched: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class HubHandler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if f"mteb/tiny/paths-info/{COMMIT}" not in self.path:
            self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            return
        self.send(200, json.dumps([entry(*item) for item in self.server.listed.items()]).encode())

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        name = urlparse(self.path).path.partition(f"/resolve/{COMMIT}/")[2]
        if self.command == "GET":
            self.server.fetched.append(name)
        content = self.server.served[name]
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        self.send(200, content, {"ETag": tag, "X-Repo-Commit": COMMIT})

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def entry(name: str, content: bytes) -> dict[str, object]:
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    listed = {"type": "file", "path": name, "size": len(content), "oid": blob}
    if name == "corpus.jsonl":
        sha256 = hashlib.sha256(content).hexdigest()
        pointer = {"oid": sha256, "size": len(content), "pointerSize": 130}
        return listed | {"oid": "f" * 40, "lfs": pointer}
    return listed


@pytest.fixture
def hub(monkeypatch, tmp_path) -> Iterator[Hub]:
    # The client looks at both when it is imported, which another test may have done.
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    with Hub() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def get(hub: Hub, folder: Path, wanted: PublicSet = TINY):
    return get_set("tiny", folder, sets={"tiny": wanted}, endpoint=hub.url)


def test_a_set_is_fetched_once_and_found_by_name(hub, tmp_path, monkeypatch):
    got = get(hub, tmp_path)
    assert (got.folder, got.fetched) == (tmp_path / "tiny", True)
    assert sorted(hub.fetched) == sorted(FILES)
    assert {name: (got.folder / name).read_bytes() for name in FILES} == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]
    assert not (got.folder / ".cache").exists()
    hub.fetched.clear()
    assert not get(hub, tmp_path).fetched
    assert hub.fetched == []
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    loaded = load_dataset("tiny")
    assert [question.id for question in loaded.questions] == ["q1"]
    assert loaded.licence == "CC BY 4.0"


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_content_than_its_commit_says_is_thrown_away(hub, tmp_path, name):
    hub.served[name] = CONTENT[name].replace(b"1", b"2")
    with pytest.raises(BenchError, match=rf"{name} came with another content"):
        get(hub, tmp_path)
    assert not (tmp_path / "tiny").exists()
    hub.served = dict(CONTENT)
    assert get(hub, tmp_path).fetched


def test_a_known_hash_outweighs_what_the_hub_says(hub, tmp_path):
    pinned = replace(TINY, sha256={"corpus.jsonl": "0" * 64})
    with pytest.raises(BenchError, match=r"corpus\.jsonl came with another content"):
        get(hub, tmp_path, pinned)


def test_a_set_of_other_counts_than_published_is_refused(hub, tmp_path):
    with pytest.raises(BenchError, match=r"wanted 2 documents and 1 judged.*found 1 and 1"):
        get(hub, tmp_path, replace(TINY, documents=2))
    assert not (tmp_path / "tiny").exists()


def test_a_file_that_the_commit_lacks_is_named(hub, tmp_path):
    del hub.listed["qrels/test.tsv"]
    with pytest.raises(BenchError, match=r"wanted qrels/test\.tsv, found no such file"):
        get(hub, tmp_path)


def test_a_set_that_was_changed_here_is_told(hub, tmp_path):
    corpus = get(hub, tmp_path).folder / "corpus.jsonl"
    corpus.write_bytes(corpus.read_bytes() + b"\n")
    with pytest.raises(BenchError, match=r"corpus\.jsonl is not what was fetched"):
        get(hub, tmp_path)


def test_a_set_put_here_by_hand_is_held_to_its_counts(hub, tmp_path):
    for name, content in CONTENT.items():
        (tmp_path / "tiny" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tiny" / name).write_bytes(content)
    assert not get(hub, tmp_path).fetched
    with pytest.raises(BenchError, match="found 1 and 1"):
        get(hub, tmp_path, replace(TINY, questions=300))
    assert hub.fetched == []


def test_without_a_hub_one_line_says_what_to_put_where(hub, tmp_path):
    hub.shutdown()
    hub.server_close()
    with pytest.raises(BenchError) as caught:
        get(hub, tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("cannot fetch mteb/tiny @ 0123456789")
    assert message.endswith(
        f"run `rag bench get tiny --to DIR`, then copy DIR/tiny to {tmp_path / 'tiny'}"
    )


def test_a_repository_that_is_gone_is_one_line(hub, tmp_path):
    with pytest.raises(BenchError, match="cannot fetch mteb/gone @ 0123456789"):
        get(hub, tmp_path, replace(TINY, repository="mteb/gone"))


def test_the_command_lists_what_there_is_and_refuses_the_rest(tmp_path):
    (tmp_path / "nfcorpus").mkdir()
    result = run_bench("get", "--to", tmp_path)
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == list(PUBLIC_SETS)
    assert [row[0] for row in rows if "here" in row] == ["nfcorpus"]
    refused = run_bench("get", "nfcorpsu", "--to", tmp_path)
    assert refused.exit_code == 8
    assert refused.stderr.startswith("error: no public set 'nfcorpsu'; there are arguana")


def test_every_public_set_is_pinned_by_a_commit():
    for wanted in PUBLIC_SETS.values():
        assert len(wanted.revision) == 40
        assert set(wanted.sha256) <= set(FILES)
        assert {len(sha256) for sha256 in wanted.sha256.values()} <= {64}
