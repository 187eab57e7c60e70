"""Marks a stretch of a Markdown document in its HTML; knows no documents and no sanitising.

The stretch is given in characters of the source, which the parser does not keep, so each piece of
text is found again in the lines that it was parsed from: never by searching the quote's words,
which may stand in the document more than once.
"""

import html
import re
from bisect import bisect_right
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_LINE_END = re.compile(r"\r\n?|\n")
# Nested brackets take quadratic time: a second at 20,000 characters.
_LONGEST_TEXT = 10_000
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters `[start, end)` of a document; its lines are numbered from 0."""

    text: str
    start: int
    end: int
    _starts: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the lines as the parser does."""
        starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        object.__setattr__(self, "_starts", starts)

    def line_start(self, line: int) -> int:
        """Return the first character of a line; of one past the last, the text's length."""
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def line(self, number: int) -> str:
        """Return a line without its end."""
        return self.text[self.line_start(number) : self.line_start(number + 1)].rstrip("\r\n")

    def line_at(self, index: int) -> int:
        """Return the number of the line that holds a character."""
        return bisect_right(self._starts, index) - 1

    def inside(self, at: int, length: int) -> Span | None:
        """Return the part of `[at, at + length)` that is quoted, counted from `at`."""
        first, last = max(self.start, at), min(self.end, at + length)
        return (first - at, last - at) if first < last else None


class PositionedInline(ParserInline):
    """Parses text inside a block and notes where each piece of it was found."""

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Parse as the parent does; text too long to be written by hand is left as it is."""
        if len(src) > _LONGEST_TEXT:
            tokens.append(_text(src, at=0))
            return tokens
        state = _PositionedState(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _PositionedState(StateInline):
    """Keeps the position in the source at which each token was made."""

    def pushPending(self) -> Token:  # noqa: N802 - the parser's name
        token = super().pushPending()
        # A link's rule has stepped over its bracket already.
        token.meta["at"] = max(0, self.src.rfind(token.content, 0, self.pos))
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta["at"] = self.pos
        return token


def mark_quote(state: StateCore) -> None:
    """Put the quoted part of every block's text in <mark>."""
    quote: Quote = state.env["quote"]
    cells: dict[int, int] = {}
    for at, token in enumerate(state.tokens):
        if token.type == "inline" and token.map:
            is_cell = state.tokens[at - 1].type in ("th_open", "td_open")
            span = _cell(token, quote, cells) if is_cell else _quoted(token, quote, token.map[0])
            token.children = _marked(token.children or [], span)
        elif token.type in ("fence", "code_block") and token.map:
            fence = 1 if token.type == "fence" else 0
            token.meta["quoted"] = _quoted(token, quote, token.map[0] + fence)


def mark_code(
    _self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    _options: OptionsDict,
    _env: MutableMapping[str, Any],
) -> str:
    """Render a block of code with its quoted part in <mark>."""
    code = tokens[idx].content
    start, end = tokens[idx].meta.get("quoted") or (0, 0)
    marked = f"<mark>{html.escape(code[start:end])}</mark>" if end > start else ""
    return f"<pre><code>{html.escape(code[:start])}{marked}{html.escape(code[end:])}</code></pre>\n"


def _quoted(token: Token, quote: Quote, first_line: int) -> Span | None:
    """Return the quoted part of a token's content, whose lines start at a line of the document."""
    found: list[int] = []
    offset = 0
    for number, words in enumerate(token.content.split("\n"), first_line):
        # What the parser took away stands before the words (indent, "- ", "> ") or is blank.
        column = max(0, quote.line(number).rfind(words))
        inside = quote.inside(quote.line_start(number) + column, len(words))
        if inside is not None:
            found += [offset + inside[0], offset + inside[1]]
        offset += len(words) + 1
    return (found[0], found[-1]) if found else None


def _cell(token: Token, quote: Quote, cells: dict[int, int]) -> Span | None:
    """Return the quoted part of a table's cell; `cells` holds how far each row is read."""
    assert token.map
    row = token.map[0]
    # Longer in the source where a pipe inside is escaped.
    words = token.content.replace("|", "\\|")
    at = max(0, quote.line(row).find(words, cells.get(row, 0)))
    cells[row] = at + len(words)
    inside = quote.inside(quote.line_start(row) + at, len(words))
    return None if inside is None else (inside[0], min(inside[1], len(token.content)))


def _marked(tokens: Sequence[Token], span: Span | None) -> list[Token]:
    if span is None:
        return list(tokens)
    marked: list[Token] = []
    for token in tokens:
        marked.extend(_split(token, span))
    return marked


def _split(token: Token, span: Span) -> list[Token]:
    """Return a token in pieces, the one inside of `span` in <mark>; code is never cut."""
    at: int = token.meta.get("at", 0)
    length = len(token.markup if token.type == "text_special" else token.content)
    first, last = max(span[0] - at, 0), min(span[1] - at, length)
    if token.type not in ("text", "text_special", "code_inline", "image") or first >= last:
        return [token]
    if token.type != "text":
        return [_mark(1), token, _mark(-1)]
    pieces = (token.content[:first], token.content[first:last], token.content[last:])
    before, inside, after = map(_text, pieces)
    kept_before = [before] if before.content else []
    return [*kept_before, _mark(1), inside, _mark(-1), *([after] if after.content else [])]


def _mark(nesting: Literal[-1, 1]) -> Token:
    return Token("mark_open" if nesting > 0 else "mark_close", "mark", nesting)


def _text(content: str, **meta: int) -> Token:
    return Token("text", "", 0, content=content, meta=meta)
