import asyncio
import json
import logging
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from rag.embeddings import PassageEmbeddings, SentenceTransformerEmbeddings, plan_batches
from rag.errors import EmbeddingError, ModelNotFoundError
from tests.embedding.tiny_model import DIMENSION, build_tiny_model


@pytest.fixture(scope="module")
def real() -> Iterator[SentenceTransformerEmbeddings]:
    yield SentenceTransformerEmbeddings(device="cpu")


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory):
    return build_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny(tiny_folder) -> SentenceTransformerEmbeddings:
    return SentenceTransformerEmbeddings(str(tiny_folder), device="cpu")


class TestStandardUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return SentenceTransformerEmbeddings


class TestStandardIntegration(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return SentenceTransformerEmbeddings

    @pytest.fixture
    def model(self, real):
        return real


def test_real_model_puts_like_meanings_together(real):
    passages = ["The invoice is due in thirty days.", "Cats sleep most of the day."]
    vectors = real.embed_passages(passages)
    query = np.array(real.embed_query("When do I have to pay?"))
    assert (vectors @ query).argmax() == 0


def test_real_model_is_described_by_its_official_weights(real):
    fingerprint = real.fingerprint
    assert fingerprint.model == "sentence-transformers/all-MiniLM-L6-v2"
    assert fingerprint.weights_sha256.startswith("53aa51172d142c89")
    assert (fingerprint.dimension, fingerprint.pooling, fingerprint.normalised) == (
        384, "mean", True,
    )  # fmt: skip
    assert fingerprint.max_tokens == 254


def test_short_name_means_the_same_model(real):
    assert SentenceTransformerEmbeddings("all-MiniLM-L6-v2").fingerprint == real.fingerprint


def test_token_counts_are_those_the_model_reads(real):
    texts = [
        "",
        "Plain words.",
        "naïve Ünïcode co-operation",
        "你好，世界！检索增强",
        "x" * 300,
        "\x00 \ufffd",
    ]
    tokenizer = real._transformer.tokenizer
    expected = [len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts]
    assert real.count_tokens(texts) == expected


def test_long_texts_are_counted_whole(real):
    # The packaged tokenizer.json asks for a cut at 128 tokens.
    assert real.count_tokens(["word " * 1000]) == [1000]


def test_unknown_share_is_high_for_a_script_the_model_cannot_read(real):
    assert real.unknown_share("How many points did the defense surrender?") == 0
    assert real.unknown_share("黑豹队的防守丢了多少分？") > 0.5
    assert real.unknown_share("") == 0


def test_vectors_have_unit_length_and_the_order_of_their_texts(real):
    texts = ["cat " * n for n in (30, 1, 7, 200, 2, 90, 4, 15, 60, 11)]
    together = real.embed_passages(texts)
    assert together.dtype == np.float32
    assert together.shape == (10, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.vstack([real.embed_passages([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5


def test_same_texts_give_the_same_bytes(real):
    texts = [f"passage number {n} " * (n % 5 + 1) for n in range(20)]
    assert real.embed_passages(texts).tobytes() == real.embed_passages(texts).tobytes()


def test_no_texts_give_no_vectors(tiny):
    assert tiny.embed_passages([]).shape == (0, DIMENSION)
    assert tiny.embed_documents([]) == []


def test_a_text_that_is_not_valid_unicode_is_embedded(tiny):
    assert tiny.count_tokens(["cat \udcff dog"]) == [2]
    assert np.isfinite(tiny.embed_query("cat \udcff dog")).all()


@given(st.lists(st.integers(0, 300)), st.integers(1, 9), st.integers(1, 1000))
def test_batches_hold_every_text_once_within_their_bounds(counts, max_texts, max_tokens):
    batches = list(plan_batches(counts, max_texts, max_tokens))
    order = [index for batch in batches for index in batch]
    assert sorted(order) == list(range(len(counts)))
    assert [counts[index] for index in order] == sorted(counts, reverse=True)
    for batch in batches:
        longest = max(counts[index] for index in batch)
        assert len(batch) == 1 or len(batch) * longest <= max_tokens
        assert len(batch) <= max_texts


def test_progress_counts_every_text_once(tiny):
    seen: list[int] = []
    tiny.embed_passages(["a cat"] * 21, progress=seen.append)
    assert seen[-1] == 21
    assert seen == sorted(set(seen))
    assert len(seen) > 1


def test_texts_up_to_the_window_change_the_vector_and_the_rest_is_reported(tiny, caplog):
    fits = "cat " * tiny.max_tokens
    assert tiny.truncated(["dog", fits, fits + "dog"]) == [2]
    with caplog.at_level(logging.WARNING, logger="rag.embeddings"):
        tiny.embed_passages([fits])
        assert not caplog.records
        cut, whole = tiny.embed_passages([fits + "dog", fits])
    assert np.abs(cut - whole).max() < 1e-5
    assert [record.getMessage().startswith("1 of 2 passages") for record in caplog.records] == [
        True
    ]
    last = tiny.embed_passages(["cat " * (tiny.max_tokens - 1) + "dog"])[0]
    assert np.abs(last - whole).max() > 1e-3


def test_a_question_too_long_is_embedded_and_reported(tiny, caplog):
    with caplog.at_level(logging.WARNING, logger="rag.embeddings"):
        assert len(tiny.embed_query("cat " * 100)) == DIMENSION
    assert "1 of 1 questions" in caplog.text


def test_prompts_come_from_the_model_and_take_their_room(tmp_path, tiny):
    folder = build_tiny_model(tmp_path, prompts={"query": "query: ", "passage": "passage: "})
    prompted = SentenceTransformerEmbeddings(str(folder), device="cpu")
    assert prompted.fingerprint.query_prompt == "query: "
    assert prompted.fingerprint.document_prompt == "passage: "
    assert prompted.max_tokens == tiny.max_tokens - 2
    assert prompted.fingerprint.digest != tiny.fingerprint.digest
    assert np.allclose(prompted.embed_query("cat"), tiny.embed_query("query: cat"), atol=1e-6)
    expected = tiny.embed_passages(["passage: cat"])
    assert np.allclose(prompted.embed_passages(["cat"]), expected, atol=1e-6)


def test_a_prompt_that_fills_the_window_is_refused(tmp_path):
    folder = build_tiny_model(tmp_path, prompts={"document": "a cat a cat"}, window=6)
    with pytest.raises(EmbeddingError, match="prompt takes them all"):
        _ = SentenceTransformerEmbeddings(str(folder)).max_tokens


def test_a_question_uses_one_thread_and_gives_the_others_back(tiny, monkeypatch):
    import torch

    tiny.embed_query("warm up")
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    seen: list[int] = []
    encode = tiny._transformer.encode_query

    def watched(*args, **options):
        seen.append(torch.get_num_threads())
        return encode(*args, **options)

    monkeypatch.setattr(tiny._transformer, "encode_query", watched)
    try:
        tiny.embed_query("a cat")
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_many_threads_share_one_model(tiny_folder, monkeypatch):
    from rag import embeddings as module

    loads: list[int] = []
    load = module.load
    monkeypatch.setattr(module, "load", lambda *args: (loads.append(1), load(*args))[1])
    shared = SentenceTransformerEmbeddings(str(tiny_folder), device="cpu")
    results: list[np.ndarray] = []

    def work(number: int) -> None:
        embed = shared.embed_query if number % 2 else lambda text: shared.embed_passages([text])[0]
        results.append(np.array(embed("a cat and a dog")))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(loads) == 1
    assert len(results) == 8
    assert all(np.abs(result - results[0]).max() < 1e-6 for result in results)


def test_a_question_is_answered_while_passages_are_embedded(tiny):
    tiny.embed_query("warm up")
    answered_after: list[int] = []

    def ask_once(done: int) -> None:
        if not answered_after:
            thread = threading.Thread(target=tiny.embed_query, args=("a cat",))
            thread.start()
            thread.join(timeout=60)
            assert not thread.is_alive()
            answered_after.append(done)

    tiny.embed_passages(["a dog"] * 40, progress=ask_once)
    assert answered_after[0] < 40


async def test_async_leaves_the_loop_free(tiny, monkeypatch):
    inside, release = threading.Event(), threading.Event()

    def slow(text: str) -> list[float]:
        inside.set()
        assert release.wait(60)
        return [1.0]

    monkeypatch.setattr(tiny, "embed_query", slow)
    task = asyncio.create_task(tiny.aembed_query("a cat"))
    while not inside.is_set():
        await asyncio.sleep(0.001)
    release.set()
    assert await task == [1.0]


def test_unknown_device_is_refused_at_once():
    with pytest.raises(EmbeddingError, match=r"embedding\.device"):
        SentenceTransformerEmbeddings(device="tpu")


def test_a_device_this_machine_lacks_is_named(tiny_folder, monkeypatch):
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    missing = SentenceTransformerEmbeddings(str(tiny_folder), device="cuda")
    with pytest.raises(EmbeddingError, match="No cuda device"):
        missing.embed_query("a cat")


def test_damaged_weights_are_one_clear_error(tmp_path):
    folder = build_tiny_model(tmp_path)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(EmbeddingError, match="Cannot load embedding model") as caught:
        SentenceTransformerEmbeddings(str(folder), device="cpu").embed_query("a cat")
    assert "\n" not in str(caught.value)


def test_weights_that_give_no_numbers_are_refused(tmp_path):
    import torch
    from safetensors.torch import load_file, save_file

    path = build_tiny_model(tmp_path) / "model.safetensors"
    tensors = load_file(path)
    tensors["embeddings.word_embeddings.weight"] = torch.full((11, DIMENSION), float("nan"))
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(EmbeddingError, match="not finite"):
        SentenceTransformerEmbeddings(str(tmp_path), device="cpu").embed_passages(["a cat"])


def test_a_model_that_brings_its_own_code_is_refused(tmp_path):
    folder = build_tiny_model(tmp_path)
    (folder / "evil.py").write_text("raise SystemExit('code of the model was run')")
    modules = json.loads((folder / "modules.json").read_text())
    modules[1]["type"] = "evil.Pooling"
    (folder / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(EmbeddingError, match="code of its own never loads") as caught:
        SentenceTransformerEmbeddings(str(folder), device="cpu").embed_query("a cat")
    assert "\n" not in str(caught.value)


def test_a_vector_of_another_length_than_the_files_say_is_refused(tmp_path):
    folder = build_tiny_model(tmp_path)
    pooling = {"embedding_dimension": DIMENSION + 1, "pooling_mode": "mean"}
    (folder / "1_Pooling/config.json").write_text(json.dumps(pooling))
    with pytest.raises(
        EmbeddingError, match="should give 17 numbers a text by its files and gave 16"
    ):
        SentenceTransformerEmbeddings(str(folder), device="cpu").embed_query("a cat")


@pytest.mark.parametrize("missing", [[], ["sentence_bert_config.json"], ["modules.json"]])
def test_files_and_library_agree_on_the_model(missing, tmp_path):
    folder = build_tiny_model(tmp_path)
    for name in missing:
        (folder / name).unlink()
    model = SentenceTransformerEmbeddings(str(folder), device="cpu")
    assert model.max_tokens + 2 == model._transformer.max_seq_length
    assert model.dimension == model._transformer.get_embedding_dimension()
    assert model.fingerprint.pooling == model._transformer[1].pooling_mode


def test_a_missing_folder_is_named():
    with pytest.raises(ModelNotFoundError, match="no such folder"):
        _ = SentenceTransformerEmbeddings("./no/such/model").fingerprint


def test_the_wrapper_is_what_the_index_needs(tiny):
    checked: PassageEmbeddings = tiny
    assert checked.dimension == DIMENSION == checked.embed_passages(["a"]).shape[1]
