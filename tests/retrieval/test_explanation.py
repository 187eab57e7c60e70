"""Why a passage was found, and why another was not, over a small real index."""

from collections.abc import Iterator

import pytest

from rag import Rag, RagRetriever, Settings
from rag.retrieval.explanation import Explanation
from tests.fakes import BagOfWordsEmbeddings
from tests.retrieval.compressors import Scripted

PAGES = {
    "a.md": "# Pump\n\nThe warranty of the pump is two years from delivery.\n",
    "b.md": "# Pump\n\nThe warranty of the pump is two years from delivery!\n",
    "c.md": "# Hub\n\nThe hub has a warranty of one year.\n",
    "d.md": "# Radio\n\nIt sends every ten minutes.\n",
    "保修.md": "# 保修\n\n水泵的保修期为两年。\n",
}
QUERY = "warranty of the pump"


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    folder = tmp_path_factory.mktemp("why")
    (folder / "docs").mkdir()
    for name, text in PAGES.items():
        (folder / "docs" / name).write_text(text, "utf-8")
    with Rag(folder / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add(folder / "docs")
        yield rag


def with_(rag: Rag, **fields: object) -> RagRetriever:
    return rag.retriever(k=5).model_copy(update=fields)


def reasons(explanation: Explanation) -> dict[str, str | None]:
    return {
        one.passage.metadata["source"].removeprefix("docs/"): one.left_out
        for one in explanation.left_out
    }


def test_it_returns_what_a_search_returns_with_both_legs(rag: Rag) -> None:
    found = rag.explain(QUERY, k=3)
    assert [one.passage for one in found.passages] == rag.search(QUERY, k=3)
    for one in found.passages:
        dense, lexical = one.why.legs["dense"], one.why.legs["lexical"]
        assert found.dense_weight is not None
        assert found.chance is not None
        total = found.dense_weight * (dense.evidence or 0) + (lexical.evidence or 0)
        assert one.passage.metadata["score"] == pytest.approx(total / (total + found.chance))
    assert found.passages[0].why.matched_words == ("warranti", "pump")


@pytest.mark.parametrize("mode", ["dense", "lexical"])
def test_a_single_leg_is_told_alone(rag: Rag, mode: str) -> None:
    found = rag.explain(QUERY, k=2, mode=mode)  # type: ignore[arg-type]
    assert found.dense_weight is None
    for rank, one in enumerate(found.passages, start=1):
        [(name, leg)] = one.why.legs.items()
        assert (name, leg.rank, leg.score) == (mode, rank, one.passage.metadata["score"])


def test_chinese_words_are_matched(rag: Rag) -> None:
    [best] = rag.explain("保修期多久？", k=1).passages
    assert {"保修", "修期"} <= set(best.why.matched_words)


def test_what_is_left_out_has_the_reason_of_the_step_that_dropped_it(rag: Rag) -> None:
    assert set(reasons(rag.explain(QUERY, k=2)).values()) == {"below the 2 best"}
    repeated = reasons(with_(rag, duplicate_threshold=0.8).explain(QUERY))
    assert [why for name, why in repeated.items() if name in ("a.md", "b.md")] == [
        "repeats a better passage (retrieval.duplicate_threshold)"
    ]
    least = with_(rag).explain(QUERY, min_score=0.5)
    assert "scores below 0.5 (retrieval.min_score)" in reasons(least).values()
    dropping = Scripted(act=lambda documents, _: documents[:1])
    reranked = reasons(with_(rag, reranker=dropping).explain(QUERY))
    assert set(reranked.values()) == {"dropped by the reranker"}
    varied = with_(rag, k=2, mmr_lambda=0.3).explain(QUERY)
    assert "says too little that better ones do not (retrieval.mmr_lambda)" in (
        reasons(varied).values()
    )


def test_what_history_adds_is_told(rag: Rag) -> None:
    said = [("human", "What does the radio do?"), ("ai", "It sends every ten minutes.")]
    found = rag.retriever(k=5).explain("How long?", history=said)
    added = {one.passage.metadata["title"]: one.why.history_evidence for one in found.passages}
    assert added["Radio"] == max(added.values()) > 0
    assert [one.text for one in found.earlier] == [said[1][1], said[0][1]]


def test_nothing_to_search_is_nothing_to_explain(rag: Rag) -> None:
    found = rag.explain(QUERY, filter={"source": "nowhere.md"})
    assert (found.passages, found.left_out, found.dense_weight) == ((), (), None)
