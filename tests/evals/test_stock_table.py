"""The default beside other people's retrieval on a small set, with the fake model."""

from pathlib import Path

import pytest

from evals.datasets.base import EvalSet
from evals.runner import Bench
from evals.running import run_bench
from evals.stock_table import OURS, STOCK, WORDS, lines, stock_spec
from tests.evals.benches import judged_set, small_set
from tests.fakes import BagOfWordsEmbeddings


@pytest.mark.parametrize(
    ("dataset", "measures"),
    [(judged_set(), ("nDCG@10",)), (small_set(), ("span-recall@5", "span-IoU@5"))],
)
def test_each_set_is_measured_by_what_it_judges_against_both_rivals(
    tmp_path: Path, dataset: EvalSet, measures: tuple[str, ...]
) -> None:
    pytest.importorskip("bm25s")
    pytest.importorskip("langchain_text_splitters")
    spec = stock_spec(dataset.name, dataset.questions)
    bench = Bench(spec, dataset, tmp_path, open_model=lambda _: BagOfWordsEmbeddings())
    try:
        result = run_bench(bench)
    finally:
        bench.close()
    assert not result.skipped
    assert [cell.name for cell in result.cells] == [OURS, STOCK, WORDS]
    table = [line.split() for line in lines(result)]
    assert [(row[0], row[1]) for row in table] == [
        (measure, cell) for measure in measures for cell in (OURS, STOCK, WORDS)
    ]
    for row in table:
        mean = result.cell(row[1]).estimates[row[0]].mean
        assert row[2] == f"{mean:.4f}"
        assert ("p=" in " ".join(row)) == (row[1] != OURS)
