"""Rivals answer questions with places of documents, as our own cells do."""

import sys

import pytest
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from evals.cells import RIVALS, load_rival
from evals.datasets.base import EvalDocument
from evals.rivals.callable import build as build_callable
from evals.rivals.pieces import cut_documents, whole
from rag.errors import BenchError, MissingExtraError
from tests.fakes import BagOfWordsEmbeddings

DOCUMENTS = (
    EvalDocument("a", "Otters", "Otters hold hands while they sleep. They eat sea urchins."),
    EvalDocument("b", "", "Beavers build dams of wood and mud. Dams make ponds."),
    EvalDocument("c", "", "水獭睡觉时会手拉手。"),
)


NEEDS = {
    "bm25s": "bm25s",
    "langchain": "langchain_text_splitters",
    "chroma-splitter": "langchain_text_splitters",
}


def ask(kind, query, k=10, documents=DOCUMENTS, **options):
    if kind in NEEDS:
        pytest.importorskip(NEEDS[kind], reason=f"the rival {kind} needs its extra")
    return load_rival(kind)(documents, options, BagOfWordsEmbeddings())(query, k)


def assert_places_hold(found):
    texts = {document.source: document.text for document in DOCUMENTS}
    for document in found:
        place = document.metadata
        words = texts[place["source"]][place["start_index"] : place["end_index"]].strip()
        assert words and document.page_content.endswith(words)


def test_every_rival_of_the_spec_can_be_loaded():
    assert all(callable(load_rival(kind)) for kind in RIVALS)


@pytest.mark.parametrize("kind", ["bm25s", "langchain"])
@pytest.mark.parametrize(("size", "overlap"), [(40, 0), (40, 20)])
def test_pieces_stand_where_they_say_and_the_best_is_first(kind, size, overlap):
    options = {"chunk_size": size, "chunk_overlap": overlap}
    found = ask(kind, "dams of wood and mud", **options)
    assert_places_hold(found)
    assert found[0].metadata["source"] == "b"
    scores = [document.metadata["score"] for document in found]
    assert scores == sorted(scores, reverse=True)


def test_k_may_be_larger_than_the_set_and_is_never_exceeded():
    for kind in ("bm25s", "langchain", "chroma-splitter"):
        assert 1 <= len(ask(kind, "otters sleep", k=1000)) <= 3
        assert len(ask(kind, "otters sleep", k=1)) == 1


@pytest.mark.parametrize(
    ("kind", "options", "extra"),
    [
        ("bm25s", {}, "bench"),
        ("langchain", {}, "bench"),
        ("chroma-splitter", {"splitter": "token"}, "repro"),
    ],
)
def test_a_missing_extra_is_named(monkeypatch, kind, options, extra):
    for module in ("bm25s", "langchain_text_splitters", "bpe_openai"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf'pip install "rag\[{extra}\]"'):
        load_rival(kind)(DOCUMENTS, options, BagOfWordsEmbeddings())


def test_titles_are_searched_and_do_not_move_places():
    piece = whole(DOCUMENTS)[0]
    assert piece.text.startswith("Otters Otters hold")
    assert (piece.start_index, piece.end_index) == (0, len(DOCUMENTS[0].text))
    cut = cut_documents(DOCUMENTS[:1], lambda text: [(0, 3), (3, 20), (20, len(text))])
    assert [(one.start_index, one.end_index) for one in cut] == [(0, 13), (13, 57)]


def test_bm25s_stems_and_leaves_out_what_does_not_match():
    assert [d.metadata["source"] for d in ask("bm25s", "dam building")] == ["b"]
    assert ask("bm25s", "dam building", stemming="", stopwords="") == []
    assert ask("bm25s", "zebra") == []
    assert ask("bm25s", "?!") == []


@pytest.mark.parametrize("kind", ["bm25s", "langchain", "chroma-splitter"])
def test_a_set_without_words_answers_nothing(kind):
    assert ask(kind, "otters", documents=[]) == []
    if kind == "bm25s":
        assert ask(kind, "是", documents=[EvalDocument("a", "", "是")]) == []


def test_bm25s_breaks_ties_by_source():
    documents = [EvalDocument(name, "", "the same words") for name in ("z", "m", "b")]
    found = ask("bm25s", "same words", documents=documents)
    assert [one.metadata["source"] for one in found] == ["b", "m", "z"]


def test_bm25s_scores_by_its_k1_and_b():
    documents = [
        EvalDocument("long", "", "dam " * 9 + "other words that make this text much longer " * 5),
        EvalDocument("short", "", "dam and mud"),
    ]
    first = {
        b: ask("bm25s", "dam", documents=documents, k1=3.0, b=b)[0].metadata["source"]
        for b in (0.0, 1.0)
    }
    assert first == {0.0: "long", 1.0: "short"}


def test_langchain_in_chroma_returns_what_it_returns_from_memory():
    pytest.importorskip("langchain_chroma")
    query = "otters sleep"
    found = {
        store: [
            (d.metadata["source"], d.metadata["start_index"], round(d.metadata["score"], 4))
            for d in ask("langchain", query, chunk_size=40, chunk_overlap=0, store=store)
            if d.metadata["score"] > 0.01
        ]
        for store in ("memory", "chroma")
    }
    assert found["memory"] == found["chroma"] != []


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        ("bm25s", {"k2": 1}, "no option is called 'k2'"),
        ("bm25s", {"b": 2}, "b from 0 to 1"),
        ("bm25s", {"method": "tfidf"}, "wanted a method"),
        ("bm25s", {"stemming": "klingon"}, "no stemming is called 'klingon'; there are .*english"),
        ("bm25s", {"stopwords": "klingon"}, "klingon not recognized"),
        ("langchain", {"chunk_size": 10, "chunk_overlap": 10}, "smaller overlap"),
        ("langchain", {"store": "faiss"}, "wanted a store"),
        ("chroma-splitter", {"splitter": "cluster"}, "wanted a splitter"),
        ("callable", {}, "wanted one of the options object and factory"),
        ("callable", {"object": "no.such.module:name"}, "no module"),
        ("callable", {"object": "missing.py:name"}, "no file"),
        ("callable", {"object": "json:nothing"}, "has no 'nothing'"),
        ("callable", {"object": "json"}, "wanted module:name"),
        ("callable", {"object": "sys:path"}, "wanted a LangChain retriever"),
    ],
)
def test_wrong_options_are_refused_in_one_line(kind, options, message):
    with pytest.raises(BenchError, match=message) as caught:
        ask(kind, "otters", **options)
    assert "\n" not in str(caught.value)


class First(BaseRetriever):
    documents: list[Document]

    def _get_relevant_documents(self, query, *, run_manager):
        return self.documents


def test_a_langchain_retriever_made_from_the_set_is_a_rival(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from langchain_core.retrievers import BaseRetriever\n"
        "class Mine(BaseRetriever):\n"
        "    documents: list\n"
        "    def _get_relevant_documents(self, query, *, run_manager):\n"
        "        return [d for d in self.documents if query in d.page_content]\n"
        "def make(documents, embeddings):\n"
        "    return Mine(documents=documents)\n"
        "def search(query, k):\n"
        "    return Mine(documents=[]).invoke(query)\n"
    )
    found = ask("callable", "Dams", factory=f"{tmp_path}/mine.py:make")
    assert [document.metadata["source"] for document in found] == ["b"]
    assert ask("callable", "Dams", object=f"{tmp_path}/mine.py:search") == []


def test_k_cuts_what_a_retriever_returns(monkeypatch):
    retriever = First(documents=[Document("x", metadata={"source": "a"})] * 3)
    monkeypatch.setattr("json.three", retriever, raising=False)
    assert len(build_callable((), {"object": "json:three"}, BagOfWordsEmbeddings())("x", 2)) == 2


@pytest.mark.parametrize("returned", [[Document("no source")], "text", [1]])
def test_results_that_cannot_be_scored_are_refused(monkeypatch, returned):
    monkeypatch.setattr("json.mine", lambda query, k: returned, raising=False)
    search = build_callable((), {"object": "json:mine"}, BagOfWordsEmbeddings())
    with pytest.raises(BenchError, match="json:mine"):
        search("x", 1)
