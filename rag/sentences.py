"""Finds sentences in Western and CJK text; knows no document format and no language model."""

import re

_LEADING_DOTS = "...."  # as in a table of contents
_CJK_ENDS = "。！？；｡…"
_CLOSERS = "\"'»)]」』”’）】》〉］｝"
# One match is one possible end: terminal marks with the quotes and brackets that close after them.
_END = re.compile(
    rf"(?P<cjk>[{_CJK_ENDS}]+[{re.escape(_CLOSERS)}]*)"
    rf"|(?P<western>(?<![.!?])[.!?]++[{re.escape(_CLOSERS)}]*)(?=\s|[\u2e80-\u9fff\uac00-\ud7af]|$)"
)
_LINE_END = re.compile(r"\n")
_LINE_MARKER = re.compile(
    r"[ \t\u3000]*(?:[-*+•·▪◦–—#>|]|\[[ x\d]|\(?\d{1,3}[.)、]|[a-zA-Z][.)][ \t]"
    r"|[（(]?[一二三四五六七八九十]+[)）、])"
)
_WORDS_BEFORE_STOPS = """
    mr mrs ms dr prof sr jr st vs etc e.g i.e cf al fig figs eq no nos vol pp p ed eds inc ltd co
    corp dept est approx resp sec ch art gen col sgt capt lt rev hon jan feb mar apr jun jul aug
    sep sept oct nov dec mon tue wed thu fri sat sun u.s u.k a.m p.m ph.d z.b bzw ca usw nr abb
    bspw d.h s.o s.u mme mlle
"""
_ABBREVIATIONS = frozenset(_WORDS_BEFORE_STOPS.split())
# These may well end a sentence; they do when a capital letter follows.
_MAY_END = frozenset(
    ("etc", "inc", "ltd", "co", "corp", "al", "u.s", "u.k", "a.m", "p.m", "jr", "sr")
)
_WORD_BEFORE = re.compile(r"[^\s(\[\"'“‘]*$")
_PAIRS = dict(zip("（(「『“《【〈［[", "）)」』”》】〉］]", strict=True))
_MARKS = re.compile(f"[{re.escape(''.join(_PAIRS) + ''.join(_PAIRS.values()))}]")
# Characters of a sentence that is put together again; a longer one is left in its parts.
_LONGEST_JOINED = 300
# Lines at least this wide (a CJK character counts two) are taken for wrapped prose.
_WRAPPED_WIDTH = 45
_WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the `(start, end)` of each sentence in order, end exclusive, edges not blank.

    Every non-blank character lies in exactly one span. Blank lines end sentences, and so do line
    ends, except those that only wrap a paragraph. A full stop does not after an abbreviation, an
    initial, or inside a number.
    """
    ends = sorted({*_line_ends(text), *_mark_ends(text), len(text)})
    spans, start = [], 0
    for end in ends:
        span = trimmed(text, start, end)
        if span[0] < span[1]:
            spans.append(span)
        start = end
    return spans


def whole_sentences(text: str) -> list[tuple[int, int]]:
    """Return `sentences`, those joined that are parts of one to a reader.

    So are clauses before a semicolon, and what is inside brackets or quotation marks that close
    soon: "他说：“我不去。你去吧。”" is one sentence.
    """
    spans = sentences(text)
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(spans):
        last = _last_part(text, spans, at)
        found.append((spans[at][0], spans[last][1]))
        at = last + 1
    return found


def _last_part(text: str, spans: list[tuple[int, int]], first: int) -> int:
    """Return the position of the span that ends the sentence which the one at `first` begins."""
    start, last = spans[first][0], first
    for at in range(first + 1, len(spans)):
        end = spans[at][1]
        if end - start > _LONGEST_JOINED or "\n" in text[spans[at - 1][1] : spans[at][0]]:
            break
        so_far = text[start : spans[at - 1][1]]
        # "（见图一。）" inside of a sentence does not end it.
        goes_on = so_far.endswith(("；", ";")) or (so_far[-1] == "）" and so_far[0] != "（")
        if at - 1 == last and goes_on:
            last = at
        if _is_open(so_far) and not _is_open(text[start:end]):
            last = at
        if last < at and not _is_open(so_far):
            break
    return last


def _is_open(text: str) -> bool:
    """Say whether a bracket or quotation mark of `text` is never closed in it."""
    opened: list[str] = []
    for mark in _MARKS.findall(text):
        if mark in _PAIRS:
            opened.append(_PAIRS[mark])
        elif mark in opened:
            del opened[opened.index(mark) :]
    return bool(opened)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` without the blank characters at its edges."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return start + left, max(start + left, start + len(piece.rstrip()))


def _line_ends(text: str) -> list[int]:
    """Return the line ends that also end a sentence."""
    ends = []
    starts = [0, *(match.end() for match in _LINE_END.finditer(text)), len(text) + 1]
    for at in range(len(starts) - 2):
        line = text[starts[at] : starts[at + 1] - 1]
        following = text[starts[at + 1] : starts[at + 2] - 1]
        if not _is_wrapped(line, following):
            ends.append(starts[at + 1])
    return ends


def _is_wrapped(line: str, following: str) -> bool:
    """Say whether the sentence on `line` goes on in `following`."""
    if not line.strip() or not following.strip():
        return False
    if _LINE_MARKER.match(following) or re.match(r"\s*[#|]", line):
        return False
    if following.lstrip()[0].islower():
        return True
    return len(line) + len(_WIDE.findall(line)) >= _WRAPPED_WIDTH


def _mark_ends(text: str) -> list[int]:
    return [
        match.end()
        for match in _END.finditer(text)
        if (
            _ends_cjk(text, match.start(), match.end())
            if match["cjk"]
            else _ends_western(text, match.start(), match.end())
        )
    ]


def _ends_cjk(text: str, start: int, end: int) -> bool:
    """Say whether the marks end a sentence; an ellipsis does not before a small letter."""
    only_ellipsis = not text[start:end].strip("…" + _CLOSERS)
    return not (only_ellipsis and text[end : end + 2].strip()[:1].islower())


def _ends_western(text: str, start: int, end: int) -> bool:
    if text.startswith(_LEADING_DOTS, start):
        return False
    if text[start] != "." or end - start > 1:
        # An ellipsis, or "?" inside quotes, ends a sentence unless a small letter goes on.
        return not text[end : end + 2].strip()[:1].islower()
    word = _WORD_BEFORE.search(text, max(0, start - 20), start)
    before = word[0] if word else ""
    after = text[end : end + 20].lstrip()[:1]
    if after.islower():
        return False
    if before.lower() in _ABBREVIATIONS:
        return before.lower() in _MAY_END and after.isupper()
    if len(before) == 1 and before.isalpha() and before.isupper():
        return False
    # "3. Install it": the number of a list item belongs to what it numbers.
    return not (before.isdigit() and len(before) <= 2 and _opens_line(text, start - len(before)))


def _opens_line(text: str, at: int) -> bool:
    return not text[max(0, text.rfind("\n", 0, at) + 1) : at].strip()
