import json
from typing import TYPE_CHECKING

import pytest

from tests.answering.fakes import ScriptedChatModel
from tests.browser.probes import FAINT, NAMELESS, WIDE
from tests.browser.visiting import PUMP, WARRANTY, app_with_chat, ask, visiting
from tests.indexing import Project
from tests.server.calling import make_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def focused(page: "Page") -> str:
    return str(
        page.evaluate(
            "() => { const one = document.activeElement;"
            " return one.id || one.getAttribute('aria-label') || one.className; }"
        )
    )


def everything(page: "Page") -> None:
    """Bring a page to where much of it can be seen."""
    ask(page, PUMP)
    page.locator(".found summary").click()
    ask(page, "Who painted the Mona Lisa?")
    page.locator("#options summary").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_can_be_read_in_light_and_dark(
    browser: "Browser", project: Project, scheme: str
) -> None:
    chat = ScriptedChatModel(
        replies=["It weighs 99 kg [1] and `b` [x](https://a.example).", RuntimeError("no")]
    )
    with visiting(browser, app_with_chat(project, chat), color_scheme=scheme) as page:
        assert page.evaluate(FAINT) == []
        ask(page, PUMP)
        page.locator(".found summary").click()
        page.locator(".prose button.cite").click()
        page.locator("#panel mark").first.wait_for()
        assert page.locator("#panel .warning").count() == 1
        assert page.evaluate(FAINT) == []
        page.locator("#open-documents").click()
        page.locator(".documents li").first.wait_for()
        page.locator("#options summary").click()
        assert page.evaluate(FAINT) == []
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_of_a_dialog_can_be_read(
    browser: "Browser", project: Project, scheme: str
) -> None:
    with visiting(browser, make_app(project), color_scheme=scheme) as page:
        ask(page, PUMP)
        for button in ("Rename", "Delete"):
            page.get_by_role("button", name=f"{button}: {PUMP}").click()
            assert page.evaluate(FAINT) == []
            page.locator("#dialog-cancel").click()


def test_the_colours_can_be_chosen_and_stay_chosen(browser: "Browser", project: Project) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with visiting(browser, make_app(project), color_scheme="light") as page:
        page.locator("#theme").click()
        page.locator("#theme").click()
        dark = page.evaluate(ground)
        assert dark != "rgb(255, 255, 255)"
        page.reload()
        page.locator(".welcome").wait_for()
        assert page.evaluate(ground) == dark


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN", "fr-FR"])
def test_everything_that_can_be_used_has_a_name(
    browser: "Browser", project: Project, locale: str
) -> None:
    with visiting(browser, make_app(project), locale=locale) as page:
        everything(page)
        assert page.evaluate(NAMELESS) == []
        page.locator(".prose button.cite").first.click()
        page.locator("#panel mark").first.wait_for()
        assert page.evaluate(NAMELESS) == []
        chinese = locale == "zh-CN"
        assert ("来源" in page.locator(".sources").first.get_attribute("aria-label")) == chinese


def test_the_page_has_landmarks_headings_and_a_live_region(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        ask(page, PUMP)
        page.locator(".sources button").first.click()
        page.locator("#panel mark").first.wait_for()
        for role, name in (
            ("navigation", "Conversations"),
            ("main", None),
            ("complementary", "Guide to the R4"),
            ("region", "Conversation"),
            ("heading", PUMP),
            ("textbox", "Question"),
            ("group", "What to give"),
        ):
            assert page.get_by_role(role, name=name).first.is_visible(), role  # type: ignore[arg-type]
        assert "12 kg" in page.get_by_role("status").inner_text()
        assert 'button "Source 1: Guide to the R4"' in page.locator("main").aria_snapshot()


def test_everything_can_be_done_with_the_keyboard(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        assert focused(page) == "question"
        page.keyboard.type("two")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("lines")
        assert page.locator("#question").input_value() == "two\nlines"
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(PUMP)
        page.keyboard.press("Enter")
        page.locator(".turn .sources").wait_for()
        for _ in range(12):
            page.keyboard.press("Shift+Tab")
            if page.evaluate("document.activeElement.matches('.prose button.cite')"):
                break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        page.locator("#panel mark").first.wait_for()
        assert focused(page) == "panel-title"
        page.keyboard.press("Tab")
        assert focused(page) == "copy-link"
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.matches('.prose button.cite')")


def test_the_first_stop_skips_to_the_question(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        first = page.evaluate("document.querySelector('a[href], button, textarea').id")
        assert first == "skip"
        page.locator("#skip").focus()
        assert page.locator("#skip").bounding_box()["y"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        assert focused(page) == "question"
        assert page.evaluate("location.hash") == ""


def test_enter_that_ends_a_chinese_word_does_not_send(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator("#question").fill("保修")
        page.locator("#question").evaluate(
            """node => node.dispatchEvent(new KeyboardEvent(
                "keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))"""
        )
        assert page.locator(".turn").count() == 0
        assert page.locator("#question").input_value() == "保修"


def test_the_page_fits_a_phone(browser: "Browser", project: Project) -> None:
    phone = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "locale": "zh-CN"}
    with visiting(browser, make_app(project), **phone) as page:
        assert page.evaluate(WIDE) == []
        ask(page, WARRANTY)
        assert page.evaluate(WIDE) == []
        page.locator("#options summary").click()
        assert page.evaluate(WIDE) == []
        page.keyboard.press("Escape")
        page.locator(".sources button").first.click()
        page.locator("#panel mark").first.wait_for()
        assert page.evaluate(WIDE) == []
        assert page.locator("#panel").bounding_box()["width"] == 360  # type: ignore[index]
        assert page.evaluate("document.getElementById('main').inert")
        page.go_back()
        page.locator("#panel").wait_for(state="hidden")
        assert not page.evaluate("document.getElementById('main').inert")
        page.locator("#open-sidebar").click()
        assert focused(page) == "new-conversation"
        assert page.evaluate("document.getElementById('main').inert")
        page.mouse.click(350, 300)
        page.locator("#sidebar").wait_for(state="hidden")
        page.locator("#open-sidebar").click()
        page.locator("#new-conversation").click()
        page.locator(".welcome").wait_for()


def test_a_broad_screen_has_room_for_everything(browser: "Browser", project: Project) -> None:
    for width in (700, 1000, 1280, 1920):
        with visiting(browser, make_app(project), viewport={"width": width, "height": 800}) as page:
            ask(page, PUMP)
            page.locator(".sources button").first.click()
            page.locator("#panel mark").first.wait_for()
            assert page.evaluate(WIDE) == [], width


def test_the_words_kept_for_a_screen_reader_are_those_on_the_screen(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        ask(page, PUMP)
        stored = json.loads(page.evaluate("localStorage.getItem('rag.conversations')"))
        assert page.get_by_role("status").inner_text() == stored[0]["turns"][0]["text"]
