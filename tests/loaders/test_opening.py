"""`[[sources]]`: the loaders that settings name, ours and langchain-community's."""

import sys
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF

from rag import Rag, Settings
from rag.errors import MissingExtraError, SettingsError
from rag.loaders.opening import loader_class, open_loader
from rag.settings import SourceSettings
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project
from tests.loaders import loading
from tests.loaders.loading import HUB, LID, counts

OURS = loading.__name__
COMMUNITY = "langchain_community.document_loaders"
SUNSET = "ignore:.langchain-community. is being sunset:DeprecationWarning"


def sources(**tables: dict[str, Any]) -> Settings:
    listed = [SourceSettings(name=name, **table) for name, table in tables.items()]
    return Settings(sources=listed)


def test_sync_runs_the_loaders_of_the_settings(project: Project) -> None:
    path = project.write("lines.txt", f"{LID}\n{HUB}\n")
    settings = sources(wiki={"loader": f"{OURS}:FileLoader", "args": {"path": str(path)}})
    rag = project.open(settings=settings)
    assert counts(rag.sync()) == (2, 0, 0, 0)
    project.write("lines.txt", f"{LID}\n")
    assert counts(rag.sync()) == (0, 0, 1, 1)


def test_one_that_fails_is_listed_and_the_others_go_on(project: Project) -> None:
    path = str(project.write("lines.txt", f"{LID}\n"))
    place = f"{OURS}:FileLoader"
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
        open_loader(f"{OURS}:FileLoader", {"pth": "x"})
    with pytest.raises(MissingExtraError, match="pip install wikilib"):
        open_loader(f"{OURS}:FileLoader", {"path": "x", "extra": "import"})


def test_without_the_extra_the_install_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
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
