"""Chinese claims held against their passages: each class of language, true and altered."""

import pytest

from rag.answering.support.verdict import Fault, fault_in
from tests.answering.fakes import passage

FERRY = passage(
    "3月12日，海城港发布公告。渡轮13日起改停北岸码头，航程约 55 分钟。"
    "雨天照常开行，遇八级以上大风停航。普通舱票价 30 元，头等舱票价 80 元。"
    "单次携带行李最多 20 公斤，超过 20 公斤的不予承运。",
    title="海城港渡轮",
)
MUSEUM = passage(
    "陶罐出土于下游的石塘遗址，由修复师高岚粘合。裂缝不是运输造成的，而是火烧所致。"
    "馆方否认陶罐曾被出售。甲厅、乙厅和丙厅免费开放。残片重量约为整器的三分之一。"
    "酱料可用豆豉代替虾酱。",
    title="陶罐",
)
SERVICE = passage(
    "`max_jobs` 默认值为 64，修改后须重启。`cache_days` 默认为 90，可以在线调整。"
    "2.4.0 移除了旧接口，由归档日志恢复数据，归档日志默认关闭。",
    title="任务服务",
)

RISE = passage("普通舱票价由 25 元提高到 30 元，班次减少到四班。", title="票价")


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        # Everyday verbs, measure words, and words of manner.
        ("陶罐是在下游的石塘遗址里挖出来的，后来由修复师高岚把它粘好。", MUSEUM),
        ("坐渡轮的话，大约要花 55 分钟。", FERRY),
        # Numbers in other terms.
        ("渡轮的航程不到一小时。", FERRY),
        ("3 月 13 日起，渡轮改停北岸码头。", FERRY),
        ("残片的重量大约是整器的1/3。", MUSEUM),
        ("甲厅、乙厅和丙厅三个厅都不收钱。", MUSEUM),
        ("携带行李超过 20 公斤的，不予承运。", FERRY),
        # What denies and what only looks as if it did.
        ("渡轮只是不能在八级以上大风时开行。", FERRY),
        ("为了不耽误行程，请记住渡轮13日起改停北岸码头。", FERRY),
        ("裂缝是火烧所致，而不是运输造成的。", MUSEUM),
        ("虾酱可以用豆豉代替。", MUSEUM),
        ("`max_jobs` 默认是 64，改完必须重启。", SERVICE),
    ],
)
def test_what_a_chinese_passage_says_in_other_words_is_left_alone(
    claim: str, cited: object
) -> None:
    assert fault_in(claim, [cited]) is None


@pytest.mark.parametrize(
    ("claim", "cited", "fault"),
    [
        # Another word in the frame of the first, strange or of another sentence.
        ("陶罐出土于下游的石塘遗址，由修复师高峰粘合。", MUSEUM, Fault.UNSAID),
        ("2.4.0 移除了旧接口，由增量日志恢复数据。", SERVICE, Fault.UNSAID),
        # The other side of a pair at the same word.
        ("陶罐出土于上游的石塘遗址。", MUSEUM, Fault.OPPOSITE),
        ("渡轮13日起改停南岸码头。", FERRY, Fault.OPPOSITE),
        ("`max_jobs` 默认值为 64，修改前须重启。", SERVICE, Fault.OPPOSITE),
        # Numbers of other things.
        ("渡轮的航程不到半小时。", FERRY, Fault.NUMBER),
        ("4 月 13 日起，渡轮改停北岸码头。", FERRY, Fault.NUMBER),
        ("残片的重量大约是整器的1/4。", MUSEUM, Fault.NUMBER),
        ("甲厅和乙厅三个厅都不收钱。", MUSEUM, Fault.NUMBER),
        ("`cache_days` 默认值为 64，修改后须重启。", SERVICE, Fault.NUMBER),
        ("2.5.0 移除了旧接口。", SERVICE, Fault.NUMBER),
        ("普通舱票价降低到 30 元。", RISE, Fault.NUMBER),
        # Denied, or denied of the other.
        ("雨天渡轮不开。", FERRY, Fault.OPPOSITE),
        ("裂缝是运输造成的，而不是火烧所致。", MUSEUM, Fault.OPPOSITE),
        ("陶罐曾被馆方出售。", MUSEUM, Fault.OPPOSITE),
        ("甲厅、乙厅和丙厅收费开放。", MUSEUM, Fault.OPPOSITE),
        ("酱料可用虾酱代替豆豉。", MUSEUM, Fault.EXCHANGED),
    ],
)
def test_what_a_chinese_passage_does_not_say_is_found_out(
    claim: str, cited: object, fault: Fault
) -> None:
    assert fault_in(claim, [cited]) is fault
