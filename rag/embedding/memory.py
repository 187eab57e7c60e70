"""Remembers how the texts read that were asked for last; knows no model."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from rag.embedding.reading import Reading

# Of 384 numbers of two bytes each, some 40 MB: the passages of a few dozen questions.
_MOST = 50_000


class ReadingMemory:
    """Holds up to `most` pieces of texts; not safe to share between threads without a lock."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._held = 0
        self._kept: OrderedDict[str, Reading] = OrderedDict()

    def readings(
        self, texts: Sequence[str], read: Callable[[list[str]], list[Reading]]
    ) -> list[Reading]:
        """Return the readings of texts; `read` makes those that are not remembered, each once."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        made = dict(zip(unknown, read(unknown), strict=True)) if unknown else {}
        found = [made[text] if text in made else self._kept[text] for text in texts]
        self._held += sum(map(len, made.values()))
        for text, reading in zip(texts, found, strict=True):
            self._kept[text] = reading
            self._kept.move_to_end(text)
        while self._held > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._held -= len(oldest)
        return found
