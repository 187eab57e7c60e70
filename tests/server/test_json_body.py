"""Which JSON bodies are mended, and that all others arrive as they were sent."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.server.json_body import mend

TEXT = st.text(st.characters(codec=None), max_size=20)
VALUES = st.recursive(
    TEXT | st.integers(),
    lambda inner: st.dictionaries(TEXT, inner) | st.lists(inner),
    max_leaves=30,
)


@settings(deadline=None, max_examples=50)
@given(VALUES)
def test_a_body_becomes_text_and_keeps_its_length(value: object) -> None:
    body = json.dumps(value).encode()
    mended = mend(body)
    assert len(mended) == len(body)
    json.dumps(json.loads(mended), ensure_ascii=False).encode()


@settings(deadline=None, max_examples=50)
@given(st.recursive(st.text() | st.integers(), st.lists, max_leaves=30))
def test_whole_characters_arrive_as_they_were_sent(value: object) -> None:
    body = json.dumps(value).encode()
    assert json.loads(mend(body)) == value
