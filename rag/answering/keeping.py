"""Lets through only what the passages say of a reply; knows no model and no retriever."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

from langchain_core.documents import Document

from rag.answering.citations import Claim, read_claims, unsupported
from rag.answering.markers import Mark
from rag.answering.reply import ReplyReader
from rag.answering.uncited import is_grounded
from rag.sentences import sentences

Unsupported: TypeAlias = Literal["mark", "remove"]

# Where a sentence may end, and how much of the next one is awaited to be sure that it does.
_END: Final = re.compile(r"[.!?:;\n。！？；：…]")
_AHEAD: Final = 24


class KeepingReader(ReplyReader):
    """Holds a reply back sentence by sentence and drops those that no passage supports.

    What is let through is never taken back. The markers left are numbered by first use. A sentence
    without a marker is held against all passages; code fences, lead-ins that claim nothing and word
    of what is missing stay.

    Args:
        passages: What the model was given.
        no_answer: What to say where the passages do not answer, or nothing is left.
        question: Its words, names and numbers may be repeated.
    """

    def __init__(self, passages: Sequence[Document], no_answer: str, *, question: str) -> None:
        super().__init__(len(passages), no_answer)
        self._passages = passages
        self._question = question
        self._judged = 0
        self._looked_at = 0
        self._kept = ""
        self._gap = ""  # blanks behind what is kept: shown once something follows
        self._kept_marks: list[Mark] = []
        self._renumbered: dict[int, int] = {}

    @property
    def text(self) -> str:
        """The answer's text so far."""
        return super().text if self._state == "refused" else self._kept

    @property
    def marks(self) -> Sequence[Mark]:
        """The answer's markers so far."""
        return () if self._state == "refused" else self._kept_marks

    def feed(self, piece: str) -> str:
        """Take the next piece and return the sentences that are settled and supported by now."""
        super().feed(piece)
        return self._advance(closing=False)

    def close(self) -> str:
        """Return the rest: nothing more comes."""
        rest = super().close()
        if self._state == "refused":
            return rest
        shown = self._advance(closing=True)
        if self.removed and not self._kept.strip():
            self._state = "refused"
            return super().text
        return shown

    def _advance(self, *, closing: bool) -> str:
        start = len(self._kept)
        for begin, end in list(self._settled(closing=closing)):
            if self._is_supported(begin, end):
                self._keep(begin, end)
            else:
                self._drop(begin, end)
            self._judged = end
        return self._kept[start:]

    def _settled(self, *, closing: bool) -> Iterator[tuple[int, int]]:
        """Yield the sentences that are whole, each with the markers and blanks behind it.

        How far the text is looked at depends on the text alone, not on the pieces it comes in.
        """
        text = self._reader.text
        begin = self._judged
        for match in _END.finditer(text, self._looked_at):
            seen = match.end() + _AHEAD
            if seen > len(text):
                break
            self._looked_at = match.end()
            for cut in self._cuts(begin, seen):
                yield begin, cut
                begin = cut
        if closing:
            for cut in [*self._cuts(begin, len(text)), len(text)]:
                if begin < cut:
                    yield begin, cut
                begin = cut

    def _cuts(self, begin: int, seen: int) -> list[int]:
        """Return where sentences after the first begin in `[begin, seen)`."""
        plain = list(self._reader.text[begin:seen])
        for mark in self._reader.marks:
            if begin <= mark.start < seen:
                plain[mark.start - begin : mark.end - begin] = " " * (mark.end - mark.start)
        spans = sentences("".join(plain)[: seen - begin])
        return [begin + start for start, _ in spans[1:]]

    def _is_supported(self, begin: int, end: int) -> bool:
        text = self._reader.text[begin:end]
        if "```" in text or "~~~" in text:
            return True
        marks = [
            Mark(mark.number, mark.passage, mark.start - begin, mark.end - begin)
            for mark in self._reader.marks
            if begin <= mark.start < end
        ]
        if marks:
            return all(
                self._supports(claim, [self._passages[mark.passage] for mark in claim.marks])
                for claim in read_claims(text, marks)
            )
        return is_grounded(text, self._passages, question=self._question)

    def _supports(self, claim: Claim, passages: Sequence[Document]) -> bool:
        return unsupported(claim, passages, question=self._question) is None

    def _keep(self, begin: int, end: int) -> None:
        text = self._reader.text[begin:end]
        at, last = begin, begin + len(text.rstrip())
        self._kept += self._gap
        for mark in self._reader.marks:
            if begin <= mark.start < end:
                self._kept += self._reader.text[at : mark.start]
                number = self._renumbered.setdefault(mark.passage, len(self._renumbered) + 1)
                start = len(self._kept)
                self._kept += f"[{number}]"
                self._kept_marks.append(Mark(number, mark.passage, start, len(self._kept)))
                at = mark.end
        self._kept += self._reader.text[at:last]
        self._gap = text[last - begin :]

    def _drop(self, begin: int, end: int) -> None:
        """Leave a sentence out, but keep the paragraphs around it apart."""
        text = self._reader.text[begin:end]
        self.removed += 1
        if self._kept and "\n" not in self._gap:
            self._gap = "\n" * text[len(text.rstrip()) :].count("\n") or self._gap


def reply_reader(
    unsupported: Unsupported, passages: Sequence[Document], no_answer: str, *, question: str
) -> ReplyReader:
    """Return what reads a reply: marking what the passages do not say, or removing it."""
    if unsupported == "remove":
        return KeepingReader(passages, no_answer, question=question)
    return ReplyReader(len(passages), no_answer)
