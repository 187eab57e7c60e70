"""Fits passages and conversation into a budget and fences them as data; knows no model."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Literal

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage

from rag.answering.question import spoken
from rag.sentences import sentences

CountTokens = Callable[[str], int]
Order = Literal["rank", "edges"]
"""How passages stand in a prompt: the best first, or the best at both ends."""

# Anything that reads as one of our fences, however it is spaced, cased, widened or laced with
# invisible characters.
_INVISIBLE: Final = (
    r"[\s/／\\\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*"
)
FENCES: Final = ("passage", "question", "conversation")
_WIDE: Final = re.compile(
    r"[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef"
    r"\U00020000-\U0003ffff]"
)
# Tokenizers of current chat models take 3.5 to 4.5 letters of English a token, fewer of code and
# numbers, and at most about one token for a Chinese character.
_LETTERS_PER_TOKEN: Final = 3

# Markers of an earlier answer count the passages of then.
_STALE_MARKERS: Final = re.compile(r"\s?(?:\[\d{1,3}\])+")

# A turn of the conversation is shown up to here: it says what is talked about, not the answer.
_TURN_CHARACTERS: Final = 1000


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a chat model reads in `text`; rather too many than too few."""
    wide = len(_WIDE.findall(text))
    narrow = sum(map(len, text.split())) - wide
    return wide + -(-narrow // _LETTERS_PER_TOKEN)


def fit_passages(
    passages: Sequence[Document], budget: int, count_tokens: CountTokens = estimate_tokens
) -> tuple[Document, ...]:
    """Keep the best passages that fit into `budget` tokens whole.

    A passage too long for what is left is passed over for shorter ones behind it. Only if the
    first alone exceeds the budget it is cut, at the end of a sentence where there is one.
    """
    kept: list[Document] = []
    left = budget
    for number, passage in enumerate(passages, start=1):
        cost = count_tokens(fence_passage(number, passage))
        if cost > left and number == 1:
            return (_cut(passage, budget, count_tokens),)
        if cost <= left:
            kept.append(passage)
            left -= cost
    return tuple(kept)


def fence_passages(passages: Sequence[Document], *, order: Order = "rank") -> str:
    """Return the passages numbered from 1, each in a fence that its text cannot close.

    The number is the rank, wherever a passage stands: of five, "edges" gives 1, 3, 5, 4, 2.
    """
    numbered = list(enumerate(passages, start=1))
    if order == "edges":
        numbered = numbered[::2] + numbered[1::2][::-1]
    return "\n\n".join(fence_passage(number, passage) for number, passage in numbered)


def fence_passage(number: int, passage: Document) -> str:
    """Return one passage with its number, source, title, page and section.

    The header row of a table, or the fence of code, that it begins inside of comes before its text.
    """
    metadata = passage.metadata
    places = {name: metadata.get(name) for name in ("source", "title", "page", "section")}
    attributes = "".join(f' {name}="{_attribute(str(v))}"' for name, v in places.items() if v)
    lead_in = str(metadata.get("lead_in") or "")
    text = disarm(f"{lead_in}\n{passage.page_content}" if lead_in else passage.page_content)
    return f'<passage number="{number}"{attributes}>\n{text}\n</passage>'


def fence_history(
    history: Sequence[BaseMessage], budget: int, count_tokens: CountTokens = estimate_tokens
) -> str:
    """Return the latest turns that fit into `budget` tokens, oldest first; "" without any."""
    lines: list[str] = []
    left = budget
    for message in reversed(history):
        text = _STALE_MARKERS.sub("", message.text).strip()
        shown = text if len(text) <= _TURN_CHARACTERS else text[:_TURN_CHARACTERS] + " …"
        line = f"{spoken(message)}: {disarm(shown)}"
        left -= count_tokens(line)
        if left < 0:
            break
        lines.append(line)
    return "\n".join(reversed(lines))


def disarm(text: str, *, fences: tuple[str, ...] = FENCES) -> str:
    """Return `text` with whatever reads as one of our fences made harmless."""
    return _fence(fences).sub(lambda match: "&lt;" + match.group()[1:], text)


@cache
def _fence(words: tuple[str, ...]) -> re.Pattern[str]:
    spelt = "|".join(_INVISIBLE.join(word) for word in words)
    return re.compile(f"[<＜‹〈﹤]{_INVISIBLE}(?={spelt})", re.IGNORECASE)


def _attribute(value: str) -> str:
    flat = " ".join(value.split())
    return disarm(flat).replace('"', "'").replace("<", "&lt;").replace(">", "&gt;")


def _cut(passage: Document, budget: int, count_tokens: CountTokens) -> Document:
    """Return the longest beginning of whole sentences, or else of characters, that fits."""
    text = passage.page_content
    ends = [end for _, end in sentences(text)]
    fitting = [
        end for end in ends if count_tokens(fence_passage(1, _first(passage, end))) <= budget
    ]
    if fitting:
        return _first(passage, fitting[-1])
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens(fence_passage(1, _first(passage, middle))) <= budget:
            low = middle
        else:
            high = middle - 1
    return _first(passage, low)


def _first(passage: Document, end: int) -> Document:
    start = int(passage.metadata.get("start_index") or 0)
    return Document(
        id=passage.id,
        page_content=passage.page_content[:end],
        metadata=passage.metadata | {"end_index": start + end},
    )
