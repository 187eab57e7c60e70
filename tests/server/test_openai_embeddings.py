"""Embeddings as the real openai client and LangChain's see them."""

import base64
from collections.abc import Iterator
from typing import Any

import numpy as np
import openai
import pytest
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from tests.server.openai_serving import Served, serving

TEXTS = ["The warranty is 36 months.", "保修期为二十四个月。"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def embed(served: Served, given: Any, **options: Any) -> Any:
    with served.client() as client:
        return client.embeddings.create(**{"model": "rag/default", "input": given, **options})


@pytest.mark.parametrize("encoding", [None, "float", "base64"])
def test_vectors_are_those_of_the_index_in_either_encoding(
    served: Served, encoding: str | None
) -> None:
    options = {} if encoding is None else {"encoding_format": encoding}
    found = embed(served, TEXTS, **options)
    assert [one.index for one in found.data] == [0, 1]
    wanted = served.rag.embeddings.embed_passages(TEXTS)
    given = [decoded(one.embedding) for one in found.data]
    np.testing.assert_array_equal(np.asarray(given, np.float32), wanted)


def decoded(embedding: list[float] | str) -> Any:
    """The vector; the client hands base64 through where it was asked for by name."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), "<f4")
    return embedding


def test_tokens_are_counted_by_the_models_own_tokenizer(served: Served) -> None:
    usage = embed(served, TEXTS).usage
    counted = sum(served.rag.embeddings.count_tokens(TEXTS))
    assert (usage.prompt_tokens, usage.total_tokens) == (counted, counted)


def test_one_text_is_as_good_as_a_list_and_the_models_name_as_a_collections(
    served: Served,
) -> None:
    (by_name,) = embed(served, TEXTS[0], model="bag-of-words").data
    (by_collection, _) = embed(served, TEXTS).data
    assert by_name.embedding == by_collection.embedding


def test_a_question_may_be_told_from_a_passage(served: Served) -> None:
    before = len(served.rag.embeddings.queries)  # type: ignore[attr-defined]
    embed(served, "how long?", extra_body={"input_type": "query"})
    assert served.rag.embeddings.queries[before:] == ["how long?"]  # type: ignore[attr-defined]


def test_many_texts_keep_their_order(served: Served) -> None:
    texts = [f"text number {number}" for number in range(70)]
    found = embed(served, texts)
    wanted = served.rag.embeddings.embed_passages(texts)
    np.testing.assert_array_equal([one.embedding for one in found.data], wanted)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "0 texts"),
        (["text"] * 2049, "2049 texts"),
        (["text", " "], r"input\[1\] is empty"),
        ([1, 2, 3], "tokens"),
        ([[1, 2], [3]], "tokens"),
        (["word " * 100], r"input\[0\] has 100 tokens; the model reads 60"),
        (["字" * 61], r"input\[0\] has 61 tokens"),
    ],
)
def test_what_cannot_be_embedded_is_refused(served: Served, given: Any, said: str) -> None:
    with pytest.raises(openai.BadRequestError, match=said) as failure:
        embed(served, given)
    assert failure.value.param == "input"


def test_no_other_model_is_offered(served: Served) -> None:
    with pytest.raises(openai.NotFoundError, match="'bag-of-words'") as failure:
        embed(served, "text", model="text-embedding-3-small")
    assert failure.value.code == "model_not_found"


def test_only_the_models_own_dimension_is_given(served: Served) -> None:
    assert len(embed(served, "text", dimensions=64).data[0].embedding) == 64
    with pytest.raises(openai.BadRequestError, match="64") as failure:
        embed(served, "text", dimensions=32)
    assert failure.value.param == "dimensions"


def test_langchains_embeddings_are_served(served: Served) -> None:
    embeddings = OpenAIEmbeddings(
        model="rag/default",
        base_url=f"{served.url}/v1",
        api_key=SecretStr("unused"),
        check_embedding_ctx_length=False,
    )
    found = embeddings.embed_documents(TEXTS)
    np.testing.assert_allclose(found, served.rag.embeddings.embed_passages(TEXTS), rtol=1e-6)
