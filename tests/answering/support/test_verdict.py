"""Claims held against their passages: what is left alone and what is found out."""

import pytest

from rag.answering.support.verdict import Fault, fault_in
from tests.answering.fakes import passage

HUB = passage(
    "One H1 hub serves up to 40 loggers. A backup battery keeps the hub alive for four hours. "
    "The hub refuses a 41st logger, and support costs 12 percent of the yearly subscription. "
    "Alkaline cells must not be used below 0 °C.",
    title="H1 hub",
)
SALARY = passage(
    "Probation lasts 90 days in Porto and 60 days in Columbus. "
    "The office opened in Lisbon in 2019.",
    title="Handbook",
)
CHINESE = passage(
    "质量部出具验证报告，保存五年。备份每四小时一次，存放在贵阳。客户不能提前删除审计追踪。"
    "接口调用上限提高到每分钟 100 次。试用期内辞职须提前三天通知，转正后辞职须提前三十天通知。",
    title="数据",
)


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("One H1 hub serves up to 40 loggers.", HUB),
        ("Up to forty loggers are served by one H1 hub.", HUB),
        ("No, alkaline cells must not be used below 0 °C.", HUB),
        ("Alkaline cells cannot be used below 0 °C.", HUB),
        ("In Columbus probation lasts 60 days, in Porto 90.", SALARY),
        ("The Handbook says that the office opened in Lisbon in 2019.", SALARY),
        ("验证报告由质量部出具，要保存 5 年。", CHINESE),
        ("审计追踪无法由客户提前删除。", CHINESE),
        ("转正后辞职要提前 30 天通知，试用期内则是三天。", CHINESE),
        ("- ", HUB),
    ],
)
def test_what_a_passage_says_in_any_words_is_left_alone(claim: str, cited: object) -> None:
    assert fault_in(claim, [cited]) is None


@pytest.mark.parametrize(
    ("claim", "cited", "fault"),
    [
        ("One H1 hub serves up to 60 loggers.", HUB, Fault.NUMBER),
        ("A backup battery keeps the hub alive for four days.", HUB, Fault.NUMBER),
        ("Support costs 12 dollars of the yearly subscription.", HUB, Fault.NUMBER),
        ("Support costs 12 percent of the monthly subscription.", HUB, Fault.NUMBER),
        ("One H2 hub serves up to 40 loggers.", HUB, Fault.NAME),
        ("The office opened in Madrid in 2019.", SALARY, Fault.NAME),
        ("One H1 hub does not serve up to 40 loggers.", HUB, Fault.OPPOSITE),
        ("Alkaline cells may be used below 0 °C.", HUB, Fault.NUMBER),
        ("Alkaline cells must not be used above 0 °C.", HUB, Fault.NUMBER),
        ("A backup generator keeps the hub alive for four hours.", HUB, Fault.UNSAID),
        ("Probation lasts 90 days in Columbus and 60 days in Porto.", SALARY, Fault.EXCHANGED),
        ("Probation lasts 90 days in Porto and 90 days in Columbus.", SALARY, Fault.NUMBER),
        ("Every employee receives a bicycle.", SALARY, Fault.UNSAID),
        ("质量部出具验证报告，保存六年。", CHINESE, Fault.NUMBER),
        ("质量部出具验证报告，保存五个月。", CHINESE, Fault.NUMBER),
        ("财务部出具验证报告，保存五年。", CHINESE, Fault.UNSAID),
        ("客户可以提前删除审计追踪。", CHINESE, Fault.OPPOSITE),
        ("接口调用上限降低到每分钟 100 次。", CHINESE, Fault.OPPOSITE),
        (
            "试用期内辞职须提前三十天通知，转正后辞职须提前三天通知。",
            CHINESE,
            Fault.NUMBER,
        ),
        ("屋顶花园种着三角梅。", CHINESE, Fault.UNSAID),
    ],
)
def test_what_was_changed_is_found_out(claim: str, cited: object, fault: Fault) -> None:
    assert fault_in(claim, [cited]) is fault


def test_one_of_the_cited_passages_is_enough() -> None:
    assert fault_in("The office opened in Lisbon in 2019.", [HUB, SALARY]) is None


def test_passages_that_hold_a_claim_only_together_do_not_support_it() -> None:
    stitched = "One H1 hub serves up to 40 loggers in the office that opened in Lisbon."
    assert fault_in(stitched, [HUB, SALARY]) is not None


WARRANTY = passage(
    "The warranty of the R4 logger is 36 months from the day of delivery.\n"
    "The warranty of the H1 hub is 36 months from the day of delivery."
)


def test_a_question_does_not_make_its_subject_that_of_every_line() -> None:
    claim = "The R4 logger has a warranty of 36 months."
    asked = "How long is the warranty of the R4 logger?"
    assert fault_in(claim, [WARRANTY], question=asked) is None


def test_a_denial_is_not_answered_by_an_adjective_of_the_source() -> None:
    leave = passage("Employees may carry over up to five days of unused leave into the next year.")
    assert fault_in("Employees cannot carry over leave.", [leave]) is Fault.OPPOSITE
    assert fault_in("Employees can carry over five days of leave.", [leave]) is None


def test_words_of_the_question_may_be_repeated() -> None:
    claim = "For the Beta site one H1 hub serves 40 loggers."
    assert fault_in(claim, [HUB]) is Fault.NAME
    assert fault_in(claim, [HUB], question="How many for the Beta site?") is None


def test_across_languages_numbers_alone_are_compared() -> None:
    assert fault_in("一台 H1 网关最多支持 40 支记录仪。", [HUB]) is None
    assert fault_in("一台 H1 网关最多支持 60 支记录仪。", [HUB]) is Fault.NUMBER


UNION = passage(
    "The permit holds in the African Union and Norway; the ferry sails behind the pilot."
)


def test_initials_stand_for_a_name_in_full() -> None:
    assert fault_in("The permit holds in the AU and Norway.", [UNION]) is None
    assert fault_in("The permit holds in the EFTA and Norway.", [UNION]) is Fault.NAME


def test_a_contraction_says_no_more_than_its_words() -> None:
    claim = "You'll find that the permit holds in Norway."
    assert fault_in(claim, [UNION]) is None
    assert fault_in("You'll find that the lease holds in Norway.", [UNION]) is not None
