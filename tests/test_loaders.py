"""`Rag.sync(loader)` and `[[sources]]`: what LangChain loaders give is a source."""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fpdf import FPDF
from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from rag import Rag, Settings, SyncReport
from rag.errors import DocumentError, MissingExtraError, SettingsError
from rag.loaders.opening import loader_class, open_loader
from rag.settings import SourceSettings
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project, found, in_all_modes

LID = "The lid closes with four screws."
HUB = "The hub serves forty loggers."
COMMUNITY = "langchain_community.document_loaders"
SUNSET = "ignore:.langchain-community. is being sunset:DeprecationWarning"


class ListLoader(BaseLoader):
    """Gives documents; an exception among them is raised when its turn comes."""

    def __init__(self, given: Sequence[Any]) -> None:
        self.given = given

    def lazy_load(self) -> Iterator[Document]:
        for one in self.given:
            if isinstance(one, Exception):
                raise one
            yield one


class FileLoader(BaseLoader):
    """Gives each line of a file as a document, as a loader of the settings does."""

    def __init__(self, path: str, extra: str = "") -> None:
        self.path = path
        if extra == "refuse":
            raise ConnectionError("the wiki is\naway")
        if extra == "import":
            raise ImportError("please `pip install wikilib`")

    def load(self) -> list[Document]:
        lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        return [doc(line, f"wiki/{n}") for n, line in enumerate(lines)]


def doc(text: str = LID, source: str | None = "wiki/lid", **more: Any) -> Document:
    id_ = more.pop("id", None)
    named = {} if source is None else {"source": source}
    return Document(id=id_, page_content=text, metadata={**named, **more})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project(tmp_path / "project") as project:
        yield project


def sync(project: Project, *given: Any, name: str | None = "wiki", **more: Any) -> SyncReport:
    return project.rag.sync(ListLoader(given), name=name, **more)


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.removed, report.unchanged


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


def test_what_is_no_document_is_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="gave a str, a Document was wanted"):
        sync(project, "text")


def test_documents_of_one_source_are_told_apart(project: Project) -> None:
    rows = [doc(f"Part {n} costs {n * 7}.", "prices.csv", row=n) for n in range(3)]
    sync(project, *rows)
    assert project.sources() == ["prices.csv", "prices.csv#2", "prices.csv#3"]
    [found_, *_] = project.rag.search("which part costs 14", k=1, mode="lexical")
    assert found_.metadata["row"] == 2
    project.reset_counts()
    report = sync(project, *rows[1:])
    assert (report.removed, report.passages_embedded) == (1, 0)


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


def test_a_document_without_a_source_is_called_by_its_id_or_its_group(project: Project) -> None:
    sync(project, doc(source=None, id="p-1"), doc(HUB, None))
    assert project.sources() == ["p-1", "wiki"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("wiki/\x00lid\n two", "wiki/ lid two"),
        (" ", "wiki"),
        ("/" + "x" * 5000, "/" + "x" * 5000),
        ("/elsewhere/[lid]*.csv", "/elsewhere/[lid]*.csv"),
        (Path("lid.csv"), "lid.csv"),
    ],
)
def test_odd_sources_are_names_too(project: Project, given: object, name: str) -> None:
    assert sync(project, doc(source="x").model_copy(update={"metadata": {"source": given}})).added
    assert project.sources() == [name]
    assert project.rag.remove(name).removed == 1


def test_metadata_and_ids_are_kept_for_filters(project: Project) -> None:
    given = doc(
        title="Lid  of\nR2", id="p-1", team="ops", tags=["a", "b"], since=date(2026, 1, 2),
        author=None, share=math.nan, date="May", score=3, page=6, size=2**70,
        stock=np.int64(7), price=np.float32(0.5), done=True,
    )  # fmt: skip
    given.metadata[2] = "two"
    sync(project, given, metadata={"shelf": 4})
    [one] = project.rag.search("screws", filter={"loader_id": "p-1", "shelf": 4, "team": "ops"})
    kept = one.metadata
    assert (kept["title"], kept["page"]) == ("Lid of R2", 7)
    assert (kept["tags"], kept["since"]) == ('["a", "b"]', "2026-01-02")
    assert (kept["loader_date"], kept["loader_score"]) == ("May", 3)
    assert (kept["share"], kept["size"]) == ("nan", str(2**70))
    assert (kept["stock"], kept["price"], kept["done"], kept["2"]) == (7, 0.5, True, "two")
    assert "author" not in kept
    assert counts(sync(project, given, metadata={"shelf": 4})) == (0, 0, 0, 1)
    assert counts(sync(project, given, metadata={"shelf": 5})) == (0, 1, 0, 0)


def test_markdown_is_cut_at_its_headings_and_broken_text_is_mended(project: Project) -> None:
    sync(project, doc("# Lid\n\nFour.\n\n## Colour\n\nYellow\x00 \ud800!\n", kind="markdown"))
    [one, *_] = project.rag.search("yellow colour")
    assert one.metadata["section"] == "Lid > Colour"
    assert "\ud800" not in one.page_content


def test_chinese_is_found(project: Project) -> None:
    sync(project, doc("保修期为三十六个月。", "wiki/保修"), name="百科")
    assert project.rag.search("保修期多长")[0].metadata["source"] == "wiki/保修"
    assert project.rag.remove("百科").removed == 1


def test_files_and_documents_handed_over_stay(project: Project) -> None:
    project.write("docs/note.txt", "A note about paint.")
    project.add("docs")
    project.rag.add_documents([doc(HUB, "wiki/hub")])
    sync(project, doc())
    sync(project, doc("The lid has six screws.", "wiki/six"))
    assert project.sources() == ["docs/note.txt", "wiki/hub", "wiki/six"]
    assert project.rag.sync().removed == 0
    assert project.sources() == ["docs/note.txt", "wiki/hub", "wiki/six"]


def test_a_file_keeps_its_name_before_a_loader_that_reads_it_too(project: Project) -> None:
    path = project.write("docs/note.txt", "A note about paint.")
    project.add("docs")
    sync(project, doc("A note about varnish.", str(path)))
    assert project.sources() == ["docs/note.txt", "docs/note.txt#1"]
    assert project.rag.search("paint", k=1)[0].metadata["source"] == "docs/note.txt"


def test_a_path_inside_the_project_is_named_as_files_are(project: Project) -> None:
    sync(project, doc(source=str(project.folder / "data" / "lid.csv")), doc(HUB, "https://x/a?b=1"))
    assert project.sources() == ["data/lid.csv", "https://x/a?b=1"]


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


def test_metadata_that_cannot_be_kept_is_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="'page'"):
        sync(project, doc(), metadata={"page": 3})


def test_a_name_without_its_loader_is_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="without the loader"):
        project.rag.sync(name="wiki")


# Of the settings


def sources(**tables: dict[str, Any]) -> Settings:
    listed = [SourceSettings(name=name, **table) for name, table in tables.items()]
    return Settings(sources=listed)


def test_sync_runs_the_loaders_of_the_settings(project: Project) -> None:
    path = project.write("lines.txt", f"{LID}\n{HUB}\n")
    settings = sources(wiki={"loader": f"{__name__}:FileLoader", "args": {"path": str(path)}})
    rag = project.open(settings=settings)
    assert counts(rag.sync()) == (2, 0, 0, 0)
    project.write("lines.txt", f"{LID}\n")
    assert counts(rag.sync()) == (0, 0, 1, 1)


def test_one_that_fails_is_listed_and_the_others_go_on(project: Project) -> None:
    path = str(project.write("lines.txt", f"{LID}\n"))
    place = f"{__name__}:FileLoader"
    tables = {
        "away": {"loader": place, "args": {"path": path, "extra": "refuse"}},
        "gone": {"loader": place, "args": {"path": "nowhere.txt"}},
        "good": {"loader": place, "args": {"path": path}},
    }
    report = project.open(settings=sources(**tables)).sync()
    assert report.added == 1
    assert [failure.source for failure in report.failed] == ["away", "gone"]
    assert "ConnectionError: the wiki is away" in report.failed[0].error
    assert "FileNotFoundError" in report.failed[1].error


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("nowhere.at_all:Loader", "no module nowhere"),
        (f"{__name__}:Nothing", "no loader is called"),
        ("subprocess:Popen", "is no LangChain document loader"),
        ("builtins:exec", "is no LangChain document loader"),
    ],
)
def test_what_is_no_loader_is_refused_before_anything_is_done(
    project: Project, place: str, reason: str
) -> None:
    rag = project.open(settings=sources(wiki={"loader": place}))
    with pytest.raises(SettingsError, match=reason):
        rag.sync()
    assert not project.index.exists()


def test_wrong_arguments_and_missing_packages_are_told_apart() -> None:
    with pytest.raises(SettingsError, match=r"does not take these arguments.*'pth'"):
        open_loader(f"{__name__}:FileLoader", {"pth": "x"})
    with pytest.raises(MissingExtraError, match="pip install wikilib"):
        open_loader(f"{__name__}:FileLoader", {"path": "x", "extra": "import"})


def test_without_the_extra_the_install_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [n for n in sys.modules if n.partition(".")[0] == "langchain_community"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_Without("langchain_community"), *sys.meta_path])
    with pytest.raises(MissingExtraError, match=r"pip install 'rag\[community\]'"):
        loader_class(f"{COMMUNITY}:CSVLoader")


class _Without:
    """A finder after which a package is not installed."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, *_: object) -> None:
        if name == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


# Of langchain-community


@pytest.mark.filterwarnings(SUNSET)
def test_a_table_of_langchain_community(project: Project) -> None:
    path = project.write("prices.csv", "part,price\nRL-204,110\nRL-205,95\n")
    args = {"file_path": str(path), "metadata_columns": ["part"]}
    settings = sources(prices={"loader": f"{COMMUNITY}:CSVLoader", "args": args})
    rag = project.open(settings=settings)
    assert rag.sync().added == 2
    [row] = rag.search("price 95", k=1, mode="lexical")
    assert (row.metadata["source"], row.metadata["part"]) == ("prices.csv#2", "RL-205")


@pytest.mark.filterwarnings(SUNSET)
@pytest.mark.filterwarnings("ignore:.*pypdf.*")
def test_a_pdf_of_langchain_community_keeps_its_pages(project: Project) -> None:
    pdf = FPDF()
    pdf.set_font("helvetica", size=12)
    for text in ("The lid closes with four screws.", "The hub serves forty loggers."):
        pdf.add_page()
        pdf.cell(text=text)
    pdf.output(str(project.folder / "manual.pdf"))
    loader = open_loader(
        f"{COMMUNITY}:PyPDFLoader", {"file_path": str(project.folder / "manual.pdf")}
    )
    assert project.rag.sync(loader, name="manuals").added == 2
    [page, *_] = project.rag.search("forty loggers", k=1)
    assert (page.metadata["source"], page.metadata["page"]) == ("manual.pdf#2", 2)


@pytest.mark.filterwarnings(SUNSET)
def test_a_table_of_rag_toml_names_files_from_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prices.csv").write_text("part,price\nRL-204,110\n", encoding="utf-8")
    (tmp_path / "rag.toml").write_text(
        f'[[sources]]\nname = "prices"\nloader = "{COMMUNITY}:CSVLoader"\n'
        'args = { file_path = "./prices.csv" }\n',
        encoding="utf-8",
    )
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    with Rag(embeddings=BagOfWordsEmbeddings()) as rag:
        assert rag.sync().added == 1
        assert [record.source for record in rag.list()] == ["prices.csv"]
