"""Compares the default with LangChain's stock recipe and BM25S on whole sets; draws nothing.

Run `python -m evals.stock_table [SET …]` with RAG_DATA naming the folder of the sets. LangChain's
recipe is that of its own tutorials (recursive splitter, 1,000 characters with 200 of overlap,
similarity search) with the same embedding model; BM25S has English stems and stop words, and the
same pieces where spans are judged. Follow-ups reach both joined to the question they lean on.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.datasets.found import load_dataset
from evals.gold import Question
from evals.results import BenchResult
from evals.runner import Bench
from evals.running import run_bench
from evals.spec import BenchSpec, Latency, RivalCell, Variant
from rag.errors import RagError

SETS = (
    "xquad_en",
    "xquad_zh",
    "cmrc2018_dev",
    "mtrag_dev",
    "rgb_en_fact",
    "limit_small",
    "scifact",
    "chroma_chunking",
    "sample",
)
OURS, STOCK, WORDS = "rag", "LangChain", "BM25S"
_PIECES = {"chunk_size": 1000, "chunk_overlap": 200}


def stock_spec(name: str, questions: Sequence[Question]) -> BenchSpec:
    """Return the benchmark of one set: documents are judged by nDCG@10, spans by their recall."""
    by_document = any(question.graded for question in questions)
    return BenchSpec(
        name="stock",
        dataset=name,
        variants=(Variant(OURS, {}),),
        rivals=(
            RivalCell(STOCK, "langchain", _PIECES),
            RivalCell(WORDS, "bm25s", {} if by_document else _PIECES),
        ),
        baseline=OURS,
        measures=("nDCG@10",) if by_document else ("span-recall@5", "span-IoU@5"),
        latency=Latency(questions=0),
        served=(),
    )


def lines(result: BenchResult) -> list[str]:
    """Return a line for each cell and measure: mean with interval, and how it differs from ours."""
    compared = {(one.cell, one.measure): one for one in result.comparisons}
    table = []
    for measure in result.measures:
        for cell in result.cells:
            mean = cell.estimates[measure]
            line = f"{measure:14} {cell.name:10} {mean.mean:.4f} [{mean.low:.4f}, {mean.high:.4f}]"
            one = compared.get((cell.name, measure))
            if one is not None:
                line += (
                    f"  {one.difference:+.4f} [{one.low:+.4f}, {one.high:+.4f}]"
                    f" p={one.p_holm:.4f} {one.verdict}"
                )
            table.append(line)
    return table


def measure(name: str, cache: Path) -> BenchResult:
    """Run the benchmark of one set.

    Raises:
        BenchError: There is no such set.
        MissingExtraError: A rival is not installed.
    """
    dataset = load_dataset(name)
    bench = Bench(stock_spec(name, dataset.questions), dataset, cache)
    try:
        return run_bench(bench)
    finally:
        bench.close()


def main() -> int:
    """Print one table for each set."""
    parser = argparse.ArgumentParser(prog="python -m evals.stock_table", description=__doc__)
    parser.add_argument("sets", nargs="*", default=SETS, help=f"default: {', '.join(SETS)}")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(".rag-bench"),
        help="where vectors, indexes and rankings are kept (%(default)s)",
    )
    arguments = parser.parse_args()
    for name in arguments.sets:
        try:
            result = measure(name, arguments.cache)
        except RagError as error:
            sys.stderr.write(f"{error}\n")
            return error.exit_code
        sys.stdout.write(f"{name} ({result.cells[0].estimates[result.primary].scored} questions)\n")
        sys.stdout.write("".join(f"  {line}\n" for line in lines(result)))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
