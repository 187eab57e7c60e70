"""What clients of OpenAI's retrieval plugin send and get, down to the names of fields."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient

from tests.indexing import Project
from tests.server.calling import calling, make_app, make_key
from tests.server.running import running


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    with calling(make_app(project)) as client:
        yield client


def upsert(client: TestClient, *documents: dict[str, Any]) -> list[str]:
    response = client.post("/upsert", json={"documents": documents})
    assert response.status_code == 200, response.text
    return list(response.json()["ids"])


def query(client: TestClient, text: str, **more: Any) -> list[dict[str, Any]]:
    response = client.post("/query", json={"queries": [{"query": text, **more}]})
    assert response.status_code == 200, response.text
    (result,) = response.json()["results"]
    assert result["query"] == text
    return list(result["results"])


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {one["metadata"]["document_id"] for one in found}


def test_a_result_has_the_shape_that_clients_read(client: TestClient) -> None:
    metadata = {
        "source": "email",
        "source_id": "m-7",
        "url": "https://mail.example/7",
        "created_at": "2025-02-03T10:00:00+08:00",
        "author": "陈工",
    }
    assert upsert(client, {"id": "m7", "text": "The valve is blue.", "metadata": metadata}) == [
        "m7"
    ]

    (found,) = query(client, "valve", filter={"document_id": "m7"})

    assert set(found) == {"id", "text", "metadata", "embedding", "score"}
    assert found["text"] == "The valve is blue."
    assert found["metadata"] == {**metadata, "document_id": "m7", "title": "m7"}
    assert found["embedding"] is None
    assert 0 < found["score"] <= 1


def test_results_come_best_first_with_higher_scores_for_better_ones(client: TestClient) -> None:
    found = query(client, "How much does the pump of the R4 weigh?")
    assert found[0]["metadata"]["document_id"] == "docs/pump.md"
    assert found[0]["metadata"]["title"] == "Pumps"
    scores = [one["score"] for one in found]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)


def test_each_question_gets_its_own_result_and_number(client: TestClient) -> None:
    queries = [
        {"query": "保修期多久？", "top_k": 1, "filter": {"document_id": "docs/zh/泵.md"}},
        {"query": "loggers of a hub", "top_k": 2},
        {"query": "pump"},
    ]
    results = client.post("/sub/query", json={"queries": queries}).json()["results"]
    assert [one["query"] for one in results] == [one["query"] for one in queries]
    assert [len(one["results"]) for one in results] == [1, 2, 3]
    assert results[0]["results"][0]["text"].endswith("水泵的保修期为 36 个月。")


def test_a_document_upserted_again_replaces_all_its_passages(client: TestClient) -> None:
    long = "\n\n".join(f"Paragraph {n} about valves. " * 12 for n in range(10))
    upsert(client, {"id": "v", "text": long, "metadata": {"author": "Ann"}})
    assert len(query(client, "valves", filter={"document_id": "v"}, top_k=50)) > 3

    upsert(client, {"id": "v", "text": "Valves are old.", "metadata": {"author": "Bo"}})

    (found,) = query(client, "valves", filter={"document_id": "v"}, top_k=50)
    assert (found["text"], found["metadata"]["author"]) == ("Valves are old.", "Bo")


def test_documents_without_an_id_each_get_one(client: TestClient) -> None:
    made = upsert(
        client, {"text": "One valve."}, {"id": "  ", "text": "Two valves."}, {"text": "三"}
    )
    assert len(set(made)) == 3
    assert ids(query(client, "valve", filter={"document_id": made[1]})) == {made[1]}


NAMES = {
    "team": "维修",
    "priority": 3,
    "ratio": 0.5,
    "final": True,
    "kind": "letter",
    "page": 9,
    "date": "today",
    "score": 7,
    "id": "own",
    "structure": "steel",
    "plugin_source": "x",
    "title": "Valve letter",
    "阀门": "蓝",
}


def test_metadata_of_any_name_are_kept(client: TestClient) -> None:
    upsert(client, {"id": "v", "text": "A valve.", "metadata": NAMES})
    (found,) = query(client, "valve", filter={"document_id": "v"})
    assert NAMES.items() <= found["metadata"].items()


@pytest.mark.parametrize("name", list(NAMES))
def test_metadata_of_any_name_can_be_asked_for(client: TestClient, name: str) -> None:
    other = {"document": "other"} | dict.fromkeys(NAMES, "other")
    upsert(client, {"id": "v", "text": "A valve.", "metadata": NAMES})
    upsert(client, {"id": "w", "text": "A valve.", "metadata": other})
    assert ids(query(client, "valve", filter={name: NAMES[name]}, top_k=9)) == {"v"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"start_date": "2025-02-03"}, {"on", "after"}),
        ({"end_date": "2025-02-03"}, {"before", "on"}),
        ({"start_date": "2025-02-03", "end_date": "2025-02-03"}, {"on"}),
        ({"start_date": "2025-02-03T02:00:00Z"}, {"on", "after"}),
        ({"start_date": "2025-02-03T02:00:01Z"}, {"after"}),
        ({"end_date": "2025-02-03T10:00:00+08:00"}, {"before", "on"}),
        ({"start_date": "Mon, 03 Feb 2025 02:00:01 GMT"}, {"after"}),
        ({"source": "email"}, {"on"}),
        ({"source_id": "7", "author": "Ann"}, {"before"}),
        ({"author": None, "source": "chat"}, {"after"}),
    ],
)
def test_a_filter_lets_through_what_it_says(
    client: TestClient, wanted: dict[str, Any], expected: set[str]
) -> None:
    documents = {
        "before": {"created_at": "2025-02-02", "author": "Ann", "source_id": "7"},
        "on": {"created_at": "2025-02-03T10:00:00+08:00", "source": "email"},
        "after": {"created_at": "Tue, 04 Feb 2025 10:00:00 +0000", "source": "chat"}
        | {"author": "陈工"},
        "undated": {"source": "file", "source_id": "8"},
    }
    upsert(client, *({"id": n, "text": "A valve.", "metadata": m} for n, m in documents.items()))
    assert ids(query(client, "valve", filter=wanted, top_k=50)) == expected


def test_an_id_is_taken_literally_by_filters_and_deletion(client: TestClient) -> None:
    names = ["https://x.example/v?id=1", "https://x.example/v/id=1", "*", "docs", "阀"]
    upsert(client, *({"id": name, "text": "A valve."} for name in names))
    assert ids(query(client, "valve", filter={"document_id": names[0]}, top_k=50)) == {names[0]}
    assert ids(query(client, "valve", filter={"document_id": "*"}, top_k=50)) == {"*"}

    gone = [names[0], "*", "docs", "阀", "never there"]
    response = client.request("DELETE", "/delete", json={"ids": gone})

    assert response.json() == {"success": True}
    left = ids(query(client, "valve pump", top_k=50))
    assert left == {names[1], "docs/pump.md", "docs/hub.md", "docs/zh/泵.md"}


def test_documents_are_deleted_by_a_filter(client: TestClient) -> None:
    upsert(
        client,
        {"id": "a", "text": "A valve.", "metadata": {"author": "Ann"}},
        {"id": "b", "text": "A valve.", "metadata": {"author": "Bo"}},
    )
    client.request("DELETE", "/delete", json={"filter": {"author": "Ann"}})
    assert "b" in ids(query(client, "valve", top_k=50))
    assert "a" not in ids(query(client, "valve", top_k=50))


def test_everything_is_deleted_only_when_that_is_said(client: TestClient, project: Project) -> None:
    for body in (
        {},
        {"ids": []},
        {"filter": {}},
        {"filter": {"author": None}},
        {"delete_all": False},
        {"delete_all": "true"},
        {"delete_all": True, "ids": ["docs/pump.md"]},
        {"delete_all": True, "filter": {"author": "Ann"}},
    ):
        assert client.request("DELETE", "/delete", json=body).status_code == 400, body
    assert len(project.sources()) == 3

    assert client.request("DELETE", "/delete", json={"delete_all": True}).json()["success"] is True

    assert project.sources() == []
    assert query(client, "pump") == []
    assert (project.folder / "docs/pump.md").is_file()


def test_files_of_one_name_stay_two_documents(client: TestClient) -> None:
    made = [
        client.post("/upsert-file", files={"file": ("阀门.md", f"# Valve\n\nIt is {c}.".encode())})
        for c in ("blue", "red")
    ]
    first, second = (response.json()["ids"][0] for response in made)
    assert first != second
    assert first.endswith("/阀门.md")
    texts = {one["text"] for one in query(client, "valve", filter={"source": "file"})}
    assert {text.rpartition("\n")[2] for text in texts} == {"It is blue.", "It is red."}


def test_a_file_keeps_the_metadata_sent_with_it(client: TestClient) -> None:
    response = client.post(
        "/upsert-file",
        files={"file": ("valve.txt", b"A valve.")},
        data={"metadata": '{"source": "chat", "author": "Ann", "team": "维修"}'},
    )
    (name,) = response.json()["ids"]
    (found,) = query(client, "valve", filter={"team": "维修"})
    assert found["metadata"]["document_id"] == name
    assert (found["metadata"]["source"], found["metadata"]["author"]) == ("chat", "Ann")


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/upsert", {"documents": [{"id": "a", "text": "  "}]}, "wanted text"),
        ("/upsert", {"documents": [{"id": "a"}]}, "text"),
        ("/upsert", {"documents": [{"text": "x", "metadata": {"a": [1]}}]}, "use a text"),
        ("/upsert", {"documents": [{"text": "x", "metadata": {"title": 1}}]}, "use a text"),
        ("/upsert", {"documents": [{"text": "x", "metadata": {"created_at": "?"}}]}, "no date"),
        ("/upsert", {"documents": [{"text": "x", "metadata": {"n": 10**400}}]}, "use a text"),
        ("/upsert", {"documents": [{"id": "docs/pump.md", "text": "x"}]}, "indexed file"),
        ("/upsert", {"documents": [{"id": "a" * 2000, "text": "x"}]}, "1000"),
        ("/query", {"queries": [{"query": " "}]}, "empty"),
        ("/query", {"queries": [{"query": "x", "top_k": 0}]}, "top_k"),
        ("/query", {"queries": [{"query": "x"}] * 101}, "100"),
        ("/query", {"queries": [{"query": "x", "filter": {"start_date": "?"}}]}, "no date"),
        ("/query", {"queries": [{"query": "x", "filter": {"a": {"near": 1}}}]}, "operator"),
        ("/query", {"query": "x"}, "queries"),
        ("/query", [], "the body"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    client: TestClient, project: Project, path: str, body: Any, says: str
) -> None:
    response = client.post(path, json=body)
    assert 400 <= response.status_code < 500
    message = response.json()["error"]["message"]
    assert says in message
    assert "\n" not in message
    assert len(project.sources()) == 3


def test_nothing_of_a_request_is_kept_when_one_document_is_refused(
    client: TestClient, project: Project
) -> None:
    documents = [{"id": "good", "text": "A valve."}, {"id": "bad", "text": ""}]
    assert client.post("/upsert", json={"documents": documents}).status_code == 422
    assert "good" not in project.sources()


def test_fields_that_clients_add_of_their_own_are_passed_over(client: TestClient) -> None:
    document = {"id": "v", "text": "A valve.", "embedding": [0.1], "metadata": None}
    body = {"documents": [document], "extra": 1}
    assert client.post("/upsert", json=body).json() == {"ids": ["v"]}
    queries = {"queries": [{"query": "valve", "top_k": None, "sparse": {}}], "namespace": "x"}
    assert len(client.post("/query", json=queries).json()["results"][0]["results"]) == 3


def test_half_a_character_is_mended_wherever_it_stands(client: TestClient) -> None:
    body = (
        r'{"documents": [{"id": "h\ud800", "text": "A valve \udc00 of \ud83d\ude00 \\ud800.",'
        r'"metadata": {"au\ud800": "x\udfff", "path": "C:\\udc00"}}]}'
    )
    headers = {"Content-Type": "application/json"}
    assert client.post("/upsert", content=body, headers=headers).json() == {"ids": ["h\ufffd"]}
    (found,) = query(client, "valve", filter={"document_id": "h\ufffd"})
    assert found["text"] == "A valve \ufffd of \U0001f600 \\ud800."
    assert found["metadata"]["au\ufffd"] == "x\ufffd"
    assert found["metadata"]["path"] == "C:\\udc00"


def test_a_key_uses_the_collection_it_was_opened_for(project: Project, tmp_path: Path) -> None:
    one = project
    with Project(tmp_path / "two") as two:
        two.rag.add_documents([])
        own = make_key(one, "two-only", write=True, collections=["two"])
        every = make_key(one, "all", write=True)
        app = make_app(one, collections={"one": one.index, "two": two.index})
        with calling(app) as client:
            document = {"documents": [{"id": "v", "text": "A valve."}]}
            assert client.post("/upsert", json=document, headers=own).status_code == 200
            queries = {"queries": [{"query": "valve pump", "top_k": 9}]}

            def found(headers: dict[str, str], suffix: str = "") -> set[str]:
                response = client.post("/query" + suffix, json=queries, headers=headers)
                return ids(response.json()["results"][0]["results"])

            assert found(own) == {"v"}
            assert found(every) == {"docs/pump.md", "docs/hub.md", "docs/zh/泵.md"}
            assert found(every, "?collection=two") == {"v"}
            refused = client.post("/query?collection=one", json=queries, headers=own)
            unknown = client.post("/query?collection=three", json=queries, headers=own)
            assert refused.status_code == unknown.status_code == 404
            assert refused.json()["detail"].replace("one", "three") == unknown.json()["detail"]


def test_the_manifest_leads_to_a_description_that_works(project: Project) -> None:
    reader = make_key(project, "reader")
    with calling(make_app(project, public_url="https://docs.example/")) as client:
        manifest = client.get("/.well-known/ai-plugin.json").json()
        assert manifest["schema_version"] == "v1"
        assert manifest["auth"] == {"type": "user_http", "authorization_type": "bearer"}
        assert manifest["api"]["url"] == "https://docs.example/.well-known/openapi.yaml"
        assert manifest["logo_url"].startswith("https://docs.example/")
        logo = client.get(manifest["logo_url"].removeprefix("https://docs.example"))
        assert logo.headers["content-type"] == "image/svg+xml"

        described = yaml.safe_load(client.get("/.well-known/openapi.yaml").text)
        assert described["servers"] == [{"url": "https://docs.example"}]
        assert list(described["paths"]) == ["/query"]
        assert described["paths"]["/query"]["post"]["security"]
        sub = client.get("/sub/openapi.json").json()
        assert sub["servers"] == [{"url": "https://docs.example/sub"}]
        assert sub["paths"] == described["paths"]
        body = {"queries": [{"query": "pump"}]}
        assert client.post("/sub/query", json=body).status_code == 401
        assert client.post("/sub/query", json=body, headers=reader).status_code == 200


def test_a_server_without_keys_says_that_it_needs_none(client: TestClient) -> None:
    manifest = client.get("/.well-known/ai-plugin.json").json()
    assert manifest["auth"] == {"type": "none"}
    assert manifest["api"]["url"] == "http://127.0.0.1:8321/.well-known/openapi.yaml"


def test_langchains_client_of_the_plugin_gets_passages(project: Project) -> None:
    with warnings.catch_warnings():
        # Its package announces its end whenever it is imported.
        warnings.simplefilter("ignore")
        retrievers = pytest.importorskip("langchain_community.retrievers")
    secret = make_key(project, "reader")["Authorization"].removeprefix("Bearer ")
    with running(make_app(project)) as url:
        client = retrievers.ChatGPTPluginRetriever(url=url, bearer_token=secret, top_k=1)
        (found,) = client.invoke("How much does the pump of the R4 weigh?")
        assert found.page_content.endswith("The pump of the R4 weighs 12 kg.")
        assert found.metadata["document_id"] == "docs/pump.md"
        client.filter = {"document_id": "docs/zh/泵.md"}
        (found,) = client.invoke("水泵的保修期多久？")
        assert found.page_content.endswith("水泵的保修期为 36 个月。")
