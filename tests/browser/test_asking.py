import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.answering.fakes import ScriptedChatModel
from tests.browser.visiting import PUMP, WARRANTY, app_with_chat, ask, visiting
from tests.indexing import Project
from tests.server.calling import make_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route


def is_seen(page: "Page", selector: str) -> bool:
    """Whether an element is inside of the part of the panel that can be seen."""
    seen = page.locator(selector).first.evaluate(
        """node => {
            const own = node.getBoundingClientRect();
            const frame = document.getElementById("panel-body").getBoundingClientRect();
            return own.top >= frame.top && own.bottom <= frame.bottom;
        }"""
    )
    return bool(seen)


def kept(page: "Page") -> Any:
    return json.loads(page.evaluate("localStorage.getItem('rag.conversations')") or "[]")


def test_an_answer_shows_its_search_its_words_and_its_sources(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        ask(page, PUMP)
        turn = page.locator(".turn")
        assert "12 kg" in turn.locator(".prose").inner_text()
        assert f"Searched for: {PUMP}" in turn.inner_text()
        assert "Guide to the R4" in turn.locator(".sources").inner_text()
        assert "No chat model is configured" in turn.locator(".notice").inner_text()


def test_a_citation_opens_the_source_with_its_words_marked_and_in_sight(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        ask(page, PUMP)
        page.locator(".prose button.cite").first.click()
        page.locator("#panel mark").first.wait_for()
        assert "12 kg" in "".join(page.locator("#panel mark").all_inner_texts())
        assert is_seen(page, "#panel mark")
        assert page.locator("#panel-title").inner_text() == "Guide to the R4"
        assert "line 5" in page.locator(".source-place").inner_text()
        page.keyboard.press("Escape")
        assert page.locator("#panel").is_hidden()
        assert page.evaluate("document.activeElement.className") == "cite"


def test_a_chinese_question_is_answered_in_a_chinese_page(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project), locale="zh-CN") as page:
        assert page.evaluate("document.documentElement.lang") == "zh-CN"
        assert "向你的文档提问" in page.locator(".welcome").inner_text()
        ask(page, WARRANTY)
        page.locator(".sources button").first.click()
        page.locator("#panel mark").first.wait_for()
        assert "36 个月" in "".join(page.locator("#panel mark").all_inner_texts())
        assert page.locator("#panel-title").inner_text() == "水泵手册"


def test_a_source_can_be_linked_to_and_gone_back_from(browser: "Browser", project: Project) -> None:
    path = "#/source?collection=default&reference="
    text = next(passage for passage in project.rag.search(PUMP) if "12 kg" in passage.page_content)
    reference = f"{text.metadata['source']}:{text.metadata['start_index']}-"
    with visiting(
        browser, make_app(project), f"{path}{reference}{text.metadata['end_index']}"
    ) as page:
        page.locator("#panel mark").first.wait_for()
        page.locator("#open-documents").click()
        page.locator(".documents li").first.wait_for()
        page.go_back()
        page.locator("#panel mark").first.wait_for()


def test_a_link_to_what_is_gone_says_so(browser: "Browser", project: Project) -> None:
    path = "#/source?collection=default&reference=docs/none.md:0-5"
    with visiting(browser, make_app(project), path) as page:
        alert = page.locator("#panel [role=alert]")
        alert.wait_for()
        assert "Error id" in alert.inner_text()


def test_what_the_documents_do_not_answer_is_shown_as_such(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        ask(page, "Who painted the Mona Lisa?")
        assert "Not in your documents" in page.locator(".turn .not-answered").inner_text()
        assert page.locator(".sources").count() == 0


def test_words_that_no_source_holds_are_marked_as_such(
    browser: "Browser", project: Project
) -> None:
    chat = ScriptedChatModel(replies=["The pump weighs **99 kg** [1]."])
    with visiting(browser, app_with_chat(project, chat)) as page:
        ask(page, PUMP)
        assert page.locator(".prose strong").inner_text() == "99 kg"
        marker = page.locator(".prose button.cite.unverified")
        assert "does not say" in (marker.get_attribute("aria-label") or "")
        assert "Not confirmed" in page.locator(".sources").inner_text()
        marker.click()
        page.locator("#panel .warning").wait_for()
        assert "99 kg" in page.locator("#panel .warning blockquote").inner_text()


def test_passages_alone_are_shown_with_their_scores(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator("#options summary").click()
        page.get_by_label("Search").select_option("dense")
        page.locator("#k").fill("2")
        page.keyboard.press("Escape")
        page.locator("input[value=passages]").check(force=True)
        ask(page, "pump weighs")
        assert page.locator(".passage").count() == 2
        assert "score" in page.locator(".passage").first.inner_text()
        page.locator(".passage button").first.click()
        page.locator("#panel mark").first.wait_for()


def test_the_rank_and_score_in_each_leg_are_shown(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator("input[value=passages]").check(force=True)
        ask(page, "How much does the pump weigh?")
        best = page.locator(".passage").first.locator(".leg").all_inner_texts()
        assert [text.split(",")[0] for text in best] == ["meaning: rank 1", "words: rank 1"]
        assert all(float(text.split(", ")[1]) > 0 for text in best)
        last = page.locator(".passage").last.locator(".leg").all_inner_texts()
        assert last[1] == "words: not found"


def test_a_search_in_one_way_shows_that_leg_alone(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator("#options summary").click()
        page.get_by_label("Search").select_option("lexical")
        page.keyboard.press("Escape")
        page.locator("input[value=passages]").check(force=True)
        ask(page, "水泵的保修期")
        legs = page.locator(".passage").first.locator(".leg").all_inner_texts()
        assert len(legs) == 1
        assert legs[0].startswith("words: rank 1, ")


def test_what_is_chosen_and_asked_before_the_server_has_answered_is_done_then(
    browser: "Browser", project: Project
) -> None:
    held: list[Route] = []
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        page.route("**/api/collections", lambda route: held.append(route), times=1)
        with page.expect_request("**/api/collections"):
            page.reload()
        page.locator("input[value=passages]").check(force=True)
        page.locator("#question").fill(PUMP)
        page.keyboard.press("Enter")
        held[0].continue_()
        page.locator(".passage").first.wait_for()
        assert page.locator(".turn .prose").count() == 0


def test_rows_of_a_long_table_are_shown_with_its_header(
    browser: "Browser", project: Project
) -> None:
    rows = "\n".join(f"| part {number} | {number} euros |" for number in range(400))
    project.write("docs/prices.md", f"# Prices\n\n| item | price |\n|---|---|\n{rows}\n")
    project.add("docs")
    with visiting(browser, make_app(project)) as page:
        page.locator("input[value=passages]").check(force=True)
        ask(page, "part 399")
        assert page.locator(".passage .lead-in").first.inner_text() == "| item | price |"


def test_conversations_stay_after_a_reload_and_can_be_renamed_and_deleted(
    browser: "Browser", project: Project
) -> None:
    with visiting(browser, make_app(project)) as page:
        ask(page, PUMP)
        page.locator("#new-conversation").click()
        ask(page, "How long does the valve last?")
        page.reload()
        page.locator(".turn").wait_for()
        assert "nine years" in page.locator(".turn .prose").inner_text()
        assert page.locator(".conversations li").count() == 2
        page.locator(".prose button.cite").first.click()
        page.locator("#panel mark").first.wait_for()
        page.get_by_label(f"Rename: {PUMP}").click()
        page.locator("#dialog-input").fill("泵的重量")
        page.keyboard.press("Enter")
        page.locator(".conversation", has_text="泵的重量").click()
        assert "12 kg" in page.locator(".turn .prose").inner_text()
        page.get_by_label("Delete: 泵的重量").click()
        page.locator("#dialog-ok").click()
        page.locator(".welcome").wait_for()
        assert [one["title"] for one in kept(page)] == ["How long does the valve last?"]


def test_a_follow_up_is_asked_with_the_conversation_before_it(
    browser: "Browser", project: Project
) -> None:
    chat = ScriptedChatModel(
        replies=["It weighs 12 kg [1].", "Where is the pump made?", "Porto [1]."]
    )
    with visiting(browser, app_with_chat(project, chat)) as page:
        ask(page, PUMP)
        ask(page, "And where is it made?")
        second = page.locator(".turn").last
        assert "Searched for: Where is the pump made?" in second.inner_text()
        assert "Porto" in second.locator(".prose").inner_text()


def test_an_answer_can_be_copied_as_markdown(browser: "Browser", project: Project) -> None:
    permissions = ["clipboard-read", "clipboard-write"]
    with visiting(browser, make_app(project), permissions=permissions) as page:
        ask(page, PUMP)
        page.get_by_role("button", name="Copy as Markdown").click()
        page.get_by_role("button", name="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"**{PUMP}**")
    assert "[1] Guide to the R4 — docs/guide.md" in copied
    assert "> The pump of the R4 weighs 12 kg." in copied


def test_another_collection_can_be_asked(browser: "Browser", project: Project) -> None:
    app = make_app(project, collections={"main": project.index, "second": project.index})
    with visiting(browser, app) as page:
        page.locator("#options summary").click()
        page.get_by_label("Collection").select_option("second")
        page.keyboard.press("Escape")
        with page.expect_request("**/api/ask") as sent:
            ask(page, PUMP)
        assert sent.value.post_data_json["collection"] == "second"
        page.reload()
        page.locator(".turn").wait_for()
        assert "second" in page.locator("#options-summary").inner_text()


def test_two_tabs_keep_each_other_s_conversations(browser: "Browser", project: Project) -> None:
    with visiting(browser, make_app(project)) as page:
        page.locator(".welcome").wait_for()
        other = page.context.new_page()
        other.goto(page.url)
        other.locator(".welcome").wait_for()
        ask(other, "How long does the valve last?")
        page.locator(".conversation", has_text="valve").wait_for()
        assert page.locator(".welcome").is_visible()
        ask(page, PUMP)
        other.locator(".conversation", has_text="pump").wait_for()
        assert "nine years" in other.locator(".turn .prose").inner_text()
        assert len(kept(page)) == 2


@pytest.mark.parametrize("broken", ["not json", '{"a": 1}', "[null, 5]"])
def test_a_history_that_cannot_be_read_does_not_stop_the_page(
    browser: "Browser", project: Project, broken: str
) -> None:
    with visiting(browser, make_app(project)) as page:
        page.evaluate("text => localStorage.setItem('rag.conversations', text)", broken)
        page.reload()
        ask(page, PUMP)
        assert "12 kg" in page.locator(".turn .prose").inner_text()
