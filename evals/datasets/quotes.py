"""Bind quoted words to the characters of a document, once; knows no file form.

White space does not count, because a quote is copied from a page whose lines are broken elsewhere,
and Chinese has none. Everything else has to be the document's own characters.
"""

from evals.gold import Span
from rag.excerpt import line_at
from rag.sentences import sentences
from rag.store.tokens import tokenize

_SHOWN = 90


class QuoteError(ValueError):
    """A quote is not in its document, or several times; the message has no place in it."""


class QuotedText:
    """A document that quotes can be found in."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.text = text
        self._kept = [at for at, character in enumerate(text) if not character.isspace()]
        self._compact = "".join(text[at] for at in self._kept)

    def find(self, quote: str) -> Span:
        """Return where the quote stands.

        Raises:
            QuoteError: It is blank, missing or stands there more than once.
        """
        if not quote.strip():
            raise QuoteError("wanted the words that answer, found a blank quote")
        found = self.occurrences(quote)
        if not found:
            raise QuoteError(self._missing(quote))
        if len(found) > 1:
            lines = ", ".join(str(line_at(self.text, span.start_index)) for span in found[:5])
            raise QuoteError(
                f"{_shown(quote)} stands {len(found)} times in {self.source} (lines {lines}); "
                "quote more words around the place that is meant"
            )
        return found[0]

    def occurrences(self, quote: str) -> list[Span]:
        """Return every place of the quote's words, none cut out of a longer word."""
        compact = "".join(quote.split())
        spans, at = [], self._compact.find(compact) if compact else -1
        while at >= 0:
            start, end = self._kept[at], self._kept[at + len(compact) - 1] + 1
            if not (self._is_inside_word(start) or self._is_inside_word(end)):
                spans.append(Span(self.source, start, end))
            at = self._compact.find(compact, at + 1)
        return spans

    def _is_inside_word(self, at: int) -> bool:
        """Tell whether a cut before `at` would part a word; CJK characters are words themselves."""
        around = self.text[max(0, at - 1) : at + 1]
        return len(around) == 2 and all(one.isalnum() and one < "\u2e80" for one in around)

    def _missing(self, quote: str) -> str:
        said = f"{_shown(quote)} is not in {self.source}"
        nearest = self._nearest(quote)
        if nearest is None:
            return f"{said}; copy the words as `rag show` prints them"
        text, line = nearest
        return f"{said}; nearest is {_shown(text)} (line {line}); copy the words as they are"

    def _nearest(self, quote: str) -> tuple[str, int] | None:
        """Return the sentence that shares most words with the quote, and its line."""
        wanted = set(tokenize(quote))
        best, place = 0.0, None
        for start, end in sentences(self.text):
            words = set(tokenize(self.text[start:end]))
            shared = len(wanted & words) / (len(wanted | words) or 1)
            if shared > best:
                best, place = shared, (start, end)
        if place is None or best < 0.2:  # below, the sentence is about something else
            return None
        return self.text[place[0] : place[1]], line_at(self.text, place[0])


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…")
