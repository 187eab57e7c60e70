from typing import TYPE_CHECKING

import pytest

from tests.answering.fakes import ScriptedChatModel
from tests.browser.visiting import PUMP, app_with_chat, ask, visiting
from tests.indexing import Project
from tests.server.calling import make_app
from tests.server.running import running
from tests.server.test_rendering import ATTACKS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = (
    "<img src=x onerror=alert(1)>.txt",
    '"><script>alert(1)</script>.md',
    "\u202egpj.txt",
    "a'); alert(1);('.txt",
)

PUT_IN = """() => new Promise((resolve) => {
    document.addEventListener(
        "securitypolicyviolation", (event) => resolve(event.violatedDirective));
    const script = document.createElement("script");
    script.src = "data:text/javascript,window.ran=1";
    document.body.append(script);
})"""


def run(page: "Page") -> list[str]:
    """What a script of a stranger would have left behind: it is caught as it is called."""
    found: list[str] = page.evaluate("window.called ?? []")
    return found


def watch(page: "Page") -> None:
    page.add_init_script("window.called = []; window.alert = (one) => window.called.push(one);")
    page.reload()
    page.locator(".welcome").wait_for()


def test_an_answer_cannot_run_anything(browser: "Browser", project: Project) -> None:
    chat = ScriptedChatModel(replies=[f"{attack}\n\nIt weighs 12 kg [1]." for attack in ATTACKS])
    with visiting(browser, app_with_chat(project, chat)) as page:
        watch(page)
        for number, _ in enumerate(ATTACKS):
            ask(page, f"{PUMP} {number}")
            page.locator("#new-conversation").click()
        page.reload()
        page.locator(".conversation").first.click()
        page.locator(".turn").wait_for()
        assert run(page) == []
        assert page.locator(".prose :is(script, img, svg, iframe, style, form)").count() == 0
        schemes = page.locator(".prose a[href]").evaluate_all("all => all.map(one => one.protocol)")
        assert set(schemes) <= {"https:"}


def test_a_document_cannot_run_anything(browser: "Browser", project: Project) -> None:
    project.write("docs/evil.md", "# Evil <b>words</b>\n\n" + "\n\n".join(ATTACKS))
    project.write("docs/evil.txt", "\n".join(ATTACKS))
    project.add("docs")
    with visiting(browser, make_app(project)) as page:
        watch(page)
        for name in ("evil.md", "evil.txt"):
            page.locator("#open-documents").click()
            page.locator(".documents li", has_text=name).locator(".opener").click()
            page.locator("#panel .document").wait_for()
            assert "alert(1)" in page.locator("#panel .document").inner_text()
            assert page.locator("#panel-body :is(script, img, iframe, style, form)").count() == 0
        assert run(page) == []


def test_a_name_of_a_file_cannot_run_anything(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        watch(page)
        files = [{"name": name, "mimeType": "", "buffer": b"Some words."} for name in NAMES]
        page.locator("#files").set_input_files(files)  # type: ignore[arg-type]
        page.locator(f".uploads li:nth-child({len(NAMES)}):is(.done, .failed)").wait_for()
        page.locator(".documents li").nth(4).wait_for()
        page.locator(".documents .opener").last.click()
        page.locator("#panel .document").wait_for()
        assert run(page) == []
        assert page.locator("#panel-body :is(script, img)").count() == 0


def test_what_was_asked_cannot_run_anything(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        watch(page)
        ask(page, "<img src=x onerror=alert(1)> pump?")
        page.get_by_role("button", name="Delete: <img").click()
        page.locator("#dialog-cancel").click()
        assert run(page) == []


@pytest.mark.parametrize("reference", ["javascript:alert(1)", "<script>alert(1)</script>", "%"])
def test_a_link_to_a_source_cannot_run_anything(
    browser: "Browser", project: Project, reference: str
) -> None:
    path = f"#/source?collection=default&reference={reference}"
    with visiting(browser, make_app(project), path) as page:
        page.locator("#panel [role=alert]").wait_for()
        assert page.locator("#panel script").count() == 0


def test_a_script_put_into_the_page_is_not_run(browser: "Browser", project: Project) -> None:
    with running(make_app(project)) as address:
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        blocked = page.evaluate(PUT_IN)
        assert "script-src" in blocked
        assert page.evaluate("window.ran") is None
        context.close()
