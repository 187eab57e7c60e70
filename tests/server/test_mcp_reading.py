"""Which part of a long document is read, whatever it holds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.server.links import source_link
from rag.server.mcp_reading import MOST_CHARACTERS, surroundings
from rag.server.mcp_references import uri_of
from rag.server.mcp_shapes import input_schema, output_schema
from rag.server.mcp_tools import TOOLS


@given(
    st.lists(st.integers(0, 9000), min_size=1, max_size=12),
    st.integers(0, 100_000),
    st.integers(1, 30_000),
)
def test_surroundings_hold_the_passage_within_bounds(
    lines: list[int], start: int, length: int
) -> None:
    text = "\n".join("字" * line for line in lines)
    start = min(start, max(0, len(text) - 1))
    end = min(start + length, len(text))
    first, last = surroundings(text, start, end)
    assert 0 <= first <= start
    assert min(end, start + MOST_CHARACTERS) <= last <= len(text)
    assert last - first <= MOST_CHARACTERS
    if len(text) <= MOST_CHARACTERS:
        assert (first, last) == (0, len(text))


def test_surroundings_begin_and_end_with_lines() -> None:
    text = "".join(f"line {n}\n" for n in range(10_000))
    first, last = surroundings(text, 50_000, 50_100)
    assert text[first - 1] == text[last - 1] == "\n"
    assert last - first > MOST_CHARACTERS - 50


def references(schema: Any) -> bool:
    return "$ref" in json.dumps(schema) or "$defs" in json.dumps(schema)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_schemas_are_whole_and_name_collections_only_where_there_is_a_choice(tool: Any) -> None:
    one, many = input_schema(tool.arguments, ("a",)), input_schema(tool.arguments, ("a", "b"))
    assert not references(one)
    assert not references(output_schema(tool.result))
    assert "collection" not in one["properties"]
    assert many["properties"]["collection"]["enum"] == ["a", "b"]
    assert "collection" not in many.get("required", ())
    assert one["additionalProperties"] is False
    assert all(field.get("description") for field in one["properties"].values())


def test_names_of_any_kind_survive_in_addresses() -> None:
    assert uri_of("docs/保修 #1?.md", None) == "doc://docs%2F%E4%BF%9D%E4%BF%AE%20%231%3F.md"
    assert uri_of("a", "b") == "doc://a?collection=b"
    assert source_link("http://h", "b", "a&b.md", 1, 2) == (
        "http://h/#/source?collection=b&reference=a%26b.md%3A1-2"
    )
