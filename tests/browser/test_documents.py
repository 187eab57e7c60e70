from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.visiting import ask, opened, visiting
from tests.indexing import Project
from tests.server.calling import make_app, make_key
from tests.server.running import running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    for (const kind of ["dragenter", "dragover", "drop"]) {
        document.body.dispatchEvent(
            new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
        if (kind === "dragenter") window.coverWasShown = !document.getElementById("drop").hidden;
    }
}"""


def upload(page: "Page", *names: tuple[str, bytes]) -> None:
    files = [{"name": name, "mimeType": "", "buffer": content} for name, content in names]
    page.locator("#files").set_input_files(files)  # type: ignore[arg-type]
    page.locator(f".uploads li:nth-child({len(names)}):is(.done, .failed)").wait_for()


def test_files_chosen_by_button_can_be_asked_at_once(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Add documents").first.click()
        assert chooser.value.is_multiple()
        upload(page, ("crane.md", b"# Cranes\n\nThe crane lifts 80 tonnes.\n"))
        assert "Added" in page.locator(".uploads").inner_text()
        page.locator(".documents", has_text="Cranes").wait_for()
        assert page.locator("#count").inner_text() == "4"
        page.locator("#close-panel").click()
        ask(page, "How much does the crane lift?")
        assert "80 tonnes" in page.locator(".turn .prose").inner_text()


def test_a_file_can_be_dropped_anywhere(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        page.evaluate(DROP, ["说明 书.txt", "起重机能吊起八十吨。"])
        page.locator(".uploads .done").wait_for()
        assert page.evaluate("window.coverWasShown")
        assert page.locator("#drop").is_hidden()
        page.locator(".documents", has_text="说明 书.txt").wait_for()


def test_each_file_has_its_own_error(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project, max_upload_bytes=2000)) as page:
        page.locator(".welcome").wait_for()
        upload(
            page, ("movie.mp4", b"\x00\x01"), ("good.txt", b"Good words."), ("big.txt", b"x" * 3000)
        )
        rows = page.locator(".uploads li").all()
        assert "failed" in (rows[0].get_attribute("class") or "")
        assert "cannot be read. movie.mp4: no loader" in rows[0].inner_text()
        assert "Added" in rows[1].inner_text()
        assert "too large" in rows[2].inner_text()
        assert any(source.endswith("good.txt") for source in project.sources())


def test_a_server_that_takes_less_than_it_says_is_believed(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        body = '{"detail": "the body is larger than 10 bytes; send less", "error": {"id": "a1"}}'
        page.route("**/api/documents", lambda route: route.fulfill(status=413, body=body))
        upload(page, ("big.txt", b"x" * 3000))
        assert "too large" in page.locator(".uploads li").inner_text()


def test_a_document_can_be_looked_at_and_removed(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator("#open-documents").click()
        row = page.locator(".documents li", has_text="notes.txt")
        row.locator(".opener").click()
        page.locator("#panel .document", has_text="nine years").wait_for()
        assert page.locator("#panel mark").count() == 0
        page.go_back()
        row.get_by_role("button", name="Remove notes.txt").click()
        page.locator("#dialog-cancel").click()
        assert row.count() == 1
        row.get_by_role("button", name="Remove notes.txt").click()
        page.locator("#dialog-ok").click()
        row.wait_for(state="detached")
        assert page.locator("#count").inner_text() == "2"
    assert "docs/notes.txt" not in project.sources()
    assert (project.folder / "docs/notes.txt").is_file()


def test_many_documents_can_be_filtered(browser: "Browser", project: Project) -> None:
    for number in range(8):
        project.write(f"more/file{number}.txt", f"Words of {number}.")
    project.add("more")
    with visiting(browser, make_app(project), "#/documents") as page:
        page.locator(".documents li").nth(9).wait_for()
        page.get_by_label("Filter by name").fill("FILE3")
        assert page.locator(".documents li").count() == 1


def test_an_empty_collection_invites_to_add_documents(browser: "Browser", tmp_path: Path) -> None:
    with Project(tmp_path / "empty") as project, visiting(browser, make_app(project)) as page:
        assert "No documents yet" in page.locator(".welcome").inner_text()
        upload(page, ("first.txt", "第一份文档。".encode()))
        page.locator(".welcome", has_text="1 document ·").wait_for()


def test_who_may_only_read_is_offered_nothing_else(browser: "Browser", project: Project) -> None:
    key = make_key(project, "reader")["Authorization"].removeprefix("Bearer ")
    with running(make_app(project)) as address, opened(browser, address) as page:
        page.locator("#dialog-input").fill(key)
        page.keyboard.press("Enter")
        page.locator("#open-documents").click()
        page.locator(".documents li").first.wait_for()
        assert "read only" in page.locator("#panel-body").inner_text()
        assert page.locator("#attach").is_hidden()
        assert page.get_by_role("button", name="Remove").count() == 0
        page.evaluate(DROP, ["a.txt", "words"])
        assert page.locator(".uploads li").count() == 0
