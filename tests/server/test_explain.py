"""A search over HTTP that says why."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.indexing import Project
from tests.server.calling import calling, make_app

QUERY = "How much does the pump of the R4 weigh?"


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    with calling(make_app(project)) as client:
        yield client


def test_search_says_why_only_when_asked(client: TestClient) -> None:
    asked = {"query": QUERY, "k": 1}
    plain = client.post("/api/search", json=asked).json()
    explained = client.post("/api/search", json={**asked, "explain": True}).json()
    [passage] = explained["passages"]
    assert set(passage["legs"]) == {"dense", "lexical"}
    assert passage["legs"]["lexical"]["rank"] == 1
    assert {"query": QUERY, "passages": [{key: passage[key] for key in plain["passages"][0]}]} == (
        plain
    )
    assert "legs" not in plain["passages"][0]
    assert all(one["reason"] for one in explained["left_out"])
