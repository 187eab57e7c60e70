"""Loads the main content of HTML pages as text with structure; runs and fetches nothing."""

import re
from typing import TYPE_CHECKING

from rag.documents.builder import DocumentBuilder
from rag.documents.document import LoadedDocument
from rag.documents.text import read_text

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

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
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def load_html(data: bytes) -> LoadedDocument:
    """Return the article of a page: headings, paragraphs, lists, code, tables as rows "a | b"."""
    from lxml import html  # type: ignore[import-untyped]

    match = _DECLARED.search(data[:4096])
    source = read_text(data, declared=match[1].decode("ascii") if match else None)
    # lxml refuses text that declares an encoding; the declaration has done its work.
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", source)
    if not source.strip():
        return LoadedDocument(text="", kind="html")
    root = html.document_fromstring(source, parser=html.HTMLParser(huge_tree=True))
    walker = _Walker()
    walker.visit(_main_content(root))
    walker.flush()
    return walker.builder.build("html", _title(root))


def _title(root: "HtmlElement") -> str:
    title = root.find(".//title")
    return " ".join((title.text_content() if title is not None else "").split())


def _main_content(root: "HtmlElement") -> "HtmlElement":
    """Return the element marked as main content if it holds most of the text, else the body."""
    body = root.find("body")
    body = root if body is None else body
    whole = len(body.text_content())
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = body.findall(path)
        if len(found) == 1 and len(found[0].text_content()) * 4 > whole:
            return found[0]
    return body


class _Walker:
    """Walks elements in order, gathering inline text until a block begins."""

    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self._inline: list[str] = []

    def visit(self, root: "HtmlElement") -> None:
        """Visit without recursion: pages nest deeper than Python's stack."""
        stack: list[tuple[HtmlElement, bool]] = [(root, False)]
        while stack:
            element, leaving = stack.pop()
            if leaving:
                if element.tag in _PARAGRAPHS:
                    self.flush()
                self._inline.append(element.tail or "")
                continue
            if self._take_whole(element):
                if element is not root:
                    self._inline.append(element.tail or "")
                continue
            if element.tag in _PARAGRAPHS:
                self.flush()
            self._inline.append(element.text or "")
            if element is not root:
                stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))

    def _take_whole(self, element: "HtmlElement") -> bool:
        """Handle elements that are taken in one piece or left out; say whether this was one."""
        tag = element.tag
        if not isinstance(tag, str) or tag in _INVISIBLE or _is_boilerplate(element):
            return True
        if tag in {"br", "hr"}:
            self._inline.append("\n")
            return True
        if tag in _HEADINGS:
            self.flush()
            self.builder.add_heading(_HEADINGS[tag], element.text_content())
            return True
        if tag == "pre":
            self.flush()
            self.builder.add_block("code", element.text_content())
            return True
        if tag == "table" and not element.xpath(".//table|.//h1|.//h2|.//pre"):
            self.flush()
            self.builder.add_block("table", _rows(element))
            return True
        if tag in {"ul", "ol"}:
            self.flush()
            self.builder.add_block("list", "\n".join(_items(element, 0)))
            return True
        return False

    def flush(self) -> None:
        """End the paragraph gathered so far."""
        lines = "".join(self._inline).replace("\xad", "").split("\n\n")
        self.builder.add_paragraph("\n".join(" ".join(line.split()) for line in lines))
        self._inline.clear()


def _is_boilerplate(element: "HtmlElement") -> bool:
    if element.tag in _BOILERPLATE or element.get("role") in _BOILERPLATE_ROLES:
        return True
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"


def _rows(table: "HtmlElement") -> str:
    rows = []
    for row in table.iter("tr"):
        cells = [_inline_text(cell) for cell in row if cell.tag in {"td", "th"}]
        if any(cells):
            rows.append(" | ".join(cells))
    return "\n".join(rows)


def _items(element: "HtmlElement", depth: int) -> list[str]:
    lines = []
    for number, item in enumerate(element.iterchildren("li"), 1):
        nested = [child for child in item.iter("ul", "ol") if _nearest_item(child) is item]
        text = _inline_text(item, skip=frozenset(nested))
        mark = f"{number}." if element.tag == "ol" else "-"
        if text:
            lines.append("  " * depth + f"{mark} {text}")
        for child in nested:
            lines.extend(_items(child, depth + 1))
    return lines


def _nearest_item(element: "HtmlElement") -> "HtmlElement | None":
    return next(element.iterancestors("li"), None)


def _inline_text(element: "HtmlElement", skip: "frozenset[HtmlElement]" = frozenset()) -> str:
    parts, stack = list[str](), [(element, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving:
            parts.append(node.tail or "")
            continue
        if node is not element:
            stack.append((node, True))
        if not isinstance(node.tag, str) or node.tag in _INVISIBLE or node in skip:
            continue
        parts.append(" " if node.tag in _PARAGRAPHS or node.tag == "br" else "")
        parts.append(node.text or "")
        stack.extend((child, False) for child in reversed(node))
    return " ".join("".join(parts).replace("\xad", "").split())
