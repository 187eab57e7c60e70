"""Measure "not in your documents" on whole sets: is what an index answers told from what not?

Run `python -m evals.sufficiency_table [SET …]` with RAG_DATA naming the folder of sets (BEIR form);
`--fit` prints the weights that all the sets together give. Every figure of a set is reached with
weights fitted on the others. Unanswerable are: questions that the set marks so ("marked"), its own
while the documents that answer them are left out ("gone"), and those of other sets (their name),
but for those of which an accepted answer stands in what is found. "A+B" is one index of both sets,
asked the first one's questions.
"""

import argparse
import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evals.datasets.beir import BeirSet, load_beir
from evals.fusion_table import DEFAULT_CACHE, Vectors, embed
from evals.measures.abstention import auroc, risk_coverage
from evals.set_arguments import parse_sets
from evals.sufficiency_fit import Group, fit
from evals.sufficiency_set import SetIndex, opened
from rag.answering.sufficiency.decision import Weights, chance_of, log_odds
from rag.answering.sufficiency.judge import unanswered
from rag.answering.sufficiency.learnt import Lesson
from rag.answering.sufficiency.pseudo import language_of
from rag.answering.sufficiency.signs import Signs
from rag.embeddings import SentenceTransformerEmbeddings

SETS: Final = (
    "xquad_en",
    "mtrag_dev",
    "scifact",
    "rgb_en_fact",
    "limit_small",
    "xquad_zh",
    "cmrc2018_dev",
)
"""Asked of each other where the language is the same."""

CHINESE: Final = ("xquad_zh", "cmrc2018_dev")
TOGETHER: Final = (("xquad_en", "cmrc2018_dev"), ("cmrc2018_dev", "xquad_en"))
"""Sets of two languages that are one index."""

ANSWERED_TWICE: Final = ("rgb_en_fact", "limit_small")
"""Sets whose other documents repeat the answers: to leave the gold ones out proves nothing."""

MADE_UP: Final = ("limit_small",)
"""Sets that weights are not fitted on: their questions are all one sentence."""

RATES: Final = (0.1, 0.2, 0.3)
TENTHS: Final = tuple(range(5, 100, 10))
HEADER: Final = (
    f"{'index':21} {'questions':13} {'n':>4}  AUROC  [95 %]          answered where the rate is\n"
    f"{'':66}.1     .2     .3  | half marked: .1     .2     .3  (± by labels)  excess risk"
)
_QUESTIONS: Final = 300
_FOREIGN: Final = 150
_RESAMPLES: Final = 1000
_LEAST_ANSWER: Final = 4
"""Shorter answers ("4", "men") stand anywhere."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of one index: the groups, and what it teaches without labels.

    Attributes:
        name: Of the set or sets.
        groups: The questions it answers, then those it does not.
        learnt: Of questions made of the documents in the language of the questions.
    """

    name: str
    groups: tuple[Group, ...]
    learnt: tuple[Signs, ...]

    @property
    def sets(self) -> list[str]:
        """The sets it is made of."""
        return self.name.split("+")


Read = tuple[BeirSet, Vectors]


def ask(index: SetIndex, asking: Read, others: Mapping[str, Read], *, name: str) -> Asked:
    """Ask an index the questions of a set it holds, with and without their documents, and others'.

    Args:
        index: Holds the documents of `asking`.
        asking: The set whose questions it answers.
        others: Sets that it does not hold.
        name: Of the index.
    """
    beir, vectors = asking
    own = _sampled(beir, _QUESTIONS)
    rows = {id_: row for row, id_ in enumerate(beir.queries)}
    gold = {id_: frozenset(d for d, grade in beir.qrels[id_].items() if grade > 0) for id_ in own}

    def signs(id_: str, without: frozenset[str] = frozenset()) -> Signs | None:
        return index.signs(beir.queries[id_], vectors.queries[rows[id_]], without=without)

    groups = [Group("own", True, _there(signs(id_) for id_ in own))]
    if beir.name not in ANSWERED_TWICE:
        groups.append(Group("gone", False, _there(signs(id_, gold[id_]) for id_ in own)))
    marked = [str(row["_id"]) for row in beir.rows if row.get("answerability") == "UNANSWERABLE"]
    if marked:
        groups.append(Group("marked", False, _there(signs(id_) for id_ in marked)))
    for other, read in others.items():
        groups.append(Group(other, False, _there(_foreign(index, read))))
    spoken = language_of(" ".join(beir.queries[id_] for id_ in own))
    return Asked(name, tuple(groups), tuple(index.unanswerable(spoken)))


def _foreign(index: SetIndex, read: Read) -> Iterator[Signs | None]:
    other, kept = read
    rows = {id_: row for row, id_ in enumerate(other.queries)}
    answers = {str(row["_id"]): _answers(row.get("answers")) for row in other.rows}
    for id_ in _sampled(other, _FOREIGN):
        vector = kept.queries[rows[id_]]
        found = index.passages(other.queries[id_], vector)
        held = "\n".join(one.page_content for one in found).casefold()
        if not any(answer in held for answer in answers[id_]):
            yield index.signs(other.queries[id_], vector)


def _answers(value: object) -> list[str]:
    if isinstance(value, list):
        return [answer for one in value for answer in _answers(one)]
    answer = str(value or "").strip().casefold()
    return [answer] if len(answer) >= _LEAST_ANSWER else []


def _sampled(beir: BeirSet, count: int) -> list[str]:
    """Return the ids of so many judged questions, the same every time."""
    judged = [id_ for id_ in beir.queries if any(g > 0 for g in beir.qrels.get(id_, {}).values())]
    random.Random(0).shuffle(judged)  # noqa: S311 - a sample, not a secret
    return judged[:count]


def _there(signs: Iterator[Signs | None]) -> list[Signs]:
    return [one for one in signs if one is not None]


def report(asked: Asked, weights: Weights) -> Iterator[str]:
    """Yield the lines of one set: AUROC with its 95 % interval, false answers, excess risk."""
    own = _odds(asked.groups[0].signs, weights)
    learnt = unanswered(Lesson(None, tuple(_odds(asked.learnt, weights))))
    for group in asked.groups[1:]:
        others = _odds(group.signs, weights)
        low, high = _interval(own, others)
        yield (
            f"{asked.name:21} {group.name:13} {len(others):4}  {_auroc(own, others):.3f} "
            f"[{low:.3f}, {high:.3f}]  "
            + "  ".join(f"{_answered(others, learnt, rate):.3f}" for rate in RATES)
            + "   "
            + "  ".join(f"{_labelled(others, rate):.3f}" for rate in RATES)
            + f"  (±{1.96 * math.sqrt(0.21 / (len(others) // 2)):.2f})        "
            + f"  {_excess(own, others):.3f}"
        )
    answered = "  ".join(f"{_answered(own, learnt, rate):.3f}" for rate in RATES)
    yield f"{asked.name:21} {'own, answered':13} {len(own):4}  {'':20}  {answered}"


def _odds(signs: Sequence[Signs], weights: Weights) -> Floats:
    return np.array([log_odds(one, weights) for one in signs])


def _auroc(own: Floats, others: Floats) -> float:
    flags = np.r_[np.ones(len(own)), np.zeros(len(others))]
    return auroc(np.r_[own, others], flags) or 0.0


def _interval(own: Floats, others: Floats) -> tuple[float, float]:
    draw = np.random.default_rng(0)
    drawn = [
        _auroc(draw.choice(own, len(own)), draw.choice(others, len(others)))
        for _ in range(_RESAMPLES)
    ]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def _answered(odds: Floats, unanswerable: Sequence[float], rate: float) -> float:
    """Return the share of questions that are answered where `rate` is wanted."""
    return float(np.mean([chance_of(one, unanswerable) <= rate for one in odds]))


def _labelled(odds: Floats, rate: float) -> float:
    """Return the share answered if half of such questions, marked, taught the other half."""
    draw = np.random.default_rng(0)
    shares = []
    for _ in range(20):
        order = draw.permutation(len(odds))
        known, new = odds[order[::2]], odds[order[1::2]]
        shares.append(_answered(new, sorted(known), rate))
    return float(np.mean(shares))


def _excess(own: Floats, others: Floats) -> float:
    """Return the area under risk and coverage above the best possible one; 0 is perfect."""
    losses = np.r_[np.zeros(len(own)), np.ones(len(others))]
    return risk_coverage(np.r_[own, others], losses).excess


def main() -> int:
    """Print the table; with `--fit` the weights as well."""
    parser = argparse.ArgumentParser(prog="python -m evals.sufficiency_table")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--fit", action="store_true", help="print the weights of all sets together")
    arguments = parse_sets(parser, SETS)
    asked = _ask_all(arguments)
    fitted = [one for one in asked if len(one.sets) == 1 and one.name not in MADE_UP]
    _say(HEADER)
    for one in asked:
        others = [other.groups for other in fitted if other.name not in one.sets]
        for line in report(one, fit(others)):
            _say(line)
    if arguments.fit:
        weights = fit([one.groups for one in fitted])
        gone = [g for one in fitted for g in one.groups if g.name == "gone"]
        usual = np.percentile(np.concatenate([_odds(g.signs, weights) for g in gone]), TENTHS)
        _say(f"{weights}\nUSUAL {np.round(usual, 1).tolist()}")
    return 0


def _ask_all(arguments: argparse.Namespace) -> list[Asked]:
    embeddings = SentenceTransformerEmbeddings(arguments.model)
    read: dict[str, Read] = {}
    for name in arguments.sets:
        beir = load_beir(arguments.data / name)
        read[name] = (beir, embed(beir, embeddings, arguments.cache))
    asked = []
    for name, one in read.items():
        with opened(*one, embeddings) as index:
            asked.append(ask(index, one, _others(read, (name,)), name=name))
    for pair in TOGETHER:
        if {*pair} <= {*read}:
            first, second = (read[name] for name in pair)
            with opened(*_joined(first, second), embeddings) as index:
                others = _others(read, pair)
                asked.append(ask(index, first, others, name="+".join(pair)))
    return asked


def _others(read: Mapping[str, Read], held: Sequence[str]) -> dict[str, Read]:
    """Return the sets in the language of the first that is held, but for those that are."""
    is_chinese = held[0] in CHINESE
    return {
        name: one
        for name, one in read.items()
        if name not in held and (name in CHINESE) == is_chinese
    }


def _joined(first: Read, second: Read) -> Read:
    """Return the documents of both sets as one."""
    beir = BeirSet(first[0].name, (*first[0].documents, *second[0].documents), {}, {})
    return beir, Vectors(np.vstack([first[1].documents, second[1].documents]), first[1].queries)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
