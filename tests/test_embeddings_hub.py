import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlparse

import pytest

from tests.embedding.tiny_model import build_tiny_model

COMMIT = "0123456789abcdef0123456789abcdef01234567"
PROMPTS = {"query": "query: "}

SCRIPT = """
import sys
from rag.embeddings import SentenceTransformerEmbeddings
if sys.argv[2] == "after-a-local-model":
    SentenceTransformerEmbeddings(sys.argv[3], device="cpu").embed_query("a cat")
model = SentenceTransformerEmbeddings(sys.argv[1], device="cpu")
print(model.fingerprint.revision, model.fingerprint.query_prompt, len(model.embed_query("a cat")))
"""


class Hub(ThreadingHTTPServer):
    """A model hub on loopback with one model, counting what it is asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self.files["onnx/model.onnx"] = b"several times the size"
        self.files["pytorch_model.bin"] = b"the same weights once more"
        self.fetched: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlparse(self.path).path
        if not path.removeprefix("/api/models").startswith("/some/model"):
            self.send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif path.startswith("/api/models/some/model/tree/"):
            self.send(200, json.dumps([self.entry(name) for name in self.server.files]).encode())
        elif path.startswith("/api/"):
            siblings = [{"rfilename": name} for name in self.server.files]
            content = {"id": "some/model", "sha": COMMIT, "siblings": siblings}
            self.send(200, json.dumps(content).encode())
        else:
            name = path.partition(f"/resolve/{COMMIT}/")[2]
            self.server.fetched.append(name)
            tag = f'"{self.entry(name)["oid"]}"'
            self.send(200, self.server.files[name], {"ETag": tag, "X-Repo-Commit": COMMIT})

    def entry(self, name: str) -> dict[str, object]:
        content = self.server.files[name]
        oid = hashlib.sha1(content).hexdigest()
        return {"type": "file", "path": name, "size": len(content), "oid": oid}

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": str(len(body))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("tiny"), prompts=PROMPTS)


@pytest.fixture
def hub(model_folder) -> Iterator[Hub]:
    with Hub(model_folder) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def ask(tmp_path, model_folder, hub):
    """Run the script in a process of its own: the client reads its settings when imported."""

    def run(model: str, when: str = "alone", **extra: str) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.endswith(("_OFFLINE", "_proxy"))}
        environment = {
            **clean, "HF_HOME": str(tmp_path), "HF_ENDPOINT": hub.url, "OMP_NUM_THREADS": "1",
            "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_XET": "1",
            "PYTHONPATH": str(Path(__file__).parents[1]), **extra,
        }  # fmt: skip
        command = [sys.executable, "-c", SCRIPT, model, when, str(model_folder)]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)

    return run


def test_a_hub_model_is_fetched_once_and_then_needs_no_hub(hub, ask):
    expected = f"{COMMIT} query:  16"
    first = ask("some/model", "after-a-local-model")
    assert first.stdout.strip() == expected, first.stderr
    assert "model.safetensors" in hub.fetched
    assert not {"onnx/model.onnx", "pytorch_model.bin"} & set(hub.fetched)
    hub.fetched.clear()
    nowhere = ask("some/model", HF_ENDPOINT="http://127.0.0.1:9")
    assert nowhere.stdout.strip() == expected, nowhere.stderr
    assert hub.fetched == []


def test_a_model_the_hub_does_not_have_is_one_clear_error(ask):
    done = ask("some-other/model")
    assert "ModelNotFoundError: No embedding model some-other/model here" in done.stderr
