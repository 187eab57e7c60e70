"""What `Rag.forget` takes out and leaves in, and which sources a filter lists."""

from langchain_core.documents import Document

from tests.indexing import Project, found, in_all_modes


def pushed(source: str, text: str, **metadata: object) -> Document:
    return Document(text, metadata={"source": source, **metadata})


def test_a_forgotten_document_is_gone_from_every_answer(project: Project) -> None:
    project.rag.add_documents([pushed("a", "The pump is heavy."), pushed("b", "The pump is blue.")])

    report = project.rag.forget(["a", "not there"])

    assert report.removed == 1
    assert project.sources() == ["b"]
    assert found(project.rag, "pump") == in_all_modes("b")


def test_a_name_is_neither_a_pattern_nor_a_folder(project: Project) -> None:
    names = ["a", "a/b", "*", "维修/泵", "维修"]
    project.rag.add_documents([pushed(name, f"The pump of {name}.") for name in names])

    assert project.rag.forget(["*", "a", "维修"]).removed == 3
    assert project.sources() == ["a/b", "维修/泵"]
    assert project.rag.forget(["**", "a?b", "."]).removed == 0


def test_a_forgotten_file_stays_away_until_it_is_added_again(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/b.md", "The pump is blue.")
    project.write("c.md", "The pump is old.")
    project.add("docs")
    project.add("c.md")

    assert project.rag.forget(["docs/a.md", "c.md"]).removed == 2
    project.rag.sync()
    assert project.sources() == ["docs/b.md"]

    project.add("docs/a.md")
    assert project.sources() == ["docs/a.md", "docs/b.md"]


def test_a_filter_lists_the_sources_that_fulfil_it(project: Project) -> None:
    project.rag.add_documents(
        [
            pushed("what?", "The pump is heavy.", team="ops"),
            pushed("whats", "The pump is blue.", team="维修"),
            pushed("other", "The pump is old."),
        ]
    )

    def listed(**wanted: object) -> list[str]:
        return [record.source for record in project.rag.list(filter=wanted)]

    assert listed(team="维修") == ["whats"]
    assert listed(team={"ne": "维修"}) == ["other", "what?"]
    assert listed(source="what?") == ["what?", "whats"]
    assert listed(source={"eq": "what?"}) == ["what?"]
    assert listed() == ["other", "what?", "whats"]
