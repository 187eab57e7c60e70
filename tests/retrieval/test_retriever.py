"""RagRetriever over a real index with a small embedding model of our own."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag import Rag, RagRetriever, Settings
from rag.errors import FingerprintMismatchError, RetrievalError
from tests.fakes import BagOfWordsEmbeddings

PAGES = {
    "guide/battery.md": "# Battery\n\nThe battery of the R2 logger lasts 400 days.\n\n"
    "## Changing it\n\nUse a CR2477 cell and close the lid firmly.\n",
    "guide/radio.md": "# Radio\n\nThe R2 logger sends every ten minutes over radio.\n",
    "guide/copy.md": "# Radio\n\nThe R2 logger sends every ten minutes over radio!\n",
    "zh/电池.md": "# 电池\n\n记录仪的电池可以使用四百天。更换时请使用纽扣电池。\n",
    "prices.csv": "part,price\nRL-204,110\nRL-205,95\n",
}


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    base = tmp_path_factory.mktemp("library")
    for name, text in PAGES.items():
        path = base / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    with Rag(base / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add(base / "docs" / "guide", base / "docs" / "prices.csv", metadata={"team": "ops"})
        rag.add(base / "docs" / "zh")
        yield rag


def sources(documents: list[Document]) -> list[str]:
    return [document.metadata["source"] for document in documents]


def test_documents_carry_what_a_citation_needs(rag: Rag) -> None:
    [best, *_] = rag.search("How many days does the battery last?")
    assert best.id
    assert best.metadata["source"] == "docs/guide/battery.md"
    assert best.metadata["title"] == "Battery"
    assert best.metadata["section"] == "Battery"
    assert best.metadata["page"] is None
    assert best.metadata["rank"] == 1
    assert best.metadata["team"] == "ops"
    text = PAGES["guide/battery.md"]
    span = slice(best.metadata["start_index"], best.metadata["end_index"])
    assert text[span] == best.page_content


@pytest.mark.parametrize("mode", ["hybrid", "dense", "lexical"])
def test_each_mode_ranks_by_falling_score(rag: Rag, mode: str) -> None:
    found = rag.search("R2 logger battery days", mode=mode, k=4)  # type: ignore[arg-type]
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)
    assert [document.metadata["rank"] for document in found] == list(range(1, len(found) + 1))
    assert sources(found)[0] == "docs/guide/battery.md"


@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_chinese_is_found_by_its_words(rag: Rag, mode: str) -> None:
    found = rag.search("电池可以使用多少天？", mode=mode, k=1)  # type: ignore[arg-type]
    assert sources(found) == ["docs/zh/电池.md"]


def test_a_filter_given_at_the_call_replaces_that_of_the_retriever(rag: Rag) -> None:
    retriever = rag.retriever(filter={"folder": "docs/zh"})
    assert set(sources(retriever.invoke("battery R2 电池"))) == {"docs/zh/电池.md"}
    again = retriever.invoke("battery R2 电池", filter={"kind": "csv"})
    assert set(sources(again)) == {"docs/prices.csv"}


def test_min_score_cuts_the_tail(rag: Rag) -> None:
    full = rag.search("battery days", mode="dense", k=5)
    limit = full[1].metadata["score"]
    cut = rag.search("battery days", mode="dense", k=5, min_score=limit)
    assert len(cut) < len(full)
    assert all(document.metadata["score"] >= limit for document in cut)


def test_a_near_duplicate_of_a_better_passage_is_dropped(rag: Rag) -> None:
    query = "how often does it send over radio"
    plain = rag.retriever(k=5)
    assert {"docs/guide/radio.md", "docs/guide/copy.md"} <= set(sources(plain.invoke(query)))
    strict = plain.model_copy(update={"duplicate_threshold": 0.8})
    kept = set(sources(strict.invoke(query)))
    assert len({"docs/guide/radio.md", "docs/guide/copy.md"} & kept) == 1


def test_mmr_prefers_variety_when_asked(rag: Rag) -> None:
    query = "R2 logger sends every ten minutes over radio"
    varied = rag.retriever(k=2).model_copy(update={"mmr_lambda": 0.1})
    assert set(sources(rag.search(query, k=2))) == {"docs/guide/radio.md", "docs/guide/copy.md"}
    assert set(sources(varied.invoke(query))) != {"docs/guide/radio.md", "docs/guide/copy.md"}


def test_neighbours_widen_a_passage_to_the_words_around_it(rag: Rag) -> None:
    retriever = rag.retriever(k=1).model_copy(update={"neighbours": 1})
    [window] = retriever.invoke("CR2477 cell lid")
    text = PAGES["guide/battery.md"]
    assert "400 days" in window.page_content
    assert "CR2477" in window.page_content
    span = slice(window.metadata["start_index"], window.metadata["end_index"])
    assert text[span] == window.page_content


def test_overlapping_windows_never_repeat_words(rag: Rag) -> None:
    retriever = rag.retriever(k=6).model_copy(update={"neighbours": 1})
    found = retriever.invoke("battery CR2477 400 days")
    windows = [d for d in found if d.metadata["source"] == "docs/guide/battery.md"]
    spans = sorted((w.metadata["start_index"], w.metadata["end_index"]) for w in windows)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


async def test_async_finds_what_sync_finds(rag: Rag) -> None:
    retriever = rag.retriever(k=4)
    assert await retriever.ainvoke("battery days") == retriever.invoke("battery days")


def test_k_given_at_the_call_wins(rag: Rag) -> None:
    assert len(rag.retriever(k=4).invoke("the R2 logger", k=2)) == 2


def test_a_blank_query_finds_nothing_and_search_says_so(rag: Rag) -> None:
    assert rag.retriever().invoke("  ") == []
    with pytest.raises(RetrievalError, match="empty"):
        rag.search("  ")


def test_another_model_is_refused_in_every_mode(rag: Rag) -> None:
    other = Rag(
        rag.settings.index_dir,
        settings=Settings(),
        embeddings=BagOfWordsEmbeddings(name="other"),
    )
    with other:
        for mode in ("hybrid", "dense", "lexical"):
            with pytest.raises(FingerprintMismatchError, match="rag sync --rebuild"):
                other.search("battery", mode=mode)  # type: ignore[arg-type]


class TestStandardSuite(RetrieversIntegrationTests):
    """LangChain's own suite for retrievers."""

    @pytest.fixture(autouse=True)
    def _index(self, rag: Rag) -> None:
        self.rag = rag

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return RagRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, object]:
        return {"store": self.rag.retriever().store, "embeddings": self.rag.embeddings}

    @property
    def retriever_query_example(self) -> str:
        return "the battery of the R2 logger"


def test_focus_joins_what_adjoins_the_best_and_shortens_what_stands_far_below(rag: Rag) -> None:
    query = "R2 battery days and a CR2477 cell 电池"
    plain = rag.retriever(k=3).model_copy(update={"focus": None})
    whole = {one.id: one.page_content for one in plain.invoke(query, k=9)}
    found = plain.model_copy(update={"focus": 0.9}).invoke(query)
    assert len(found) == 3
    assert "400 days" in found[0].page_content
    assert "CR2477" in found[0].page_content
    assert any(len(one.page_content) < len(whole[one.id]) for one in found)
    for one in found:
        text = PAGES[one.metadata["source"].removeprefix("docs/")]
        span = slice(one.metadata["start_index"], one.metadata["end_index"])
        assert text[span] == one.page_content


@pytest.mark.parametrize(
    "about", [{"focus": None}, {"neighbours": 1}, {"mode": "dense"}, {"mode": "lexical"}]
)
def test_focus_is_for_fused_passages_that_are_not_widened(rag: Rag, about: dict[str, Any]) -> None:
    focused = rag.retriever(k=9).model_copy(update={"focus": 1.0, **about})
    off = focused.model_copy(update={"focus": None})
    assert focused.invoke("R2 logger") == off.invoke("R2 logger")


def test_focus_says_in_an_explanation_what_was_joined(rag: Rag) -> None:
    query = "R2 battery days and a CR2477 cell"
    found = rag.retriever(k=2).model_copy(update={"focus": 0.9}).explain(query)
    [joined, *others] = [one.left_out for one in found.left_out]
    assert joined == "part of a better passage beside it (retrieval.focus)"
    assert set(others) == {"below the 2 best"}
