"""Reads a chat model's reply while it arrives: reasoning out, markers renumbered, refusal known."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from langchain_core.messages import BaseMessage

from rag.answering.asking import end_reason
from rag.answering.language import NO_ANSWER
from rag.answering.markers import Mark, MarkerReader

_THINK_START: Final = "<think>"
_THINK_END: Final = "</think>"

# A reply without a single marker that opens like one of these says that the passages are silent.
_REFUSES_EN: Final = re.compile(
    r"\b(?:(?:documents?|passages?|context|information|texts?|sources?|excerpts?)\b[^.!?]{0,60}?"
    r"\b(?:do(?:es)? not|don't|doesn't|did not|didn't|cannot|can't|is not|are not|isn't|aren't|"
    r"lacks?|no)\b[^.!?]{0,60}?"
    r"\b(?:answer|contain|mention|provide|say|include|specif|state|address|give|discuss|cover|"
    r"information|describe|enough|sufficient|available)"
    r"|(?:there is|there's|i (?:found|find|have|see)) no (?:\w+ ){0,2}"
    r"(?:information|mention|answer|details?)"
    r"|i (?:do not|don't) (?:know|have)|i (?:cannot|can't|could not|couldn't) (?:find|answer|"
    r"determine)|(?:unable|not possible) to (?:find|answer|determine))",
    re.IGNORECASE,
)
_REFUSES_ZH: Final = re.compile(
    r"(?:文档|资料|段落|文中|内容|信息|上下文|材料)[^。！？]{0,20}(?:没有|未|无|不)[^。！？]{0,12}"
    r"(?:提|说|包含|涉及|回答|答案|给出|信息|说明|记载|介绍|足)"
    r"|(?:无法|不能|没法)(?:从[^。！？]{0,20})?(?:回答|找到|确定|得知|得出)|(?:没有|未)(?:找到|提及|提到)"
    r"|我不知道"
)


class ReplyReader:
    """Turns the pieces of a reply into the text of an answer.

    A reply that is the agreed sentence (whatever follows it) comes out as that sentence in
    `no_answer`'s language, once the reply is at its end. Reasoning between think tags at the start
    is left out.

    Args:
        passages: How many passages the model was given.
        no_answer: What to say where the passages do not answer.

    Attributes:
        end_reason: Why the model stopped, in its own word; None until it says so.
        removed: How many sentences were left out because no passage supports them.
    """

    def __init__(self, passages: int, no_answer: str) -> None:
        self._no_answer = no_answer
        self._agreed = {_bare(sentence) for sentence in (*NO_ANSWER.values(), no_answer)}
        self._head = ""
        self._reader = MarkerReader(passages)
        self._state = "start"
        self.end_reason: str | None = None
        self.removed = 0

    @property
    def text(self) -> str:
        """The answer's text so far."""
        return self._no_answer if self._state == "refused" else self._reader.text

    @property
    def marks(self) -> Sequence[Mark]:
        """The answer's markers so far; none where the passages do not answer."""
        return () if self._state == "refused" else self._reader.marks

    @property
    def answered(self) -> bool:
        """Whether the text so far is an answer rather than word that there is none."""
        if self._state == "refused":
            return False
        return bool(self.marks) or not says_no_answer(self.text)

    def take(self, message: BaseMessage) -> str:
        """Take the next message of the reply and return the text that is settled by now."""
        self.end_reason = end_reason(message) or self.end_reason
        return self.feed(message.text)

    def feed(self, piece: str) -> str:
        """Take the next piece and return the text that is settled by now."""
        if self._state == "refused":
            return ""
        if self._state == "open":
            return self._reader.feed(piece)
        self._head = (self._head + piece).lstrip()
        return self._decide()

    def close(self) -> str:
        """Return the rest: nothing more comes."""
        if self._state == "refused":
            return self._no_answer
        if self._state == "start":
            if self._head.startswith(_THINK_START):
                self._head = ""
            if _bare(self._head) in self._agreed:
                self._state = "refused"
                return self._no_answer
            return self._reader.feed(self._head) + self._reader.close()
        return self._reader.close()

    def _decide(self) -> str:
        """Let the beginning through once it is neither reasoning nor the agreed sentence."""
        if not self._skip_reasoning():
            return ""
        bare = _bare(self._head)
        if any(bare.startswith(agreed) for agreed in self._agreed):
            self._state = "refused"
            return ""
        if any(agreed.startswith(bare) for agreed in self._agreed):
            return ""
        self._state = "open"
        return self._reader.feed(self._head)

    def _skip_reasoning(self) -> bool:
        """Drop reasoning from the beginning; return whether all of it has been seen."""
        if self._head.startswith(_THINK_START):
            _, end, rest = self._head.partition(_THINK_END)
            if not end:
                return False
            self._head = rest.lstrip()
        return not _THINK_START.startswith(self._head) or not self._head


def says_no_answer(text: str) -> bool:
    """Return whether a text opens with word that the passages do not answer, English or Chinese."""
    opening = text.strip()[:300]
    first = re.split(r"(?<=[.!?])\s|(?<=[。！？])|\n", opening, maxsplit=1)[0]
    return bool(_REFUSES_EN.search(first) or _REFUSES_ZH.search(first))


def _bare(text: str) -> str:
    """Return a text's letters and digits: quotes, stars and full stops do not count."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
