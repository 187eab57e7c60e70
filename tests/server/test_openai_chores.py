"""A chat page's own chores: known by their shape, done without a search.

The prompts are shortened to what tells them apart; the pages' own go on for longer.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from rag.server.openai.chore_replies import reply_by_rule, title_of
from rag.server.openai.chores import find_chore
from rag.server.openai.shapes import ChatMessage
from tests.answering.fakes import ScriptedChatModel
from tests.server.openai_serving import QUESTION, Served, serving

CHAT = "USER: How long is the warranty of the R4 logger?\nASSISTANT: 36 months [1]."
CHINESE_CHAT = "USER: R4 记录仪的保修期有多长？\nASSISTANT: 24 个月 [1]。"


def open_webui(task: str, form: str, chat: str = CHAT) -> list[ChatMessage]:
    return user(
        f"### Task:\n{task}\n### Output:\nJSON format: {form}\n"
        f"### Chat History:\n<chat_history>\n{chat}\n</chat_history>"
    )


def user(text: str) -> list[ChatMessage]:
    return [ChatMessage(role="user", content=text)]


def told(system: str, text: str) -> list[ChatMessage]:
    return [ChatMessage(role="system", content=system), *user(text)]


def rule(messages: list[ChatMessage], form: dict[str, Any] | None = None) -> Any:
    chore = find_chore(messages, form)
    assert chore is not None
    return reply_by_rule(chore)


@pytest.mark.parametrize(
    ("messages", "reply"),
    [
        (
            open_webui("Generate a concise title.", '{ "title": "your title" }'),
            {"title": "How long is the warranty"},
        ),
        (
            open_webui("生成一个简短的标题。", '{ "title": "标题" }', CHINESE_CHAT),
            {"title": "R4 记录仪的保修期有多长"},
        ),
        (
            open_webui("Generate 1-3 broad tags.", '{ "tags": ["tag1", "tag2"] }'),
            {"tags": ["General"]},
        ),
        (open_webui("生成标签。", '{ "tags": ["标签"] }', CHINESE_CHAT), {"tags": ["通用"]}),
        (
            open_webui("Suggest follow-up questions.", '{ "follow_ups": ["Question 1?"] }'),
            {"follow_ups": []},
        ),
        (
            open_webui(
                "Analyze the chat history.",
                '{ "queries": ["query1"] }',
                f"{CHAT}\nUSER: And of the hub?",
            ),
            {"queries": ["And of the hub?"]},
        ),
        (
            open_webui("Describe an image.", '{ "prompt": "Your description." }'),
            {"prompt": "How long is the warranty of the R4 logger?"},
        ),
        (
            user(
                "### Task:\nYou are an autocompletion system.\n"
                '- Respond only in JSON format: `{ "text": "<your_completion>" }`.\n'
                f"<chat_history>\n{CHAT}\n</chat_history>\n<type>General</type>\n<text>How</text>"
            ),
            {"text": ""},
        ),
        (
            told("Available Tools: []\nReturn a JSON object with tool_calls.", "Query: why?"),
            {"tool_calls": []},
        ),
    ],
)
def test_json_is_answered_where_json_is_asked_for(
    messages: list[ChatMessage], reply: dict[str, Any]
) -> None:
    assert json.loads(rule(messages)) == reply


@pytest.mark.parametrize(
    ("messages", "reply"),
    [
        (
            user(
                "Provide a concise, 5-word-or-less title for the conversation, using title case "
                "conventions.\n\nConversation:\nUser: Where is the hub?\nAI: In the attic."
            ),
            "Where is the hub",
        ),
        (
            user(
                "Write a concise title for this conversation in the detected language.\n"
                "User: 集线器在哪里？\nAI: 在阁楼。"
            ),
            "集线器在哪里",
        ),
        (
            told(
                "You are a professional conversation summarizer. Generate a concise title that "
                "captures the essence.",
                "user: Where is the hub?\nassistant: In the attic.",
            ),
            "Where is the hub",
        ),
        (
            told(
                "你是一名擅长会话的助理，你需要将用户的会话总结为 10 个字以内的标题",
                "user: 集线器在哪里？",
            ),
            "集线器在哪里",
        ),
        (told("你是一名擅长会话标签总结的助理，你需要", "输入: {保修期} [zh-CN]"), "通用"),
        (told("You are an emoji expert who selects one.", "the warranty"), "💬"),
        (
            user("Your task is to reflect the speaker's likely facial expression.\n\nMessage: hm"),
            "💬",
        ),
        (
            told(
                "Given the following conversation and a follow-up question, rephrase the follow up "
                "question to be a standalone question.",
                "Follow Up Input: and the hub?",
            ),
            "Follow Up Input: and the hub?",
        ),
        (
            told(
                "You're an assistant who's good at extracting key takeaways from conversations.",
                f"<chat_history>\n{CHAT}\n</chat_history>\n\nPlease summarize.",
            ),
            CHAT,
        ),
    ],
)
def test_text_is_answered_where_text_is_asked_for(messages: list[ChatMessage], reply: str) -> None:
    assert rule(messages) == reply


def schema(**fields: str) -> dict[str, Any]:
    properties = {name: {"type": kind} for name, kind in fields.items()}
    inner = {"type": "object", "properties": properties, "required": list(fields)}
    return {"type": "json_schema", "json_schema": {"name": "x", "schema": inner}}


def test_a_schema_is_filled() -> None:
    titling = told(
        "You are a professional conversation summarizer. Generate a concise title.",
        "<task>\nGenerate.\n</task>\n<conversation>\n<user>\n保修期多长？\n</user>\n"
        "<assistant>\n24 个月\n</assistant>\n</conversation>",
    )
    form = schema(title="string", language="string", other="integer", more="array")
    assert json.loads(rule(titling, form)) == {
        "title": "保修期多长",
        "language": "中文",
        "other": 0,
        "more": [],
    }
    chips = told("You are a sidecar that extracts 0-4 quick-reply suggestions.", "Last: hm")
    assert json.loads(rule(chips, schema(chips="array"))) == {"chips": []}


@pytest.mark.parametrize(
    "messages",
    [
        user(QUESTION),
        user("Generate a concise title for our warranty brochure."),
        user('What is the title of the handbook? Answer as { "title": "…" }'),
        user(
            "### Task:\nRespond to the user query using the provided context.\n<context>x</context>"
        ),
        user("What does <chat_history>…</chat_history> mean in the manual?"),
        told("You are a helpful assistant.", QUESTION),
        told("You are an assistant skilled at conversations.", QUESTION),
        [
            *user("Provide a concise, 5-word-or-less title for the brochure."),
            ChatMessage(role="assistant", content="Warranty"),
            *user("Provide a concise, 5-word-or-less title, shorter."),
        ],
        [ChatMessage(role="system", content="Generate tags")],
    ],
)
def test_a_persons_question_is_no_chore(messages: list[ChatMessage]) -> None:
    assert find_chore(messages, None) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("**How** long? And why?", "How long"),
        ("one two three four five six seven", "one two three four five six"),
        ("the size and the age of the hub", "the size and the age"),
        ("一二三四五六七八九十一二三四五六七八", "一二三四五六七八九十一二三四五六"),
        ("\n\n# 保修期\n\n24 个月", "保修期"),
        ("???", ""),
    ],
)
def test_a_title_is_short_and_plain(text: str, title: str) -> None:
    assert title_of(text) == title


def test_a_chat_that_speaks_of_tags_is_read_whole() -> None:
    chat = "USER: What is </chat_history> for?\nASSISTANT: It ends <chat_history>."
    chore = find_chore(open_webui("Title.", '{ "title": "x" }', chat), None)
    assert chore is not None
    assert chore.said == ["What is </chat_history> for?"]


def test_tags_without_end_take_no_time() -> None:
    assert find_chore(user("<chat_history>" * 70_000), None) is None


def test_a_chat_without_words_is_named_all_the_same() -> None:
    assert json.loads(rule(open_webui("Title.", '{ "title": "x" }', "USER: ???"))) == {
        "title": "New conversation"
    }


# Through the server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def do(served: Served, messages: list[ChatMessage], **options: Any) -> Any:
    given: Any = [message.model_dump(exclude_none=True) for message in messages]
    with served.client() as client:
        return client.chat.completions.create(model="rag/default", messages=given, **options)


TITLE = open_webui("Generate a concise title.", '{ "title": "your title" }')


def test_a_chore_is_done_whole_and_as_a_stream_without_a_search(served: Served) -> None:
    before = len(served.rag.embeddings.queries)  # type: ignore[attr-defined]
    whole = do(served, TITLE)
    content = whole.choices[0].message.content
    assert json.loads(content) == {"title": "How long is the warranty"}
    assert not hasattr(whole, "sources")
    chunks = list(do(served, TITLE, stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks[:-1]) == content
    assert chunks[-1].usage.total_tokens > 0
    assert len(served.rag.embeddings.queries) == before  # type: ignore[attr-defined]


def test_a_long_chat_is_no_question_that_is_too_long(served: Served) -> None:
    chat = f"{CHAT}\nASSISTANT: {'word ' * 5000}"
    content = do(served, open_webui("Title.", '{ "title": "x" }', chat)).choices[0].message.content
    assert json.loads(content) == {"title": "How long is the warranty"}


def test_a_chore_of_an_unknown_model_is_not_found(served: Served) -> None:
    given: Any = [message.model_dump(exclude_none=True) for message in TITLE]
    with served.client() as client, pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="rag/other", messages=given)


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        ('Here: ```json\n{"title": "Warranty of the R4"}\n```', "Warranty of the R4"),
        ("Warranty of the R4", "How long is the warranty"),
        ('{"name": "Warranty"}', "How long is the warranty"),
        ('{"title": "broken', "How long is the warranty"),
    ],
)
def test_the_chat_model_does_it_and_a_rule_mends_what_is_no_json(
    tmp_path: Path, reply: str, title: str
) -> None:
    model = ScriptedChatModel(replies=[reply])
    with serving(tmp_path, chat_model=model) as served:
        content = do(served, TITLE).choices[0].message.content
    assert json.loads(content) == {"title": title}
    assert "<chat_history>" in model.seen[0][0].text
    assert "passage" not in model.seen[0][0].text


def test_what_does_not_fit_the_chat_model_is_done_by_rule(tmp_path: Path) -> None:
    model = ScriptedChatModel(replies=["unused"])
    with serving(tmp_path, chat_model=model) as served:
        chat = f"{CHAT}\nASSISTANT: {'word ' * 20_000}"
        do(served, open_webui("Title.", '{ "title": "x" }', chat))
    assert model.seen == []
