"""Cuts text into the words by which passages are compared; knows neither passage nor index.

Words are lower-cased, stripped of accents and stemmed; scripts written without spaces (Chinese,
Japanese, Korean, Thai …) become single characters and overlapping pairs; identifiers and numbers
are kept whole *and* in parts, so that "SKU-4563" is found by itself and by "4563".
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib import import_module

TOKENS_VERSION = 1
"""Raised whenever the same text would give other tokens: an index built with another is rebuilt."""

MAX_TOKEN_LENGTH = 64
"""Longer words (base64, endless URLs) are cut here: nobody types more, and terms stay small."""

# Scripts without spaces between words: Thai to Khmer, kana, Han with extensions, Hangul.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0eff\u1000-\u109f\u1780-\u17d3"
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3130-\u318f"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Marks that belong to the letter before them but that `\w` leaves out (Hebrew, Arabic, Indic).
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"

_RAW = re.compile(
    rf"[{_UNSPACED}]+|_*{_LETTER}+(?:(?:[-./:@'’,+&]|::|_+){_LETTER}+)*(?:\+\+|\#(?!\w))?"
)
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_JOINERS = re.compile(r"[-_./:@,+&#]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_ACRONYM = re.compile(r"(?:[A-Za-z]\.)+[A-Za-z]")
_POSSESSIVE = re.compile(r"'s?(?!\w)", re.IGNORECASE)
_WORTH_KEEPING_WHOLE = re.compile(r"[\d_./:@+#&]")
# "getUserName2" → get User Name 2; "HTTPServer" → HTTP Server.
_PIECES = re.compile(rf"[A-Z]+(?![a-z])|[A-Z]?(?:[^\W\dA-Z_]|[{_MARKS}])+|\d+")

# Words that carry a question but not its subject. They stay in the index; leaving them out of
# queries gained nDCG@10 .028 on mtrag_dev, .025 on rgb_en_fact, nothing lost elsewhere; the Chinese
# ones .004 on cmrc2018_dev.
_ENGLISH = """
a about am an and any are as at be been being but by can can't could did didn't do does doesn't
don't for from had has have he her him his how i if in into is isn't it it's its just may me might
must my no not of on or our shall she should so such than that the their them then there these they
this to too us very was we were what when where which who whom whose why will with would you your
"""
_CHINESE = """
的 是 了 在 么 什 哪 谁 怎 吗 呢 吧 啊 麼 甚 誰 嗎 什么 怎么 怎样 哪些 哪个 哪里 哪一 哪种 哪年 哪位
为什 么是 是什 多少 如何 是谁 谁是 请问 么样 几个 有哪 是哪 是怎 是如 是多 么时 么意
什麼 甚麼 怎麼 為什 麼是 是誰 請問 麼樣
"""
_JAPANESE = "は が を に の と で も か です すか とは ます 何で"
# A year, an article's or a model's number: common in some collections, and yet what is asked of
# happened in that year and no other. Counted twice nDCG@10 on rgb_en_fact, two thirds of whose
# questions name a year, goes from .424 to .443; no other set loses .001.
_NAMING_NUMBER = re.compile(r"[0-9]{4}")
_NAMING_SHARE = 2.0
_FUNCTION_WORDS = frozenset(_ENGLISH.split())
_FUNCTION_CHARACTERS = frozenset(_CHINESE.split()) | frozenset(_JAPANESE.split())


def tokenize(text: str) -> list[str]:
    """Return the comparable words of `text` in reading order, repeated as often as they occur.

    The same function serves documents and questions. White space never occurs inside a token.
    """
    tokens: list[str] = []
    for raw in _raw_words(text):
        tokens.extend(_expand(raw))
    return tokens


def query_words(text: str) -> list[str]:
    """Return the tokens of a question without function words ("what is the", 什么是).

    A question of nothing else ("to be or not to be") keeps them all. Words in capitals (IT, US) and
    names ("The Who") are not taken for function words.
    """
    tokens: list[str] = []
    previous = ""
    for raw in _raw_words(text):
        if not _is_function_word(raw, previous):
            tokens.extend(word for word in _expand(raw) if word not in _FUNCTION_CHARACTERS)
        previous = raw
    return tokens or tokenize(text)


def content_spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of a question stand that are no function words, in order.

    Of a script without spaces each character that is part of none.
    """
    spans: list[tuple[int, int]] = []
    previous = ""
    for match in _RAW.finditer(text):
        raw = match[0]
        if _UNSPACED_RUN.match(raw):
            asks = {
                at
                for start in range(len(raw))
                for end in (start + 1, start + 2)
                if raw[start:end] in _FUNCTION_CHARACTERS
                for at in range(start, end)
            }
            at = match.start()
            spans.extend((at + k, at + k + 1) for k in range(len(raw)) if k not in asks)
        elif not _is_function_word(raw, previous):
            spans.append(match.span())
        previous = raw
    return spans


def query_weights(text: str) -> dict[str, float]:
    """Return the words of a question (as `query_words` does) with how much each counts.

    A word counts as often as it is repeated; a character or pair of an unspaced script counts half,
    since every such character is in up to three tokens. Without that a Chinese question would seem
    to match twice as well as its English translation, and the Latin name in it to matter half as
    much (nDCG@10 of BM25 on xquad_zh .971 → .973, cmrc2018_dev .991 → .992). A number of four
    digits counts twice.
    """
    weights: dict[str, float] = {}
    for word in query_words(text):
        weights[word] = weights.get(word, 0.0) + _share(word)
    return weights


def _share(word: str) -> float:
    if _NAMING_NUMBER.fullmatch(word):
        return _NAMING_SHARE
    return 0.5 if _UNSPACED_RUN.match(word) else 1.0


def _raw_words(text: str) -> list[str]:
    return _RAW.findall(unicodedata.normalize("NFKC", text))


def _is_function_word(raw: str, previous: str) -> bool:
    word = raw.lower().replace("’", "'")
    if word not in _FUNCTION_WORDS and word.removesuffix("'s") not in _FUNCTION_WORDS:
        return False
    if raw == "I":  # "can I", but not "World War I"
        return previous.islower() or previous.lower() in _FUNCTION_WORDS or not previous
    return raw.islower() or (not previous and (len(raw) == 1 or raw[1:].islower()))


def _expand(raw: str) -> Sequence[str]:
    return _characters_and_pairs(raw) if _UNSPACED_RUN.match(raw) else _expand_word(raw)


@lru_cache(maxsize=1 << 16)
def _expand_word(raw: str) -> tuple[str, ...]:
    """Return the tokens of a spaced word; cached (20 MB), since nearly every one was met before."""
    if raw.isascii() and raw.isalpha() and raw[1:].islower():
        return (_stem(raw.lower())[:MAX_TOKEN_LENGTH],)
    return tuple(dict.fromkeys(form[:MAX_TOKEN_LENGTH] for form in _word_forms(raw)))


def _characters_and_pairs(run: str) -> list[str]:
    """Pairs find words, single characters find the rest: together they measure best.

    nDCG@10 with pairs alone / with both: xquad_zh .963 / .970, cmrc2018_dev .988 / .991.
    """
    tokens: list[str] = []
    for start in range(len(run)):
        tokens.append(run[start])
        if start + 1 < len(run):
            tokens.append(run[start : start + 2])
    return tokens


def _word_forms(raw: str) -> list[str]:
    word = _POSSESSIVE.sub("", _fold_accents(raw).replace("’", "'"))
    if _THOUSANDS.fullmatch(word):
        word = word.replace(",", "")
    elif _ACRONYM.fullmatch(word):
        word = word.replace(".", "")
    parts = [part for part in _JOINERS.split(word) if part]
    forms = []
    if parts != [word] and _WORTH_KEEPING_WHOLE.search(word):
        forms.append(word.lower().strip("_"))
    for part in parts:
        forms.extend(_part_forms(part))
    return forms


def _part_forms(part: str) -> list[str]:
    """Return the word itself, what follows an elision ("l'homme"), and its pieces ("v2")."""
    _, _, elided = part.rpartition("'")
    word = part.replace("'", "")
    forms = [word]
    if len(elided) > 2 and elided != word:
        forms.append(elided)
    pieces = _PIECES.findall(word)
    if len(pieces) > 1:
        forms.extend(pieces)
    return [_stem(form.lower()) for form in forms]


def _fold_accents(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")


def _stem(word: str) -> str:
    return _stemmer()(word)


@cache
def _stemmer() -> Callable[[str], str]:
    # Imported by name because the compiled module carries no types, and late because it is needed
    # only where text is compared.
    stem: Callable[[str], str] = import_module("Stemmer").Stemmer("english", 0).stemWord
    return stem
