"""An index looked over: sound, of another model, damaged, with sources that hold nothing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag import Rag, Settings
from rag.health import Check
from rag.store import changes
from tests.fakes import BagOfWordsEmbeddings


@pytest.fixture
def rag(tmp_path: Path) -> Rag:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "pump.md").write_text("The pump is guaranteed for two years.\n", "utf-8")
    made = Rag(tmp_path / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings())
    made.add(tmp_path / "docs")
    return made


def again(rag: Rag, name: str = "bag-of-words") -> Rag:
    rag.close()
    embeddings = BagOfWordsEmbeddings(name)
    return Rag(rag.settings.index_dir, settings=Settings(), embeddings=embeddings)


def troubles(rag: Rag) -> dict[str, Check]:
    return {one.name: one for one in rag.check() if one.verdict != "ok"}


def test_a_sound_index_has_no_trouble(rag: Rag) -> None:
    assert troubles(rag) == {}


def test_another_model_in_the_settings_is_an_error(rag: Rag) -> None:
    trouble = troubles(again(rag, "other"))
    assert list(trouble) == ["model"]
    assert trouble["model"].verdict == "error"
    assert "rag sync --rebuild" in trouble["model"].advice


def test_a_lost_search_index_is_told_and_left_as_it_is(rag: Rag) -> None:
    folder = rag.settings.index_dir
    rag.close()
    shutil.rmtree(folder / "chroma")
    trouble = troubles(again(rag))
    assert trouble["search indexes"].verdict == "warning"
    assert "rag sync" in trouble["search indexes"].advice
    assert not (folder / "chroma" / "chroma.sqlite3").exists()


def test_a_vector_that_is_none_is_an_error(rag: Rag) -> None:
    store = rag.retriever().store
    zeros = np.zeros(64, dtype=np.float32).tobytes()
    with store.writing(purpose="damage it"), changes.transaction(store.catalog.connection):
        store.catalog.connection.execute("UPDATE vectors SET vector = ?", (zeros,))
    assert "1 one that is not of unit length" in troubles(again(rag))["vectors"].found


def test_sources_that_failed_and_passages_of_hardly_a_word_are_named(
    rag: Rag, tmp_path: Path
) -> None:
    (tmp_path / "docs" / "short.md").write_text("Hm.\n", "utf-8")
    (tmp_path / "docs" / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    rag.sync()
    trouble = troubles(rag)
    assert "docs/short.md:0-3" in trouble["short passages"].found
    assert "docs/broken.pdf" in trouble["sources"].found
