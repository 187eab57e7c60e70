"""Models are an axis like any other: each embeds its texts once, with its real files."""

from pathlib import Path

import pytest

from evals.plan import index_rows, make_plan
from evals.results import BenchResult
from evals.runner import Bench
from evals.running import run_bench
from evals.spec import BenchSpec, Budget, Latency, Statistics
from rag.assembly import open_embeddings
from rag.embedding.location import DEFAULT_MODEL, locate
from rag.embeddings import PassageEmbeddings
from rag.errors import RagError
from rag.settings import EmbeddingSettings
from tests.embedding.tiny_model import build_tiny_model
from tests.evals.benches import small_set


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    try:
        locate(DEFAULT_MODEL)
    except RagError as error:
        pytest.skip(f"the default model is not here: {error}")
    return DEFAULT_MODEL, str(build_tiny_model(tmp_path_factory.mktemp("tiny") / "tiny", window=40))


class Opened:
    """Opens real models and notes how many passages each was asked for."""

    def __init__(self) -> None:
        self.embedded: dict[str, list[str]] = {}

    def __call__(self, wanted: EmbeddingSettings) -> PassageEmbeddings:
        model = open_embeddings(wanted)
        texts = self.embedded.setdefault(wanted.model, [])
        embed = model.embed_passages

        def noted(given, *, progress=None):
            texts.extend(given)
            return embed(given, progress=progress)

        model.embed_passages = noted  # type: ignore[method-assign]
        return model


def bench(cache: Path, models: tuple[str, str], opened: Opened, **about) -> Bench:
    dataset = small_set()
    spec = {
        "name": "models",
        "dataset": dataset.name,
        "grid": {"embedding.model": models, "retrieval.mode": ("dense", "hybrid")},
        "base": {"splitter.max_tokens": 30},
        "served": (),
        "latency": Latency(questions=0),
        "statistics": Statistics(resamples=200),
        **about,
    }
    return Bench(BenchSpec(**spec), dataset, cache, open_model=opened)


def run(cache: Path, models: tuple[str, str], **about) -> tuple[BenchResult, Opened]:
    opened = Opened()
    made = bench(cache, models, opened, **about)
    try:
        return run_bench(made), opened
    finally:
        made.close()


def test_each_model_embeds_its_texts_once_and_both_are_told(
    tmp_path: Path, models: tuple[str, str]
) -> None:
    planning = bench(tmp_path, models, Opened())
    plan = make_plan(planning)
    planning.close()
    assert [one.settings["embedding.model"] for one in plan.indexes] == list(models)
    assert [one.cells for one in plan.indexes] == [2, 2]
    rows = index_rows(plan.indexes)
    assert all(f"model={name}" in row[0] for name, row in zip(models, rows, strict=True))
    result, opened = run(tmp_path, models)
    for planned, name in zip(plan.indexes, models, strict=True):
        assert len(opened.embedded[name]) == len(set(opened.embedded[name])) == planned.to_embed
    told = result.environment["models"]
    assert len(told) == 2
    assert "384 dimensions" in "".join(told)
    assert "16 dimensions" in "".join(told)
    # Random weights find what chance finds.
    known, random = (f"model={name}, mode=dense" for name in models)
    measure = result.primary
    assert result.cell(known).estimates[measure].mean > result.cell(random).estimates[measure].mean
    _, again = run(tmp_path, models)
    assert not any(again.embedded.values())


def test_a_budget_lists_the_model_that_would_go_beyond_it(
    tmp_path: Path, models: tuple[str, str]
) -> None:
    planning = bench(tmp_path, models, Opened())
    first = make_plan(planning).indexes[0].to_embed
    planning.close()
    result, opened = run(tmp_path, models, budget=Budget(embed_texts=first))
    assert [cell.name for cell in result.cells] == [
        f"model={models[0]}, mode={mode}" for mode in ("dense", "hybrid")
    ]
    assert set(result.skipped) == {
        f"model={models[1]}, mode={mode}" for mode in ("dense", "hybrid")
    }
    assert all(f"the budget is {first}" in why for why in result.skipped.values())
    assert opened.embedded[models[1]] == []


def test_minutes_that_are_spent_leave_the_rest_unrun(
    tmp_path: Path, models: tuple[str, str]
) -> None:
    def spend(stage: str, done: int, total: int, detail: str) -> None:
        if stage == "cells" and done == 1:
            made.started -= 3600

    opened = Opened()
    made = bench(tmp_path, models, opened, budget=Budget(minutes=30))
    made.progress = spend
    try:
        result = run_bench(made)
    finally:
        made.close()
    assert [cell.name for cell in result.cells] == [result.baseline]
    assert len(result.skipped) == 3
    assert all(why == "the budget of 30 minutes is spent" for why in result.skipped.values())
    assert models[1] not in opened.embedded
