"""Every form of a set becomes the same value; knows nothing of retrieval."""

import json
from pathlib import Path

import pytest

from evals.datasets import EvalDocument, EvalSet, load_dataset
from evals.datasets.beir import beir_set
from evals.datasets.found import data_folder, dataset_names, find_dataset, is_path
from evals.datasets.language import detect_language, fill_languages
from evals.datasets.sample import SAMPLE
from evals.gold import Question, Span, Turn
from rag.errors import BenchError

DATA = data_folder()


def write_rows(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def write_beir(folder, *queries, qrels=("q1\td1\t2",)):
    write_rows(folder / "corpus.jsonl", {"_id": "d1", "title": "泵", "text": "保修两年。"})
    write_rows(folder / "queries.jsonl", *queries)
    (folder / "qrels.tsv").write_text("\n".join(["query-id\tcorpus-id\tscore", *qrels]) + "\n")


def write_chunking(folder, *, content="two years", start=30):
    (folder / "corpora").mkdir(parents=True)
    text = "Pumps are guaranteed\r\nfor the two years after.\n"
    (folder / "corpora" / "pump.md").write_bytes(text.encode())
    reference = {"content": content, "start_index": start, "end_index": start + len(content)}
    row = {"_id": "p-0", "corpus_id": "pump", "text": "How long?", "references": [reference]}
    write_rows(folder / "questions.jsonl", row)


def test_the_sample_is_found_by_name_wherever_one_stands(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    loaded = load_dataset("sample")
    assert (loaded.name, len(loaded.documents), len(loaded.questions)) == ("sample", 32, 171)
    assert loaded.languages == ("en", "zh")
    assert loaded.licence == "Apache-2.0"
    texts = {document.source: document.text for document in loaded.documents}
    rows = [
        json.loads(line)
        for line in (SAMPLE / "questions.jsonl").read_text("utf-8").split("\n")
        if line
    ]
    for question, row in zip(loaded.questions, rows, strict=True):
        spans = [span for slot in question.slots for span in slot]
        quotes = [texts[span.source][span.start_index : span.end_index] for span in spans]
        assert quotes == [gold["quote"] for gold in row["gold"]]


def test_a_document_of_the_sample_keeps_what_its_loader_found():
    documents = {document.source: document for document in load_dataset("sample").documents}
    pdf = documents["documents/temperature-mapping-guide.pdf"]
    assert pdf.kind == "pdf"
    assert pdf.structure.text == pdf.text
    assert len(pdf.structure.page_starts) == 6


def test_a_folder_in_rag_data_is_found_by_name(monkeypatch, tmp_path):
    write_beir(tmp_path / "pumps", {"_id": "q1", "text": "泵保修多久？"})
    (tmp_path / "not-a-set").mkdir()
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    assert dataset_names() == ["pumps", "sample"]
    loaded = load_dataset("pumps")
    assert loaded.documents == (EvalDocument("d1", "泵", "保修两年。"),)
    assert loaded.questions == (Question("q1", "泵保修多久？", "zh", graded={"d1": 2}),)


def test_a_folder_here_hides_no_set_of_that_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample").mkdir()
    assert len(load_dataset("sample").documents) > 30
    (tmp_path / "sample" / "corpus.jsonl").touch()
    with pytest.raises(BenchError, match=r"write \./sample for the folder, .+ for the other"):
        load_dataset("sample")
    with pytest.raises(BenchError, match=r"sample.*wanted a set of documents and questions"):
        load_dataset("./sample")


def test_a_path_is_written_with_a_slash(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pumps").mkdir()
    with pytest.raises(BenchError, match=r"write \./pumps for what is here under that name"):
        load_dataset("pumps")
    with pytest.raises(BenchError, match=r"no set at \./pump: there is no such folder"):
        load_dataset("./pump")
    assert all(map(is_path, ("./pumps", "../x", ".", "mine.yaml", "~/sets", "/tmp")))
    assert not is_path("pumps")
    assert find_dataset(Path("pumps")) == Path("pumps")


def test_an_unknown_name_is_answered_with_the_names_there_are(monkeypatch, tmp_path):
    write_beir(tmp_path / "pumps")
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    with pytest.raises(BenchError, match=r"no set 'pump'.*pumps, sample.*RAG_DATA"):
        load_dataset("pump")


def test_a_folder_that_is_no_set_is_refused_by_what_it_lacks(tmp_path):
    with pytest.raises(BenchError, match=r"found no corpus\.jsonl"):
        load_dataset(tmp_path)


def test_a_file_that_is_no_set_is_refused(tmp_path):
    (tmp_path / "questions.csv").write_text("a,b")
    with pytest.raises(BenchError, match=r"questions file in YAML, found \.csv"):
        load_dataset(tmp_path / "questions.csv")


def test_unjudged_queries_are_left_out_unless_they_say_that_nothing_answers(tmp_path):
    write_beir(
        tmp_path,
        {"_id": "q1", "text": "judged"},
        {"_id": "q2", "text": "of another split"},
        {"_id": "q3", "text": "cannot be answered", "answerability": "UNANSWERABLE"},
    )
    first, refused = beir_set(tmp_path).questions
    assert (first.id, first.answerable) == ("q1", True)
    assert (refused.id, refused.answerable, refused.tags) == ("q3", False, ("unanswerable",))


def test_the_official_layout_with_several_splits_gives_the_test_questions(tmp_path):
    write_beir(tmp_path, {"_id": "q1", "text": "a"}, {"_id": "q2", "text": "b"})
    (tmp_path / "qrels.tsv").unlink()
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "train.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq2\td1\t1\n")
    assert [question.id for question in beir_set(tmp_path).questions] == ["q2"]


def test_judgements_without_a_header_lose_none(tmp_path):
    write_beir(tmp_path, {"_id": "q1", "text": "a"}, {"_id": "q2", "text": "b"})
    (tmp_path / "qrels.tsv").write_text("q1\td1\t1\nq2\td1\t1\n")
    assert [question.id for question in beir_set(tmp_path).questions] == ["q1", "q2"]


def test_a_conversation_keeps_its_turns_rewrite_and_groups(tmp_path):
    row = {
        "_id": "q1",
        "text": "And in Porto?",
        "history": [{"role": "user", "text": "How long is it guaranteed?"}],
        "rewrite": "How long is it guaranteed in Porto?",
        "answerability": "PARTIAL",
        "domain": "govt",
        "multi_turn": ["Follow-up"],
        "answers": ["two", ["2", "two years"]],
    }
    write_beir(tmp_path, row)
    (question,) = beir_set(tmp_path).questions
    assert question.history == (Turn("user", "How long is it guaranteed?"),)
    assert question.rewrite == row["rewrite"]
    assert question.tags == ("govt", "follow-up", "partial")
    assert question.answers == ("two", "2", "two years")


def test_whole_documents_keep_their_line_ends_and_spans(tmp_path):
    write_chunking(tmp_path / "set")
    loaded = load_dataset(tmp_path / "set")
    (document,) = loaded.documents
    assert (document.source, document.kind) == ("corpora/pump.md", "markdown")
    assert "\r\n" in document.text
    assert loaded.questions[0].slots == ((Span("corpora/pump.md", 30, 39),),)


def test_a_span_that_does_not_hold_its_words_is_refused(tmp_path):
    write_chunking(tmp_path, start=29)
    with pytest.raises(BenchError, match=r"'p-0': wanted 'two years' at 29-38.*found"):
        load_dataset(tmp_path)


def test_every_span_that_moved_in_a_folder_of_files_is_named(tmp_path):
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text("An edit. The pump is blue.")
    quote = {"source": "documents/a.txt", "quote": "The pump is blue."}
    rows = [
        {"id": f"q{at}", "question": "?", "language": "en", "answerable": True, "tags": []}
        | {"answers": [], "gold": [quote | {"start_index": at, "end_index": at + 17}]}
        for at in (0, 9, 3)
    ]
    write_rows(tmp_path / "questions.jsonl", *rows)
    with pytest.raises(BenchError) as caught:
        load_dataset(tmp_path)
    assert [line.split("'")[1] for line in str(caught.value).splitlines()] == ["q0", "q3"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{nonsense", "not JSON"),
        ('["a"]', "wanted a JSON object"),
        ('{"_id": 1}', "no field 'text'"),
    ],
)
def test_a_line_out_of_form_is_named(tmp_path, line, said):
    write_beir(tmp_path, {"_id": "q1", "text": "a"})
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d", "text": ""}\n\n' + line)
    with pytest.raises(BenchError, match=rf"corpus\.jsonl, line 3: {said}"):
        load_dataset(tmp_path)


def test_the_digest_follows_the_content_and_not_the_name():
    document = EvalDocument("a", "", "text")
    question = Question("q", "?", graded={"a": 1})
    digest = EvalSet.of("one", [document], [question]).digest
    assert digest == EvalSet.of("two", [document], [question]).digest
    others = [
        EvalSet.of("one", [EvalDocument("a", "", "texts")], [question]),
        EvalSet.of("one", [document], [Question("q", "?", graded={"a": 2})]),
        EvalSet.of("one", [document], [Question("q", "?", slots=((Span("a", 0, 1),),))]),
        EvalSet.of("one", [document, document], [question]),
    ]
    assert len({digest, *(one.digest for one in others)}) == 5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How long is the pump guaranteed?", "en"),
        ("Acme Cloud 的退款期限是多久？", "zh"),
        ("What does 退款 mean in the contract of the customer?", "en"),
        ("保証期間はどのくらいですか？", "ja"),
        ("보증 기간은 얼마나 됩니까?", "ko"),
        ("Wie lange ist die Garantie der Pumpe?", "de"),
        ("Quelle est la durée de la garantie ?", "fr"),
        ("¿Cuál es la garantía de los equipos?", "es"),
        ("Сколько длится гарантия?", "ru"),
        ("Super Bowl 2021 location", ""),
        ("", ""),
    ],
)
def test_languages_are_told_apart(text, language):
    assert detect_language(text) == language


def test_a_question_of_no_language_takes_that_of_most_others():
    asked = [Question(str(at), "", language) for at, language in enumerate(["en", "", "en", "zh"])]
    assert [question.language for question in fill_languages(asked)] == ["en", "en", "en", "zh"]


@pytest.mark.parametrize(
    ("name", "documents", "questions", "languages"),
    [
        ("chroma_chunking", 5, 472, ("en",)),
        ("mtrag_dev", 1488, 343, ("en",)),
        ("xquad_zh", 240, 1181, ("zh",)),
        ("limit_small", 46, 1000, ("en",)),
    ],
)
def test_public_sets_have_their_published_counts(name, documents, questions, languages):
    if not (DATA / name).is_dir():
        pytest.skip(f"no {name} under RAG_DATA ({DATA})")
    loaded = load_dataset(DATA / name)
    assert (len(loaded.documents), len(loaded.questions)) == (documents, questions)
    assert loaded.languages == languages
    assert loaded.licence
