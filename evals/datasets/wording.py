"""Compare wordings: near-duplicate questions and words copied from a text; pure.

Words are counted as read: a Latin word is one, a character of Chinese or Japanese three fifths of
one (a Chinese word has about 1.7 characters).
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from rag.store.tokens import query_words

_CJK = "\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff"
_UNIT = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_NUMBER = re.compile(r"[\d〇零一二两三四五六七八九十百千万亿]")
_WORDS_PER_CHARACTER = 0.6


def content_words(text: str) -> frozenset[str]:
    """Return the words that carry a question, stemmed, without those that only ask."""
    return frozenset(query_words(text))


def shared_share(question: str, text: str) -> float:
    """Return the share of a question's content words that a text holds, 0 to 1."""
    asked = content_words(question)
    return len(asked & frozenset(query_words(text))) / len(asked) if asked else 0.0


def longest_shared_run(question: str, text: str) -> tuple[str, float]:
    """Return the longest run of words that both have, and its length in words."""
    asked, told = _units(question), _units(text)
    ends: dict[int, int] = {}
    places: dict[str, list[int]] = defaultdict(list)
    for at, unit in enumerate(told):
        places[unit].append(at)
    best, found = 0.0, ""
    for here, unit in enumerate(asked):
        ends = {at: ends.get(at - 1, 0) + 1 for at in places[unit]}
        for length in set(ends.values()):
            run = asked[here - length + 1 : here + 1]
            weight = _weight(run)
            if weight > best:
                best, found = weight, _joined(run)
    return found, best


def near_duplicates(
    texts: Sequence[str], *, threshold: float = 0.85
) -> Iterator[tuple[int, int, float]]:
    """Yield pairs `(i, j, similarity)`, i < j, of texts that say nearly the same.

    Similarity is Jaccard's over the words. Texts that differ in a number ("R2" and "R4", 八 and 十)
    or share fewer than three words are taken for duplicates only if they are equal.

    Args:
        texts: Questions.
        threshold: Above 0 to 1.
    """
    words = [content_words(text) for text in texts]
    units = [_units(text) for text in texts]
    spread = Counter(word for one in words for word in one)
    met: dict[str, list[int]] = defaultdict(list)
    for here, mine in enumerate(words):
        # Two sets with Jaccard t share one of their rarest |x| - ceil(t |x|) + 1 words.
        rarest = sorted(mine, key=lambda word: (spread[word], word))
        prefix = rarest[: len(mine) - math.ceil(threshold * len(mine) - 1e-9) + 1]
        for other in sorted({at for word in prefix for at in met[word]}):
            shared = mine & words[other]
            similarity = len(shared) / len(mine | words[other])
            is_near = similarity >= threshold and _may_be_same(mine, words[other])
            if is_near or units[here] == units[other]:
                yield other, here, similarity
        for word in prefix:
            met[word].append(here)


def _may_be_same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= 3 and not any(_NUMBER.search(word) for word in one ^ other)


def _units(text: str) -> list[str]:
    return _UNIT.findall(unicodedata.normalize("NFKC", text).lower())


def _weight(units: Sequence[str]) -> float:
    return sum(_WORDS_PER_CHARACTER if re.match(f"[{_CJK}]", unit) else 1.0 for unit in units)


def _joined(units: Sequence[str]) -> str:
    text = " ".join(units)
    return re.sub(rf"(?<=[{_CJK}]) (?=[{_CJK}])", "", text)
