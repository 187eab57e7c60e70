"""Holds words that stand for each other, and words that say little; knows no text."""

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
point possess prepare present prevent produce promise protect publish put raise reach receive recognise
record refer regard relate release remain represent require respond rest result return rise run sell
send serve set settle show sit spend stand start state stay stick stop store suffer suggest support
switch tell think treat try turn type understand update use value vary view visit wait want watch
weigh widely wish work write amount kind level thing time type various different total overall
currently usually generally mainly approximately nearly specifically officially directly
roughly people person located known called named based considered
"""
_WEAK_CHINESE: Final = "获取做进行提供拥有具有达到完成开始结束属于位于称为成为认为表示包括包含来自采用使用收到放在处地方位置"

WEAK: Final = frozenset({tokenize(word)[0] for word in _WEAK_ENGLISH.split()} | set(_WEAK_CHINESE))
"""Stems and characters that may replace others without another thing being meant."""

STANDS_FOR: Final = _groups()
"""Stem to the stem of the group of words that mean the same to us."""
