import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from rag import Rag
from rag.server.app import create_app
from tests.answering.fakes import ScriptedChatModel
from tests.indexing import Project
from tests.server.calling import calling, make_app, make_key, server_settings

STATIC = files("rag.server.page").joinpath("static")
SCRIPTS = [file.name for file in STATIC.iterdir() if file.name.endswith(".js")]


@pytest.fixture
def document(project: Project) -> str:
    project.write(
        "docs/guide.md",
        "---\ntitle: Guide to valves\n---\n# Valves\n\nA valve lasts **9 years**.\n\n"
        "<script>alert(1)</script>\n\nAgain: a valve lasts.\n",
    )
    project.add("docs")
    return next(name for name in project.sources() if name.endswith("guide.md"))


def source(client: TestClient, reference: str, **values: object) -> Any:
    wanted = {"reference": reference, "html": "true", **values}
    response = client.get("/api/source", params=wanted)
    assert response.status_code == 200, response.text
    return response.json()


def test_the_page_is_sent_to_anyone_and_may_load_only_from_here(project: Project) -> None:
    make_key(project, "reader")
    with calling(make_app(project)) as client:
        response = client.get("/")
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_everything_that_the_page_names_is_there(project: Project) -> None:
    page = STATIC.joinpath("index.html").read_text("utf-8")
    named = set(re.findall(r"(?:src|href)=\"(page/[^\"]+)\"", page))
    named |= {
        f"page/{name}"
        for script in SCRIPTS
        for name in re.findall(r"from \"\./([^\"]+)\"", STATIC.joinpath(script).read_text("utf-8"))
    }
    assert "page/i18n.js" in named
    with calling(make_app(project)) as client:
        for name in sorted(named):
            response = client.get(f"/{name}")
            assert response.status_code == 200, name
            assert "html" not in response.headers["content-type"]


def test_the_page_holds_no_script_and_no_style_of_its_own_and_nothing_from_elsewhere() -> None:
    page = STATIC.joinpath("index.html").read_text("utf-8")
    assert re.findall(r"<script[^>]*>(.*?)</script>", page) == [""]
    assert not re.search(r"\s(?:style|on\w+)=", page)
    for file in STATIC.iterdir():
        code = re.sub(r"^ *//.*$", "", file.read_text("utf-8"), flags=re.M)
        text = code.replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(?:src|href|url|import)[=(\s]*[\"']?(?:https?:)?//", text), file.name


def test_a_file_is_sent_again_only_when_it_changed(project: Project) -> None:
    with calling(make_app(project)) as client:
        first = client.get("/page/app.js")
        again = client.get("/page/app.js", headers={"If-None-Match": first.headers["etag"]})
        other = client.get("/page/app.js", headers={"If-None-Match": '"another"'})
        head = client.head("/page/app.js")
    assert (head.status_code, head.headers["etag"]) == (200, first.headers["etag"])
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize("name", ["routes.py", "..%2froutes.py", "%2e%2e/routes.py", "", "x.js"])
def test_no_other_file_is_sent(project: Project, name: str) -> None:
    with calling(make_app(project)) as client:
        assert client.get(f"/page/{name}").status_code == 404


def test_another_site_may_load_the_widget(project: Project) -> None:
    with calling(make_app(project)) as client:
        response = client.get("/widget.js")
    assert response.status_code == 200
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


def test_the_files_are_part_of_the_package() -> None:
    package = Path(str(STATIC))
    assert package.parent.parent.name == "server"
    assert {"index.html", "app.js", "widget.js", "style.css", "icon.svg"} <= {
        file.name for file in package.iterdir()
    }


def test_an_answer_comes_as_html_too_if_asked_for(project: Project) -> None:
    with calling(make_app(project)) as client:
        asked = {"question": "What does the pump of the R4 weigh?"}
        plain = client.post("/api/ask", json=asked).json()
        rich = client.post("/api/ask", json={**asked, "html": True}).json()
    assert "html" not in plain
    assert 'data-number="1"' in rich.pop("html")
    assert rich == plain


def test_the_last_event_of_a_stream_carries_the_html(project: Project) -> None:
    with calling(make_app(project)) as client:
        asked = {"question": "水泵的保修期是多久？", "stream": True, "html": True}
        text = client.post("/api/ask", json=asked).text
    last = text.strip().rpartition("event: ")[2]
    assert last.startswith("answer_finished")
    assert 'class=\\"cite\\"' in last


def test_a_failing_stream_ends_with_status_and_id(project: Project) -> None:
    chat = ScriptedChatModel(replies=[TimeoutError("the model of https://inner.example")])
    settings = server_settings(project)
    rag = Rag(settings=settings, embeddings=project.embeddings, chat_model=chat)
    with rag, calling(create_app(settings, rag=rag)) as client:
        text = client.post("/api/ask", json={"question": "pump?", "stream": True}).text
    assert "event: failed" in text
    assert '"status": 50' in text
    assert "inner.example" not in text


def test_a_source_is_shown_as_html_with_the_quote_marked(project: Project, document: str) -> None:
    text = project.rag.document(document).page_content
    start = text.index("A valve lasts")
    with calling(make_app(project)) as client:
        found = source(client, f"{document}:{start}-{start + 13}")
    assert "<h1>Valves</h1>" in found["html"]
    assert "<p><mark>A valve lasts</mark> <strong>9 years</strong>.</p>" in found["html"]
    assert "<script" not in found["html"]
    assert (found["kind"], found["title"]) == ("markdown", "Guide to valves")


def test_front_matter_is_shown_as_it_is(project: Project, document: str) -> None:
    text = project.rag.document(document).page_content
    start = text.index("Guide to valves")
    with calling(make_app(project)) as client:
        found = source(client, f"{document}:{start}-{start + 15}")
    assert "title: <mark>Guide to valves</mark>" in found["html"]
    assert "<hr>" not in found["html"]


def test_a_document_is_shown_from_its_start_by_its_name(project: Project, document: str) -> None:
    with calling(make_app(project)) as client:
        found = source(client, document)
    assert "Valves" in found["html"]
    assert "<mark>" not in found["html"]
    assert found["text"] == ""


def test_a_chinese_text_document_is_marked(project: Project) -> None:
    project.write("docs/说明.txt", "第一行。\n保修期为 24 个月。\n第三行。")
    project.add("docs")
    name = next(name for name in project.sources() if name.endswith("说明.txt"))
    start = project.rag.document(name).page_content.index("保修期")
    with calling(make_app(project)) as client:
        found = source(client, f"{name}:{start}-{start + 10}")
    assert "第一行。\n<mark>保修期为 24 个月</mark>。\n第三行。" in found["html"]


def test_what_is_not_there_is_not_shown(project: Project) -> None:
    with calling(make_app(project)) as client:
        wanted = {"reference": "docs/none.md", "html": "true"}
        response = client.get("/api/source", params=wanted)
        beyond = client.get("/api/source", params={**wanted, "reference": "docs/pump.md:0-9999"})
    assert response.status_code == 404
    assert beyond.status_code == 404
    assert "is not inside" in beyond.json()["detail"]


def test_both_languages_have_the_same_words() -> None:
    script = STATIC.joinpath("i18n.js").read_text("utf-8")
    english, chinese = re.findall(r"^  (?:en|zh): \{\n(.*?)^  \},", script, re.M | re.S)
    keys = [
        {key for key in re.findall(r"^    \"?([\w.]+)\"?:", part, re.M) if ".one" not in key}
        for part in (english, chinese)
    ]
    assert keys[0] == keys[1]
    assert all(re.search(r"[\u4e00-\u9fff]", line) for line in chinese.strip().splitlines())


def test_every_word_that_the_page_asks_for_is_there() -> None:
    script = STATIC.joinpath("i18n.js").read_text("utf-8")
    asked = set()
    for file in STATIC.iterdir():
        text = file.read_text("utf-8")
        asked |= set(re.findall(r"\bt\(\"([\w.]+)\"", text))
        asked |= set(re.findall(r"data-i18n(?:-\w+)?=\"(\w+)\"", text))
    assert len(asked) > 60
    for key in asked:
        assert re.search(rf"^    \"?{re.escape(key)}\"?:", script, re.M), key
