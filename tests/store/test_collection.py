"""The Chroma collection is an ordinary one, whatever its size."""

from collections.abc import Iterator
from contextlib import contextmanager

from langchain_chroma import Chroma

from rag.settings import Settings
from rag.settings.groups import StoreSettings
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project, derived_ids


@contextmanager
def chroma_of(project: Project) -> Iterator[Chroma]:
    """What a user of LangChain would write."""
    chroma = Chroma(
        persist_directory=str(project.index / "chroma"),
        collection_name=project.rag.status().collection,
        embedding_function=project.embeddings,
    )
    try:
        yield chroma
    finally:
        chroma._client.close()  # type: ignore[attr-defined]


def test_langchain_chroma_returns_the_same_passages(project: Project) -> None:
    for n in range(5):
        project.write(f"docs/{n}.md", f"# Pump {n}\n\n## Weight\n\nThe pump {n} is heavy{n}.")
    project.write("docs/zh.md", "# 泵\n\n泵很重 heavy3。")
    project.add("docs", metadata={"team": "ops", "year": 2026})
    query = "heavy3 pump"

    ours = project.rag.search(query, mode="dense", k=6)
    project.rag.close()
    with chroma_of(project) as chroma:
        theirs = chroma.similarity_search(query, k=6)

    assert len(ours) == len(theirs) == 6
    assert ours[0].id == theirs[0].id
    # Those that are equally near come in any order.
    by_id = {document.id: document for document in theirs}
    for mine in ours:
        other = by_id[mine.id]
        assert mine.page_content == other.page_content
        shown = {k: v for k, v in mine.metadata.items() if k not in ("score", "rank")}
        assert {k: v for k, v in shown.items() if v is not None} == other.metadata


def test_more_passages_than_a_chroma_batch_holds(project: Project) -> None:
    project.embeddings = BagOfWordsEmbeddings(dimension=16, max_tokens=16)
    for n in range(3):
        lines = (f"Line {n * 2000 + m} has item{m} and stands in a passage" for m in range(2000))
        project.write(f"docs/{n}.txt", ".\n\n".join(lines))

    report = project.add("docs")

    passages = project.rag.status().passages
    assert report.failed == ()
    assert passages > 5_461
    vectors, words = derived_ids(project.index)
    assert len(vectors) == len(words) == passages
    assert len(project.rag.search("item7", mode="dense", k=200)) == 200


def test_a_changed_breadth_of_search_is_followed(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.add("docs")
    project.rag.close()
    wider = Settings(store=StoreSettings(ef_search=123))

    assert project.open(settings=wider).search("pump", mode="dense")

    for rag in project._opened:
        rag.close()
    with chroma_of(project) as chroma:
        assert chroma._collection.configuration_json["hnsw"]["ef_search"] == 123


def test_near_duplicates_are_all_found(project: Project) -> None:
    """Chroma's graph leads to some of such rows from nowhere: then every vector is compared."""
    rows = "\n\n".join(f"Item{n} " + " ".join(f"w{n}x{m}" for m in range(40)) for n in range(200))
    project.write("rows.txt", rows)
    project.add("rows.txt")

    passages = project.rag.search("Item7", mode="dense", k=200)

    assert len({passage.id for passage in passages}) == 200
