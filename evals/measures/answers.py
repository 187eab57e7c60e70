"""Scores a reply against accepted short answers without a judge; knows no model and no passages.

Normalisation follows SQuAD's evaluation script (Rajpurkar et al., EMNLP 2016): lower case, no
punctuation, no English articles. It differs where SQuAD's is unkind: a number keeps its sign and
decimal point and loses its thousands separators, a hyphen or slash parts words, scripts without
spaces are read character by character.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from evals.measures.values import values_match

# Kana, Han with extensions, Hangul, Thai to Khmer: no spaces between words.
_UNSPACED = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(
    rf"(?:(?<![a-z0-9_)\]])-)?\d+(?:[.,]\d+)*"
    rf"|[{_UNSPACED}]"
    rf"|[^\W_{_UNSPACED}]+(?:['’.][^\W_{_UNSPACED}]+)*"
)
_THOUSANDS = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_VERSION = re.compile(r"v\d+(?:\.\d+)+")
_ARTICLES = frozenset({"a", "an", "the"})


def answer_tokens(text: str) -> list[str]:
    """Return the comparable tokens of a reply or answer, in order."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("\u2212", "-")
    tokens = [part for raw in _TOKEN.findall(folded) for part in _plain(raw)]
    return [token for token in tokens if token not in _ARTICLES] or tokens


def exact_match(reply: str, answers: Sequence[str]) -> float | None:
    """Return 1 if the reply is one of the answers after normalisation, else 0; None without any."""
    return _best(_same, reply, answers)


def token_f1(reply: str, answers: Sequence[str]) -> float | None:
    """Return the F1 of shared tokens with the nearest answer, 0 to 1; None without any."""
    return _best(_f1, reply, answers)


def contains_answer(reply: str, answers: Sequence[str]) -> float | None:
    """Return 1 if an answer's tokens stand together, in order, in the reply; None without any."""
    return _best(_contains, reply, answers)


def values_right(reply: str, answers: Sequence[str]) -> float | None:
    """Return 1 if the reply has every number and date of one of the answers, else 0.

    None where no answer holds a number or date: the measure does not apply.
    """
    verdicts = [values_match(reply, answer) for answer in answers]
    known = [verdict for verdict in verdicts if verdict is not None]
    return float(any(known)) if known else None


def gold_in_context(passages: Sequence[str], answers: Sequence[str]) -> float | None:
    """Return 1 if one passage contains an answer: could a reader have known? None without any.

    Each passage is read by itself, since two passages side by side are not one text. A lower bound:
    an answer worded otherwise than the passage is not seen (found in the sample's own gold quotes
    for 71 of 110 questions), so where gold spans are known, slot recall says more.
    """
    if not answers:
        return None
    wanted = [answer_tokens(answer) for answer in answers]
    read = [answer_tokens(passage) for passage in passages]
    return float(any(_contains(passage, answer) for passage in read for answer in wanted))


def _plain(raw: str) -> list[str]:
    if _THOUSANDS.fullmatch(raw):
        return [raw.replace(",", "")]
    if raw[-1].isdigit() and "," in raw:
        return raw.split(",")
    if _VERSION.fullmatch(raw):
        return [raw[1:]]
    return [re.sub(r"['’]|(?<=[^\W\d])\.", "", raw)]


def _best(
    compare: Callable[[list[str], list[str]], float], reply: str, answers: Sequence[str]
) -> float | None:
    tokens = answer_tokens(reply)
    return max((compare(tokens, answer_tokens(answer)) for answer in answers), default=None)


def _same(reply: list[str], answer: list[str]) -> float:
    return float(reply == answer)


def _f1(reply: list[str], answer: list[str]) -> float:
    shared = (Counter(reply) & Counter(answer)).total()
    if not reply or not answer:
        return float(reply == answer)
    return 2 * shared / (len(reply) + len(answer))


def _contains(reply: list[str], answer: list[str]) -> float:
    width = len(answer)
    places = range(len(reply) - width + 1)
    return float(bool(width) and any(reply[at : at + width] == answer for at in places))
