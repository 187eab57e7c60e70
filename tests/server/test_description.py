"""schemathesis over the OpenAPI description, with and without a key.

By hand over a server that runs, with as many examples as there is time for:

    schemathesis run http://127.0.0.1:8321/openapi.json -H "Authorization: Bearer $KEY" \\
        --checks not_a_server_error,ignored_auth,status_code_conformance
"""

import logging
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from rag.server.access import ROUTES, Level
from tests.indexing import Project
from tests.server.calling import make_app, make_key
from tests.server.running import running

pytest.importorskip("schemathesis", reason="schemathesis is not installed")

# What a description cannot say (a question of blanks, a filter's operators) may be refused.
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
SECONDS = 240


def run_schemathesis(
    description: str, folder: Path, *options: str
) -> "subprocess.CompletedProcess[str]":
    """Try every operation of a description; the seed makes a failure come again."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", description]
    bounds = ["--max-examples", "5", "--seed", "1", "--no-shrink", "--max-time", "20"]
    phases = ["--phases", "examples,coverage,fuzzing", "--generation-database", "none"]
    return subprocess.run(
        [*command, *bounds, *phases, "--no-color", "--warnings", "off", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def test_no_request_makes_the_server_fail_or_say_what_is_not_described(
    project: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = make_key(project, "writer", write=True)["Authorization"]
    with (
        caplog.at_level(logging.ERROR, "rag.server"),
        running(make_app(project, requests_per_minute=1_000_000)) as url,
    ):
        checks = ",".join((*CHECKS, "ignored_auth"))
        header = ("-H", f"Authorization: {key}")
        done = run_schemathesis(f"{url}/openapi.json", tmp_path, *header, "--checks", checks)
    assert done.returncode == 0, done.stdout[-6000:]
    assert int(re.findall(r"Tested: (\d+)", done.stdout)[0]) >= 10
    assert [record for record in caplog.records if record.name == "rag.server"] == []


def test_without_a_key_nothing_but_what_is_open_is_answered(
    project: Project, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = make_key(project, "writer", write=True)
    app = make_app(project, requests_per_minute=1_000_000)
    with caplog.at_level(logging.INFO, "rag.server"), running(app) as url:
        assert httpx.get(f"{url}/openapi.json").status_code == 401
        described = tmp_path / "openapi.json"
        described.write_bytes(httpx.get(f"{url}/openapi.json", headers=key).content)
        checks = ("--url", url, "--checks", "not_a_server_error")
        done = run_schemathesis(str(described), tmp_path, *checks)
    assert done.returncode == 0, done.stdout[-6000:]
    asked = [vars(one) for one in caplog.records if one.getMessage() == "request"]
    nobodys = [one for one in asked if one["caller"] == "nobody"]
    open_to_all = {route.path for route in ROUTES if route.level is Level.OPEN}
    assert {one["route"] for one in nobodys if one["status"] < 400} <= open_to_all
    assert {one["status"] for one in nobodys if one["route"] == "refused"} <= {401, 404, 405}
    assert sum(one["status"] == 401 for one in nobodys) > 100
    assert project.sources() == ["docs/hub.md", "docs/pump.md", "docs/zh/泵.md"]
