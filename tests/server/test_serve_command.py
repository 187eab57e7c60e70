"""`rag serve` and `rag keys` as a person runs them: what they print, where they stop and how."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from rag.cli.root import cli
from rag.errors import SettingsError
from rag.server.listening import address_of, listen
from tests.answering.openai_server import Reply, serving
from tests.indexing import Project

REPOSITORY = Path(__file__).resolve().parents[2]
SECONDS = 60


@contextmanager
def served(project: Project, *options: str, **environment: str) -> Iterator["Server"]:
    """A server in a process of its own."""
    command = [sys.executable, "-m", "tests.server.serving_process", str(project.folder)]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", *options],
        cwd=REPOSITORY,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


class Server:
    """A process that serves."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        self.said = process.stdout.readline()
        found = re.match(r"rag is at (http://127\.0\.0\.1:\d+) ", self.said)
        assert found is not None, self.said + (process.communicate()[1] if not self.said else "")
        self.url = found[1]

    def stop(self, by: signal.Signals) -> tuple[int, str]:
        """Send a signal; return the exit status and what stderr had."""
        self.process.send_signal(by)
        _, errors = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, errors


def test_a_server_says_where_it_is_answers_and_stops_when_told(project: Project) -> None:
    with served(project) as server:
        found = httpx.post(f"{server.url}/api/search", json={"query": "pump"}, timeout=SECONDS)
        assert found.json()["passages"][0]["source"] == "docs/pump.md"
        status, errors = server.stop(signal.SIGTERM)
    assert status in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in errors.splitlines()]
    (request,) = [line for line in lines if line["event"] == "request"]
    assert (request["route"], request["status"], request["caller"]) == ("/api/search", 200, "local")
    assert request["id"] == found.headers["X-Request-Id"]


def test_an_answer_on_its_way_is_finished_before_the_server_stops(project: Project) -> None:
    pieces = ["The pump "] + ["really "] * 20 + ["weighs 12 kg [1]."]
    body = {"question": "How much does the pump weigh?", "stream": True}
    with serving(Reply(pieces, pause=0.1)) as chat:
        chosen = {"RAG_CHAT__BASE_URL": chat.url, "RAG_CHAT__MODEL": "m"}
        with (
            served(project, **chosen) as server,
            httpx.stream("POST", f"{server.url}/api/ask", json=body, timeout=SECONDS) as response,
        ):
            lines = response.iter_lines()
            assert any(line == "event: text_chunk" for line in lines)
            server.process.send_signal(signal.SIGTERM)
            assert "event: answer_finished" in list(lines)
            server.process.communicate(timeout=SECONDS)


def test_an_answer_without_end_does_not_keep_the_server_for_ever(project: Project) -> None:
    body = {"question": "How much does the pump weigh?", "stream": True}
    with serving(Reply(["really "] * 100_000, pause=0.05)) as chat:
        chosen = {"RAG_CHAT__BASE_URL": chat.url, "RAG_CHAT__MODEL": "m"}
        with (
            served(project, **chosen) as server,
            httpx.stream("POST", f"{server.url}/api/ask", json=body, timeout=SECONDS) as response,
        ):
            assert any(line == "event: text_chunk" for line in response.iter_lines())
            # Its output is read, so that it never waits for us.
            reader = threading.Thread(target=lambda: list_quietly(response))
            reader.start()
            server.stop(signal.SIGTERM)
            reader.join(SECONDS)


def list_quietly(response: httpx.Response) -> None:
    """Read until the server closes, however it does."""
    try:
        for _ in response.iter_raw():
            pass
    except (httpx.HTTPError, httpx.StreamError):
        pass  # cut off, as it should be


def test_ctrl_c_stops_the_server(project: Project) -> None:
    with served(project) as server:
        status, errors = server.stop(signal.SIGINT)
    assert status in (0, 130)
    assert "Traceback" not in errors


@contextmanager
def taken() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        yield other.getsockname()[1]


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with taken() as port:
        result = subprocess.run(
            [sys.executable, "-m", "rag.cli", "serve", "--port", str(port)],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"error: cannot listen at 127.0.0.1:{port}: address already in use")
    assert "server.port" in line


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--index", str(folder / ".rag"), *arguments])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "docs.example"])
def test_other_machines_are_not_served_without_a_key(tmp_path: Path, host: str) -> None:
    result = run(tmp_path, "serve", "--host", host, "--port", "0")
    (line,) = result.stderr.splitlines()
    assert "rag keys create" in line
    assert result.exit_code == 2


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(SettingsError, match=r"cannot listen at 192\.0\.2\.1:0: "):
        listen("192.0.2.1", 0)
    with pytest.raises(SettingsError, match="cannot listen at no such name:0: "):
        listen("no such name", 0)


def test_a_name_of_two_addresses_is_listened_at_by_one_port() -> None:
    opened = listen("localhost", 0)
    try:
        ports = {one.getsockname()[1] for one in opened}
        assert len(ports) == 1
        assert address_of(opened[0]) == f"http://127.0.0.1:{ports.pop()}"
        with pytest.raises(SettingsError, match="in use"):
            listen("127.0.0.1", opened[0].getsockname()[1])
    finally:
        for one in opened:
            one.close()


def test_an_address_of_ipv6_stands_in_brackets() -> None:
    try:
        (opened,) = listen("::1", 0)
    except SettingsError:
        pytest.skip("this machine has no IPv6")
    with closing(opened):
        assert re.fullmatch(r"http://\[::1\]:\d+", address_of(opened))


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    secret = run(tmp_path, "keys", "create", "读者").stdout.strip()
    assert re.fullmatch(r"rag-[\w-]{43}", secret)
    run(tmp_path, "keys", "create", "writer", "--write", "--collection", "default")
    shown = run(tmp_path, "keys", "list")
    assert [line.split("\t")[:3] for line in shown.stdout.splitlines()] == [
        ["读者", "read", "all"],
        ["writer", "write", "default"],
    ]
    listed = json.loads(run(tmp_path, "keys", "list", "--json").stdout)["keys"]
    assert [row["can_write"] for row in listed] == [False, True]
    assert secret not in shown.stdout + json.dumps(listed)
    assert "sha256" not in json.dumps(listed)

    assert run(tmp_path, "keys", "revoke", "读者").exit_code == 0
    assert "读者" not in run(tmp_path, "keys", "list").stdout
    assert (tmp_path / ".rag-keys.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("keys", "create", "a b"), "cannot name a key"),
        (("keys", "create", "a", "--collection", "nothing"), "no collection 'nothing'"),
        (("keys", "revoke", "a"), "no key is called a"),
    ],
)
def test_a_mistake_with_keys_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    result = run(tmp_path, *arguments)
    (line,) = result.stderr.splitlines()
    assert says in line
    assert result.exit_code == 2
