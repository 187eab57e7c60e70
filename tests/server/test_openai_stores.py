"""Collections as vector stores, with the real openai client."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from rag.server.keys import KeyFile
from tests.server.openai_serving import CHINESE_QUESTION, QUESTION, Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def search(served: Served, query: Any = QUESTION, **options: Any) -> list[Any]:
    with served.client() as client:
        return list(client.vector_stores.search("default", query=query, **options))


def test_each_collection_is_a_store(served: Served) -> None:
    with served.client() as client:
        (store,) = client.vector_stores.list()
        assert client.vector_stores.retrieve("default") == store
    assert (store.id, store.name, store.status) == ("default", "default", "completed")
    assert store.file_counts.completed == store.file_counts.total == 2
    assert store.usage_bytes > 0


@pytest.mark.parametrize(
    ("query", "words", "name"),
    [(QUESTION, "36 months", "handbook.md"), (CHINESE_QUESTION, "24 个月", "manual.md")],
)
def test_a_search_finds_passages_with_their_place(
    served: Served, query: str, words: str, name: str
) -> None:
    best = search(served, query)[0]
    assert words in best.content[0].text
    assert best.filename == name
    about = best.attributes
    text = served.rag.document(best.file_id).page_content
    span = slice(int(about["start_index"]), int(about["end_index"]))
    assert text[span] == best.content[0].text
    assert about["team"] == "field"
    assert about["url"].startswith(f"{served.url}/#/source?collection=default&reference=")


def test_results_are_those_of_the_index(served: Served) -> None:
    found = search(served, max_num_results=3)
    wanted = served.rag.search(QUESTION, k=3)
    assert [(one.attributes["passage_id"], one.score) for one in found] == [
        (one.id, one.metadata["score"]) for one in wanted
    ]


def test_several_queries_are_searched_and_each_passage_comes_once(served: Served) -> None:
    found = search(served, [QUESTION, CHINESE_QUESTION], max_num_results=4)
    ids = [one.attributes["passage_id"] for one in found]
    assert len(ids) == len(set(ids)) <= 4
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert {"handbook.md", "manual.md"} <= {one.filename for one in found}


def test_filters_and_thresholds_hold(served: Served) -> None:
    only: Any = {"type": "eq", "key": "folder", "value": "docs/zh"}
    assert {one.filename for one in search(served, filters=only)} == {"manual.md"}
    none: Any = {"type": "eq", "key": "team", "value": "other"}
    assert search(served, filters=none) == []
    best = search(served)[0].score
    high = search(served, ranking_options={"score_threshold": best})
    assert [one.score for one in high] == [best]


def test_a_mode_of_search_may_be_named(served: Served) -> None:
    found = search(served, extra_body={"mode": "lexical"}, rewrite_query=True)
    wanted = served.rag.search(QUESTION, mode="lexical")
    assert found[0].score == wanted[0].metadata["score"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"query": " "}, "empty"),
        ({"query": []}, "0 queries"),
        ({"query": ["why"] * 9}, "9 queries"),
        ({"max_num_results": 51}, "max_num_results"),
        ({"filters": {"type": "like", "key": "a", "value": "b"}}, "like"),
        ({"filters": {"type": "gt", "key": "date", "value": "soon"}}, "ISO date"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused(
    served: Served, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=said):
        search(served, **options)


def test_a_store_that_a_key_does_not_open_is_not_there(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    secret = KeyFile(keys).create("reader", collections=["open"])
    places = {"open": tmp_path / "served" / ".rag", "closed": tmp_path / "closed"}
    overrides = {"server": {"keys_file": keys, "collections": places}}
    with (
        serving(tmp_path / "served", overrides=overrides) as served,
        served.client(secret) as client,
    ):
        assert [store.id for store in client.vector_stores.list()] == ["open"]
        assert {model.id.split("/")[1] for model in client.models.list()} == {"open"}
        for unseen in ("closed", "nowhere"):
            with pytest.raises(openai.NotFoundError):
                client.vector_stores.search(unseen, query=QUESTION)
            with pytest.raises(openai.NotFoundError):
                client.models.retrieve(f"rag/{unseen}")
