"""Cuts text into the words by which a claim is held against a source; knows neither."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final, TypedDict

from rag.answering.support.irregular import BASE
from rag.answering.support.lexicon import WEAK
from rag.store.tokens import tokenize

_TOKEN: Final = re.compile(
    r"\d+(?:[.,:]\d+)*(?![^\W\d_])|[^\W_\u3007\u3040-\u9fff]+(?:['’][a-z]+)?|[\u3007\u3040-\u9fff]|[.!?;,。！？；，、：:()（）]"
)
_HAN: Final = re.compile(r"[\u3007\u3040-\u9fff]")
_DIGITS: Final = re.compile(r"\d[\d.,:]*\Z")
_STOPS: Final = frozenset(".!?;,。！？；，、：:()（）")

_CONTRACTED: Final = re.compile(r"['’](?:ll|re|ve|d|m|s)\Z")

# Words that say how a sentence is built rather than what it says.
_LIGHT: Final = """
    a about above according across after again all also although always am among amount an and any
    approximately are around as at available basis be because been before being below between both
    but by can cannot come could count did do does doing done due during each either every
    exactly except first for from further get gets getting give given gives go going had has have
    having he hence her here his how however i if in include includes including instead into is it
    its itself just keep least less let like made make makes making many may me means might more
    most much must my named need needs neither never no nobody none nor not nothing now of off on
    once one only onto or other others ought our out over own per precisely provided put rather
    regard roughly same say says set shall she should since single so some soon state states still
    such take taken takes than that the their them then there therefore these they this those though
    through thus to together too total toward two under unless until up upon us use used uses using
    very via was way we well were what when whenever where whereas which while who whoever whom
    whose why will with within without would yes yet you your yours able allowed allow possible
    unable percent euro euros dollar dollars second seconds minute minutes hour hours day days week
    weeks month months year years aboard amid amongst behind beneath beside besides despite
    throughout towards underneath
"""
_NUMERALS: Final = """
    two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred
    thousand million billion
"""
LIGHT: Final = frozenset(_LIGHT.split())
NUMERALS: Final = frozenset(_NUMERALS.split()) | frozenset("零〇一二两三四五六七八九十百千万亿")
LIGHT_HAN: Final = frozenset(
    "的了是在和与及或也都就会可以要须将把被由从到至则其这那有为于而且并各每个之中内时后前等"
    "应得能若如即已还再又才所很最共约用给向对让使另外随需必当起来去过着只仅均全些该本此"
    "零一二两三四五六七八九十百千万亿天年月日次没不未无非"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a Han character, a number or a stop of a text.

    Attributes:
        form: What is compared: stemmed and lower-cased.
        raw: As it is written.
        start: Its first character in the text.
        end: One past its last.
        weight: What it adds to the meaning: 0 for function words and stops, and for numbers, which
            are compared by themselves.
        is_stop: Whether it is punctuation.
        is_han: Whether it is a Han character.
        is_number: Whether it is a number or a part of one.
    """

    form: str
    raw: str
    start: int
    end: int
    weight: float
    is_stop: bool
    is_han: bool
    is_number: bool


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in reading order."""
    folded = unicodedata.normalize("NFKC", text)
    return tuple(
        Word(start=match.start(), end=match.end(), **_known(match[0]))
        for match in _TOKEN.finditer(folded)
    )


class _Known(TypedDict):
    form: str
    raw: str
    weight: float
    is_stop: bool
    is_han: bool
    is_number: bool


@lru_cache(maxsize=1 << 15)
def _known(raw: str) -> _Known:
    """Return what is known of a word wherever it stands."""
    return _Known(
        form=_form(raw),
        raw=raw,
        weight=_weight(raw),
        is_stop=raw in _STOPS,
        is_han=_HAN.match(raw) is not None,
        is_number=_is_number(raw),
    )


def _form(raw: str) -> str:
    if _HAN.match(raw) or raw in _STOPS:
        return raw
    if _DIGITS.match(raw):
        return raw.replace(",", "")
    bare = re.sub(r"['’]s?\Z", "", raw)
    stem = (tokenize(bare) or [bare.lower()])[0]
    return BASE.get(stem, stem)


def initials(cut: Sequence[Word]) -> frozenset[str]:
    """Return what capitalised words in a row are shortened to: "eu" of "European Union"."""
    runs = groupby(cut, key=lambda word: word.raw[:1].isupper() and not word.is_number)
    named = ["".join(word.raw[0].lower() for word in run) for capital, run in runs if capital]
    return frozenset(one for one in named if len(one) > 1)


def _is_number(raw: str) -> bool:
    return _DIGITS.match(raw) is not None or raw.lower() in NUMERALS


def _weight(raw: str) -> float:
    lowered = raw.lower()
    if raw in _STOPS or _is_number(raw) or raw in LIGHT_HAN or lowered in LIGHT:
        return 0.0
    if lowered.endswith(("n't", "n’t")) or _CONTRACTED.sub("", lowered) in LIGHT:
        return 0.0
    # About two characters make a Chinese word.
    return 0.5 if _HAN.match(raw) or _form(raw) in WEAK else 1.0
