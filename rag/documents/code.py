"""Loads source code whole, its definitions as headings; knows just enough grammar for that."""

import ast
import re
import warnings

from rag.documents.document import Heading, LoadedDocument
from rag.documents.text import read_text

_SECTION = re.compile(r"^\[+([^\]\n]+)\]+[ \t]*$", re.MULTILINE)
_DEFINITION = re.compile(
    r"^(?P<indent>[ \t]*)"
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|override"
    r"|virtual|sealed|pub(?:\([a-z]+\))?|unsafe|open|data|partial|inline|extern|local)\s+)*"
    r"(?P<kind>class|interface|struct|enum|trait|impl|module|namespace|protocol|object|record"
    r"|def|fn|func|fun|function|sub)\s+"
    r"(?:\([^)]*\)\s*)?(?P<name>[^\W\d][\w.:]*)",
    re.MULTILINE,
)


def load_code(data: bytes) -> LoadedDocument:
    """Return the file's own text; functions, classes and their like are its headings."""
    text = read_text(data)
    return LoadedDocument(text=text, kind="code", headings=tuple(_definitions(text)))


def load_python(data: bytes) -> LoadedDocument:
    """Return Python source, its definitions found by the parser, or by pattern if it fails."""
    text = read_text(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return load_code(data)
    headings = _python_definitions(tree, _line_starts(text), 1)
    return LoadedDocument(text=text, kind="code", headings=tuple(headings))


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    return starts


def _python_definitions(node: ast.AST, starts: list[int], level: int) -> list[Heading]:
    headings = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([child.lineno, *(mark.lineno for mark in child.decorator_list)])
            kind = "class" if isinstance(child, ast.ClassDef) else "def"
            headings.append(Heading(level, f"{kind} {child.name}", starts[first - 1]))
            if isinstance(child, ast.ClassDef):
                headings.extend(_python_definitions(child, starts, level + 1))
    return headings


def load_settings(data: bytes) -> LoadedDocument:
    """Return a TOML or INI file's own text; its sections are its headings."""
    text = read_text(data)
    headings = [Heading(1, match[1].strip(), match.start()) for match in _SECTION.finditer(text)]
    return LoadedDocument(text=text, kind="code", headings=tuple(h for h in headings if h.title))


def load_plain_code(data: bytes) -> LoadedDocument:
    """Return the own text of a file whose grammar knows no named definitions."""
    return LoadedDocument(text=read_text(data), kind="code")


def _definitions(text: str) -> list[Heading]:
    headings = []
    for match in _DEFINITION.finditer(text):
        level = 1 + len(match["indent"].expandtabs(4)) // 4
        if level <= 2:
            headings.append(Heading(level, f"{match['kind']} {match['name']}", match.start()))
    return headings
