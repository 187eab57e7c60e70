import numpy as np
import pytest

from evals.datasets.beir import BeirDocument, BeirSet, load_beir
from evals.datasets.found import data_folder
from evals.published_embedding import PUBLISHED, exact_run, ndcg_at_10
from rag.embeddings import SentenceTransformerEmbeddings

DATA = data_folder()


@pytest.mark.quality
@pytest.mark.parametrize("name", ["xquad_en", "xquad_zh"])  # scifact: the command, minutes long
def test_exact_search_gives_the_published_figure(name):
    if not (DATA / name).is_dir():
        pytest.skip(f"no {name} under RAG_DATA ({DATA})")
    beir = load_beir(DATA / name)
    measured = ndcg_at_10(beir, exact_run(beir, SentenceTransformerEmbeddings(device="cpu")))
    assert measured == pytest.approx(PUBLISHED[name].ndcg, abs=PUBLISHED[name].tolerance)


def test_equal_scores_rank_by_id():
    class Constant:
        def embed_passages(self, texts, *, progress=None):
            return np.ones((len(texts), 2), dtype=np.float32)

        def embed_query(self, text):
            return [1.0, 0.0]

    documents = tuple(BeirDocument(name, "", "same") for name in ("c", "a", "b"))
    beir = BeirSet("ties", documents, {"q": "same"}, {"q": {"a": 1}})
    run = exact_run(beir, Constant())
    assert sorted(run["q"], key=lambda name: -run["q"][name]) == ["a", "b", "c"]
    assert ndcg_at_10(beir, run) == 1


def test_a_query_missing_from_the_run_counts_nothing():
    beir = BeirSet("s", (), {"1": "", "2": ""}, {"1": {"a": 1}, "2": {"a": 1}})
    assert ndcg_at_10(beir, {"1": {"a": 1.0}}) == 0.5


def test_a_set_is_read_as_it_is_written(tmp_path):
    (tmp_path / "corpus.jsonl").write_text(
        '{"_id": "1", "title": "标题", "text": "正文\\u2028二"}\n{"_id": "2", "text": "b"}\n',
        "utf-8",
    )
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "问"}\n', "utf-8")
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\t1\t1\n", "utf-8")
    beir = load_beir(tmp_path)
    assert [document.content for document in beir.documents] == ["标题 正文\u2028二", "b"]
    assert (beir.queries, beir.qrels) == ({"q": "问"}, {"q": {"1": 1}})


@pytest.mark.parametrize(
    ("name", "line"), [("corpus.jsonl", "{nonsense"), ("qrels.tsv", "header\nq 1 1")]
)
def test_a_line_out_of_form_is_named(tmp_path, name, line):
    for empty in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
        (tmp_path / empty).write_text("")
    (tmp_path / name).write_text(line)
    with pytest.raises(ValueError, match=rf"{name}, line [12]"):
        load_beir(tmp_path)
