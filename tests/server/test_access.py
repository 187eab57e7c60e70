"""That every route is listed with what it asks for, and that nothing else can be reached."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from rag.server.access import ROUTES, Level, Route, find_route, methods_of
from tests.indexing import Project
from tests.server.calling import bearer, calling, make_app, make_key
from tests.server.running import running


@pytest.fixture
def client(project: Project) -> Iterator[TestClient]:
    with calling(make_app(project)) as client:
        yield client


def routes_of(app: Any) -> FastAPI:
    """The application behind the guard."""
    inner = app._app
    assert isinstance(inner, FastAPI)
    return inner


def test_the_table_lists_what_is_served_and_nothing_else(project: Project) -> None:
    served = {
        (method, context.path)
        for context in iter_route_contexts(routes_of(make_app(project)).routes)
        for method in (context.methods or ())
        if method != "HEAD"
    }
    assert served == {(route.method, route.path) for route in ROUTES}


def address(route: Route) -> str:
    for name in ("{model:path}", "{store}", "{path:path}", "{name:path}", "{name}"):
        route = Route(route.method, route.path.replace(name, "x"), route.level)
    assert "{" not in route.path, "give this step of the path a value"
    return route.path


def content_type(route: Route) -> dict[str, str]:
    kinds = {"json": "application/json", "documents": "application/json"}
    kinds["upload"] = "multipart/form-data; boundary=x"
    return {"Content-Type": kinds[route.body]} if route.body in kinds else {}


GUARDED = [route for route in ROUTES if route.level is not Level.OPEN]
WRITING = [route for route in ROUTES if route.level is Level.WRITE]


def named(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.mark.parametrize("route", GUARDED, ids=named)
def test_a_guarded_route_wants_a_key(project: Project, route: Route) -> None:
    secret = make_key(project, "reader")["Authorization"].removeprefix("Bearer ")
    wrong = [
        {},
        bearer(""),
        bearer("rag-" + "A" * 43),
        bearer(secret[:-1]),
        bearer(secret + "x"),
        {"Authorization": secret},
        {"Authorization": f"Basic {secret}"},
        {"X-Api-Key": secret},
        {"Cookie": f"key={secret}"},
    ]
    with calling(make_app(project)) as client:
        for headers in wrong:
            response = client.request(
                route.method, address(route), headers={**content_type(route), **headers}
            )
            assert response.status_code == 401, (headers, response.text)
            assert response.headers["WWW-Authenticate"] == "Bearer"
            assert secret not in response.text


@pytest.mark.parametrize("route", WRITING, ids=named)
def test_a_writing_route_wants_a_key_that_may_write(project: Project, route: Route) -> None:
    reader = make_key(project, "reader")
    with calling(make_app(project)) as client:
        response = client.request(
            route.method, address(route), headers={**content_type(route), **reader}
        )
        assert response.status_code == 403
        assert "read only" in response.json()["detail"]
    assert len(project.sources()) == 3


@pytest.mark.parametrize("route", ROUTES, ids=named)
def test_a_listed_route_is_there_for_whoever_has_the_key(project: Project, route: Route) -> None:
    writer = make_key(project, "writer", write=True)
    with calling(make_app(project)) as client:
        response = client.request(
            route.method, address(route), headers={**content_type(route), **writer}
        )
        assert response.status_code not in (401, 403, 405)
        assert response.status_code < 500
        assert "no such route" not in response.text


@pytest.mark.parametrize("route", [one for one in ROUTES if one.body == "json"], ids=named)
def test_a_json_route_takes_nothing_else(client: TestClient, route: Route) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "application/json2"):
        response = client.request(
            route.method, address(route), content=b"{}", headers={"Content-Type": kind}
        )
        assert response.status_code == 415, kind


OTHER_SPELLINGS = [
    "/docs",
    "/redoc",
    "/openapi.yaml",
    "//api/search",
    "/api/search/",
    "/api//search",
    "/api/../metrics",
    "/api/%2e%2e/metrics",
    "/%2e/metrics",
    "/metrics%00",
    "/metrics%0a",
    "/Metrics",
    "/metrics;x",
    "/%EF%BD%8Detrics",
    "/api/search%2f",
    "/.git/config",
    "/.rag-keys.json",
    "/v1/../.rag/catalog.sqlite3",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%5c..%5cetc/passwd",
]


def test_no_other_spelling_of_a_path_leads_anywhere(project: Project) -> None:
    with running(make_app(project)) as url:
        for path in OTHER_SPELLINGS:
            for method in ("GET", "POST", "DELETE"):
                status, body = send_as_it_is(url, method, path)
                assert status == 404, (method, path, body)
                assert json.loads(body)["detail"] == "there is no such route"
        assert send_as_it_is(url, "GET", "/metrics")[0] == 200


def send_as_it_is(url: str, method: str, path: str) -> tuple[int, bytes]:
    """Send a path that most clients would tidy up."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO"])
def test_a_listed_path_is_there_by_its_own_methods_only(client: TestClient, method: str) -> None:
    response = client.request(method, "/api/documents")
    assert response.status_code in (404, 405)
    if response.status_code == 405:
        assert response.json()["detail"] == "use one of GET, POST, DELETE"


def test_a_head_request_gets_what_a_get_would_say(client: TestClient) -> None:
    response = client.head("/health")
    assert (response.status_code, response.content) == (200, b"")
    assert client.head("/api/search").status_code == 405


def test_a_step_of_a_path_is_one_step() -> None:
    routes = (
        Route("GET", "/a/{name}", Level.READ),
        Route("GET", "/b/{rest:path}", Level.OPEN),
    )
    assert find_route("GET", "/a/x", routes) is routes[0]
    assert find_route("GET", "/a/维修", routes) is routes[0]
    assert find_route("GET", "/a/x/y", routes) is None
    assert find_route("GET", "/a/", routes) is None
    assert find_route("GET", "/b/x/y", routes) is routes[1]
    assert find_route("POST", "/b/x/y", routes) is None
    assert methods_of("/b/x", routes) == ("GET",)
