from pathlib import Path

import numpy as np
import pytest

from evals.embedding_cache import CachedEmbeddings
from rag.store.records import text_key
from tests.fakes import BagOfWordsEmbeddings

TEXTS = ["a pump", "a longer text about a valve", "探头测量温度", "a pump"]


def test_a_text_is_embedded_once_for_all_runs(tmp_path: Path) -> None:
    first, second = BagOfWordsEmbeddings(), BagOfWordsEmbeddings()
    made = CachedEmbeddings(first, tmp_path / "c").embed_passages(TEXTS)
    again = CachedEmbeddings(second, tmp_path / "c")
    assert np.array_equal(again.embed_passages(TEXTS), made)
    assert np.array_equal(made, BagOfWordsEmbeddings().embed_passages(TEXTS))
    assert sorted(first.texts) == sorted(set(TEXTS))
    assert (second.texts, again.embedded) == ([], 0)


def test_models_share_nothing(tmp_path: Path) -> None:
    CachedEmbeddings(BagOfWordsEmbeddings("one"), tmp_path / "c").embed_passages(TEXTS)
    other = BagOfWordsEmbeddings("two")
    CachedEmbeddings(other, tmp_path / "c").embed_passages(TEXTS)
    assert len(other.texts) == 3


def test_questions_are_kept_apart_from_passages(tmp_path: Path) -> None:
    model = BagOfWordsEmbeddings()
    cached = CachedEmbeddings(model, tmp_path / "c")
    cached.embed_passages(["a pump"])
    vector = cached.embed_query("a pump")
    assert cached.embed_query("a pump") == vector == model.embed_query("a pump")
    assert len(model.queries) == 2  # once through the cache, once just now
    assert cached.known([text_key("a pump"), text_key("unknown")]) == {text_key("a pump")}


def test_what_was_embedded_before_a_stop_is_kept(tmp_path: Path) -> None:
    texts = [f"text number {number}" for number in range(600)]
    calls = 0

    def stop(_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        CachedEmbeddings(BagOfWordsEmbeddings(on_embed=stop), tmp_path / "c").embed_passages(texts)
    later = BagOfWordsEmbeddings()
    CachedEmbeddings(later, tmp_path / "c").embed_passages(texts)
    assert len(later.texts) == 600 - 2 * 256


def test_progress_counts_every_text_and_no_texts_give_no_vectors(tmp_path: Path) -> None:
    cached = CachedEmbeddings(BagOfWordsEmbeddings(dimension=8), tmp_path / "c")
    seen: list[int] = []
    cached.embed_passages([f"t {n}" for n in range(300)], progress=seen.append)
    assert seen == [256, 300]
    assert cached.embed_passages([]).shape == (0, 8)


def test_vectors_made_elsewhere_can_be_put_in(tmp_path: Path) -> None:
    model = BagOfWordsEmbeddings(dimension=4)
    cached = CachedEmbeddings(model, tmp_path / "c")
    vector = np.array([[0.0, 1.0, 0.0, 0.0]], dtype=np.float32)
    cached.put("passage", ["given"], vector)
    assert np.array_equal(cached.embed_passages(["given"]), vector)
    assert model.texts == []
    assert cached.tokens_per_second() is None
