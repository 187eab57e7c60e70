import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.answering.fakes import ScriptedChatModel
from tests.browser.visiting import PUMP, WARRANTY, app_with_chat, opened
from tests.indexing import Project
from tests.server.calling import make_app, make_key
from tests.server.running import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SITE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Intranet</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; script-src {server}; connect-src {server}"></head>
<body><h1>Intranet</h1><script src="{server}/widget.js" {data}></script></body></html>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Keep quiet."""


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """Another origin on the loopback, which serves a folder."""
    folder.mkdir()
    (folder / "favicon.ico").touch()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(page: "Page", question: str) -> None:
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    page.locator(".reply:not([aria-busy])").last.wait_for()


@contextmanager
def widget(
    browser: "Browser", project: Project, folder: Path, data: str = "", **options: Any
) -> Iterator["Page"]:
    """A page of another site with the widget opened; that site allows no styles."""
    with site(folder) as other, running(make_app(project, cors_origins=[other])) as server:
        (folder / "index.html").write_text(SITE.format(server=server, data=data), "utf-8")
        with opened(browser, other, also=server, **options) as page:
            yield page


def test_a_visitor_of_another_site_asks_and_follows_a_citation(
    browser: "Browser", project: Project, tmp_path: Path
) -> None:
    data = 'data-collection="default"'
    with widget(browser, project, tmp_path / "site", data) as page:
        page.get_by_role("button", name="Ask the documents").click()
        ask(page, PUMP)
        assert "12 kg" in page.locator(".reply").inner_text()
        assert "The pump of the R4 weighs 12 kg." in page.locator("q").first.inner_text()
        with page.expect_popup() as popup:
            page.locator(".sources a").first.click()
        popup.value.locator("#panel mark").first.wait_for()
        page.keyboard.press("Escape")
        assert page.get_by_role("dialog").count() == 0


def test_the_widget_speaks_chinese(browser: "Browser", project: Project, tmp_path: Path) -> None:
    with widget(browser, project, tmp_path / "site", locale="zh-CN") as page:
        page.get_by_role("button", name="向文档提问").click()
        ask(page, WARRANTY)
        assert "36 个月" in page.locator(".reply").inner_text()


def test_the_widget_sends_its_key_and_says_when_it_is_refused(
    browser: "Browser", project: Project, tmp_path: Path
) -> None:
    key = make_key(project, "site", collections=["default"])["Authorization"].split()[1]
    with widget(browser, project, tmp_path / "with", f'data-key="{key}"') as page:
        page.get_by_role("button", name="Ask the documents").click()
        ask(page, PUMP)
        assert "12 kg" in page.locator(".reply").inner_text()
    with widget(browser, project, tmp_path / "without") as page:
        page.get_by_role("button", name="Ask the documents").click()
        page.get_by_role("textbox").fill(PUMP)
        page.keyboard.press("Enter")
        page.locator(".reply .bad").wait_for()
        assert "key is needed" in page.locator(".reply").inner_text()


def test_a_site_that_is_not_named_gets_no_answer(
    browser: "Browser", project: Project, tmp_path: Path
) -> None:
    folder = tmp_path / "stranger"
    with site(folder) as other, running(make_app(project)) as server:
        (folder / "index.html").write_text(SITE.format(server=server, data=""), "utf-8")
        context = browser.new_context()
        page = context.new_page()
        page.goto(other)
        page.get_by_role("button", name="Ask the documents").click()
        page.get_by_role("textbox").fill(PUMP)
        page.keyboard.press("Enter")
        page.locator(".reply .bad").wait_for()
        assert "12 kg" not in page.locator(".reply").inner_text()
        context.close()


def test_the_widget_shows_an_answer_that_is_safe(
    browser: "Browser", project: Project, tmp_path: Path
) -> None:
    chat = ScriptedChatModel(replies=["<img src=x onerror=alert(1)> **99 kg** [1]."])
    folder = tmp_path / "site"
    with (
        site(folder) as other,
        running(app_with_chat(project, chat, cors_origins=[other])) as server,
    ):
        (folder / "index.html").write_text(SITE.format(server=server, data=""), "utf-8")
        with opened(browser, other, also=server) as page:
            page.get_by_role("button", name="Ask the documents").click()
            ask(page, PUMP)
            assert page.locator(".reply img").count() == 0
            assert page.locator(".reply strong").inner_text() == "99 kg"
            assert "not confirmed" in page.locator(".sources").inner_text()
