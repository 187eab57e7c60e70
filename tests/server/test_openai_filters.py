"""OpenAI's filters said in those of the index."""

from typing import Any

import pytest

from rag.server.failures import RefusedError
from rag.server.openai.filters import to_filter
from rag.store.filters import compile_filter


def compare(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


def join(kind: str, *filters: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "filters": list(filters)}


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (None, None),
        (compare("eq", "team", "现场"), {"team": {"eq": "现场"}}),
        (compare("ne", "source", "a.md"), {"source": {"ne": "a.md"}}),
        (compare("gte", "page", 3), {"page": {"gte": 3}}),
        (compare("in", "kind", ["pdf", "docx"]), {"kind": ["pdf", "docx"]}),
        (compare("nin", "kind", ["pdf"]), {"kind": {"ne": "pdf"}}),
        (
            join("and", compare("gt", "page", 1), compare("lt", "page", 9), compare("eq", "a", 1)),
            {"page": {"gt": 1, "lt": 9}, "a": {"eq": 1}},
        ),
        (
            join("or", compare("eq", "kind", "pdf"), compare("in", "kind", ["docx", "html"])),
            {"kind": ["pdf", "docx", "html"]},
        ),
        (
            join(
                "and",
                join("or", compare("eq", "a", 1), compare("eq", "a", 2)),
                join("and", compare("ne", "b", True)),
            ),
            {"a": [1, 2], "b": {"ne": True}},
        ),
    ],
)
def test_a_filter_is_said_in_ours(given: Any, wanted: Any) -> None:
    assert to_filter(given) == wanted
    if wanted is not None:
        compile_filter(wanted)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "not known|missing"),
        (compare("like", "a", "b"), "'like' is not known"),
        (compare("nin", "a", [1, 2]), '"nin" with several'),
        (compare("eq", "", "b"), "missing"),
        (compare("eq", "a", None), "missing"),
        (join("or"), "no filters"),
        (join("and", {"type": "eq"}), "missing"),
        ({"type": "and", "filters": "x"}, "no filters"),
        ({"type": "and", "filters": [3]}, "found 3"),
        (join("or", compare("eq", "a", 1), compare("eq", "b", 1)), "one and the same key"),
        (join("or", compare("gt", "a", 1), compare("eq", "a", 0)), "one and the same key"),
        (
            join("or", join("and", compare("eq", "a", 1), compare("ne", "a", 2))),
            "one and the same key|several conditions",
        ),
        (join("and", compare("ne", "a", 1), compare("ne", "a", 2)), "several conditions on 'a'"),
        (join("and", compare("in", "a", [1]), compare("ne", "a", 2)), "several conditions on 'a'"),
    ],
)
def test_what_cannot_be_said_is_refused(given: Any, said: str) -> None:
    with pytest.raises(RefusedError, match=said) as refused:
        to_filter(given)
    assert refused.value.status == 400
    assert refused.value.param == "filters"
