"""Turns the reasons of a search into readable text; does not know how it was made."""

from typing import TYPE_CHECKING

from rag.cli.shared import printable

if TYPE_CHECKING:
    from rich.text import Text

    from rag.retrieval.explanation import Explanation, LegPlace, Why

_INDENT = "    "


def fusion_text(explanation: "Explanation") -> "Text":
    """Return how the legs were fused."""
    from rich.text import Text

    if explanation.dense_weight is None or explanation.chance is None:
        return Text(f"{explanation.mode} search, nothing is fused", "dim")
    return Text(
        f"hybrid search: evidence = {explanation.dense_weight:.2f} × meaning + words; "
        f"score = evidence / (evidence + {explanation.chance:.1f} by chance)",
        "dim",
    )


def explained_text(why: "Why", left_out: str | None = None) -> "Text":
    """Return one passage's reasons: a line for the legs, one for words, one for being left out."""
    from rich.text import Text

    lines = [" · ".join(_leg(name, leg) for name, leg in why.legs.items())]
    if why.history_evidence:
        lines.append(f"what was said before: {why.history_evidence:.1f}")
    if why.agreement_evidence:
        lines.append(f"like the best passages: {why.agreement_evidence:.1f}")
    words = " ".join(map(printable, why.matched_words))
    lines.append(f"words: {words}" if words else "no word of the question")
    if left_out is not None:
        lines.append(f"left out: {left_out}")
    return Text("\n".join(_INDENT + line for line in lines), "dim")


def _leg(name: str, leg: "LegPlace") -> str:
    rank = "not proposed" if leg.rank is None else f"#{leg.rank}"
    score = "" if leg.score is None else f", score {leg.score:.3f}"
    evidence = "" if leg.evidence is None else f", evidence {leg.evidence:.1f}"
    return f"{name} {rank}{score}{evidence}"
