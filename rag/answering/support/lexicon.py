"""Holds words that stand for each other, and words that say little; knows no text."""

import re
from typing import Final

from rag.store.tokens import tokenize

_ALIKE: Final = """
annual yearly
phone telephone mobile
begin start commence launch
end finish terminate
buy purchase
allow permit
forbid prohibit ban
forbidden prohibited banned
reply answer respond
worker employee staff
repair fix mend
error fault failure
fail failure
delete remove erase
keep retain store hold kept held preserve
original initial first
choose select pick chosen
change modify alter
show display
send sent transmit
receive get
replace exchange swap
lose lost loss
pay paid payment
cost price charge
refund reimburse
document file
car automobile
big large huge
small little tiny
quick fast rapid
immediate instant
immediately once instantly
need require
help assist
home house
child children kid
near close
job work
build built construct
write wrote written author
win won victory
country nation
kill killed death
movie film
doctor physician
whole complete entire full
fully completely entirely
mains power
outage cut
cell battery
supply power
internal inside inner
turn switch
"""


def _groups() -> dict[str, str]:
    """Return each stem with the stem that stands for its group."""
    groups: dict[str, str] = {}
    for line in _ALIKE.strip().splitlines():
        stems = [tokenize(word)[0] for word in line.split()]
        for stem in stems:
            groups.setdefault(stem, stems[0])
    return groups


_WEAK_ENGLISH: Final = """
add adjust affect agree allow appear apply arrange arrive ask bear become begin bring build call
carry cause change choose claim come complete concern connect consist contain continue cost count
cover create deal decide define deliver depend describe design determine develop differ drop employ
enable end ensure enter establish exist expect explain fall feature feel find finish fix follow form
gain get give go grow handle happen help hit hold increase indicate involve join keep know last lead
learn leave let lie limit link live locate lose maintain manage mark meet mention move note notify
number obtain occur offer operate order originate own part pay perform period permit pick place play
point possess prepare present prevent produce promise protect publish put raise reach receive
recognise record refer regard relate release remain represent require respond
rest result return rise run sell
send serve set settle show sit spend stand start state stay stick stop store suffer suggest support
switch tell think treat try turn type understand update use value vary view visit wait want watch
weigh widely wish work write amount kind level thing time type various different total overall
currently usually generally mainly approximately nearly specifically officially directly
regardless respective respectively additional additionally further current
roughly people person located known called named based considered
"""
WEAK: Final = frozenset(tokenize(word)[0] for word in _WEAK_ENGLISH.split())
"""Stems that may replace others without another thing being meant."""

WEAK_CHINESE: Final = re.compile(
    "获取|获得|做|进行|提供|拥有|具有|享有|享受|达到|达|完成|开始|结束|属于|位于|称为|成为|认为|表示|包括|包含"
    "|含有|来自|采用|使用|收到|放在|存放|地方|位置|数量|数目|情况|方面|方式|时候|期间|目前|负责|送到|发生|出现|查看"
    "|使得|形成|建立|成立|建造|举行|举办|参加|参与|担任|组成|构成|引起|产生|显示|指出|说明|介绍"
    "|描述|决定|确定|确认|允许|帮助|支持|变成|变得|作为|当作|看作|叫做|名为|十分|特别|大约|左右"
    "|大概|通常|一般|主要|基本|现在|当前|曾经|已经|正在|随后|然后|最后|首先|其中|其他|许多|很多"
    "|大量|多数|一些|某些|各种|不同|相同|同样|类似|相关|有关|关于|对于|由于|因为|因此|所以|但是"
    "|然而|如果|假如|要是|例如|比如|以及|或者|或是|而且|并且|同时|期限|结果|原因|目的|作用|功能"
    "|问题|内容|范围|时间|金额|标准|条件|过程|工作|活动|设置|设定|配置|安装|更换|修改|改为|变更"
    "|删去|删掉|清除|移除|通知|告知"
    "|以来|至今|从未|没有|无法|必须|应当|需要|检查|按照|根据|通过|支付|选择|选用|导致|造成|保留|保存|规定|要求|里面|得到|员工|人员"
)
"""The same in Chinese."""

STANDS_FOR: Final = _groups()
"""Stem to the stem of the group of words that mean the same to us."""
