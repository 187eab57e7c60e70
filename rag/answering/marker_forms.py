"""The forms in which models write citation markers, whole or begun; knows no answer around them."""

import re
from typing import Final

_LABELS: Final = (
    r"sources?|passages?|documents?|docs?|references?|refs?|citations?|cite[ds]?|excerpts?"
    r"|snippets?|来源|资料|文档|段落|文献|片段|参考文献|参考资料|参考|引用|出处"
)
_LED: Final = r"(?:see\s+(?:also\s+)?|参见|详见|见|来自)"
_DASH: Final = "[-–—~～]"
_NUMBER: Final = r"[0-9０-９]{1,3}(?![0-9０-９])"
_COUNTED: Final = r"(?:(?:no\.?|number|#|№)\s*[:=]?\s*)?"
_LABEL: Final = rf"(?:(?:{_LABELS}|注)[\s_-]*[.:：]?\s*)?{_COUNTED}"
_ITEM: Final = rf"{_LABEL}\^?{_NUMBER}\^?(?:\s*{_DASH}\s*\^?{_NUMBER}\^?)?"
_SEPARATOR: Final = r"\s*(?:[,，、;；&+]|\band\b|和|与|及)\s*"
_LIST: Final = rf"{_ITEM}(?:{_SEPARATOR}{_ITEM})*"
# "[1, p. 3]", "[1：第3页]"; "【4:0†handbook.md】".
_PAGE: Final = rf"(?:\s*[,，:：]\s*(?:pp?\.?|pages?|第)\s*\d+(?:\s*{_DASH}\s*\d+)?\s*页?)?"
_FILE: Final = r"(?:†[^\]］】〕〗\n]{0,80})?"

# "[1]", "[1, 2]", "[1-3]", "[^1]", "[Source: 1]", "［1］"; "[1,000]" is a number.
_SQUARE: Final = (
    rf"[\[［]\s*(?![0-9]{{1,3}}(?:,[0-9]{{3}})+[\]］])(?P<square>{_LIST}){_PAGE}\s*{_FILE}[\]］]"
)
# "[[1]]", "[[1], [2]]".
_ONE_NESTED: Final = rf"[\[［]\s*{_LIST}\s*[\]］]"
_NESTED: Final = rf"[\[［]\s*(?P<nested>{_ONE_NESTED}(?:\s*[,，、;；]?\s*{_ONE_NESTED})*)\s*[\]］]"
# "[Source 1: handbook.md]": only behind a label may words follow.
_NAMED: Final = (
    rf"[\[［]\s*(?P<named>(?:{_LABELS})[\s_-]*[.:：]?\s*{_COUNTED}{_NUMBER})"
    r"\s*[,，:：|–—-]\s*[^\[［\]］【】〔〕〖〗()（）`\n]{1,60}[\]］]"
)
_CORNER: Final = rf"[【〔〖]\s*(?P<corner>{_LIST})(?::\d{{1,3}})?{_PAGE}\s*{_FILE}[】〕〗]"
# "(source 1)", "（来源 1、2）": round brackets only with a label, "(1)" numbers a list.
_ROUND: Final = rf"[(（]\s*{_LED}?(?P<round>(?:{_LABELS}|注)[\s_-]*[.:：]?\s*{_LIST})\s*[)）]"
_RAISED: Final = r"(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:[,⁻–-][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})*)"
_TAGGED: Final = rf"<sup>\s*[\[［]?\s*(?P<tagged>{_LIST})\s*[\]］]?\s*</sup>"
_MARKER: Final = re.compile(
    "|".join((_NESTED, _SQUARE, _NAMED, _CORNER, _ROUND, _TAGGED, _RAISED)), re.IGNORECASE
)
_SPAN: Final = re.compile(rf"({_NUMBER})\^?(?:\s*{_DASH}\s*\^?({_NUMBER}))?")
_FROM_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

# `a[1]`, `rows[0]`, `f(x)[2]`, `my_list[1]`, `x = [1, 2]`: code rather than a citation. Prose words
# may be followed by a marker at once ("in Paris[1]"), so only what cannot be prose counts.
_INDEXED: Final = re.compile(
    r"(?:(?<![^\W\d])[A-Za-z]|\w*_\w*|\w+\.\w*[A-Za-z_]\w*|[a-z]+[A-Z]\w*|\w\(\w*\)|\w\[\w*\]"
    r"|=[ \t]*)\Z"
)
# A raised number is an exponent or a unit after a digit or a short word: "10²", "km²", "x²".
_POWER: Final = re.compile(r"(?:\d|(?<![^\W\d_])[^\W\d_\u3040-\u9fff]{1,3}|[\u7c73\u91cc]|\))\Z")
REACH: Final = 40
"""How far back what stands before a marker is looked at, in characters."""

# "[1](https://…)", "[1](#sources)": the marker as a link. A year, or words, are no target.
_TARGET: Final = r"[!-'*-_a-~]"
_LINK: Final = re.compile(rf"\((?!\d*\))(?:{_TARGET}|\({_TARGET}*\))+(?:[ ]\"[^\"()\n]*\")?\)")
_OPEN_LINK: Final = re.compile(
    rf"\((?:{_TARGET}|\({_TARGET}*\))*(?:\({_TARGET}*|[ ](?:\"[^\"()\n]*\"?)?)?\Z"
)
_LONGEST_LINK: Final = 2000

# What may still become a marker when more text arrives. No marker is longer than this.
_LONGEST_MARKER: Final = 100
_OPEN: Final = re.compile(r"[\[［【〔〖(（][^\[［【〔〖(（\]］】〕〗)）\n`]*\Z")
_OPEN_NESTED: Final = re.compile(
    rf"[\[［]\s*(?:{_ONE_NESTED}\s*[,，、;；]?\s*)*(?:[\[［][^\[［\]］\n`]*)?\Z", re.IGNORECASE
)
_OPEN_TAG: Final = re.compile(
    r"<(?:s(?:u(?:p(?:>[^<\n`]*(?:<(?:/(?:s(?:u(?:p)?)?)?)?)?)?)?)?)?\Z", re.IGNORECASE
)
_OPEN_RAISED: Final = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+[,⁻–-]?[⁰¹²³⁴⁵⁶⁷⁸⁹]*\Z")
# A round bracket is held back only while its word may become a label.
_ROUND_START: Final = re.compile(rf"[(（]\s*{_LED}?([^\W\d_]*)(.*)\Z", re.IGNORECASE)
_ROUND_WORDS: Final = (*_LABELS.replace("?", "").split("|"), "注", "see", "参见", "详见", "来自")
_INSIDE: Final = re.compile(r"[\w\s,，、;；&+#^№.:：=|/'’§~～\-–—]*(?:†.*)?\Z")

_MOST_IN_RANGE: Final = 20


def find_marker(text: str, end: int, before: str) -> re.Match[str] | None:
    """Return the first marker in `text[:end]`; `before` is what stands before `text`."""
    start = 0
    while match := _MARKER.search(text, start, end):
        before = (before + text[start : match.start()])[-REACH:]
        if len(match[0]) <= _LONGEST_MARKER and not _is_code_or_power(match, before):
            return match
        before, start = before + match[0][0], match.start() + 1
    return None


def _is_code_or_power(match: re.Match[str], before: str) -> bool:
    if match["raised"] or (match["tagged"] and "[" not in match[0]):
        return _POWER.search(before) is not None
    bracketed = match["square"] or match["nested"] or match["named"]
    return bool(bracketed) and _INDEXED.search(before) is not None


def numbers_in(marker: re.Match[str], passages: int) -> list[int]:
    """Return the numbers of passages that a marker names, ranges written out, each once."""
    listed = next(group for group in marker.groups() if group is not None)
    numbers: dict[int, None] = {}
    for first, last in _SPAN.findall(listed.translate(_FROM_RAISED)):
        start, stop = int(first), int(last or first)
        if not start <= stop < start + _MOST_IN_RANGE:
            stop = start
        if marker["raised"] and not last and start > passages:
            # "¹²" of three passages is the first and the second.
            numbers.update(dict.fromkeys(map(int, first)))
        numbers.update(dict.fromkeys(range(start, stop + 1)))
    return [number for number in numbers if 1 <= number <= passages]


def link_end(text: str, end: int) -> int | None:
    """Return where a link's target ends that `text`, standing behind a marker, starts with."""
    if _MARKER.match(text, 0, end):
        return None
    link = _LINK.match(text, 0, end)
    return link.end() if link and link.end() <= _LONGEST_LINK else None


def settled_length(text: str, *, behind_marker: bool) -> int:
    """Return how much of `text` cannot become part of a marker, or its link, any more.

    Args:
        text: Prose, up to where the answer is written.
        behind_marker: Whether a marker stands right before it.
    """
    recent = max(0, len(text) - _LONGEST_MARKER)
    starts = [
        opened.start()
        for pattern in (_OPEN_NESTED, _OPEN_TAG, _OPEN_RAISED)
        if (opened := pattern.search(text, recent))
    ]
    opened = _OPEN.search(text, recent)
    if opened and _could_be_marker(opened[0]):
        starts.append(opened.start())
    starts.append(_link_start(text, behind_marker))
    return min(starts)


def _could_be_marker(text: str) -> bool:
    """Return whether an unclosed bracket may still become a marker."""
    if not _INSIDE.match(text, 1):
        return False
    opened = _ROUND_START.match(text)
    if opened is None:
        return True
    word, rest = opened[1].lower(), opened[2]
    return any(label.startswith(word) or (word in label and rest) for label in _ROUND_WORDS)


def _link_start(text: str, behind_marker: bool) -> int:
    """Return where an unclosed link target behind a marker starts, else the length of `text`."""
    recent = max(0, len(text) - _LONGEST_LINK)
    for opened in re.finditer(r"\(", text[recent:]):
        start = recent + opened.start()
        behind = behind_marker if start == 0 else text[start - 1] in "]］"
        if behind and _OPEN_LINK.match(text, start):
            return start
    return len(text)
