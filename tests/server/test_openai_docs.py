"""The reference of OpenAI's API is held to the server: what it shows is there and runs."""

import re
from pathlib import Path

import pytest

from rag.server.access import ROUTES, Route
from rag.server.openai.shapes import Options
from tests.server.openai_serving import serving

DOCS = (Path(__file__).resolve().parents[2] / "docs" / "openai.md").read_text(encoding="utf-8")
OURS = [route for route in ROUTES if route.path.startswith("/v1/")]


@pytest.mark.parametrize("route", OURS, ids=lambda route: route.path)
def test_every_route_is_shown(route: Route) -> None:
    path = re.sub(r"\{\w+(:path)?\}", "{id}", route.path)
    assert f"{path}`" in DOCS


@pytest.mark.parametrize("name", Options.model_fields)
def test_every_field_of_ours_is_shown(name: str) -> None:
    assert f'"{name}"' in DOCS


def test_the_python_blocks_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```py\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    names: dict[str, object] = {}
    with serving(tmp_path) as served:
        for block in blocks:
            here = block.replace("http://127.0.0.1:8321", served.url)
            exec(compile(here, "openai.md", "exec"), names)
        names["client"].close()  # type: ignore[attr-defined]
    assert "36 months. [1]" in capsys.readouterr().out
