"""Loads the main content of HTML pages as text with structure; runs and fetches nothing."""

import re
from html import unescape
from typing import TYPE_CHECKING

from rag.documents.builder import DocumentBuilder
from rag.documents.document import LoadedDocument
from rag.documents.text import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement  # type: ignore[import-untyped]

    IsSkipped = Callable[[HtmlElement], bool]

_DECLARED = re.compile(
    rb"""(?i)<(?:meta[^>]{0,200}?charset|\?xml[^>]{0,100}?encoding)\s*=\s*["']?([\w-]+)"""
)
_INVISIBLE_TAGS = """
    script style noscript template svg math iframe object canvas head button select input textarea
    audio video map dialog
"""
_PARAGRAPH_TAGS = """
    p div section article main header footer aside nav address blockquote figure figcaption caption
    dl dt dd ul ol li table tr form fieldset details summary hgroup center body html
"""
_INVISIBLE = frozenset(_INVISIBLE_TAGS.split())
_PARAGRAPHS = frozenset(_PARAGRAPH_TAGS.split())
_BOILERPLATE = frozenset(("nav", "footer", "aside"))
_BOILERPLATE_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary"))
_BOILERPLATE_CLASSES = frozenset(
    ("mw-editsection", "catlinks", "navbox", "breadcrumb", "breadcrumbs")
)
_STRUCTURE = ".//table|.//h1|.//h2|.//h3|.//h4|.//h5|.//h6|.//pre"
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_TAGS = re.compile(r"(?is)<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>")
_BREAK = "\0"  # stands for <br>: cleaned text holds no NUL
_DEEPEST_LIST = 30
_LONGEST_LINK_LIST = 30
_LINK_SHARE = 0.9
# The main content counts as the article if it has this share of the text that can be seen.
_LEAST_ARTICLE = 0.25
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def load_html(data: bytes) -> LoadedDocument:
    """Return the article of a page: headings, paragraphs, lists, code, tables as rows "a | b"."""
    from lxml import etree, html  # type: ignore[import-untyped]

    match = _DECLARED.search(data[:4096])
    source = read_text(data, declared=match[1].decode("ascii") if match else None)
    # lxml refuses text that declares an encoding; the declaration has done its work.
    source = _XML_DECLARATION.sub("", source)
    if not source.strip():
        return LoadedDocument(text="", kind="html")
    try:
        root = html.document_fromstring(source, parser=html.HTMLParser(huge_tree=True))
    except etree.ParserError:  # nothing but comments
        return LoadedDocument(text="", kind="html")
    title, body = _title(root), _body(root)
    whole = _read(body, title, _is_invisible)
    article = _read(_main_content(body), title, _is_aside)
    # A page may call everything a sidebar: rather too much of it than too little.
    found = article if len(article.text) >= len(whole.text) * _LEAST_ARTICLE else whole
    return found if found.text else _without_tags(source)


def _without_tags(source: str) -> LoadedDocument:
    """Return the bare text of a page nested deeper than the 2,048 levels that libxml2 reads."""
    builder = DocumentBuilder()
    for line in _TAGS.sub("\n", source).split("\n"):
        builder.add_paragraph(" ".join(unescape(line).split()))
    return builder.build("html", "")


def _title(root: "HtmlElement") -> str:
    title = root.find(".//title")
    return " ".join((title.text_content() if title is not None else "").split())


def _body(root: "HtmlElement") -> "HtmlElement":
    body = root.find("body")
    return root if body is None else body


def _main_content(body: "HtmlElement") -> "HtmlElement":
    """Return the one element marked as main content, else the body."""
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = body.findall(path)
        if len(found) == 1:
            return found[0]
    return body


def _is_invisible(element: "HtmlElement") -> bool:
    return (
        not isinstance(element.tag, str)
        or element.tag in _INVISIBLE
        or element.get("hidden") is not None
    )


def _is_aside(element: "HtmlElement") -> bool:
    """Say whether `element` is not seen, or is around the article and no part of it."""
    return (
        _is_invisible(element)
        or element.tag in _BOILERPLATE
        or element.get("role") in _BOILERPLATE_ROLES
        or element.get("aria-hidden") == "true"
        or not _BOILERPLATE_CLASSES.isdisjoint((element.get("class") or "").lower().split())
        or (element.tag == "ul" and _is_menu(element))
    )


def _is_menu(items: "HtmlElement") -> bool:
    """Say whether a list is long and nothing but links: languages, categories, a site map."""
    if len(items) < _LONGEST_LINK_LIST:
        return False
    linked = sum(len(link.text_content().strip()) for link in items.iter("a"))
    return linked >= _LINK_SHARE * len("".join(items.itertext()).strip())


def _read(root: "HtmlElement", title: str, is_skipped: "IsSkipped") -> LoadedDocument:
    walker = _Walker(is_skipped)
    walker.visit(root)
    walker.flush()
    return walker.builder.build("html", title)


class _Walker:
    """Walks elements in order, gathering inline text until a block begins."""

    def __init__(self, is_skipped: "IsSkipped") -> None:
        self.builder = DocumentBuilder()
        self._is_skipped = is_skipped
        self._inline: list[str] = []

    def visit(self, root: "HtmlElement") -> None:
        """Visit without recursion: pages nest deeper than Python's stack."""
        stack: list[tuple[HtmlElement, bool]] = [(root, False)]
        while stack:
            element, is_done = stack.pop()
            is_done = is_done or (element is not root and self._is_skipped(element))
            if is_done or self._take_whole(element):
                if element.tag in _PARAGRAPHS:
                    self.flush()
                self._inline.append((element.tail or "") if element is not root else "")
                continue
            if element.tag in _PARAGRAPHS:
                self.flush()
            self._inline.append(element.text or "")
            if element is not root:
                stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))

    def flush(self) -> None:
        """End the paragraph gathered so far."""
        text = "".join(self._inline).replace("\xad", "")
        self._inline.clear()
        for paragraph in re.split(rf"{_BREAK}\s*{_BREAK}", text):
            lines = (" ".join(line.split()) for line in paragraph.split(_BREAK))
            self.builder.add_paragraph("\n".join(line for line in lines if line))

    def _take_whole(self, element: "HtmlElement") -> bool:
        """Handle an element that is taken in one piece; say whether this was one."""
        tag = element.tag
        if tag == "br":
            self._inline.append(_BREAK)
        elif tag in _HEADINGS:
            self.flush()
            self.builder.add_heading(_HEADINGS[tag], self._inline_text(element))
        elif tag == "pre":
            self.flush()
            self.builder.add_block("code", _fenced(element.text_content()))
        elif tag == "table" and _is_data(element):
            self.flush()
            self.builder.add_block("table", self._rows(element))
        elif tag in {"ul", "ol"} and not element.xpath(_STRUCTURE):
            self.flush()
            self.builder.add_block("list", "\n".join(self._items(element, 0)))
        else:
            return False
        return True

    def _rows(self, table: "HtmlElement") -> str:
        rows = (
            [self._inline_text(cell) for cell in row if cell.tag in {"td", "th"}]
            for row in table.iter("tr")
        )
        lines = [self._inline_text(caption) for caption in table.iterchildren("caption")]
        return "\n".join([*lines, *(" | ".join(row) for row in rows if any(row))])

    def _items(self, element: "HtmlElement", depth: int) -> list[str]:
        lines = []
        for number, item in enumerate(element.iterchildren("li"), 1):
            nested = [
                child
                for child in item.iter("ul", "ol")
                if depth < _DEEPEST_LIST and next(child.iterancestors("li")) is item
            ]
            text = self._inline_text(item, frozenset(nested))
            if text:
                mark = f"{number}." if element.tag == "ol" else "-"
                lines.append(f"{'  ' * depth}{mark} {text}")
            for child in nested:
                lines.extend(self._items(child, depth + 1))
        return lines

    def _inline_text(
        self, element: "HtmlElement", apart: "frozenset[HtmlElement]" = frozenset()
    ) -> str:
        """Return the text within `element` on one line, without what is skipped or `apart`."""
        parts, stack = list[str](), [(element, False)]
        while stack:
            node, is_done = stack.pop()
            if is_done:
                parts.append(node.tail or "")
                continue
            if node is not element:
                stack.append((node, True))
            if node in apart or (node is not element and self._is_skipped(node)):
                continue
            parts.append(" " if node.tag in _PARAGRAPHS or node.tag == "br" else "")
            parts.append(node.text or "")
            stack.extend((child, False) for child in reversed(node))
        return " ".join("".join(parts).replace("\xad", "").split())


def _fenced(code: str) -> str:
    """Return code between fences that nothing in it closes, so that a reader knows it for code."""
    code = code.strip("\n")
    longest = max(map(len, re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{code}\n{fence}" if code.strip() else ""


def _is_data(table: "HtmlElement") -> bool:
    """Say whether a table holds data; one that lays out a page has structure in its cells."""
    return not table.xpath(_STRUCTURE) and bool(table.xpath(".//tr[count(td|th) > 1]"))
