"""Citations bound to the words of the passages."""

import pytest

from rag.answering.answer import Citation
from rag.answering.citations import bind
from rag.answering.markers import MarkerReader
from tests.answering.fakes import passage

REFUNDS = passage(
    "Orders ship from Utrecht. Refunds are paid within 14 days of return. Gift cards are final.",
    start=1000,
    page=3,
)
OFFICE = passage("The office opened in 2019 and has twelve desks.", source="about.md", title="")
CHINESE = passage(
    "订单从杭州发货。退款将在十四天内到账。礼品卡不可退。", source="手册.md", start=50
)


def cited(text: str, question: str = "") -> tuple[Citation, ...]:
    passages = [REFUNDS, OFFICE, CHINESE]
    reader = MarkerReader(len(passages))
    reader.feed(text)
    reader.close()
    return bind(reader.text, reader.marks, passages, question=question)


def test_a_claim_is_bound_to_the_sentence_that_supports_it() -> None:
    (citation,) = cited("You get your refund within 14 days [1].")
    assert citation.quote == "Refunds are paid within 14 days of return."
    assert (citation.start_index, citation.end_index) == (1026, 1068)
    assert (citation.source, citation.title, citation.page) == ("handbook.md", "Handbook", 3)
    assert citation.verified


def test_a_chinese_claim_is_bound_to_its_sentence() -> None:
    (citation,) = cited("退款会在 14 天内到账【3】。")
    assert citation.quote == "退款将在十四天内到账。"
    assert citation.start_index == 58
    assert citation.verified


def test_quoted_words_are_bound_exactly() -> None:
    (citation,) = cited("They are “paid WITHIN 14 days” [1].")
    assert citation.quote == "paid within 14 days"
    assert citation.start_index == 1000 + REFUNDS.page_content.index("paid")


def test_a_quote_behind_its_marker_belongs_to_it() -> None:
    (citation,) = cited('As [1] puts it, "gift cards are final".')
    assert citation.quote == "Gift cards are final"


def test_an_invented_quote_is_not_verified() -> None:
    (citation,) = cited("It says “refunds are paid the same day” [1].")
    assert not citation.verified
    assert citation.quote == "refunds are paid the same day"


def test_a_quote_may_stand_in_any_passage_of_its_group() -> None:
    first, second = cited("It has “twelve desks” [1][2].")
    assert first.verified
    assert second.verified
    assert second.quote == "twelve desks"


@pytest.mark.parametrize(
    "claim",
    ["Refunds take 41 days [1].", "退款会在 15 天内到账 [3]。", "It has 13 desks [2].",
     "It opened in 2018 [2]."],
)  # fmt: skip
def test_a_changed_number_is_not_verified(claim: str) -> None:
    (citation,) = cited(claim)
    assert not citation.verified


@pytest.mark.parametrize(
    "claim",
    ["It has 12 desks [2].", "退款需要 14 天 [3]。", "1. Refunds take 14 days [1].",
     "The office opened in 2019 [2]."],
)  # fmt: skip
def test_a_number_may_be_written_another_way(claim: str) -> None:
    (citation,) = cited(claim)
    assert citation.verified


def test_numbers_of_the_question_may_be_repeated() -> None:
    (citation,) = cited("For 2 orders refunds are paid within 14 days [1].", "What of 2 orders?")
    assert citation.verified


def test_one_number_covers_all_its_claims() -> None:
    (citation,) = cited("Orders ship from Utrecht [1]. Gift cards are final [1].")
    assert citation.quote == REFUNDS.page_content


def test_a_marker_behind_the_full_stop_belongs_to_the_sentence_before() -> None:
    first, second = cited("Refunds are paid within 14 days. [1] It has twelve desks. [2]")
    assert first.quote == "Refunds are paid within 14 days of return."
    assert second.quote == OFFICE.page_content


def test_an_answer_without_markers_has_no_citations() -> None:
    assert cited("Refunds are paid within 14 days.") == ()


def test_a_claim_that_shares_no_word_is_bound_to_the_whole_passage() -> None:
    (citation,) = cited("Nichts dergleichen [1].")
    assert (citation.start_index, citation.end_index) == (1000, 1000 + len(REFUNDS.page_content))
    assert not citation.verified


@pytest.mark.parametrize(
    "claim",
    ["Refunds are not paid within 14 days of return [1].", "Gift cards are free [1].",
     "Orders ship from Berlin [1].", "退款不会在十四天内到账 [3]。", "订单从苏州发货 [3]。",
     "Refunds are paid within 14 hours of return [1].", "The office sells gift cards [2]."],
)  # fmt: skip
def test_what_the_passage_does_not_say_is_not_verified(claim: str) -> None:
    (citation,) = cited(claim)
    assert not citation.verified
