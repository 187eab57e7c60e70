"""Holds words that say little; knows no text."""

from typing import Final

from rag.store.tokens import tokenize

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
