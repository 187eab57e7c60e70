from pathlib import Path

import pytest
from langchain_core.documents import Document

from evals.results import BenchResult
from evals.running import run_bench
from evals.spec import Budget, Latency, RivalCell, ServedEngine, Variant
from rag import Rag
from rag.errors import BenchError
from rag.settings import Settings
from rag.store.store import Store
from tests.evals.benches import MODES, judged_set, make_bench, run, small_set
from tests.fakes import BagOfWordsEmbeddings

GRID = {"retrieval.mode": MODES, "splitter.max_tokens": (30, 60)}


def test_a_second_run_embeds_nothing_and_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = BagOfWordsEmbeddings(), BagOfWordsEmbeddings()
    made = run(tmp_path, model=first, grid=GRID)
    again = run(tmp_path, model=second, grid=GRID)
    assert first.texts
    assert (second.texts, second.queries) == ([], [])
    assert again.without_timings().to_json() == made.without_timings().to_json()


def test_a_result_survives_its_json(tmp_path: Path) -> None:
    result = run(tmp_path, grid={"retrieval.mode": MODES})
    assert BenchResult.from_json(result.to_json()).to_json() == result.to_json()


def test_another_cache_gives_the_same_result(tmp_path: Path) -> None:
    one, other = (run(tmp_path / name, grid=GRID).without_timings() for name in ("a", "b"))
    assert one.to_json() == other.to_json()


def test_retrieval_settings_embed_nothing_and_share_their_searches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[str] = []
    search_words = Store.search_words

    def counting(self: Store, query: str, k: int, **about: object) -> object:
        # Among the passages of a cell the judge looks for the best: these differ from cell to cell.
        if about.get("allowed") is None:
            searches.append(query)
        return search_words(self, query, k, **about)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "search_words", counting)
    model = BagOfWordsEmbeddings()
    run(tmp_path, model=model, grid={"retrieval.mode": ("hybrid",)})
    asked, embedded, queries = len(searches), len(model.texts), len(model.queries)
    grid = {
        "retrieval.k": tuple(range(1, 11)),
        "retrieval.mmr_lambda": (None, 0.3, 0.5, 0.7, 0.9),
        "retrieval.duplicate_threshold": (None, 0.5),
    }
    result = run(tmp_path, model=model, grid=grid)
    assert len(result.cells) == 100
    assert (len(model.texts), len(model.queries)) == (embedded, queries)
    assert len(searches) - asked <= asked


def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int, detail: str) -> None:
        if stage == "cells" and done == 2:
            raise KeyboardInterrupt

    grid = {"splitter.max_tokens": (30, 40, 60)}
    first, second, whole = (BagOfWordsEmbeddings() for _ in range(3))
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "a", model=first, grid=grid, progress=stop)
    resumed = run(tmp_path / "a", model=second, grid=grid)
    fresh = run(tmp_path / "b", model=whole, grid=grid)
    assert sorted(first.texts + second.texts) == sorted(whole.texts)
    assert second.texts
    assert resumed.without_timings().to_json() == fresh.without_timings().to_json()


def test_what_is_measured_is_what_is_served(tmp_path: Path) -> None:
    dataset = small_set()
    base = {"retrieval.history": "join"}
    grid = {"retrieval.mode": MODES}
    result = run(tmp_path / "cache", base=base, grid=grid, measures=("slot-recall@5",))
    with Rag(tmp_path / "index", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add_documents(
            Document(one.text, metadata={"source": one.source, "title": one.title})
            for one in dataset.documents
        )
        for cell in result.cells:
            for question in result.questions:
                found = rag.search(question.query, k=10, mode=cell.overrides["retrieval.mode"])
                measured = cell.rankings[question.id]
                served = [(d.metadata["source"], d.metadata["start_index"]) for d in found]
                assert [(p.source, p.start_index) for p in measured][:3] == served[:3]
                # Further down many are level, and Chroma cuts among those as it likes.
                scores = [d.metadata["score"] for d in found]
                assert [p.score for p in measured] == pytest.approx(scores, abs=1e-5)


def test_follow_ups_are_searched_as_the_product_does(tmp_path: Path) -> None:
    def searched(history: str) -> tuple[str, object]:
        result = run(tmp_path, base={"retrieval.history": history})
        queries = {one.id: one.query for one in result.questions}
        return queries["follow-up"], result.cells[0].rankings["follow-up"]

    first = next(one for one in small_set().questions if one.id == "pump-1")
    assert searched("join")[0] == f"{first.text} And how long?"
    alone, ranking = searched("ignore")
    assert searched("weigh")[0] == alone == "And how long?"
    assert searched("weigh")[1] != ranking


def test_what_is_weighed_is_what_is_served(tmp_path: Path) -> None:
    dataset = small_set()
    [cell] = run(tmp_path / "cache", measures=("slot-recall@5",)).cells
    follow_up = next(one for one in dataset.questions if one.id == "follow-up")
    said = [(turn.role, turn.text) for turn in follow_up.history]
    with Rag(tmp_path / "index", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add_documents(
            Document(one.text, metadata={"source": one.source, "title": one.title})
            for one in dataset.documents
        )
        found = rag.retriever(k=10).invoke(follow_up.text, history=said)
        answer = rag.ask(follow_up.text, history=said)
    scores = [one.metadata["score"] for one in found]
    assert [one.score for one in cell.rankings["follow-up"]] == pytest.approx(scores, abs=1e-5)
    assert [one.id for one in answer.passages][:3] == [one.id for one in found][:3]


def test_questions_without_an_answer_are_named_and_count_nowhere(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.without_positives == ("none",)
    scores = result.cells[0].per_question["slot-recall@5"]
    assert scores["none"] is None
    assert result.cells[0].estimates["slot-recall@5"].scored == len(scores) - 1


def test_documents_judged_whole_are_ranked_by_their_best_passage(tmp_path: Path) -> None:
    result = run(tmp_path, dataset=judged_set(), base={"splitter.max_tokens": 20})
    assert result.primary == "nDCG@10"
    assert result.cells[0].index["passages"] > 2 * result.dataset.documents
    for ranking in result.cells[0].rankings.values():
        sources = [place.source for place in ranking]
        assert len(sources) == len(set(sources)) == 10


def test_a_cell_that_sets_k_is_cut_there(tmp_path: Path) -> None:
    result = run(tmp_path, grid={"retrieval.k": (1, 3)})
    cells = {cell.name: cell for cell in result.cells}
    assert {len(r) for r in cells["k=1"].rankings.values()} == {1}
    assert cells["k=1"].cost["passages_mean"] == 1
    assert cells["k=3"].cost["context_tokens_mean"] > cells["k=1"].cost["context_tokens_mean"]


def test_a_cell_that_cannot_run_is_listed_and_the_others_go_on(tmp_path: Path) -> None:
    variants = (Variant("good", {}), Variant("bad", {"splitter.max_tokens": 500}))
    result = run(tmp_path, variants=variants)
    assert [cell.name for cell in result.cells] == ["good"]
    assert "max_tokens" in result.skipped["bad"]
    within = run(tmp_path, variants=variants, budget=Budget(embed_texts=0))
    assert within.skipped.keys() == {"bad"}
    with pytest.raises(BenchError, match="baseline 'bad' was not run"):
        run(tmp_path, variants=variants, baseline="bad")


def test_a_budget_leaves_out_what_goes_beyond_it_but_never_the_baseline_first(
    tmp_path: Path,
) -> None:
    model = BagOfWordsEmbeddings()
    grid = {"splitter.max_tokens": (20, 60)}
    alone = run(tmp_path / "a", base={"splitter.max_tokens": 60})
    budget = Budget(embed_texts=alone.cells[0].index["distinct_texts"])
    result = run(tmp_path / "b", model=model, grid=grid, baseline="max_tokens=60", budget=budget)
    assert [cell.name for cell in result.cells] == ["max_tokens=60"]
    assert "budget" in result.skipped["max_tokens=20"]
    assert len(model.texts) == budget.embed_texts


def always_the_pump(query: str, k: int) -> list[Document]:
    """A rival that knows one document."""
    text = next(one.text for one in small_set().documents if one.source == "pump-1.txt")
    return [Document(text, metadata={"source": "pump-1.txt", "start_index": 0})][:k]


def test_anybodys_function_is_a_cell_scored_by_the_same_code(tmp_path: Path) -> None:
    options = {"object": "tests.evals.test_runner:always_the_pump"}
    result = run(tmp_path, rivals=(RivalCell("pump", "callable", options),))
    rival = result.cell("pump")
    assert (rival.rival, rival.index) == ("callable", {})
    scores = rival.per_question["slot-recall@5"]
    assert (scores["pump-1"], scores["valve-1"]) == (1.0, 0.0)
    assert rival.cost["context_tokens_mean"] > 0
    assert "pump" in {one.cell for one in result.comparisons}
    assert result.recommendation is not None
    assert result.recommendation.cell != "pump"


def test_gold_that_was_lost_names_the_stage_that_lost_it(tmp_path: Path) -> None:
    result = run(tmp_path, base={"splitter.max_tokens": 16}, measures=("slot-recall@3",))
    cell = result.cells[0]
    assert "not split whole" in cell.losses.values()
    assert cell.audit["gold_cut"] > 0
    found = {k for k, score in cell.per_question["slot-recall@3"].items() if score == 1.0}
    assert not found & cell.losses.keys()


def test_the_served_index_is_scored_and_timed_beside_exact_search(tmp_path: Path) -> None:
    bench = make_bench(
        tmp_path,
        grid={"retrieval.mode": ("dense", "lexical")},
        served=(ServedEngine("chroma", "chroma"),),
        rebuilds=1,
        latency=Latency(questions=3, repeats=2, warmup=1),
    )
    try:
        result = run_bench(bench)
    finally:
        bench.close()
    for cell in result.cells:
        assert 0 < cell.timings["latency_ms_p50"] <= cell.timings["latency_ms_p95"]
        assert cell.timings["chroma.ann_recall@10"] >= 0.9
        assert 0.5 <= cell.timings["chroma.rebuild_agreement@10"] <= 1
        assert cell.timings["disk_bytes"] > 0
        assert cell.timings["ingest_passages_per_second"] > 0
        assert cell.timings["peak_memory_bytes"] > 0


def test_replies_are_scored_where_a_measure_judges_them(tmp_path: Path) -> None:
    measures = ("answer-contains", "citation-recall", "answered-rightly", "quote-fidelity")
    rival = RivalCell("pump", "callable", {"object": "tests.evals.test_runner:always_the_pump"})
    made = run(tmp_path, grid={"retrieval.mode": MODES}, measures=measures, rivals=(rival,))
    again = run(tmp_path, grid={"retrieval.mode": MODES}, measures=measures, rivals=(rival,))
    assert again.without_timings().to_json() == made.without_timings().to_json()
    cell = made.cell("mode=lexical")
    assert cell.replies.keys() == {question.id for question in made.questions}
    assert cell.per_question["answer-contains"]["none"] is None
    assert cell.estimates["citation-recall"].mean > 0.5
    assert cell.estimates["quote-fidelity"].mean == 1.0
    assert 0 < cell.audit["answered_share"] <= 1
    # A rival is asked for passages only: no score, which is not 0.
    assert set(made.cell("pump").per_question["citation-recall"].values()) == {None}
    assert "citation-recall" not in made.cell("pump").estimates


def test_without_such_a_measure_nothing_is_answered(tmp_path: Path) -> None:
    assert run(tmp_path).cells[0].replies == {}
    assert not (tmp_path / "replies").exists()
