"""Renders answers and documents as HTML that is safe to show; knows no routes and no index.

Raw HTML is never let through: Markdown is parsed with it switched off, and what comes out is
cleaned once more by an allow-list.
"""

import html
from collections.abc import Mapping, MutableMapping, Sequence
from functools import cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from rag.answering.answer import Answer
from rag.server.page.marking import PositionedInline, Quote, mark_code, mark_quote

_BLOCKS = {"blockquote", "div", "hr", "li", "ol", "p", "pre", "ul"}
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_WORDS = {"a", "br", "button", "code", "del", "em", "mark", "span", "strong"}
_TAGS = _WORDS | _BLOCKS | _HEADINGS | _TABLES
_ATTRIBUTES = {
    "a": {"href", "title"},
    "button": {"data-number", "type"},
    "ol": {"start"},
}
_CLASSES = {
    "button": {"cite", "unverified"},
    "div": {"text"},
    "p": {"cut"},
    "span": {"image"},
    "td": {"left", "center", "right"},
    "th": {"left", "center", "right"},
}
_SCHEMES = {"http", "https", "mailto"}
# A table or list longer than this is shown as it is: nobody wrote it to be read in one.
_LONGEST_BLOCK = 50_000
_STEP = 40
_UNCHECKED = dict.fromkeys(range(1, 100), True)
_CUT = '<p class="cut">…</p>\n'


def render_answer(answer: Answer) -> str:
    """Return an answer as HTML in which each marker of a citation is a button.

    The button's class is "cite", and "unverified" beside it where the passage does not hold what
    the answer says; its `data-number` is the citation's.
    """
    verified = {citation.number: citation.verified for citation in answer.citations}
    return _clean(_answers().render(answer.text, {"verified": verified}))


class GrowingAnswer:
    """Renders an answer while it is written; its markers cannot be confirmed before its end."""

    def __init__(self) -> None:
        self._text = ""
        self._due = 0.0

    def add(self, text: str) -> str | None:
        """Return the whole answer so far as HTML, None if little came since the last time."""
        self._text += text
        if len(self._text) < self._due:
            return None
        # Growing steps: a long answer is not rendered hundreds of times.
        self._due = len(self._text) * 1.1 + _STEP
        return _clean(_answers().render(self._text, {"verified": _UNCHECKED}))


def render_text(before: str, quote: str, after: str, *, is_code: bool = False) -> str:
    """Return text as it is, its line breaks kept, with the quote in <mark>."""
    marked = f"<mark>{html.escape(quote)}</mark>" if quote else ""
    inside = f"{html.escape(before)}{marked}{html.escape(after)}"
    return _clean(
        f"<pre><code>{inside}</code></pre>" if is_code else f'<div class="text">{inside}</div>'
    )


def render_markdown(text: str, start: int, end: int, *, first: int, last: int) -> str:
    """Return the blocks of Markdown that reach into `[first, last)` as HTML.

    Args:
        text: The whole document, so that no block is cut.
        start: First character of the quote, which is put in <mark>.
        end: One past its last character; equal to `start` for no quote.
        first: First character that should be shown.
        last: One past the last one.
    """
    env: dict[str, Any] = {"quote": Quote(text, start, end), "first": first, "last": last}
    body = _documents().render(text, env)
    head = _CUT if env.get("cut_before") else ""
    tail = _CUT if env.get("cut_after") else ""
    return _clean(f"{head}{body}{tail}")


def _clean(unsafe: str) -> str:
    return nh3.clean(
        unsafe,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=_SCHEMES,
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
    )


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False})
    parser.inline = PositionedInline()
    parser.enable(["table", "strikethrough"]).disable("html_inline")
    # Inside a document it would need the files beside it, and elsewhere nothing may be loaded.
    parser.add_render_rule("image", _image)
    parser.core.ruler.push("align", _align_by_class)
    return parser


@cache
def _answers() -> MarkdownIt:
    # "[1]: https://…" would turn every marker [1] into a link.
    parser = _markdown().disable("reference")
    parser.inline.ruler.before("link", "citation", _citation)
    parser.add_render_rule("citation", _button)
    return parser


@cache
def _documents() -> MarkdownIt:
    parser = _markdown().disable("fragments_join")
    parser.core.ruler.after("block", "keep_window", _keep_window)
    parser.core.ruler.after("inline", "mark_quote", mark_quote)
    for kind in ("fence", "code_block"):
        parser.add_render_rule(kind, mark_code)
    return parser


def _citation(state: StateInline, silent: bool) -> bool:
    """Read "[3]" as the marker of citation 3, if there is one."""
    verified: Mapping[int, bool] = state.env.get("verified", {})
    end = state.src.find("]", state.pos, state.pos + 6)
    number = state.src[state.pos + 1 : end]
    if state.src[state.pos] != "[" or end < 0 or not (number.isascii() and number.isdecimal()):
        return False
    if int(number) not in verified:
        return False
    if not silent:
        token = state.push("citation", "button", 0)
        token.meta = {"number": int(number), "verified": verified[int(number)]}
    state.pos = end + 1
    return True


def _button(
    _self: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    _options: OptionsDict,
    _env: MutableMapping[str, Any],
) -> str:
    meta = tokens[idx].meta
    kind = "cite" if meta["verified"] else "cite unverified"
    number = meta["number"]
    return f'<button type="button" class="{kind}" data-number="{number}">{number}</button>'


def _image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    idx: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    alt = renderer.renderInlineAsText(tokens[idx].children, options, env)
    return f'<span class="image">{html.escape(alt)}</span>'


def _align_by_class(state: StateCore) -> None:
    """Say the alignment of a table's cell by a class: the page allows no style in HTML."""
    for token in state.tokens:
        style = str(token.attrs.pop("style", ""))
        if token.type in ("th_open", "td_open") and style:
            token.attrSet("class", style.removeprefix("text-align:"))


def _keep_window(state: StateCore) -> None:
    """Drop the outermost blocks that lie outside of what should be shown."""
    quote: Quote = state.env["quote"]
    kept: list[Token] = []
    for block in _blocks(state.tokens):
        lines = block[0].map or [0, 0]
        begins, ends = quote.line_start(lines[0]), quote.line_start(lines[1])
        if ends <= state.env["first"] and state.env["first"] > 0:
            state.env["cut_before"] = True
        elif begins >= state.env["last"]:
            state.env["cut_after"] = True
        elif ends - begins > _LONGEST_BLOCK:
            kept.append(Token("code_block", "code", 0, map=lines, content=quote.text[begins:ends]))
        else:
            kept.extend(block)
    state.tokens = kept


def _blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    """Return the tokens grouped by outermost block."""
    blocks: list[list[Token]] = []
    for token in tokens:
        if token.level == 0 and token.nesting >= 0:
            blocks.append([])
        blocks[-1].append(token)
    return blocks
