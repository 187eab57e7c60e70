"""`Rag.sync(loader)`: the index follows what a loader gives, and a failing one loses nothing."""

import pytest

from rag.errors import DocumentError
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project, found, in_all_modes
from tests.loaders.loading import HUB, ListLoader, counts, doc, sync


def test_the_index_follows_what_the_loader_gives(project: Project) -> None:
    assert counts(sync(project, doc(), doc(HUB, "wiki/hub"))) == (2, 0, 0, 0)
    assert found(project.rag, "lid screws", k=1) == in_all_modes("wiki/lid")
    project.reset_counts()
    assert counts(sync(project, doc(), doc(HUB, "wiki/hub"))) == (0, 0, 0, 2)
    assert project.embeddings.calls == 0
    report = sync(project, doc("The lid has six screws."))
    assert (counts(report), report.passages_embedded) == ((0, 1, 1, 0), 1)
    assert project.sources() == ["wiki/lid"]


@pytest.mark.parametrize("error", [ConnectionError("the wiki\nis away"), KeyError("token")])
def test_a_loader_that_fails_loses_nothing(project: Project, error: Exception) -> None:
    sync(project, doc(), doc(HUB, "wiki/hub"))
    with pytest.raises(DocumentError, match=r"ListLoader failed: \w+Error: ") as raised:
        sync(project, doc("The lid has six screws."), error)
    assert "\n" not in str(raised.value)
    assert raised.value.__cause__ is error
    assert project.sources() == ["wiki/hub", "wiki/lid"]
    assert counts(sync(project, doc(), doc(HUB, "wiki/hub"))) == (0, 0, 0, 2)


def test_a_loader_that_gives_nothing_loses_nothing(project: Project) -> None:
    sync(project, doc())
    for given in ([], [doc("  \n")]):
        report = sync(project, *given)
        assert report.removed == 0
        assert "rag remove wiki" in report.failed[0].error
    assert project.sources() == ["wiki/lid"]


def test_without_a_name_each_source_is_kept_for_itself(project: Project) -> None:
    first = [doc("Part 1 costs 7.", "a.csv"), doc("Part 2 costs 9.", "a.csv")]
    sync(project, *first, name=None)
    sync(project, doc("Part 3 costs 8.", "b.csv"), name=None)
    assert project.sources() == ["a.csv", "a.csv#2", "b.csv"]
    assert sync(project, first[0], name=None).removed == 1
    assert project.sources() == ["a.csv", "b.csv"]
    assert counts(sync(project, *first, name="prices")) == (1, 1, 0, 0)
    sync(project, *[doc(one.page_content, "c.csv") for one in first], name=None)
    assert project.rag.remove("c.csv").removed == 2
    assert project.sources() == ["a.csv", "a.csv#2", "b.csv"]


def test_a_source_goes_before_a_group_of_its_name(project: Project) -> None:
    project.rag.add_documents([doc(HUB, "wiki")])
    sync(project, doc(source="lid"))
    assert project.rag.remove("wiki").removed == 1
    assert project.sources() == ["lid"]


def test_files_and_documents_handed_over_stay(project: Project) -> None:
    project.write("docs/note.txt", "A note about paint.")
    project.add("docs")
    project.rag.add_documents([doc(HUB, "wiki/hub")])
    sync(project, doc())
    sync(project, doc("The lid has six screws.", "wiki/six"))
    assert project.sources() == ["docs/note.txt", "wiki/hub", "wiki/six"]
    assert project.rag.sync().removed == 0
    assert project.sources() == ["docs/note.txt", "wiki/hub", "wiki/six"]


def test_two_loaders_never_take_a_source_from_each_other(project: Project) -> None:
    sync(project, doc(), name="one")
    report = sync(project, doc("Another lid."), doc(HUB, "wiki/hub"), name="two")
    assert [failure.source for failure in report.failed] == ["wiki/lid"]
    assert report.added == 1
    assert sync(project, doc(), name="one").unchanged == 1


def test_rebuild_keeps_groups_and_remove_forgets_one(project: Project) -> None:
    sync(project, doc(), doc(HUB, "wiki/hub"))
    project.write("docs/note.txt", "A note about paint.")
    project.add(".")
    other = project.open(BagOfWordsEmbeddings(name="other"))
    other.rebuild()
    report = other.sync(ListLoader([doc()]), name="wiki")
    assert counts(report) == (0, 0, 1, 1)
    with pytest.raises(DocumentError, match="not in the index"):
        other.remove("wiki", "nothing")
    assert other.remove("wiki").removed == 1
    assert [record.source for record in other.list()] == ["docs/note.txt"]
    assert other.sync().removed == 0


def test_a_name_without_its_loader_is_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="without the loader"):
        project.rag.sync(name="wiki")
