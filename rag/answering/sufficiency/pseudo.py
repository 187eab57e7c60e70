"""Makes of an index's own passages what it could be asked and not answer; knows no store.

Asked while its own passage is left out, such a question is about the matters of the index and its
answer is missing: what these look like is learnt without a label. It is made as people ask: what
the passage is about, and something that one sentence of it says. Stretches of sentences will not
do: they share too little with other passages, so that of questions whose documents were left out
.42, .38 and .51 were answered where .3 is wanted (three English sets, with weights of the others);
with questions as made here .30, .30 and .42.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.language import detect_language
from rag.sentences import sentences
from rag.store.records import StoredPassage
from rag.store.tokens import query_words, tokenize

Holding = Callable[[Sequence[str]], Mapping[str, int]]
"""Returns how many passages hold each word."""

_TOPIC_WORDS: Final = 1
_ASKED_WORDS: Final = 3
_ASKED_CHARACTERS: Final = 10
_LEAST_WORDS: Final = 7
_LEAST_CHARACTERS: Final = 10
_SHORT: Final = 2
_PAIR: Final = 2
_PUNCTUATION: Final = ".,;:!?()[]{}<>\"'“”‘’*#|`"


@dataclass(frozen=True, slots=True)
class PseudoQuestion:
    """Words like a question's, and the passage that would answer it."""

    text: str
    passage: StoredPassage


def language_of(text: str) -> str:
    """Return "zh" or "other": what a model can read may differ between the two."""
    return "zh" if detect_language(text) == "zh" else "other"


def draw(
    passages: Iterable[StoredPassage], limit: int, *, holding: Holding, count: int
) -> list[PseudoQuestion]:
    """Return one question of each passage that has a sentence long enough, up to `limit`.

    The same passages of the same index give the same questions.

    Args:
        passages: In any order; of one language.
        limit: How many questions.
        holding: Of the index.
        count: How many passages the index holds.
    """
    drawn: list[PseudoQuestion] = []
    for passage in passages:
        text = _question(passage, holding, count)
        if text:
            drawn.append(PseudoQuestion(text, passage))
        if len(drawn) == limit:
            break
    return drawn


def _question(passage: StoredPassage, holding: Holding, count: int) -> str:
    """Return words on the topic of a passage and of one sentence, "" if none is long enough."""
    chance = random.Random(passage.id)  # noqa: S311 - the same every time, and no secret
    is_chinese = language_of(passage.text) == "zh"
    said = [passage.text[start:end] for start, end in sentences(passage.text)]
    if is_chinese:
        ends = [one.rstrip("。！？；，、 ") for one in said]
        long_enough = [one for one in ends if len(one) >= _LEAST_CHARACTERS]
    else:
        long_enough = [one for one in said if len(one.split()) >= _LEAST_WORDS]
    if not long_enough:
        return ""
    sentence = chance.choice(long_enough)
    topic = _topic(passage, holding, count)
    if is_chinese:
        return "".join(topic) + sentence[-_ASKED_CHARACTERS:]
    words = _content_words(sentence)
    at = sorted(chance.sample(range(len(words)), min(_ASKED_WORDS, len(words))))
    return " ".join(dict.fromkeys([*topic, *(words[one] for one in at)]))


def _topic(passage: StoredPassage, holding: Holding, count: int) -> list[str]:
    """Return the words that a passage repeats and few others hold, best first."""
    told = _content_words(passage.text)
    if language_of(passage.text) == "zh":
        told = [word for word in query_words(passage.text) if len(word) == _PAIR]
    tokens = {word: (tokenize(word) or [""])[0] for word in told}
    often = Counter(tokens[word] for word in told)
    held = holding(sorted(often))
    worth = {
        token: times * math.log(1 + count / (1 + held.get(token, 0)))
        for token, times in often.items()
    }
    best = {token: word for word, token in reversed(tokens.items())}
    ranked = sorted(worth, key=lambda token: (-worth[token], token))
    return [best[token] for token in ranked[:_TOPIC_WORDS]]


def _content_words(text: str) -> list[str]:
    words = (word.strip(_PUNCTUATION) for word in text.split())
    return [word for word in words if len(word) > _SHORT and not _is_function_word(word)]


def _is_function_word(word: str) -> bool:
    # Alone it would be kept, as the subject of a question that holds nothing else.
    return query_words(f"x {word.lower()}") == ["x"]
