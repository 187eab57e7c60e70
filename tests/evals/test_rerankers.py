"""Reranked cells: what they score, what they share, and what they lose."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import Field

from evals.datasets.base import EvalDocument, EvalSet
from evals.gold import Question, Span
from evals.plan import make_plan, plan_lines
from evals.report.html import render_html
from evals.rerank_scores import RerankScores
from evals.rerankers import Rerankers
from rag import Rag, Settings
from rag.settings import RerankSettings
from tests.evals.benches import judged_set, make_bench, run, small_set
from tests.fakes import BagOfWordsEmbeddings
from tests.retrieval.compressors import PairCounter, pair_counter
from tests.retrieval.tiny_cross_encoder import build_tiny_cross_encoder

COUNTER = "tests.retrieval.compressors:pair_counter"
BACKWARDS = "tests.evals.test_rerankers:backwards"


class Backwards(BaseDocumentCompressor):
    """Turns every ranking round; counts how often it is asked."""

    calls: list[str] = Field(default_factory=list, repr=False)

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: object = None
    ) -> Sequence[Document]:
        self.calls.append(query)
        return documents[::-1]


backwards = Backwards()


@pytest.fixture(autouse=True)
def _reset() -> Iterator[None]:
    pair_counter.pairs.clear()
    backwards.calls.clear()
    yield


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build_tiny_cross_encoder(tmp_path_factory.mktemp("tiny"), window=64))


def test_depth_cells_embed_nothing_and_score_no_pair_twice(tmp_path: Path) -> None:
    model = BagOfWordsEmbeddings()
    run(tmp_path, model=model)
    embedded, asked = len(model.texts), len(model.queries)
    grid = {"rerank.depth": (3, 5, 8), "retrieval.k": (1, 2)}
    result = run(tmp_path, model=model, base={"rerank.model": COUNTER}, grid=grid)
    assert len(result.cells) == 6
    assert (len(model.texts), len(model.queries)) == (embedded, asked)
    scored = set(pair_counter.pairs)
    assert len(pair_counter.pairs) == len(scored)
    pair_counter.pairs.clear()
    run(tmp_path / "deepest", base={"rerank.model": COUNTER, "rerank.depth": 8})
    assert set(pair_counter.pairs) == scored


def test_a_second_run_scores_nothing_and_gives_the_same_bytes(tmp_path: Path) -> None:
    about = {"base": {"rerank.model": COUNTER}, "grid": {"rerank.depth": (4, 8)}}
    made = run(tmp_path, **about)
    pair_counter.pairs.clear()
    again = run(tmp_path, **about)
    assert pair_counter.pairs == []
    assert again.without_timings().to_json() == made.without_timings().to_json()


def test_a_stopped_run_scores_only_what_is_missing(tmp_path: Path) -> None:
    score, seen = PairCounter.score, []

    def stopping(self: PairCounter, query: str, texts: Sequence[str]) -> list[float]:
        seen.append(query)
        if len(seen) == 5:
            raise KeyboardInterrupt
        return score(self, query, texts)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PairCounter, "score", stopping)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, base={"rerank.model": COUNTER})
    before = set(pair_counter.pairs)
    run(tmp_path, base={"rerank.model": COUNTER})
    assert len(before) > 0
    assert len(pair_counter.pairs) == len(set(pair_counter.pairs))


def test_without_a_reranker_the_depth_makes_no_other_ranking(tmp_path: Path) -> None:
    run(tmp_path, grid={"rerank.depth": (3, 5, 8)})
    assert len(list((tmp_path / "rankings").iterdir())) == 1


def test_what_is_measured_of_a_reranked_cell_is_what_is_served(tmp_path: Path) -> None:
    dataset, settings = small_set(), {"rerank": {"model": COUNTER, "depth": 7}}
    base = {"rerank.model": COUNTER, "rerank.depth": 7, "retrieval.history": "join"}
    result = run(tmp_path / "cache", base=base)
    chosen = Settings.model_validate(settings)
    with Rag(tmp_path / "index", settings=chosen, embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add_documents(
            Document(one.text, metadata={"source": one.source, "title": one.title})
            for one in dataset.documents
        )
        for question in result.questions:
            measured = result.cells[0].rankings[question.id]
            found = rag.search(question.query, k=7)
            served = [(d.metadata["source"], d.metadata["start_index"]) for d in found]
            assert [(one.source, one.start_index) for one in measured] == served


def test_a_reranked_ranking_ends_where_the_reranker_does(tmp_path: Path) -> None:
    base = {"rerank.model": COUNTER, "rerank.depth": 8, "splitter.max_tokens": 20}
    result = run(tmp_path, dataset=judged_set(), base=base)
    for ranking in result.cells[0].rankings.values():
        sources = [place.source for place in ranking]
        assert 1 <= len(sources) == len(set(sources)) <= 8


def test_a_compressor_of_one_s_own_is_asked_once_a_question_and_its_rankings_are_kept(
    tmp_path: Path,
) -> None:
    base = {"rerank.model": BACKWARDS, "retrieval.history": "join"}
    result = run(tmp_path, base=base, measures=("slot-recall@2",))
    assert sorted(backwards.calls) == sorted(one.query for one in result.questions)
    assert "demoted by the reranker" in result.cells[0].losses.values()
    backwards.calls.clear()
    again = run(tmp_path, base=base, measures=("slot-recall@2",))
    assert backwards.calls == []
    assert again.without_timings().to_json() == result.without_timings().to_json()


def test_a_cross_encoder_that_ranks_badly_is_named_as_what_lost_the_gold(
    tmp_path: Path, tiny: str
) -> None:
    grid = {"rerank.model": (None, tiny)}
    result = run(tmp_path, grid=grid, base={"rerank.device": "cpu"}, measures=("slot-recall@2",))
    plain, reranked = result.cells
    stages = set(reranked.losses.values())
    assert {"demoted by the reranker", "truncated"} & stages
    assert not {"demoted by the reranker", "truncated"} & set(plain.losses.values())
    name = "slot-recall@2"
    assert reranked.estimates[name].mean < plain.estimates[name].mean
    page = render_html(result, {})
    assert all(f">{stage}</th>" in page for stage in stages)


def test_gold_dropped_as_a_near_duplicate_in_hybrid_mode_is_lost_to_diversity(
    tmp_path: Path,
) -> None:
    text = "The pump runs at seven bar and is guaranteed for seven years by the maker."
    documents = [EvalDocument(name, name, text) for name in ("one.txt", "two.txt")]
    questions = [
        Question(id=one.source, text=text, slots=((Span(one.source, 0, len(text)),),))
        for one in documents
    ]
    twins = EvalSet.of("twins", documents, questions)
    base = {"retrieval.duplicate_threshold": 0.9}
    plain = run(tmp_path, dataset=twins, measures=("slot-recall@2",)).cells[0]
    cell = run(tmp_path, dataset=twins, base=base, measures=("slot-recall@2",)).cells[0]
    assert plain.losses == {}
    assert list(cell.losses.values()) == ["lost to diversity"]


def test_gold_below_the_least_score_is_told(tmp_path: Path) -> None:
    base = {"retrieval.min_score": 0.99}
    losses = run(tmp_path, base=base, measures=("slot-recall@5",)).cells[0].losses
    assert "below the least score" in losses.values()


def test_gold_that_was_found_but_not_cited_is_told_where_replies_are_scored(
    tmp_path: Path,
) -> None:
    measures = ("slot-recall@5", "citation-recall")
    withheld = {"splitter.max_tokens": 20, "answer.false_answer_rate": 0.0}
    cell = run(tmp_path / "a", base=withheld, measures=measures).cells[0]
    missed = {k for k, score in cell.per_question["citation-recall"].items() if score == 0.0}
    found = {k for k, score in cell.per_question["slot-recall@5"].items() if score == 1.0}
    named = {k for k, stage in cell.losses.items() if stage == "not cited"}
    assert named == missed & found
    assert named
    assert "not cited" not in run(tmp_path / "b", base=withheld).cells[0].losses.values()


def test_a_reranker_that_cannot_be_had_costs_only_its_cell(tmp_path: Path) -> None:
    grid = {"rerank.model": (None, str(tmp_path / "missing"), "no.module:here")}
    result = run(tmp_path / "cache", grid=grid)
    assert [cell.name for cell in result.cells] == ["model=none"]
    assert all("rerank.model" in reason for reason in result.skipped.values())
    assert len(result.skipped) == 2


def test_a_plan_says_how_many_pairs_are_left_to_score(tmp_path: Path) -> None:
    about = {"base": {"rerank.model": COUNTER}, "grid": {"rerank.depth": (3, 5, 8)}}
    bench = make_bench(tmp_path, **about)
    plan = make_plan(bench)
    bench.close()
    assert plan.to_score == 8 * plan.questions
    assert any(f"at most {plan.to_score} pairs to score" in line for line in plan_lines(plan))
    run(tmp_path, **about)
    bench = make_bench(tmp_path, **about)
    assert make_plan(bench).to_score == 0
    bench.close()
    bench = make_bench(tmp_path, grid={"rerank.depth": (3, 5)})
    assert make_plan(bench).to_score == 0
    bench.close()


def test_a_plan_counts_what_is_missing_once_the_index_is_there(tmp_path: Path) -> None:
    run(tmp_path, base={"rerank.model": COUNTER, "rerank.depth": 5})
    pair_counter.pairs.clear()
    planned = []
    for depth in (2, 9):
        bench = make_bench(tmp_path, base={"rerank.model": COUNTER, "rerank.depth": depth})
        planned.append(make_plan(bench).to_score)
        bench.close()
    assert pair_counter.pairs == []
    run(tmp_path, base={"rerank.model": COUNTER, "rerank.depth": 9})
    # The first is asked for retrieval.k passages, six: that many are always reranked.
    assert planned[0] <= len(pair_counter.pairs) == planned[1]


def test_scores_are_kept_by_model_question_and_text(tmp_path: Path) -> None:
    scores = RerankScores(tmp_path / "rerank.sqlite3")
    texts = [f"text {number}" for number in range(1200)]
    made = scores.make("m", "q", texts, lambda q, found: [float(len(t)) for t in found])
    scores.close()
    again = RerankScores(tmp_path / "rerank.sqlite3")
    assert again.known("m", "q", [*texts, "other"]) == made
    assert again.known("n", "q", texts) == again.known("m", "r", texts) == {}
    assert (again.made, scores.made) == (0, 1200)
    assert (again.pairs_per_second("m") or 0) > 0
    assert again.pairs_per_second("n") is None
    again.close()


def test_a_model_is_known_by_its_files_and_a_compressor_by_its_code_and_fields(
    tmp_path: Path, tiny: str
) -> None:
    rerankers = Rerankers(tmp_path / "rerank.sqlite3")

    def identity(model: str | None, depth: int = 30) -> object:
        return rerankers.identity(RerankSettings(model=model, depth=depth, device="cpu"))

    assert identity(None) == identity(None, depth=3) is None
    assert identity(tiny) != identity(tiny, depth=3)
    other = str(build_tiny_cross_encoder(tmp_path / "other", window=32))
    assert identity(tiny) != identity(other)
    assert identity(BACKWARDS) == identity(BACKWARDS) != identity(COUNTER)
    rerankers.close()
