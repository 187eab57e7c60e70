"""A real CrossEncoder with random weights, and what a setting may name as a reranker."""

import logging
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import Rag, Settings
from rag.errors import RerankerError
from rag.retrieval.cross_encoder import CrossEncoderReranker
from rag.retrieval.rerankers import open_reranker
from tests.fakes import BagOfWordsEmbeddings
from tests.retrieval.compressors import Longest, longest
from tests.retrieval.tiny_cross_encoder import build_tiny_cross_encoder

QUERY = "how many days"
TEXTS = ["the battery lasts ten days", "radio", "电池可以", "", "the pump of the hub", "a\ud800b"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_cross_encoder(tmp_path_factory.mktemp("cross-encoder"))


@pytest.fixture(scope="module")
def tiny(folder: Path) -> CrossEncoderReranker:
    return CrossEncoderReranker(model=str(folder), device="cpu")


def documents(texts: list[str]) -> list[Document]:
    return [
        Document(text, id=str(row), metadata={"source": str(row), "ordinal": 0})
        for row, text in enumerate(texts)
    ]


def test_scores_are_those_of_the_model_itself(tiny: CrossEncoderReranker, folder: Path) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model = AutoModelForSequenceClassification.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    texts = [text for text in TEXTS[:5] if text]
    for text, score in zip(texts, tiny.score(QUERY, texts), strict=True):
        with torch.no_grad():
            logit = model(**tokenizer(QUERY, text, return_tensors="pt")).logits
        assert score == pytest.approx(float(torch.sigmoid(logit)[0, 0]), abs=1e-6)


def test_documents_come_back_by_falling_score_with_all_they_had(tiny: CrossEncoderReranker) -> None:
    found = tiny.compress_documents(documents(TEXTS), QUERY)
    scores = [one.metadata["relevance_score"] for one in found]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 3
    assert {(one.id, one.page_content) for one in found} == {
        (str(row), text) for row, text in enumerate(TEXTS)
    }


def test_equal_texts_keep_their_order(tiny: CrossEncoderReranker) -> None:
    found = tiny.compress_documents(documents(["radio"] * 12), QUERY)
    assert [one.id for one in found] == [str(row) for row in range(12)]


def test_what_is_too_long_is_cut_by_the_model_s_rule_and_said_once(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tiny = CrossEncoderReranker(model=str(folder), device="cpu")
    long = "radio every ten minutes " * 20
    read = tiny.characters_read(QUERY, long)
    assert 0 < read < len(long)
    assert tiny.characters_read(QUERY, "radio") == 5
    with caplog.at_level(logging.WARNING):
        whole, beginning, short = tiny.score(QUERY, [long, long[:read], "radio"])
        tiny.score(QUERY, [long, "radio"])
    assert whole == pytest.approx(beginning, abs=1e-6)
    assert short != pytest.approx(whole, abs=1e-3)
    assert [record.getMessage()[:15] for record in caplog.records] == ["1 of 3 passages"]


def test_nothing_is_loaded_for_nothing(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(model=str(tmp_path / "missing"))
    assert reranker.score(QUERY, []) == []


def test_the_fingerprint_follows_the_files_not_their_place(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    fingerprint = CrossEncoderReranker(model=str(copy)).fingerprint
    assert fingerprint == CrossEncoderReranker(model=str(folder)).fingerprint
    (copy / "config.json").write_text("{}", "utf-8")
    assert fingerprint != CrossEncoderReranker(model=str(copy)).fingerprint


def test_a_model_in_a_folder_opens_no_connection(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert CrossEncoderReranker(model=str(folder), device="cpu").score(QUERY, ["radio"])


def error_of(model: str, device: str = "cpu") -> str:
    with pytest.raises(RerankerError) as caught:
        CrossEncoderReranker(model=model, device=device).score(QUERY, TEXTS)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_model_that_is_not_there_says_what_to_set(tmp_path: Path) -> None:
    assert "there is no such folder; set rerank.model" in error_of(str(tmp_path / "missing"))
    assert "Cannot read config.json" in error_of(str(tmp_path))


def test_a_name_without_an_organisation_is_looked_for_among_the_cross_encoders(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import rag.embedding.location as location

    asked: list[str] = []

    def snapshot(name: str, revision: str | None, *, only_local: bool) -> None:
        asked.append(name)
        raise OSError("no hub here")

    monkeypatch.setattr(location, "_snapshot", snapshot)
    assert "No reranker ms-marco here, and the model hub gave none (OSError: no hub here)" in (
        error_of("ms-marco")
    )
    assert set(asked) == {"cross-encoder/ms-marco"}


def test_an_embedding_model_is_refused_instead_of_given_a_random_head(tmp_path: Path) -> None:
    plain = build_tiny_cross_encoder(tmp_path / "plain", architecture="BertModel")
    assert "is no reranker: wanted a model for sequence classification, found BertModel" in (
        error_of(str(plain))
    )


def test_a_classifier_of_several_classes_is_refused(tmp_path: Path) -> None:
    classes = build_tiny_cross_encoder(tmp_path / "classes", labels=3)
    assert "should give one finite number for each passage and gave 3;" in error_of(str(classes))


def test_damaged_weights_are_said_in_one_line(folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "damaged"))
    (copy / "model.safetensors").write_bytes(b"not weights")
    assert "Cannot load the reranker" in error_of(str(copy))


def test_a_device_that_is_not_there_is_said_by_its_setting(folder: Path) -> None:
    assert "set rerank.device to auto or cpu" in error_of(str(folder), device="mps")


def test_the_setting_reranks_a_search_and_turns_it_off(folder: Path, tmp_path: Path) -> None:
    pages = [f"The {word} of the logger lasts ten days." for word in ("radio", "battery", "pump")]
    found = {}
    for model in (None, str(folder)):
        settings = Settings.model_validate({"rerank": {"model": model, "device": "cpu"}})
        with Rag(tmp_path / "i", settings=settings, embeddings=BagOfWordsEmbeddings()) as rag:
            rag.add_documents(
                Document(text, metadata={"source": str(row)}) for row, text in enumerate(pages)
            )
            found[model] = rag.search("battery days", k=3)
    scores = CrossEncoderReranker(model=str(folder)).score("battery days", pages)
    reranked = found[str(folder)]
    assert {one.metadata["source"]: one.metadata["score"] for one in reranked} == pytest.approx(
        {str(row): score for row, score in enumerate(scores)}, abs=1e-6
    )
    assert all("retrieval_score" not in one.metadata for one in found[None])


def test_an_object_is_taken_as_it_is_or_made(folder: Path) -> None:
    name = "tests.retrieval.compressors"
    assert open_reranker(f"{name}:longest") is longest
    assert isinstance(open_reranker(f"{name}:make_longest"), Longest)
    assert isinstance(open_reranker(f"{name}:Longest"), Longest)
    assert isinstance(open_reranker(str(folder)), CrossEncoderReranker)
    assert isinstance(open_reranker("cross-encoder/ms-marco-MiniLM-L6-v2"), CrossEncoderReranker)
    assert isinstance(open_reranker("C:models"), CrossEncoderReranker)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no.such.module:thing", "no module 'no.such.module' can be imported"),
        ("module:x", "no module 'module' can be imported"),
        ("tests.retrieval.compressors:Missing", "has no 'Missing'"),
        ("tests.retrieval.compressors:NOT_A_COMPRESSOR", "found 'longest'"),
        ("tests.fakes:BagOfWordsEmbeddings", "wanted a LangChain document compressor"),
    ],
)
def test_an_object_that_is_no_reranker_is_refused(name: str, said: str) -> None:
    with pytest.raises(RerankerError, match=r"rerank\.model") as caught:
        open_reranker(name)
    assert said in str(caught.value)


def test_without_a_reranker_none_of_its_code_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from rag import Rag, Settings\n"
        "from tests.fakes import BagOfWordsEmbeddings\n"
        "from langchain_core.documents import Document\n"
        "with Rag(sys.argv[1], settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:\n"
        "    rag.add_documents([Document('a battery', metadata={'source': 'a'})])\n"
        "    assert rag.search('battery')\n"
        "assert not {'torch', 'rag.retrieval.cross_encoder'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "i")], check=True, timeout=120)
