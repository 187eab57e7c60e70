"""What a reranker does to a search, whatever it does itself."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from langchain_core.documents import BaseDocumentCompressor, Document

from rag import Rag, Settings
from rag.errors import ChatModelError, RerankerError
from rag.retrieval.reranking import rerank
from rag.store.catalog import Catalog
from tests.fakes import BagOfWordsEmbeddings
from tests.retrieval.compressors import Longest, PairCounter, Scripted, scored

MODES = ("hybrid", "dense", "lexical")
QUERY = "logger battery 电池"
PAGES = {
    "short.md": "The logger battery.",
    "battery.md": "The battery of the R2 logger lasts 400 days.",
    "longer.md": "The battery of the R2 logger lasts 400 days, which is more than a year.",
    "copy.md": "The battery of the R2 logger lasts 400 days!",
    "zh.md": "记录仪的电池可以使用四百天。更换时请使用纽扣电池,并把盖子关紧,以免进水。",
    "radio.md": "It sends every ten minutes, and the logger is silent in between for the battery.",
    "guide.md": "# Logger\n\nA logger has a battery.\n\n## Cell\n\nUse a CR2477 battery cell.\n\n"
    "## Lid\n\nClose the battery lid of the logger firmly, or water gets in. Wipe the seal with a "
    "cloth first, look for hairs and grains of sand on it, and press until both clips click.\n"
    "\n## Storage\n\nKeep the logger in its box, in a dry room, away from the sun.\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("reranked")
    with opened(base / ".rag") as rag:
        rag.add_documents(
            Document(text, metadata={"source": name, "team": "ops", "relevance_score": 9.0})
            for name, text in PAGES.items()
        )
    return base / ".rag"


@contextmanager
def opened(index: Path, reranker: BaseDocumentCompressor | None = None, **about) -> Iterator[Rag]:
    settings = Settings.model_validate(about)
    with Rag(index, settings=settings, embeddings=BagOfWordsEmbeddings(), reranker=reranker) as rag:
        yield rag


def search(index: Path, reranker: BaseDocumentCompressor | None, **about) -> list[Document]:
    k, mode = about.pop("k", None), about.pop("mode", None)
    with opened(index, reranker, **about) as rag:
        return rag.search(QUERY, k=k, mode=mode)


def sources(documents: list[Document]) -> list[str]:
    return [document.metadata["source"] for document in documents]


@pytest.mark.parametrize("mode", MODES)
def test_the_reranker_decides_the_order_in_every_mode(index: Path, mode: str) -> None:
    found = search(index, Longest(), mode=mode, k=4)
    lengths = [len(document.page_content) for document in found]
    assert lengths == sorted(lengths, reverse=True)
    assert sources(found) != sources(search(index, None, mode=mode, k=4))
    assert [document.metadata["rank"] for document in found] == [1, 2, 3, 4]


def test_the_reranked_score_stands_beside_that_of_the_search(index: Path) -> None:
    plain = {one.id: one for one in search(index, None, k=9, retrieval={"focus": None})}
    for document in search(index, PairCounter(), k=9):
        before = plain[document.id].metadata
        assert document.metadata["score"] == sum(map(str.isdigit, document.page_content)) / 100
        assert document.metadata["retrieval_score"] == before["score"]
        assert {**document.metadata, **{k: before[k] for k in ("score", "rank")}} == {
            **before,
            "retrieval_score": before["score"],
        }
    assert all("retrieval_score" not in one.metadata for one in plain.values())


def test_an_order_without_scores_scores_one_over_the_rank(index: Path) -> None:
    found = search(index, Longest(), k=3)
    assert [document.metadata["score"] for document in found] == [1, 1 / 2, 1 / 3]


def test_as_many_passages_are_reranked_as_the_depth_says_and_never_fewer_than_k(
    index: Path,
) -> None:
    plain = sources(search(index, None, k=4))
    for k, depth, handed in ((1, 4, 4), (4, 2, 4), (2, 2, 2)):
        reranker = Scripted(act=lambda documents, query: documents[::-1])
        found = search(index, reranker, k=k, rerank={"depth": depth})
        assert sources(reranker.handed[0]) == plain[:handed]
        assert sources(found) == plain[:handed][::-1][:k]


def test_what_is_handed_over_carries_no_score_but_the_search_s(index: Path) -> None:
    reranker = Scripted(act=lambda documents, query: documents)
    found = search(index, reranker, k=2)
    [handed] = reranker.handed
    assert all("relevance_score" not in one.metadata for one in handed)
    assert {one.metadata["team"] for one in handed} == {"ops"}
    assert all(one.metadata["score"] > 0 for one in handed)
    assert [one.metadata["relevance_score"] for one in found] == [9.0, 9.0]


def test_a_compressor_that_drops_passages_leaves_fewer(index: Path) -> None:
    assert search(index, Scripted(act=lambda documents, query: []), k=3) == []
    one = search(index, Scripted(act=lambda documents, query: documents[2:3]), k=3)
    assert sources(one) == sources(search(index, None, k=3))[2:]


def test_a_passage_returned_twice_or_in_pieces_counts_where_it_comes_first(index: Path) -> None:
    def in_pieces(documents: list[Document], query: str) -> list[Document]:
        pieces = [Document(one.page_content[:4], metadata=one.metadata) for one in documents]
        return [pieces[1], pieces[0], pieces[1]]

    plain = search(index, None, k=2)
    found = search(index, Scripted(act=in_pieces), k=3)
    assert [one.page_content for one in found] == [one.page_content for one in plain[::-1]]


def test_min_score_is_on_the_reranker_s_scale(index: Path) -> None:
    found = search(index, PairCounter(), k=9, retrieval={"min_score": 0.04})
    assert set(sources(found)) == {"battery.md", "longer.md", "copy.md", "guide.md"}


def test_near_duplicates_are_dropped_before_and_do_not_fill_the_depth(index: Path) -> None:
    reranker = Scripted(act=lambda documents, query: documents)
    about = {"retrieval": {"duplicate_threshold": 0.6}, "rerank": {"depth": 3}}
    search(index, reranker, k=1, **about)
    [handed] = reranker.handed
    assert len(handed) == 3
    assert len({"battery.md", "copy.md"} & set(sources(handed))) <= 1


def test_mmr_varies_what_was_reranked(index: Path) -> None:
    def copies_first(documents: list[Document], query: str) -> list[Document]:
        first = ("battery.md", "copy.md")
        return scored(documents, [1.0 if s in first else 0.5 for s in sources(documents)])

    assert set(sources(search(index, Scripted(act=copies_first), k=2))) == {"battery.md", "copy.md"}
    varied = search(index, Scripted(act=copies_first), k=2, retrieval={"mmr_lambda": 0.4})
    assert sources(varied)[0] in ("battery.md", "copy.md")
    assert sources(varied)[1] not in ("battery.md", "copy.md")
    assert all(one.metadata["score"] <= 1.0 for one in varied)


def test_neighbours_widen_what_was_reranked_and_keep_its_scores(index: Path) -> None:
    def cell_first(documents: list[Document], query: str) -> list[Document]:
        return scored(documents, [float("CR2477" in one.page_content) for one in documents])

    [alone] = search(index, Scripted(act=cell_first), k=1)
    [window] = search(index, Scripted(act=cell_first), k=1, retrieval={"neighbours": 1})
    assert "CR2477" in alone.page_content
    assert alone.page_content in window.page_content
    assert len(window.page_content) > len(alone.page_content)
    assert window.metadata["score"] == 1.0
    assert "retrieval_score" in window.metadata


async def test_async_reranks_as_sync_does_and_off_the_event_loop(index: Path) -> None:
    threads: list[int] = []

    def backwards(documents: list[Document], query: str) -> list[Document]:
        threads.append(threading.get_ident())
        return documents[::-1]

    with opened(index, Scripted(act=backwards)) as rag:
        retriever = rag.retriever(k=3)
        assert await retriever.ainvoke(QUERY) == retriever.invoke(QUERY)
    assert threads[0] != threading.get_ident()


def test_a_search_made_again_for_a_writer_is_reranked_once(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations = iter([1, 2, 3, 3])
    reranker = Scripted(act=lambda documents, query: documents)
    with opened(index, reranker) as rag:
        retriever = rag.retriever(k=2)
        monkeypatch.setattr(Catalog, "generation", lambda self: next(generations, 3))
        assert len(retriever.invoke(QUERY)) == 2
    assert len(reranker.handed) == 1


def error_of(index: Path, act) -> str:
    with pytest.raises(RerankerError) as caught:
        search(index, Scripted(act=act), k=3)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_passage_that_was_not_handed_over_is_refused(index: Path) -> None:
    foreign = Document("Made up.", metadata={"source": "made-up.md", "ordinal": 0})
    said = error_of(index, lambda documents, query: [*documents, foreign])
    assert "Scripted returned a passage it was not given ('Made up.')" in said
    assert "keep their metadata" in error_of(index, lambda d, q: [Document("bare")])


@pytest.mark.parametrize("score", [None, "high", float("nan"), float("inf")])
def test_scores_that_are_no_numbers_or_given_to_some_are_refused(index: Path, score) -> None:
    def half(documents: list[Document], query: str) -> list[Document]:
        for row, one in enumerate(documents):
            one.metadata["relevance_score"] = 1.0 if row else score
        return documents

    assert f"and gave one {score!r}" in error_of(index, half)


@pytest.mark.parametrize("returned", [None, "text", ["text"], 3])
def test_what_is_no_list_of_documents_is_refused(index: Path, returned) -> None:
    said = error_of(index, lambda documents, query: returned)
    assert "should return documents and returned" in said


def test_a_failing_compressor_is_named_with_its_reason(index: Path) -> None:
    def away(documents: list[Document], query: str) -> list[Document]:
        raise ConnectionError("no route to the reranking service")

    said = error_of(index, away)
    assert re.search(r"Scripted failed \(ConnectionError: no route.*unset rerank\.model", said)


def test_an_error_of_our_own_passes_through(index: Path) -> None:
    def refused(documents: list[Document], query: str) -> list[Document]:
        raise ChatModelError("the key was refused")

    with pytest.raises(ChatModelError, match="the key was refused"):
        search(index, Scripted(act=refused), k=3)


def test_of_nothing_nothing_is_reranked() -> None:
    reranker = Scripted(act=lambda documents, query: documents)
    assert rerank("battery", [], reranker) == []
    assert reranker.handed == []


def test_numbers_of_other_libraries_are_scores() -> None:
    import numpy as np

    handed = [
        Document("a", id="1", metadata={"source": "a", "ordinal": 0}),
        Document("b", id="2", metadata={"source": "b", "ordinal": 0}),
    ]
    act = Scripted(act=lambda d, q: scored(d, [np.float32(0.25), np.float32(0.5)]))
    assert [(one.row, one.score) for one in rerank("q", handed, act)] == [(1, 0.5), (0, 0.25)]
    assert all(one.score > other.score for one, other in pairwise(rerank("q", handed, act)))
