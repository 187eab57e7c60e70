"""Weighs what was said before a question into its ranking; knows no index and no model.

Texts are not joined: a joined text is a question about two things, and finds passages that are
about both or about the longer one. Instead each earlier turn is searched by itself, and its
evidence (see `rag.retrieval.fusion`) is added to the question's with a small weight that halves
from turn to turn. So the history decides between passages that the question leaves level, and a
question that says enough by itself, or opens another topic, is hardly moved: what the history may
add shrinks as the question's own best passage stands out.

nDCG@10 on mtrag_dev without a chat model (see evals/specs/follow_ups.yaml) is in docs/retrieval.md.
The constants are round numbers in the middle of what works there: weights from half to twice as
large and a decay of .5 to .7 change it by less than .01.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages

from rag.retrieval.fusion import FusedHit, Fusion

USER_WEIGHT = 0.10
"""Share of its evidence that the last question before this one adds."""

ASSISTANT_WEIGHT = 0.15
"""Share of its evidence that the last answer adds: it names what is spoken of."""

DECAY = 0.5
"""Each turn further back counts so much of the one after it."""

TURNS = 3
"""Turns back that are searched; what lies further back would count less than 2 %."""

DECIDED = 2.0
"""The history counts less where a question's best passage has more than so many times chance."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was said before a question, and by whom."""

    text: str
    by_user: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """An earlier text and the share of its evidence that is added."""

    text: str
    weight: float


def read_history(history: Sequence[BaseMessage | tuple[str, str]]) -> list[Earlier]:
    """Return what people and models said aloud, oldest first; system and tool messages go."""
    return [
        Earlier(message.text, isinstance(message, HumanMessage))
        for message in (convert_to_messages(list(history)) if history else ())
        if isinstance(message, HumanMessage | AIMessage)
    ]


def weigh(earlier: Sequence[Earlier]) -> list[Weighed]:
    """Return the texts worth searching with their weights, the nearest first.

    Args:
        earlier: What was said, oldest first.
    """
    found: list[Weighed] = []
    back = {True: 0, False: 0}
    for said in reversed(earlier):
        turn = back[said.by_user]
        back[said.by_user] += 1
        if turn < TURNS and said.text.strip():
            weight = USER_WEIGHT if said.by_user else ASSISTANT_WEIGHT
            found.append(Weighed(said.text, weight * DECAY**turn))
    return found


def add_history(question: Fusion, earlier: Sequence[tuple[float, Fusion]]) -> Fusion:
    """Return the question's ranking with the evidence of earlier texts added, by (-score, id).

    Args:
        question: The ranking of the question alone.
        earlier: The weight of each earlier text, and its ranking of the same passages.
    """
    own = question.evidence()
    share = _share(max(own.values(), default=0.0), question.chance)
    others = [(weight * share, fusion.evidence()) for weight, fusion in earlier]
    hits = [_moved(hit, own[hit.id], others, question.chance) for hit in question.hits]
    return replace(question, hits=tuple(sorted(hits, key=lambda hit: (-hit.score, hit.id))))


def _share(best: float, chance: float) -> float:
    """Return how much of the history counts: all of it where the question is undecided."""
    return 1.0 if best <= DECIDED * chance else DECIDED * chance / best


def _moved(
    hit: FusedHit, own: float, others: Sequence[tuple[float, Mapping[str, float]]], chance: float
) -> FusedHit:
    added = sum(weight * evidence.get(hit.id, 0.0) for weight, evidence in others)
    total = own + added
    return replace(hit, score=total / (total + chance), history_evidence=added)
