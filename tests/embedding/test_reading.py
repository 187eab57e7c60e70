"""How a model's pieces are laid over the characters of a text."""

import numpy as np
import pytest

from rag.embedding.reading import joined, windows
from rag.embeddings import SentenceTransformerEmbeddings
from tests.embedding.tiny_model import DIMENSION, build_tiny_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformerEmbeddings:
    return SentenceTransformerEmbeddings(str(build_tiny_model(tmp_path_factory.mktemp("m"))))


def test_pieces_stand_where_their_characters_stand(tiny: SentenceTransformerEmbeddings) -> None:
    text = "a cat , a dog"
    (reading,) = tiny.read([text])
    pieces = [text[s:e] for s, e in zip(reading.starts, reading.ends, strict=True)]
    assert "".join(pieces) == text.replace(" ", "")
    assert reading.vectors.shape == (len(pieces), DIMENSION)
    assert np.allclose(np.linalg.norm(reading.vectors.astype(np.float32), axis=1), 1, atol=2e-3)


def test_the_mean_of_the_pieces_of_a_short_text_points_where_the_text_does(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    embeddings = SentenceTransformerEmbeddings()
    text = "The battery lasts two years."
    (reading,) = embeddings.read([text])
    mean = reading.vectors.astype(np.float32).mean(axis=0)
    whole = embeddings.embed_passages([text])[0]
    assert float(mean @ whole) / float(np.linalg.norm(mean)) > 0.95


def test_a_text_longer_than_the_model_reads_is_read_to_its_end(tmp_path) -> None:
    embeddings = SentenceTransformerEmbeddings(str(build_tiny_model(tmp_path, window=6)))
    text = "a cat a dog a cat a dog a cat"
    (reading,) = embeddings.read([text])
    pieces = [text[s:e] for s, e in zip(reading.starts, reading.ends, strict=True)]
    assert pieces == text.split()


def test_a_prompt_is_no_part_of_the_text(tmp_path) -> None:
    folder = build_tiny_model(tmp_path, prompts={"document": "a dog "})
    (reading,) = SentenceTransformerEmbeddings(str(folder)).read(["a cat"])
    assert list(zip(reading.starts, reading.ends, strict=True)) == [(0, 1), (2, 5)]


def test_what_the_model_has_no_sign_for_is_marked(tiny: SentenceTransformerEmbeddings) -> None:
    (reading,) = tiny.read(["a 魔"])
    assert reading.unknown.tolist() == [False, True]


def test_blank_text_has_no_pieces(tiny: SentenceTransformerEmbeddings) -> None:
    assert [len(reading) for reading in tiny.read(["", "  \n"])] == [0, 0]
    assert len(joined([], DIMENSION)) == 0


def test_windows_end_between_words_and_hold_everything() -> None:
    spans = [(0, 2), (2, 4), (5, 7), (7, 9), (9, 10)]
    assert windows(spans, 3) == [(0, 4), (5, 10)]
    assert windows(spans, 2) == [(0, 4), (5, 9), (9, 10)]
    assert windows([], 3) == []


def test_a_text_is_read_once_on_one_thread(
    tiny: SentenceTransformerEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    given, threads = [], []
    encode = tiny._encode_tokens

    def watched(texts: list[str]):
        given.append(texts)
        threads.append(torch.get_num_threads())
        return encode(texts)

    monkeypatch.setattr(tiny, "_encode_tokens", watched)
    before = torch.get_num_threads()
    tiny.read(["a bird", "a bird"])
    tiny.read(["a bird"])
    assert (given, threads, torch.get_num_threads()) == ([["a bird"]], [1], before)


def test_a_model_without_vectors_for_its_tokens_reads_nothing(
    tiny: SentenceTransformerEmbeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(texts: list[str]):
        raise KeyError("token_embeddings")

    monkeypatch.setattr(tiny, "_encode_tokens", without)
    assert [len(reading) for reading in tiny.read(["a fish"])] == [0]
