"""Turns bytes of unknown encoding into text; knows no file format."""

import codecs
import re
from collections.abc import Callable

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What a page means when it declares the narrower encoding (the WHATWG encoding standard).
_SUPERSETS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    # A declaration that could be read as ASCII cannot be true of these.
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
    "utf-32": "utf-8",
}
_SAMPLE_BYTES = 200_000
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_WIDE_ENCODINGS = ((4, "utf-32-le"), (4, "utf-32-be"), (2, "utf-16-le"), (2, "utf-16-be"))
_LEAST_WRITTEN = 0.85
# Fewer bytes without a control character may be anything.
_FEWEST_WIDE_BYTES = 16


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Return the text of `data`, in whatever encoding it was written.

    A byte order mark decides; then valid UTF-8 beyond what chance makes; then the declared
    encoding if the bytes obey it; then the encoding under which the text looks most like writing.

    Args:
        data: The whole file.
        declared: What the file says about itself, e.g. an HTML `meta charset`.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    utf8 = _decode_strictly(data, "utf-8")
    has_controls = _CONTROLS.search(data[:_SAMPLE_BYTES]) is not None
    if has_controls or (utf8 is None and len(data) >= _FEWEST_WIDE_BYTES):
        wide = _wide_encoding(data)
        if wide:
            return data.decode(wide, "replace")
    # A few two-byte sequences may be valid by chance, three-byte ones hardly.
    if utf8 is not None and (declared is None or max(utf8, default="") >= "\u0800"):
        return utf8
    text = _decode_strictly(data, declared) if declared else None
    if text is not None:
        return text
    if utf8 is not None or _is_damaged_utf8(data):
        return data.decode("utf-8", "replace")
    return data.decode(_most_plausible(data[:_SAMPLE_BYTES]), "replace")


def _decode_strictly(data: bytes, encoding: str) -> str | None:
    try:
        name = codecs.lookup(encoding).name
        return data.decode(_SUPERSETS.get(name, name))
    except (LookupError, UnicodeError):
        return None


def _wide_encoding(data: bytes) -> str | None:
    """Name UTF-16 or UTF-32 without a mark, None if the text looks like neither."""
    sample = data[: _SAMPLE_BYTES // 4 * 4]
    shares = [
        (_written_share(sample, encoding), encoding)
        for width, encoding in _WIDE_ENCODINGS
        if len(data) % width == 0
    ]
    share, encoding = max(shares, default=(0.0, ""), key=lambda pair: pair[0])
    return encoding if share >= _LEAST_WRITTEN else None


def _written_share(sample: bytes, encoding: str) -> float:
    """Return the share of characters that everyday text is made of."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeError:
        return 0.0
    return sum(map(_is_everyday, text)) / max(1, len(text))


def _is_everyday(character: str) -> bool:
    if character < "\u0250" or "\u0370" <= character < "\u0600":
        return character.isprintable() or character in "\t\n\r\f"
    if "\u2010" <= character <= "\u203b" or "\u3000" <= character <= "\u30ff":
        return True
    return _is_common(character, "gb18030") or _is_common(character, "big5")


def _is_damaged_utf8(data: bytes) -> bool:
    """Say whether a few broken bytes stand among many sound multi-byte sequences."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    sound = sum(c > "\x7f" for c in text) - broken
    return sound > 10 * broken


def _most_plausible(sample: bytes) -> str:
    scores = [(_plausibility(sample, name, score), name) for name, score in _CANDIDATES]
    # max keeps the first of equals, so the order of the candidates is the order of preference.
    return max(scores, key=lambda pair: pair[0])[1]


def _plausibility(sample: bytes, encoding: str, score: Callable[[str, str], float]) -> float:
    """Return the mean score of the non-ASCII characters; higher is more like writing."""
    text = "\n" + codecs.getincrementaldecoder(encoding)("replace").decode(sample) + "\n"
    places = [at for at, character in enumerate(text) if character > "\x7f"]
    total = sum(
        -3.0 if _is_no_character(text[at]) else score(text[at - 1 : at + 2], encoding)
        for at in places
    )
    return total / len(places) if places else 0.0


def _is_no_character(character: str) -> bool:
    return character == "\ufffd" or "\ue000" <= character <= "\uf8ff"


# The rows of each national standard that hold its everyday characters, by lead byte.
_EVERYDAY_ROWS = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("cp932", 0x88, 0x97),
    "euc_jp": ("euc_jp", 0xB0, 0xCF),
    "cp949": ("euc_kr", 0xB0, 0xC8),
}


def _score_korean(around: str, encoding: str) -> float:
    # The same bytes are everyday Chinese, but only Korean parts its words by blanks.
    return _score_east_asian(around, encoding) + (0.3 if around[0] == " " else -0.01)


def _score_east_asian(around: str, encoding: str) -> float:
    here = around[1]
    if around[0].isascii() and around[2].isascii() and here.encode(encoding)[-1] < 0x80:
        # Alone in Latin text: rather a Western sign that took the letter after it along.
        return 0.4 if _is_common(here, encoding) else -1.0
    if "\u3040" <= here <= "\u30ff":
        return 1.0 if encoding in {"cp932", "euc_jp"} else 0.0
    if "\u3000" <= here <= "\u303f" or "\uff01" <= here <= "\uff5e" or here in "“”‘’…—·":
        return 0.6
    if "\uff61" <= here <= "\uff9f":
        return -1.0
    return 1.0 if _is_common(here, encoding) else -0.5


def _is_common(character: str, encoding: str) -> bool:
    codec, first, last = _EVERYDAY_ROWS[encoding]
    try:
        return first <= character.encode(codec)[0] <= last
    except UnicodeError:
        return False


def _score_western(around: str, _encoding: str) -> float:
    before, here = around[0], around[1]
    if here.isalpha():
        if before > "\x7f" and before.isalpha():
            return -0.6
        return 0.9 if here.islower() or not before.islower() else -0.5
    if here in "€£§©®°±×÷µ«»“”‘’„–—…·½¼¾²³¿¡•™\xa0":
        return 0.7
    return -0.8


def _score_cyrillic(around: str, _encoding: str) -> float:
    before, here = around[0], around[1]
    if not "\u0400" <= here <= "\u04ff":
        return 0.3 if here in "«»“”„–—…№\xa0" else -1.0
    if here.isupper() and before.islower():
        return -1.0
    return 0.7 if before > "\x7f" or not before.isalpha() else -1.0


_CANDIDATES: tuple[tuple[str, Callable[[str, str], float]], ...] = (
    ("cp1252", _score_western),
    ("gb18030", _score_east_asian),
    ("cp932", _score_east_asian),
    ("big5", _score_east_asian),
    ("euc_jp", _score_east_asian),
    ("cp949", _score_korean),
    ("cp1251", _score_cyrillic),
    ("koi8-r", _score_cyrillic),
)
