"""Keeps the questions that pick a winner apart from those that score it; knows no metric.

The best of many settings owes part of its score to luck on the questions that picked it (Cawley &
Talbot, JMLR 2010). Whole clusters go to one side, or a document would be on both.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.statistics.bootstrap import Interval, bootstrap_intervals
from evals.statistics.resampling import Floats, as_table

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeldOutWinner:
    """The setting that won, and what it scores on questions that had no part in its choice.

    Attributes:
        name: The winner: of the tuning questions, or, in cross-validation, of all.
        picking_score: Its mean on the questions that picked it; flattering.
        held_out: Mean of held-out questions with its interval: the score to print.
        picks: How many folds picked each setting, most first; one entry for a single split.
    """

    name: str
    picking_score: float
    held_out: Interval
    picks: tuple[tuple[str, int], ...]

    @property
    def optimism(self) -> float:
        """By how much the picking score flatters."""
        return self.picking_score - self.held_out.mean


def assign_folds(
    questions: int,
    folds: int,
    *,
    clusters: Sequence[Hashable] | None = None,
    seed: int = 0,
) -> Ints:
    """Return the fold of each question, 0 to folds - 1, shape (questions,).

    Clusters are shuffled, then each goes, larger ones first, to the fold with the fewest questions.

    Raises:
        ValueError: Fewer than two folds, or fewer clusters than folds.
    """
    names = _cluster_names(questions, clusters)
    sizes = Counter(names)
    if not 2 <= folds <= len(sizes):
        raise ValueError(f"wanted 2 folds at least and {len(sizes)} at most, found {folds}")
    order = list(sizes)
    np.random.default_rng(seed).shuffle(order)
    held = [0] * folds
    fold_of: dict[Hashable, int] = {}
    for name in sorted(order, key=lambda one: -sizes[one]):
        fold = held.index(min(held))
        fold_of[name] = fold
        held[fold] += sizes[name]
    return np.array([fold_of[name] for name in names], dtype=np.int64)


def split_tune_test(
    questions: int,
    *,
    test_share: float = 0.5,
    clusters: Sequence[Hashable] | None = None,
    seed: int = 0,
) -> NDArray[np.bool_]:
    """Return a mask, shape (questions,), that is True for the questions held out for the test.

    Shuffled clusters go to the test side as long as that brings it nearer to `test_share`.

    Raises:
        ValueError: The share is not between 0 and 1, or leaves a side without questions.
    """
    if not 0 < test_share < 1:
        raise ValueError(f"wanted a share between 0 and 1, found {test_share}")
    names = _cluster_names(questions, clusters)
    sizes = Counter(names)
    order = list(sizes)
    np.random.default_rng(seed).shuffle(order)
    tested: set[Hashable] = set()
    missing = test_share * questions
    for name in order:
        if abs(missing - sizes[name]) < abs(missing):
            tested.add(name)
            missing -= sizes[name]
    mask = np.array([name in tested for name in names], dtype=np.bool_)
    if not mask.any() or mask.all():
        raise ValueError(
            f"wanted questions on both sides, found {len(sizes)} clusters that do not divide; "
            f"ask about more documents or change the share"
        )
    return mask


def held_out_winner(
    scores: Mapping[str, ArrayLike],
    tested: NDArray[np.bool_],
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> HeldOutWinner:
    """Pick the best setting on the questions outside `tested`, score it on those inside.

    Args:
        scores: Setting to scores per question, higher is better; ties go to the first.
        tested: From `split_tune_test`.
        clusters: Of each question, for the interval.
        resamples: Of the interval.
        seed: Same seed, same interval.

    Raises:
        ValueError: A side is empty or settings have scores of other questions.
    """
    names, table = _table(scores)
    if len(tested) != len(table) or not tested.any() or tested.all():
        raise ValueError(f"wanted a mask over {len(table)} questions with some on both sides")
    winner = _best(table[~tested])
    interval = bootstrap_intervals(
        table[tested, winner],
        clusters=_chosen(clusters, tested),
        resamples=resamples,
        seed=seed,
    )[0]
    picked = float(table[~tested, winner].mean())
    return HeldOutWinner(names[winner], picked, interval, ((names[winner], 1),))


def cross_validated_winner(
    scores: Mapping[str, ArrayLike],
    folds: Ints,
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> HeldOutWinner:
    """Pick the best setting on all questions; score *picking* by cross-validation.

    Each fold is scored with the setting that wins on the other folds, so every question counts once
    and none had a part in the choice that scores it. Where folds pick different settings, the
    held-out mean is that of the procedure, a little below the winner's own.

    Arguments are those of `held_out_winner`, with `folds` from `assign_folds`.

    Raises:
        ValueError: A single fold, or settings have scores of other questions.
    """
    names, table = _table(scores)
    numbers = np.unique(folds)
    if len(folds) != len(table) or len(numbers) < 2:
        raise ValueError(f"wanted a fold of each of {len(table)} questions, two folds at least")
    held_out = np.empty(len(table))
    picks: Counter[str] = Counter()
    for number in numbers:
        inside = folds == number
        pick = _best(table[~inside])
        picks[names[pick]] += 1
        held_out[inside] = table[inside, pick]
    winner = _best(table)
    interval = bootstrap_intervals(held_out, clusters=clusters, resamples=resamples, seed=seed)[0]
    return HeldOutWinner(
        names[winner], float(table[:, winner].mean()), interval, tuple(picks.most_common())
    )


def _cluster_names(questions: int, clusters: Sequence[Hashable] | None) -> list[Hashable]:
    names: list[Hashable] = list(range(questions)) if clusters is None else list(clusters)
    if len(names) != questions:
        raise ValueError(f"wanted a cluster for each of {questions} questions, found {len(names)}")
    return names


def _table(scores: Mapping[str, ArrayLike]) -> tuple[list[str], Floats]:
    if not scores:
        raise ValueError("wanted settings to choose from, found none")
    columns = [as_table(values)[:, 0] for values in scores.values()]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise ValueError(f"wanted scores of the same questions, found {sorted(lengths)} of them")
    return list(scores), np.stack(columns, axis=1)


def _best(table: Floats) -> int:
    """Return the first column whose mean is level with the highest."""
    means = table.mean(axis=0)
    return int(np.flatnonzero(means >= means.max() - 1e-12)[0])


def _chosen(clusters: Sequence[Hashable] | None, mask: NDArray[np.bool_]) -> list[Hashable] | None:
    if clusters is None:
        return None
    return [name for name, chosen in zip(clusters, mask, strict=True) if chosen]
