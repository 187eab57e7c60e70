"""The judge over a real index: what it learns of it, and what it keeps."""

from pathlib import Path
from zlib import crc32

import pytest

from rag import Rag
from rag.answering.sufficiency.decision import WEIGHTS
from rag.answering.sufficiency.learnt import Learnt
from rag.settings import AnswerSettings, Settings
from tests.indexing import Project

FACTS = (
    "The Kestrel battery lasts forty minutes in cold weather near the coast.",
    "Refunds for damaged parcels are paid within fourteen days of their return.",
    "The office kitchen in Utrecht opens every morning at eight on weekdays.",
    "Sensors of the second series measure humidity between five and ninety percent.",
    "Drivers hand in their logbooks at the end of every shift to the depot.",
    "Invoices above a thousand euros need the signature of two board members.",
)

CHINESE_FACTS = (
    "红隼无人机的电池在寒冷天气里可以使用四十分钟，之后必须返航。",
    "损坏包裹的退款在寄回之后的十四天之内支付到原来的账户。",
    "第二代传感器测量的相对湿度在百分之五到百分之九十之间。",
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    for number, fact in enumerate(FACTS * 3):
        (tmp_path / f"{number}.txt").write_text(f"Note {number}. {fact}", "utf-8")
    with project.open() as rag:
        rag.add(tmp_path)
    return project


def test_a_question_of_the_documents_is_answered_and_another_is_not(project: Project) -> None:
    with project.open() as rag:
        assert rag.ask("How long does the Kestrel battery last in cold weather?").answered
        refused = rag.ask("Who painted the ceiling of the Sistine chapel?")
    assert not refused.answered
    assert refused.notice is not None
    assert "Sistine" in refused.notice
    assert refused.passages


def test_what_was_learnt_is_kept_until_the_index_changes(project: Project) -> None:
    with project.open() as rag:
        rag.ask("When are refunds paid?")
        first = _learnt(rag)
    asked = len(project.embeddings.queries)
    with project.open() as rag:
        assert _learnt(rag) == first is not None
        rag.ask("When are refunds paid?")
        assert len(project.embeddings.queries) - asked < 5
        (project.folder / "new.txt").write_text("Parking costs two euros an hour here.", "utf-8")
        rag.sync()
        assert _learnt(rag) is None
        rag.ask("What does parking cost?")
        assert _learnt(rag) is not None


def test_the_question_is_embedded_once_for_search_and_decision(project: Project) -> None:
    question = "When are refunds paid?"
    with project.open() as rag:
        rag.ask("What is learnt of the index is learnt now.")
        project.embeddings.queries.clear()
        rag.ask(question)
        assert project.embeddings.queries == [question]


def test_a_passage_is_judged_whole_whatever_part_of_it_is_given(project: Project) -> None:
    question = "When are refunds paid?"
    with project.open() as rag:
        judge, passages = rag.chain().judge, rag.search(question)
        assert judge is not None
        parts = [one.model_copy(update={"page_content": "Note"}) for one in passages]
        assert judge(question, parts) == judge(question, passages)


def test_each_language_of_an_index_teaches_by_itself(project: Project) -> None:
    for number, fact in enumerate(CHINESE_FACTS * 3):
        (project.folder / f"zh-{number}.txt").write_text(f"第{number}条记录。{fact}", "utf-8")
    with project.open() as rag:
        rag.sync()
        assert rag.ask("红隼无人机的电池在寒冷天气里能用多久？").answered
        kept = _learnt(rag)
    assert kept is not None
    learnt = Learnt.of_json(kept)
    assert set(learnt.by_language) == {"zh", "other"}
    chinese, english = learnt.of("zh").ground, learnt.of("other").ground
    assert chinese is not None
    assert english is not None
    assert (chinese.passages, english.passages) == (len(CHINESE_FACTS) * 3, len(FACTS) * 3)


def test_nothing_is_judged_where_no_rate_is_wanted(project: Project) -> None:
    settings = Settings(answer=AnswerSettings(false_answer_rate=None))
    with project.open(settings=settings) as rag:
        assert rag.chain().judge is None
        rag.ask("When are refunds paid?")
        assert _learnt(rag) is None


def test_a_lower_rate_answers_less(project: Project) -> None:
    question = "When are parcels signed in the kitchen?"
    chances = []
    for rate in (0.0, 1.0):
        settings = Settings(answer=AnswerSettings(false_answer_rate=rate))
        with project.open(settings=settings) as rag:
            judge = rag.chain().judge
            assert judge is not None
            chances.append(judge(question, rag.search(question)).enough)
    assert chances == [False, True]


def _learnt(rag: Rag) -> str | None:
    version = crc32(repr(WEIGHTS).encode())
    return rag.retriever().store.learnt(f"meaning_{version:08x}")
