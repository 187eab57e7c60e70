"""Writes the title and heading path that are embedded before a passage; knows no tokenizer."""

import re
import unicodedata

# Estimated tokens the whole header may take, of a model that reads 256 or more.
_HEADER_TOKENS = 48
_TITLE_TOKENS = 24
_LEAD_IN_TOKENS = 48
_FENCES = ("```", "~~~")
_ELLIPSIS = "…"
_MARKS = re.compile(r"^[\s#>*_\-=`|]+|[\s#*_`]+$")


def embedding_header(title: str, section: tuple[str, ...], text: str, lead_in: str = "") -> str:
    """Return the title line and the "A > B" line for `text`, without those `text` opens with.

    Each is shortened at a word, the path from its outer end, to about 48 tokens in all. The header
    row of a table that `text` begins inside of comes last; code gains nothing by its fence.
    """
    title = _shortened(" ".join(title.split()), _TITLE_TOKENS)
    opening = _bare(text.lstrip().partition("\n")[0])
    path = list(section)
    if path and _bare(path[-1]) == opening:
        path.pop()
    if path and _bare(path[0]) == _bare(title):
        path.pop(0)
    lines = [] if _bare(title) in {"", opening} else [title]
    room = _HEADER_TOKENS - sum(_estimate(line) for line in lines)
    lines.extend(line for line in [_path_line(path, room)] if line)
    if any(map(str.isalnum, _bare(lead_in))) and not lead_in.startswith(_FENCES):
        lines.append(_shortened(lead_in, _LEAD_IN_TOKENS))
    return "\n".join(lines)


def _path_line(path: list[str], room: float) -> str:
    """Join the titles; when they are too long, the outer ones give way to the inner ones."""
    kept: list[str] = []
    for heading in reversed(path):
        heading = " ".join(heading.split())
        left = room - sum(_estimate(one) + 1 for one in kept)
        if kept and _estimate(heading) + 1 > left:
            return " > ".join([_ELLIPSIS, *reversed(kept)])
        kept.append(_shortened(heading, left))
    return " > ".join(reversed(kept))


def _shortened(text: str, tokens: float) -> str:
    """Return `text`, or as many of its words as fit into `tokens` and an ellipsis."""
    if _estimate(text) <= tokens:
        return text
    size, end = 1.0, 0
    for character in text:
        size += _weight(character)
        if size > tokens:
            break
        end += 1
    at_word = text.rfind(" ", 0, end + 1)
    return text[: at_word if at_word > end // 2 else end].rstrip() + _ELLIPSIS


def _estimate(text: str) -> float:
    return sum(map(_weight, text))


def _weight(character: str) -> float:
    """Estimate tokens: a quarter for a letter of an alphabet, one for a CJK character or sign."""
    if character == " ":
        return 0.0
    if character.isalpha() and unicodedata.east_asian_width(character) not in "WF":
        return 0.25
    return 0.5 if character.isdigit() else 1.0


def _bare(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split()).casefold()
