"""Signs that passages answer, read from their words and cosines."""

import pytest

from rag.answering.sufficiency.signs import Ground, held_elsewhere, named_in, read_signs, surprises

ENGLISH = Ground(mean=0.05, deviation=0.12, nearest=0.65, passages=500)
BLIND = Ground(mean=0.55, deviation=0.12, nearest=0.8, passages=500)
WORTH = {"refund": 3.0, "velcro": 6.0}
ABOUT = "Shop\nRefunds take 14 days. Dogs bark."


def test_a_rare_word_is_worth_more_and_a_function_word_nothing() -> None:
    worth = surprises("What is the refund for velcro?", {"refund": 40, "velcro": 1}, 100)
    assert set(worth) == {"refund", "velcro"}
    assert worth["velcro"] > 2 * worth["refund"] > 0


def test_how_many_asks_for_a_number_that_no_passage_need_spell() -> None:
    assert "mani" not in surprises("How many screws close the lid?", {}, 10)
    assert surprises("many", {}, 10)
    assert set(surprises("How long is the warranty?", {}, 10)) == {"warranti"}
    assert "long" in surprises("What are the symptoms of long covid?", {}, 10)


@pytest.mark.parametrize(
    "question",
    ["保修期是多久？", "请问保修期有多长时间？", "保修期怎么样？", "什么时候保修期？", "保修期吗"],
)
def test_what_a_chinese_question_asks_for_is_no_word_to_be_held(question: str) -> None:
    assert set(surprises(question, {}, 10)) == {"保", "修", "期", "保修", "修期"}


def test_words_that_only_look_like_asking_count() -> None:
    assert {"吗啡", "几何"} <= set(surprises("吗啡与几何学", {}, 10))


def test_one_sentence_must_hold_the_words_for_them_to_count() -> None:
    together = read_signs(
        {"refund": 1.0, "dog": 1.0},
        ["\nRefunds are for dogs."],
        cosines=None,
        ground=None,
        relevance=0.0,
    )
    apart = read_signs(
        {"refund": 1.0, "dog": 1.0}, [ABOUT], cosines=None, ground=None, relevance=0.0
    )
    assert (together.covered, apart.covered) == (1.0, 0.5)


def test_the_title_counts_for_every_sentence() -> None:
    signs = read_signs({"shop": 1.0}, [ABOUT], cosines=None, ground=None, relevance=0.0)
    assert signs.covered == 1.0


def test_agreement_is_what_the_nearest_passage_holds() -> None:
    passages = ["\nNothing here.", ABOUT]
    signs = read_signs(WORTH, passages, cosines=[0.2, 0.6], ground=ENGLISH, relevance=0.0)
    assert signs.agreed == pytest.approx(3 / 9)
    assert signs.covered == 0.0


def test_a_blind_model_leaves_the_decision_to_the_words() -> None:
    signs = read_signs(WORTH, [ABOUT], cosines=[0.7], ground=BLIND, relevance=9.0)
    assert (signs.nearness, signs.agreed, signs.blind, signs.words) == (0.0, 0.0, 1.0, 1.0)


def test_nearness_counts_what_stands_out_of_unrelated_texts() -> None:
    signs = read_signs(WORTH, [ABOUT], cosines=[0.65], ground=ENGLISH, relevance=0.0)
    assert signs.nearness == pytest.approx(5.0)
    assert signs.blind == 0.0


def test_few_passages_are_judged_by_what_is_usual() -> None:
    one_page = Ground(mean=0.5, deviation=0.01, nearest=0.52, passages=3)
    assert one_page.sight == 1.0
    assert one_page.lift(0.6) < 6


def test_what_another_passage_holds_whole_is_answered_there() -> None:
    assert held_elsewhere(WORTH, ["refunds for velcro", "dogs"]) == 1.0
    assert held_elsewhere(WORTH, []) == 0.0
    assert held_elsewhere({}, ["x"]) == 0.0


def test_a_vague_question_that_is_covered_says_less_than_one_of_rare_words() -> None:
    def read(worth: dict[str, float]) -> float:
        return read_signs(worth, [ABOUT], cosines=None, ground=None, relevance=0.0).told

    assert read({"dog": 1.0}) < read({"dog": 5.0}) < read({"refund": 8.0, "dai": 8.0})
    assert read({"refund": 400.0}) == read({"refund": 800.0})


def test_words_of_several_sentences_are_held_and_not_covered() -> None:
    signs = read_signs({"refund": 1, "dog": 1}, [ABOUT], cosines=None, ground=None, relevance=0.0)
    assert (signs.covered, signs.held) == (0.5, 1.0)


def test_names_and_numbers_that_stand_nowhere_are_missed() -> None:
    named = named_in("Who was the runner-up of the 2018 World Cup in Kazan?")
    assert named == {"2018", "cup", "kazan"}
    found = ["\nThe Cup of 2014 was won abroad.", "\nIn Kazan nothing happened."]
    signs = read_signs({"cup": 1.0}, found, named=named, cosines=None, ground=None, relevance=0.0)
    assert signs.named == 2 / 3
    assert named_in("Refunds for which parcels?") == set()
    none = read_signs({"cup": 1.0}, found, cosines=None, ground=None, relevance=0.0)
    assert none.named == 1.0
