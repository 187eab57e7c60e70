"""What every filter lets through, asked of a real index, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.errors import RetrievalError
from rag.store.filters import compile_filter
from tests.indexing import MODES, Project

PAGES = "evals/data/sample/documents/temperature-mapping-guide.pdf"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with Project(tmp_path_factory.mktemp("filters") / "project") as project:
        project.write("a.md", "# Pumps\n\n## Warranty\n\nThe pump lasts.", age=0)
        project.write("docs/b.txt", "The pump is heavy.", age=0)
        project.write("docs/zh/[c].md", "# 泵\n\n## 保修\n\n泵 pump 很重。", age=0)
        project.write("docsother/d.csv", "part,price\npump,12\n", age=0)
        for name, stamp in (
            ("a.md", "2026-01-10T08:00"),
            ("docs/b.txt", "2026-01-31T23:30"),
            ("docs/zh/[c].md", "2026-02-01T00:00"),
            ("docsother/d.csv", "2026-03-01T00:00"),
        ):
            _set_time(project.folder / name, stamp)
        project.add("a.md", metadata={"team": "ops", "版本": 2, "final": True, 'a"b': "x"})
        project.add("docs", metadata={"team": "zh-ops", "版本": 3, "final": False, "v": "1.10"})
        project.add("docsother")
        yield project


def _set_time(path: Path, text: str) -> None:
    import os
    from datetime import UTC, datetime

    stamp = datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    os.utime(path, (stamp, stamp))


A, B, C, D = "a.md", "docs/b.txt", "docs/zh/[c].md", "docsother/d.csv"


@pytest.mark.parametrize(
    ("wanted", "sources"),
    [
        ({}, {A, B, C, D}),
        ({"source": A}, {A}),
        ({"source": "docs/*"}, {B, C}),
        ({"source": "docs/zh/[c].md"}, {C}),
        ({"source": "docs/zh/[c]*"}, {C}),
        ({"source": {"ne": A}}, {B, C, D}),
        ({"source": {"eq": A}}, {A}),
        ({"source": {"eq": "docs/*"}}, set()),
        ({"source": {"eq": C}}, {C}),
        ({"source": [A, B]}, {A, B}),
        ({"folder": "docs"}, {B, C}),
        ({"folder": "docs/zh/"}, {C}),
        ({"folder": "."}, {A, B, C, D}),
        ({"folder": {"ne": "docs"}}, {A, D}),
        ({"kind": "csv"}, {D}),
        ({"kind": ["csv", "text"]}, {B, D}),
        ({"kind": {"ne": "csv"}}, {A, B, C}),
        ({"title": "Pumps"}, {A}),
        ({"section": "warranty"}, {A}),
        ({"section": "保修"}, {C}),
        ({"section": {"ne": "保修"}}, {A, B, D}),
        ({"date": "2026-01-31"}, {B}),
        ({"date": {"ne": "2026-01-31"}}, {A, C, D}),
        ({"date": {"gte": "2026-01-31"}}, {B, C, D}),
        ({"date": {"gt": "2026-01-31"}}, {C, D}),
        ({"date": {"lte": "2026-01-31"}}, {A, B}),
        ({"date": {"lt": "2026-01-31"}}, {A}),
        ({"date": {"gte": "0001-01-01", "lte": "9999-12-31"}}, {A, B, C, D}),
        ({"date": {"lt": "2026-03x"}}, None),
        ({"date": {"gte": "2026-01-31T23:30:00+00:00", "lt": "2026-03-01"}}, {B, C}),
        ({"team": "ops"}, {A}),
        ({"team": {"ne": "ops"}}, {B, C, D}),
        ({"team": ["ops", "zh-ops"]}, {A, B, C}),
        ({"版本": 2}, {A}),
        ({"版本": "2"}, {A}),
        ({"版本": 2.0}, {A}),
        ({"版本": {"gte": 2, "lt": 3}}, {A}),
        ({"版本": {"gt": 2}}, {B, C}),
        ({"版本": {"lte": 3}}, {A, B, C}),
        ({"final": True}, {A}),
        ({"final": False}, {B, C}),
        ({"final": "true"}, {A}),
        ({"v": "1.10"}, {B, C}),
        ({"v": "1.1"}, set()),
        ({'a"b': "x"}, {A}),
        ({"kind": "markdown", "folder": "docs"}, {C}),
        ({"nothing": "x"}, set()),
    ],
)
def test_a_filter_lets_through_what_it_says(
    indexed: Project, wanted: dict[str, Any], sources: set[str] | None
) -> None:
    if sources is None:
        with pytest.raises(RetrievalError):
            compile_filter(wanted)
        return
    for mode in MODES:
        hits = indexed.rag.search("pump", k=50, mode=mode, filter=wanted)  # type: ignore[arg-type]
        assert {hit.metadata["source"] for hit in hits} == sources, mode


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": []},
        {"kind": {}},
        {"page": "three"},
        {"page": {"gte": float("nan")}},
        {"page": 2**70},
        {"版本": {"gt": 2**70}},
        {"kind": {"like": "x"}},
        {"source": {"gt": "a"}},
        {"source": ["a"] * 1000},
        {"source": "*" * 60_000},
        {f"name{number}": "a" for number in range(1000)},
        {"date": "yesterday"},
        {"team": None},
        {"team": {"eq": ["a"]}},
        {"": "x"},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_in_one_line(
    indexed: Project, wanted: dict[str, Any]
) -> None:
    with pytest.raises(RetrievalError) as caught:
        indexed.rag.search("pump", filter=wanted)
    assert "filter" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pages_are_compared_as_numbers(indexed: Project) -> None:
    guide = Path(__file__).parents[2] / PAGES
    if not guide.is_file():
        pytest.skip("the sample's PDF is not in this checkout")
    with Project(indexed.folder.parent / "pages") as project:
        project.rag.add(guide)
        for wanted, expected in (
            ({"page": 2}, {2}),
            ({"page": "2"}, {2}),
            ({"page": [1, 3]}, {1, 3}),
            ({"page": {"gte": 2, "lt": 4}}, {2, 3}),
        ):
            hits = project.rag.search("temperature", k=50, mode="dense", filter=wanted)
            assert {hit.metadata["page"] for hit in hits} == expected


@pytest.mark.parametrize(
    "metadata", [{"source": "x"}, {"score": 1}, {"team": ["a"]}, {"team": None}, {"": "x"}]
)
def test_metadata_that_could_not_be_filtered_by_is_refused(
    indexed: Project, metadata: dict[str, Any]
) -> None:
    from rag.errors import DocumentError

    with pytest.raises(DocumentError, match="metadata"):
        indexed.add("a.md", metadata=metadata)
