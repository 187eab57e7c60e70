"""What was said before, weighed: the arithmetic, and a conversation over a real index."""

import asyncio
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from rag import Rag, Settings
from rag.errors import RetrievalError
from rag.retrieval.fusion import Fusion, QueryEvidence, fuse
from rag.retrieval.history import (
    ASSISTANT_WEIGHT,
    DECAY,
    DECIDED,
    TURNS,
    USER_WEIGHT,
    Earlier,
    add_history,
    read_history,
    weigh,
)
from rag.store.hits import Hit
from tests.fakes import BagOfWordsEmbeddings
from tests.retrieval.compressors import Scripted

PAGES = {
    "r2.md": "# Logger R2\n\nThe warranty of the R2 is two years. Its cell lasts 400 days.\n",
    "r4.md": "# Logger R4\n\nThe warranty of the R4 is three years. Its cell lasts 900 days.\n",
    "hub.md": "# Hub H1\n\nThe hub needs mains power and sends over radio.\n",
    "refunds.md": "# Refunds\n\nRefunds are paid within 14 days to the card that was used.\n",
    "退货.md": "# 退货\n\n温度记录仪收到后三十天内可以退货。\n",
    "保修.md": "# 保修\n\n温度记录仪的保修期是三年，网关的保修期是两年。\n",
    "zh-网关.md": "# 网关\n\n网关需要接通市电，通过无线电发送数据。\n",
}
R4 = [("human", "How long is the warranty of the R4?"), ("ai", "The R4 has three years [1].")]
REFUNDS = [
    ("human", "When are refunds paid?"),
    ("ai", "Refunds are paid within 14 days to the card."),
]


def fusion(**scores: float) -> Fusion:
    """A ranking by words alone of a collection of 100."""
    ids = "abc"
    lexical = sorted((Hit(*item) for item in scores.items()), key=lambda hit: -hit.score)
    return fuse([], lexical, evidence=QueryEvidence(0.0, 0.1, 0.0, 100), also=ids)


def test_a_hand_computed_history() -> None:
    question, before = fusion(a=4.0, b=3.5), fusion(b=10.0, c=20.0)
    found = add_history(question, [(0.1, before)])
    total = {"a": 4.0, "b": 3.5 + 1.0, "c": 2.0}
    assert [hit.id for hit in found.hits] == ["b", "a", "c"]
    for hit in found.hits:
        assert hit.score == pytest.approx(total[hit.id] / (total[hit.id] + math.log(100)))
        assert hit.history_evidence == pytest.approx(total[hit.id] - question.evidence()[hit.id])


def test_a_question_that_is_decided_by_itself_is_moved_less() -> None:
    before = fusion(b=20.0)
    limit = DECIDED * math.log(100)
    undecided = add_history(fusion(a=limit), [(0.1, before)])
    decided = add_history(fusion(a=2 * limit), [(0.1, before)])
    added = [
        next(hit.history_evidence for hit in one.hits if hit.id == "b")
        for one in (undecided, decided)
    ]
    assert added == [pytest.approx(2.0), pytest.approx(1.0)]


def test_without_history_nothing_moves() -> None:
    question = fusion(a=4.0, b=3.5)
    assert add_history(question, []).hits == question.hits


def test_the_nearest_turns_weigh_most_and_far_ones_nothing() -> None:
    said = [Earlier(f"{who} {turn}", who == "user") for turn in range(9) for who in ("user", "ai")]
    found = weigh(said)
    assert len(found) == 2 * TURNS
    assert [(one.text, one.weight) for one in found[:4]] == [
        ("ai 8", ASSISTANT_WEIGHT),
        ("user 8", USER_WEIGHT),
        ("ai 7", ASSISTANT_WEIGHT * DECAY),
        ("user 7", USER_WEIGHT * DECAY),
    ]
    assert weigh([Earlier("  ", by_user=True)]) == []


def test_only_what_was_said_aloud_is_history() -> None:
    messages = [
        SystemMessage("Be brief."), HumanMessage("a"), AIMessage("b"),
        ToolMessage("c", tool_call_id="1"), ("user", "d"),
    ]  # fmt: skip
    assert read_history(messages) == [
        Earlier("a", by_user=True),
        Earlier("b", by_user=False),
        Earlier("d", by_user=True),
    ]


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    folder = tmp_path_factory.mktemp("conversation")
    with Rag(folder / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        (folder / "docs").mkdir()
        for name, text in PAGES.items():
            (folder / "docs" / name).write_text(text, "utf-8")
        rag.add(folder / "docs")
        yield rag


def best(rag: Rag, query: str, history: list[tuple[str, str]]) -> str:
    found = rag.retriever(k=3).invoke(query, history=history)
    assert all(0 <= one.metadata["score"] <= 1 for one in found)
    return Path(found[0].metadata["source"]).name


@pytest.mark.parametrize(
    ("question", "history", "wanted"),
    [
        ("And how many days does its cell last?", R4, "r4.md"),
        ("And how many days does its cell last?", [("human", "What is the R2?")], "r2.md"),
        ("有几年？", [("human", "记录仪的保修期"), ("ai", "保修期三年。")], "保修.md"),
        ("那记录仪呢？", [("human", "退货要几天？"), ("ai", "三十天内可以退货。")], "退货.md"),
        ("那记录仪呢？", [("human", "网关保修几年？"), ("ai", "网关的保修期是两年。")], "保修.md"),
    ],
)
def test_a_follow_up_is_found_by_what_it_is_about(
    rag: Rag, question: str, history: list[tuple[str, str]], wanted: str
) -> None:
    assert best(rag, question, history) == wanted


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Does the hub need mains power?", "hub.md"),
        ("When are refunds paid to the card?", "refunds.md"),
        ("温度记录仪几天内可以退货？", "退货.md"),
        ("网关需要接通市电吗？", "zh-网关.md"),
    ],
)
@pytest.mark.parametrize("history", [R4, REFUNDS, R4 + REFUNDS])
def test_a_switch_of_topic_finds_what_the_question_alone_finds(
    rag: Rag, question: str, wanted: str, history: list[tuple[str, str]]
) -> None:
    assert best(rag, question, []) == wanted
    assert best(rag, question, history) == wanted


def test_history_obeys_filter_k_and_least_score(rag: Rag) -> None:
    retriever = rag.retriever(k=2, filter={"source": "*r2.md"})
    [only] = retriever.invoke("And the warranty?", history=R4)
    assert only.metadata["source"].endswith("r2.md")
    full = rag.retriever(k=4).invoke("And the warranty?", history=R4)
    least = full[1].metadata["score"]
    kept = rag.retriever(k=4).invoke("And the warranty?", history=R4, min_score=least)
    assert [one.id for one in kept] == [one.id for one in full[:2]]


def test_a_passage_that_only_the_history_proposes_can_be_found(rag: Rag) -> None:
    retriever = rag.retriever(k=3).model_copy(update={"candidates": 1})
    found = retriever.invoke("And radio?", history=REFUNDS)
    assert any(one.metadata["source"].endswith("refunds.md") for one in found)


async def test_async_weighs_the_same(rag: Rag) -> None:
    retriever = rag.retriever(k=4)
    found = await retriever.ainvoke("And its cell?", history=R4)
    assert found == retriever.invoke("And its cell?", history=R4)
    assert found != retriever.invoke("And its cell?")


def test_a_reranker_reads_the_question_as_one_text(rag: Rag) -> None:
    queries: list[str] = []

    def note(documents: list[Document], query: str) -> list[Document]:
        queries.append(query)
        return documents

    retriever = rag.retriever().model_copy(update={"reranker": Scripted(act=note)})
    retriever.invoke("And its cell?", history=R4, standalone="R4: And its cell?")
    retriever.invoke("And its cell?", history=R4)
    assert queries == ["R4: And its cell?", "And its cell?"]


@pytest.mark.parametrize("mode", ["dense", "lexical"])
def test_another_mode_refuses_a_history(rag: Rag, mode: str) -> None:
    with pytest.raises(RetrievalError, match=f"hybrid search and was given to a {mode} one"):
        rag.retriever().invoke("And its cell?", history=R4, mode=mode)


def test_a_conversation_embeds_every_text_once(rag: Rag) -> None:
    embeddings = BagOfWordsEmbeddings()
    with Rag(rag.settings.index_dir, settings=Settings(), embeddings=embeddings) as again:
        history: list[tuple[str, str]] = []
        for question in ("Warranty of the R4?", "And its cell?", "And that of the R2?"):
            found = again.retriever().invoke(question, history=history)
            history += [("human", question), ("ai", found[0].page_content)]
    assert sorted(embeddings.queries) == sorted({text for _, text in history[:-1]})


def test_a_long_answer_is_cut_at_a_sentence_before_it_is_embedded(rag: Rag) -> None:
    embeddings = BagOfWordsEmbeddings(max_tokens=60)
    sentence = "The R4 has a cell that lasts nine hundred days. "
    with Rag(rag.settings.index_dir, settings=Settings(), embeddings=embeddings) as again:
        history = [("human", "R4?"), ("ai", sentence * 40)]
        asyncio.run(again.retriever().ainvoke("And?", history=history))
    longest = max(embeddings.queries, key=len)
    assert longest == (sentence * 6).strip()
