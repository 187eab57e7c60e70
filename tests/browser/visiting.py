"""Opens the page of a running server and keeps everything the browser complains about."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel
from starlette.types import ASGIApp

from rag import Rag
from rag.server.app import create_app
from tests.indexing import Project
from tests.server.calling import server_settings
from tests.server.running import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

_MILLISECONDS = 10_000
PUMP = "What does the pump of the R4 weigh?"
WARRANTY = "水泵的保修期是多久？"


class Watch:
    """What went wrong in a page: errors, violations of its policy, requests to elsewhere."""

    def __init__(self, page: "Page", *allowed: str) -> None:
        self.problems: list[str] = []
        self.allowed = (*allowed, "data:")
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("request", lambda request: self._on_request(request.url))

    def _on_console(self, message: "ConsoleMessage") -> None:
        # A refused request is shown on the page; the browser's own line about it says no more.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _on_request(self, url: str) -> None:
        if not url.startswith(self.allowed):
            self.problems.append(f"request: {url}")


@contextmanager
def opened(
    browser: "Browser", address: str, path: str = "", *, also: str | None = None, **options: Any
) -> Iterator["Page"]:
    """A page of its own profile; at the end nothing may have gone wrong in it.

    It may ask nothing of other origins than its own and `also`.
    """
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        page.set_default_timeout(_MILLISECONDS)
        watch = Watch(page, address, also or address)
        page.goto(f"{address}/{path}")
        yield page
        assert not watch.problems, watch.problems
    finally:
        context.close()


@contextmanager
def visiting(browser: "Browser", app: ASGIApp, path: str = "", **options: Any) -> Iterator["Page"]:
    """A page of a server that runs as long as the visit; `options` are those of a context."""
    with running(app) as address, opened(browser, address, path, **options) as page:
        yield page


def app_with_chat(project: Project, chat: BaseChatModel, **server: object) -> ASGIApp:
    """The server of a project whose answers a given chat model writes."""
    settings = server_settings(project, **server)
    rag = Rag(settings=settings, embeddings=project.embeddings, chat_model=chat)
    project._opened.append(rag)
    return create_app(settings, rag=rag)


def ask(page: "Page", question: str) -> None:
    """Ask as a person does and wait until the answer is whole."""
    page.get_by_label("Question").or_(page.get_by_label("问题")).fill(question)
    page.keyboard.press("Enter")
    page.locator(".turn", has_text=question).last.wait_for()
    page.locator("#send").wait_for()
