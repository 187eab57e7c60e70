"""What an index taught about questions it does not answer, as it is kept; knows no store."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from rag.answering.sufficiency.signs import Ground


@dataclass(frozen=True, slots=True)
class Learnt:
    """How alike the texts of an index are, and the log odds of questions it does not answer."""

    ground: Ground | None
    unanswerable: tuple[float, ...]

    def to_json(self) -> str:
        """Return it as one line; the same, the same bytes."""
        ground = None if self.ground is None else asdict(self.ground)
        odds = [round(one, 4) for one in self.unanswerable]
        return json.dumps({"ground": ground, "unanswerable": odds})

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        kept = json.loads(text)
        ground = None if kept["ground"] is None else Ground(**kept["ground"])
        return cls(ground, tuple(kept["unanswerable"]))
