"""What an answer says without a marker is held against the passages."""

import pytest

from rag.answering.chain import RagChain
from rag.answering.markers import MarkerReader
from rag.answering.uncited import ungrounded
from tests.answering.fakes import FixedRetriever, ScriptedChatModel, passage

PASSAGES = [
    passage("Refunds are paid within 14 days of return. Gift cards are final."),
    passage("The office opened in 2019 and has twelve desks.", source="about.md"),
    passage("退款将在十四天内到账。礼品卡不可退。", source="手册.md"),
]


def told(written: str) -> list[str]:
    reader = MarkerReader(len(PASSAGES))
    text = reader.feed(written) + reader.close()
    return ungrounded(text, reader.marks, PASSAGES, question="What about refunds?")


@pytest.mark.parametrize(
    "written",
    [
        "Refunds are paid within 14 days of return. Gift cards are final [1].",
        "退款将在十四天内到账。礼品卡不可退【3】。",
        "Here is what I found:\n\n## Refunds\n\n**In short**\n\n- Gift cards are final [1].",
        "[1] Managers may pay at once.\n[2] Cats rule the moon.",
        "Managers may pay at once. [1] Cats rule the moon.[2]",
        "```\nrefund(days=99, to='the moon')\n```\nGift cards are final [1].",
        "Gift cards are final [1]. The passages do not say who pays the postage.",
        "| Facts of the office | Desks |\n| --- | --- |\n| opened in 2019 [2] | twelve [2] |",
    ],
)
def test_what_is_cited_or_said_by_a_passage_or_claims_nothing_is_not_told(written: str) -> None:
    assert told(written) == []


@pytest.mark.parametrize(
    ("written", "bare"),
    [
        (
            "Gift cards are final [1]. Managers may extend it to 60 days.",
            ["Managers may extend it to 60 days."],
        ),
        (
            "Refunds are paid within 41 days. Gift cards are final [1].",
            ["Refunds are paid within 41 days."],
        ),
        ("礼品卡不可退[3]。经理可以批准六十天内退款。", ["经理可以批准六十天内退款。"]),
        (
            "- Gift cards are final [1]\n- Cats rule the whole moon\n",
            ["- Cats rule the whole moon"],
        ),
        (
            "Gift cards “expire after a year”. The office has twelve desks [2].",
            ["Gift cards “expire after a year”."],
        ),
    ],
)
def test_what_no_passage_says_is_told(written: str, bare: list[str]) -> None:
    assert told(written) == bare


def test_the_notice_of_an_answer_names_it_in_the_language_of_the_question() -> None:
    said = "Gift cards are final [1]. Managers may extend it to 60 days."
    chain = RagChain(FixedRetriever(passages=PASSAGES), ScriptedChatModel(replies=[said, said]))
    answer = chain.invoke("Are gift cards refunded?")
    assert answer.text == said
    assert answer.notice == (
        "Said without a citation, and in none of the passages found: "
        "“Managers may extend it to 60 days.”"
    )
    assert "没有引用" in (chain.invoke("礼品卡能退吗？").notice or "")


def test_a_long_answer_without_ground_is_named_by_its_beginning() -> None:
    said = "Gift cards are final [1]. " + "Managers may extend it to 60 days. " * 20
    chain = RagChain(FixedRetriever(passages=PASSAGES), ScriptedChatModel(replies=[said]))
    notice = chain.invoke("Are gift cards refunded?").notice
    assert notice is not None
    assert notice.count("Managers") < 6
    assert "…" in notice
