"""What an index taught about questions it does not answer, as it is kept; knows no store."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Self

from rag.answering.sufficiency.signs import Ground


@dataclass(frozen=True, slots=True)
class Lesson:
    """How alike the texts of a language are, and the log odds of questions they do not answer."""

    ground: Ground | None
    unanswerable: tuple[float, ...]


NOTHING: Final = Lesson(None, ())


@dataclass(frozen=True, slots=True)
class Learnt:
    """What each language of an index taught, the one with most questions first.

    A model may read one language and not the other: in an index of both, the texts of all together
    say nothing of either.
    """

    by_language: Mapping[str, Lesson]

    def of(self, language: str) -> Lesson:
        """Return what a language taught; of one that is not in the index, what the first did."""
        first = next(iter(self.by_language.values()), NOTHING)
        return self.by_language.get(language, first)

    def to_json(self) -> str:
        """Return it as one line; the same, the same bytes."""
        return json.dumps(
            {
                language: {
                    "ground": None if one.ground is None else asdict(one.ground),
                    "unanswerable": [round(odds, 4) for odds in one.unanswerable],
                }
                for language, one in self.by_language.items()
            }
        )

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        return cls({language: _lesson(kept) for language, kept in json.loads(text).items()})


def _lesson(kept: Mapping[str, object]) -> Lesson:
    ground, odds = kept["ground"], kept["unanswerable"]
    assert isinstance(odds, list)
    return Lesson(Ground(**ground) if isinstance(ground, dict) else None, tuple(odds))
