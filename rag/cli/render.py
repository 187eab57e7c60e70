"""Turns results into readable text; does not know how they were found or where they go."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rag.cli.highlight import Snippet, find_words, make_snippet
from rag.cli.markdown import MARKER_STYLE
from rag.cli.shared import printable

if TYPE_CHECKING:
    from rich.text import Text

    from rag.answering.answer import Citation
    from rag.excerpt import Excerpt

HIT_STYLE = "bold yellow"
SNIPPET_WIDTH = 300


def place_line(source: str, title: str, page: int | None, line: int | None) -> "Text":
    """Return "Title — source, page 3" or "…, line 41", without what is not known."""
    from rich.text import Text

    text = Text()
    # A document without a title goes by its file name, which the source shows already.
    if title and title != source.rpartition("/")[2]:
        text.append(printable(title), "bold")
        text.append(" — ")
    text.append(printable(source), "green")
    # In a document with pages nobody can count lines from its start.
    if page is not None:
        text.append(f", page {page}")
    elif line is not None:
        text.append(f", line {line}")
    return text


def snippet_text(snippet: Snippet) -> "Text":
    """Return a snippet with its words marked."""
    from rich.text import Text

    text = Text(printable(snippet.text))
    for start, end in snippet.spans:
        text.stylize(HIT_STYLE, start, end)
    return text


def passage_text(passage: Mapping[str, object], question: str, line: int | None) -> "Text":
    """Return one search result on three or four lines: place, section, snippet and reference."""
    from rich.text import Text

    words = str(passage["text"])
    snippet = make_snippet(words, find_words(words, question), width=SNIPPET_WIDTH)
    page = passage["page"]
    assert page is None or isinstance(page, int)
    text = Text(f"{passage['rank']:>2}. ", MARKER_STYLE)
    text.append_text(place_line(str(passage["source"]), str(passage["title"] or ""), page, line))
    text.append(f"  score {passage['score']:.3f}", "dim")
    if passage["section"]:
        text.append(f"\n    {printable(str(passage['section']))}", "italic")
    if passage.get("lead_in"):
        lead_in = make_snippet(str(passage["lead_in"]), [], width=SNIPPET_WIDTH)
        text.append(f"\n    {printable(lead_in.text)}", "dim")
    text.append("\n    ").append_text(snippet_text(snippet))
    text.append(f"\n    {reference_of(passage)}", "dim")
    return text


def reference_of(place: Mapping[str, object]) -> str:
    """Return what `rag show` takes for this place: "source:start-end"."""
    return printable(f"{place['source']}:{place['start_index']}-{place['end_index']}")


def citation_text(citation: "Citation", line: int | None) -> "Text":
    """Return one citation: its number, where it is from, and the quoted words."""
    from rich.text import Text

    text = Text(f"[{citation.number}] ", MARKER_STYLE)
    text.append_text(place_line(citation.source, citation.title, citation.page, line))
    if not citation.verified:
        text.append("  the source does not say this", "bold red")
    snippet = make_snippet(citation.quote, [], width=SNIPPET_WIDTH)
    text.append(f"\n    “{printable(snippet.text)}”", "" if citation.verified else "dim")
    return text


def excerpt_text(excerpt: "Excerpt") -> "Text":
    """Return a passage in its context, the passage itself marked."""
    from rich.text import Text

    text = place_line(excerpt.source, excerpt.title, excerpt.page, excerpt.line)
    if excerpt.section:
        text.append(f"\n{printable(' > '.join(excerpt.section))}", "italic")
    text.append("\n\n")
    text.append(printable(excerpt.before), "dim")
    text.append(printable(excerpt.text), HIT_STYLE)
    text.append(printable(excerpt.after), "dim")
    return Text("").append_text(text)
