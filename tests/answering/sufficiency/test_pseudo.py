"""Questions made of an index's own passages."""

from collections.abc import Sequence

from rag.answering.sufficiency.pseudo import draw, language_of
from rag.store.records import StoredPassage

ENGLISH = (
    "The Kestrel battery lasts forty minutes in cold weather near the coast. "
    "Kestrel pilots charge the battery before every single flight over the bay. Short one."
)
CHINESE = "红隼无人机的电池在寒冷的海边可以使用四十分钟。红隼无人机每次起飞之前都要充电。好。"
COMMON = {"batteri": 90, "befor": 90}


def passage(text: str, id_: str = "a") -> StoredPassage:
    return StoredPassage(
        id=id_,
        source=f"{id_}.txt",
        ordinal=0,
        start_index=0,
        end_index=len(text),
        page=None,
        section=(),
        text=text,
        text_key=b"",
        title="",
        kind="text",
    )


def asked(*texts: str, limit: int = 10, common: dict[str, int] = COMMON) -> Sequence[str]:
    passages = [passage(text, str(at)) for at, text in enumerate(texts)]
    return [one.text for one in draw(passages, limit, holding=lambda _: common, count=100)]


def test_a_question_names_the_topic_and_something_that_is_said_of_it() -> None:
    (question,) = asked(ENGLISH)
    words = question.split()
    assert words[0] == "Kestrel"
    assert 3 <= len(words) <= 5
    assert set(words) <= {word.strip(".") for word in ENGLISH.split()}
    assert not {"the", "The", "in", "over"} & set(words)


def test_a_topic_is_what_the_passage_repeats_and_others_do_not() -> None:
    (rare,) = asked(ENGLISH, common={"batteri": 50})
    (common,) = asked(ENGLISH, common={"kestrel": 99})
    assert rare.split()[0] == "Kestrel"
    assert common.split()[0] != "Kestrel"


def test_a_chinese_question_is_of_characters() -> None:
    (question,) = asked(CHINESE, common={})
    assert language_of(question) == "zh"
    assert " " not in question
    assert question[-10:] in CHINESE


def test_the_same_passages_give_the_same_questions() -> None:
    texts = [ENGLISH, CHINESE, ENGLISH.replace("Kestrel", "Osprey")]
    assert asked(*texts) == asked(*texts)
    assert len(asked(*texts, limit=2)) == 2


def test_passages_without_a_whole_sentence_are_passed_over() -> None:
    assert asked("Price list", "", "短。", "a b c d") == []
