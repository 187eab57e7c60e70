"""A set is indexed passage for passage as the product indexes the same files."""

import shutil
import sqlite3
from contextlib import closing

from evals.datasets import load_dataset
from evals.datasets.sample import SAMPLE
from evals.stages import as_langchain
from tests.indexing import Project


def passages(index):
    with closing(sqlite3.connect(index / "catalog.sqlite3")) as catalog:
        return catalog.execute(
            "SELECT source, start_index, end_index, page, section, text_key FROM passages "
            "ORDER BY source, ordinal"
        ).fetchall()


def test_what_is_measured_is_what_is_served(tmp_path):
    with Project(tmp_path / "served") as served, Project(tmp_path / "measured") as measured:
        shutil.copytree(SAMPLE / "documents", served.folder / "documents")
        served.add("documents")
        measured.rag.add_documents(map(as_langchain, load_dataset("sample").documents))
        found = passages(measured.index)
        assert found == passages(served.index)
        assert len({source for source, *_ in found}) == 32
        assert any(page for _, _, _, page, *_ in found)
