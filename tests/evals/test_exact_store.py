from pathlib import Path

import numpy as np
from langchain_core.documents import Document

from evals.exact_store import ExactStore
from rag import Rag
from rag.settings import Settings
from rag.store.store import Store
from tests.fakes import BagOfWordsEmbeddings


def build(folder: Path) -> BagOfWordsEmbeddings:
    model = BagOfWordsEmbeddings(dimension=8)
    texts = [f"word{n % 7} pump valve {'again ' * (n % 3)}" for n in range(40)]
    with Rag(folder, settings=Settings(), embeddings=model) as rag:
        rag.add_documents(
            Document(text, metadata={"source": f"{n}.txt"}) for n, text in enumerate(texts)
        )
    return model


def test_it_answers_as_the_store_does_by_comparing_with_every_vector(tmp_path: Path) -> None:
    model = build(tmp_path / "i")
    store, exact = Store(tmp_path / "i"), ExactStore(tmp_path / "i")
    try:
        for query in ("word1 pump", "valve again", "word3"):
            vector = np.asarray(model.embed_query(query), dtype=np.float32)
            for k in (1, 5, 40, 99):  # many are level: ids decide, also across the cut
                hits = exact.search_vectors(vector, k)
                wanted = store.search_exact(vector, k)
                assert [h.id for h in hits] == [h.id for h in wanted]
                assert np.allclose([h.score for h in hits], [h.score for h in wanted])
            assert exact.search_words(query, 10) == store.search_words(query, 10)
            assert exact.similarity_statistics(vector) == store.similarity_statistics(vector)
            ids = [hit.id for hit in hits[:4]]
            assert exact.similarities(vector, ids) == store.similarities(vector, ids)
            assert exact.passages(ids) == store.passages(ids)
            assert exact.vectors_of(ids).keys() == store.vectors_of(ids).keys()
        allowed = set(ids)
        assert {h.id for h in exact.search_vectors(vector, 9, allowed=allowed)} == allowed
    finally:
        store.close()
        exact.close()
