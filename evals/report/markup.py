"""Writes HTML and SVG elements with everything escaped; knows nothing of what they show."""

from collections.abc import Mapping, Sequence
from html import escape as _escape
from typing import NewType

Markup = NewType("Markup", str)
"""Text that is safe to put into a page; plain text becomes so by `escape` alone."""

Attributes = Mapping[str, str | int | float]

_VOID = frozenset({"br", "col", "input", "meta"})

# Lone surrogates (a file name that is no text) cannot be written as UTF-8.
_UNWRITABLE = dict.fromkeys((*range(0xD800, 0xE000), 0), "�")


def escape(text: str) -> Markup:
    """Return `text` as it can stand in an element or a quoted attribute."""
    return Markup(_escape(writable(text), quote=True))


def breakable(name: str) -> Markup:
    """Return a long name that may be broken after its commas."""
    return Markup(escape(name).replace(",", ",<wbr>"))


def writable(text: str) -> str:
    """Return `text` with what no UTF-8 file can hold as "�"."""
    return text.translate(_UNWRITABLE)


def tag(name: str, attributes: Attributes | None = None, *children: Markup) -> Markup:
    """Return an element, well-formed both as HTML and (but for void ones) as XML."""
    written = "".join(_attribute(key, value) for key, value in (attributes or {}).items())
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{''.join(children)}</{name}>")


def text_tag(name: str, text: str, attributes: Attributes | None = None) -> Markup:
    """Return an element that holds plain text."""
    return tag(name, attributes, escape(text))


def join(parts: "list[Markup]", separator: str = "") -> Markup:
    """Return the parts one after the other, plain text between them."""
    return Markup(escape(separator).join(parts))


def number(value: float) -> str:
    """Return a coordinate with two decimals at most."""
    return f"{round(value, 2) + 0.0:.7g}"  # + 0.0 turns -0.0 into 0


def _attribute(key: str, value: str | float) -> str:
    written = value if isinstance(value, str) else number(value)
    return f' {key}="{escape(written)}"'


def section(name: str, title: str, parts: Sequence[Markup]) -> Markup:
    """Return a part of the page under its title."""
    return tag("section", {"id": name}, text_tag("h2", title), *parts)
