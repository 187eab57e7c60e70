import pytest

from evals.cells import broadest, defaults_of, expand
from evals.spec import BenchSpec, RivalCell, Variant
from rag.errors import BenchError
from rag.settings import Settings


def spec(**about: object) -> BenchSpec:
    return BenchSpec(**{"name": "x", "dataset": "sample", **about})  # type: ignore[arg-type]


def test_a_grid_gives_every_combination_over_the_base() -> None:
    found = expand(
        spec(
            base={"retrieval.k": 9},
            grid={"retrieval.mode": ("dense", "lexical"), "splitter.max_tokens": (64, None)},
        )
    )
    assert [cell.name for cell in found.cells] == [
        "mode=dense, max_tokens=64",
        "mode=dense, max_tokens=none",
        "mode=lexical, max_tokens=64",
        "mode=lexical, max_tokens=none",
    ]
    first = found.cells[0].settings
    assert first is not None
    assert (first.retrieval.k, first.retrieval.mode, first.splitter.max_tokens) == (9, "dense", 64)


def test_excluded_combinations_are_no_cells() -> None:
    found = expand(
        spec(
            grid={"retrieval.mode": ("dense", "lexical"), "retrieval.k": (3, 5)},
            exclude=({"retrieval.mode": "lexical", "retrieval.k": 3},),
        )
    )
    assert "mode=lexical, k=3" not in [cell.name for cell in found.cells]
    assert len(found.cells) == 3


def test_without_anything_to_vary_the_defaults_are_the_one_cell() -> None:
    found = expand(spec())
    assert [cell.settings for cell in found.cells] == [Settings()]
    assert found.baseline == "default"


def test_the_baseline_is_the_cell_of_its_settings_else_a_cell_of_its_own() -> None:
    grid = {"retrieval.mode": ("dense", "hybrid")}
    assert expand(spec(grid=grid)).baseline == "mode=hybrid"
    assert expand(spec(grid=grid, baseline={"retrieval.mode": "dense"})).baseline == "mode=dense"
    added = expand(spec(grid=grid, baseline={"retrieval.k": 3}))
    assert (added.baseline, added.cells[0].name) == ("baseline", "baseline")


def test_a_baseline_that_is_no_cell_and_two_cells_of_one_name_are_refused() -> None:
    with pytest.raises(BenchError, match="baseline"):
        expand(spec(baseline="nobody"))
    twice = (Variant("a", {}), Variant("a", {"retrieval.k": 3}))
    with pytest.raises(BenchError, match="two cells are called 'a'"):
        expand(spec(variants=twice))


def test_rivals_are_cells_without_settings_and_may_be_the_baseline() -> None:
    found = expand(spec(rivals=(RivalCell("words", "bm25s", {"k1": 1.2}),), baseline="words"))
    assert found.baseline == "words"
    assert found.cells[-1].settings is None


def test_settings_that_cannot_go_together_are_refused_by_cell() -> None:
    with pytest.raises(BenchError, match=r"cell bad: retrieval\.k"):
        expand(spec(variants=(Variant("bad", {"retrieval.k": 0}),)))


def test_of_cells_that_differ_in_the_breadth_of_search_alone_the_broadest_counts() -> None:
    cells = {
        "narrow": {"store.ef_search": 10},
        "default": {},
        "other, narrow": {"retrieval.k": 3, "store.ef_search": 50},
        "other, broad": {"retrieval.k": 3, "store.ef_search": 500},
        "said": {"retrieval.k": 4},
    }
    assert broadest(cells) == ["default", "other, broad", "said"]


def test_defaults_are_told_of_the_settings_that_some_cell_names() -> None:
    grid = {"retrieval.mode": ("dense",), "splitter.max_tokens": (64,)}
    rivals = (RivalCell("bm25s", "bm25s", {"k1": 1.2}),)
    cells = expand(spec(grid=grid, variants=(Variant("plain", {}),), rivals=rivals)).cells
    assert defaults_of(cells) == {"retrieval.mode": "hybrid", "splitter.max_tokens": None}
