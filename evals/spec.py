"""What a benchmark is to run, as a frozen value; knows no file form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Overrides = Mapping[str, Any]
"""Dotted settings and their values, such as {"retrieval.k": 8}."""

Clustering = Literal["auto", "documents", "none"]
HoldOut = Literal["cross-validation", "split", "none"]
Cost = Literal["context_tokens_mean", "index_bytes", "passages_mean"]


@dataclass(frozen=True, slots=True)
class Variant:
    """A named cell with its settings."""

    name: str
    overrides: Overrides


@dataclass(frozen=True, slots=True)
class RivalCell:
    """A cell that is not ours: `kind` names who builds it, from `options`."""

    name: str
    kind: str
    options: Overrides


@dataclass(frozen=True, slots=True)
class ServedEngine:
    """An index that is scored beside exact search; `kind` is one of `evals.engines.kinds`."""

    name: str
    kind: str
    options: Overrides = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gate:
    """What a run must not fall short of.

    Attributes:
        baseline: The result file that is held.
        measures: Held, each at its share of alpha; none: the baseline's primary one.
        cells: Held; none: every cell of the baseline.
        margin: A drop this small does not matter; None: the baseline's margin.
        alpha: Chance of a false alarm that is accepted; None: the baseline's.
    """

    baseline: str
    measures: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    margin: float | None = None
    alpha: float | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """How sure a difference has to be; see `evals.statistics.comparison.Rule`.

    Attributes:
        margin: A difference this small does not matter.
        cluster: Whether questions about one document count as dependent; "auto": where there are
            at least twenty documents.
        holdout: How the winner is scored on questions that did not choose it.
        cost: What the recommendation saves.
    """

    alpha: float = 0.05
    margin: float = 0.02
    resamples: int = 10_000
    seed: int = 0
    cluster: Clustering = "auto"
    holdout: HoldOut = "cross-validation"
    folds: int = 5
    test_share: float = 0.5
    cost: Cost = "context_tokens_mean"


@dataclass(frozen=True, slots=True)
class Latency:
    """How response times are taken, through the served index: 0 `questions` switches it off."""

    questions: int = 20
    repeats: int = 3
    warmup: int = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may spend; a cell that would go beyond is left out and listed. None: no limit.

    `model_calls` are calls of chat models that no earlier run has made.
    """

    embed_texts: int | None = None
    minutes: float | None = None
    model_calls: int | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """The chat model that judges replies; what is not said here is as in the settings `chat`.

    Attributes:
        temperature: None: the model's own, so that its votes may differ.
        votes: How often it is asked about each reply; fewer than two that can be read are none.
        prompts_dir: Folder whose judge/<measure>/{system,human}.md override the shipped prompts.
    """

    model: str
    base_url: str | None = None
    temperature: float | None = None
    timeout_seconds: float = 60
    max_retries: int = 2
    max_output_tokens: int = 1024
    votes: int = 3
    prompts_dir: str | None = None


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """A benchmark to run.

    Attributes:
        dataset: Name or path of the set.
        questions: Ask only the first so many; None: all.
        base: Settings of every cell.
        grid: Setting to the values it takes; cells are all combinations.
        variants: Cells named one by one.
        rivals: Cells that are not ours.
        exclude: A combination that has all values of one of these is no cell.
        baseline: The cell that all others are compared with: its name, or its settings.
        measures: What is scored; `primary` decides.
        served: Engines that are scored beside exact search.
        rebuilds: How often each is built anew, to see how much of its answers stays.
        judge: Scores faithfulness and correctness of replies.
        calls_at_once: How many calls of a chat model may be under way at once.
        gate: What the run must not fall short of.
        report: Formats to write beside results.json.
    """

    name: str
    dataset: str
    questions: int | None = None
    base: Overrides = field(default_factory=dict)
    grid: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    variants: tuple[Variant, ...] = ()
    rivals: tuple[RivalCell, ...] = ()
    exclude: tuple[Overrides, ...] = ()
    baseline: str | Overrides | None = None
    measures: tuple[str, ...] = ()
    primary: str | None = None
    statistics: Statistics = Statistics()
    latency: Latency = Latency()
    budget: Budget = Budget()
    served: tuple[ServedEngine, ...] = (ServedEngine("chroma", "chroma"),)
    rebuilds: int = 0
    judge: Judge | None = None
    calls_at_once: int = 4
    gate: Gate | None = None
    report: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as plain values, for the result."""
        return asdict(self)
