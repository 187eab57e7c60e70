import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk

from tests.answering.fakes import ScriptedChatModel
from tests.browser.visiting import PUMP, app_with_chat, ask, opened, visiting
from tests.indexing import Project
from tests.server.calling import make_app, make_key
from tests.server.running import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser


LOSE = """() => {
    const half = 'event: text_chunk\\ndata: {"text": "Half of"}\\n\\n';
    let sent = false;
    window.fetch = async () => new Response(new ReadableStream({
        pull(stream) {
            if (sent) return stream.error(new TypeError("network error"));
            sent = true;
            stream.enqueue(new TextEncoder().encode(half));
        },
    }));
}"""
GO_ON = threading.Event()


class HaltingChatModel(ScriptedChatModel):
    """Stops in the middle of its answer until it may go on."""

    def _stream(
        self, messages: list[BaseMessage], *args: Any, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        for number, chunk in enumerate(super()._stream(messages, *args, **kwargs)):
            if number == 2:
                GO_ON.wait(20)
            yield chunk


def test_a_server_that_is_gone_is_said_and_can_be_tried_again(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        page.route("**/api/ask", lambda route: route.abort("connectionrefused"))
        ask(page, PUMP)
        alert = page.locator(".turn [role=alert]")
        assert "cannot be reached" in alert.inner_text()
        page.unroute("**/api/ask")
        alert.get_by_role("button", name="Try again").click()
        page.locator(".turn .sources").wait_for()
        assert page.locator(".turn").count() == 1


def test_a_page_opened_while_the_server_is_away_recovers(
    browser: "Browser", project: Project
) -> None:
    with running(make_app(project)) as address, opened(browser, address) as page:
        page.route("**/api/collections", lambda route: route.abort("connectionrefused"))
        page.reload()
        page.locator("#transcript [role=alert]").wait_for()
        page.unroute("**/api/collections")
        page.get_by_role("button", name="Try again").click()
        page.locator(".welcome").wait_for()


def test_a_key_is_asked_for_and_kept_for_this_tab_only(
    browser: "Browser", project: Project
) -> None:
    key = make_key(project, "writer", write=True)["Authorization"].removeprefix("Bearer ")
    with running(make_app(project)) as address, opened(browser, address) as page:
        dialog = page.get_by_role("dialog")
        dialog.wait_for()
        assert page.locator("#dialog-input").get_attribute("type") == "password"
        page.locator("#dialog-input").fill("rag-wrong")
        page.keyboard.press("Enter")
        page.locator("#dialog-text", has_text="not valid").wait_for()
        page.locator("#dialog-input").fill(key)
        page.keyboard.press("Enter")
        ask(page, PUMP)
        assert "12 kg" in page.locator(".turn .prose").inner_text()
        assert key not in page.evaluate("JSON.stringify(localStorage) + document.cookie")
        page.reload()
        page.locator(".turn").wait_for()
        assert dialog.is_hidden()
        assert page.locator("#attach").is_visible()


def test_a_refused_key_can_be_left_and_asked_for_again(
    browser: "Browser", project: Project
) -> None:
    make_key(project, "reader")
    with running(make_app(project)) as address, opened(browser, address) as page:
        page.locator("#dialog-cancel").click()
        alert = page.locator("#transcript [role=alert]")
        assert "A key is needed" in alert.inner_text()
        alert.get_by_role("button").click()
        page.get_by_role("dialog").wait_for()


def test_a_chat_model_that_is_down_is_said_with_an_id(browser: "Browser", project: Project) -> None:
    chat = ScriptedChatModel(replies=[ConnectionError("http://inner.example refused")])
    with visiting(browser, app_with_chat(project, chat), locale="zh-CN") as page:
        ask(page, PUMP)
        alert = page.locator(".turn [role=alert]")
        assert "错误编号" in alert.inner_text()
        assert len(alert.locator("code").inner_text()) == 32
        assert "inner.example" not in page.content()


def test_a_question_that_is_too_long_is_refused_with_its_limit(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project, max_question_chars=20)) as page:
        ask(page, PUMP)
        alert = page.locator(".turn [role=alert]")
        assert "too large" in alert.inner_text()
        assert "at most 20" in alert.inner_text()


def test_too_many_requests_are_said(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        page.route("**/api/ask", lambda route: route.fulfill(status=429, body="{}"))
        ask(page, PUMP)
        assert "Too many requests" in page.locator(".turn [role=alert]").inner_text()


def test_an_answer_that_breaks_off_is_not_shown_as_one(
    browser: "Browser", project: Project
) -> None:
    events = 'event: text_chunk\ndata: {"text": "The pump weighs"}\n\n'
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        page.route("**/api/ask", lambda route: route.fulfill(body=events))
        ask(page, PUMP)
        assert "broke off" in page.locator(".turn [role=alert]").inner_text()
        assert "The pump weighs" in page.locator(".turn .plain").inner_text()


def test_a_connection_that_is_lost_in_the_middle_is_said(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        page.evaluate(LOSE)
        ask(page, PUMP)
        assert "broke off" in page.locator(".turn [role=alert]").inner_text()


def test_an_answer_is_shown_while_it_comes_and_can_be_stopped(
    browser: "Browser", project: Project
) -> None:
    chat = HaltingChatModel(replies=[["The **pump** [1] ", "weighs ", "12 kg [1]."]])
    GO_ON.clear()
    try:
        with visiting(browser, app_with_chat(project, chat)) as page:
            page.locator(".welcome").wait_for()
            page.locator("#question").fill(PUMP)
            page.keyboard.press("Enter")
            page.locator(".turn .prose strong", has_text="pump").wait_for()
            assert page.locator(".turn button.cite").is_disabled()
            assert page.locator(".turn .reply").get_attribute("aria-busy") is not None
            page.get_by_role("button", name="Stop").click()
            page.locator("#send").wait_for()
            assert "Stopped" in page.locator(".turn").inner_text()
            assert "12 kg" not in page.locator(".turn .plain").inner_text()
            GO_ON.set()
            page.get_by_role("button", name="Try again").click()
            page.locator(".turn .sources").wait_for()
    finally:
        GO_ON.set()
