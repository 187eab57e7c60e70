"""What a search may cost the catalog: looking ids up must not read every passage."""

from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag.store.catalog import Catalog
from tests.indexing import Project

STEPS = 10  # instructions of SQLite's virtual machine between two counts


def instructions(catalog: Catalog, use: Callable[[], object]) -> int:
    """Count what SQLite executes, in machine instructions; the same on every machine."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    catalog.connection.set_progress_handler(count, STEPS)
    try:
        use()
    finally:
        catalog.connection.set_progress_handler(None, STEPS)
    return counted * STEPS


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def lookups(catalog: Catalog) -> list[int]:
    ids = sorted(catalog.ids())[:5]
    uses: list[Callable[[], object]] = [
        lambda: catalog.live(ids),
        lambda: catalog.passages(ids),
        lambda: catalog.vectors("", ids),
    ]
    return [instructions(catalog, use) for use in uses]


def test_looking_up_ids_costs_the_same_in_a_larger_index(project: Project) -> None:
    costs = []
    for size in (100, 3000):
        text = "\n\n".join(f"Sentence {number} about pump {number}." for number in range(size))
        with project.open() as rag:
            rag.add_documents([Document(text, metadata={"source": f"of {size}"})])
            costs.append(lookups(rag.retriever().store.catalog))
    assert all(large < 2 * small for small, large in zip(*costs, strict=True)), costs
