"""`rag doctor`, `rag similarity` and `rag search --explain` on a real, small index."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from rag import Rag, Settings
from rag.cli.shared import Invocation
from rag.similarity import Twins
from tests.cli.conftest import Run
from tests.fakes import BagOfWordsEmbeddings

PAGES = {
    "a.md": "The warranty of the pump is two years from the day of delivery to the customer.\n",
    "b.md": "The warranty of the pump is two years from the day of delivery to the client.\n",
    "c.md": "The radio sends every ten minutes.\n",
    "保修.md": "水泵的保修期为两年，自交付之日起计算。\n",
    "空.md": "无线电每十分钟发送一次数据。\n",
}


class Blind(BagOfWordsEmbeddings):
    """Takes all Chinese for the same text, as a model does that cannot read it."""

    def unknown_share(self, text: str) -> float:
        return 0.6 if any("\u4e00" <= letter <= "\u9fff" for letter in text) else 0.0

    def _vector(self, text: str):  # type: ignore[no-untyped-def]
        return super()._vector("中" if self.unknown_share(text) else text)


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    folder = tmp_path_factory.mktemp("twins")
    (folder / "docs").mkdir()
    for name, text in PAGES.items():
        (folder / "docs" / name).write_text(text, "utf-8")
    with Rag(folder / ".rag", settings=Settings(), embeddings=Blind(max_tokens=60)) as rag:
        rag.add(folder / "docs")
        yield rag


@pytest.fixture
def opened(rag: Rag, monkeypatch: pytest.MonkeyPatch) -> Rag:
    monkeypatch.setattr(Invocation, "open", lambda _: nullcontext(rag))
    return rag


def names(twins: Twins) -> tuple[str, str]:
    return Path(twins.first.source).name, Path(twins.second.source).name


def test_versions_of_a_passage_are_twins_and_others_are_not(rag: Rag) -> None:
    [pair] = rag.twins(least=0.8)
    assert names(pair) == ("a.md", "b.md")
    assert not pair.identical
    assert 0.8 <= pair.similarity < 1


def test_what_the_model_cannot_read_is_no_pair_for_its_vectors_alone(rag: Rag) -> None:
    assert rag.similarity(PAGES["保修.md"], PAGES["空.md"]) == pytest.approx(1)
    assert all("保修.md" not in names(one) for one in rag.twins(least=0.5))
    assert rag.twins(least=0.8, most=1) == rag.twins(least=0.8)


def test_the_doctor_finds_a_sound_index_sound(run: Run, opened: Rag) -> None:
    result = run("doctor")
    assert result.exit_code == 0
    assert "ok  catalog: 5 passages" in result.stdout
    assert "equal to the catalog" in result.stdout
    checks = json.loads(run("doctor", "--json").stdout)["checks"]
    assert {one["verdict"] for one in checks} == {"ok"}


def test_duplicates_are_listed_with_both_places(run: Run, opened: Rag) -> None:
    lines = run("doctor", "--duplicates", "--least", "0.8").stdout.splitlines()
    assert len(lines) == 3
    assert "a.md:0-79" in lines[1]
    assert "b.md:0-77" in lines[2]
    [pair] = json.loads(run("doctor", "--duplicates", "--least", "0.8", "--json").stdout)[
        "duplicates"
    ]
    assert pair["first"]["text"].startswith("The warranty")
    assert "No two passages" in run("doctor", "--duplicates", "--least", "1").stdout


def test_similarity_says_where_the_model_cannot_read(run: Run, opened: Rag) -> None:
    same = run("similarity", "the pump", "the pump")
    assert (same.stdout, same.stderr) == ("1.0000\n", "")
    blind = run("similarity", "保修", "电池")
    assert "cannot read 60% of a text" in blind.stderr
    assert json.loads(run("similarity", "--json", "a pump", "a pump").stdout) == {
        "similarity": pytest.approx(1)
    }
    assert run("similarity", "-", "-").exit_code == 2
    assert run("similarity", " ", "pump").exit_code == 6


def test_similarity_of_passages_by_their_places(run: Run, opened: Rag) -> None:
    places = [f"{one.metadata['source']}:0-40" for one in opened.search("pump warranty", k=2)]
    assert run("similarity", "--passages", *places).stdout == "1.0000\n"


def test_explained_search_prints_legs_words_and_what_was_left_out(run: Run, opened: Rag) -> None:
    shown = run("search", "--explain", "-k", "1", "pump warranty client").stdout
    assert "hybrid search: evidence = " in shown
    assert "lexical #1, score" in shown
    assert "words: pump warranti client" in shown
    assert "left out: below the 1 best" in shown
    found = json.loads(run("search", "--explain", "--json", "-k", "1", "pump client").stdout)
    [best] = found["passages"]
    assert best["legs"]["lexical"]["rank"] == 1
    assert best["matched_words"] == ["pump", "client"]
    assert found["left_out"][0]["reason"] == "below the 1 best"
    assert 0 <= found["dense_weight"] <= 1
