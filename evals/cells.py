"""A benchmark's cells: what is varied, under which name; knows no index and no data.

A cell of ours is a whole `Settings`. A rival is anything that answers a question with documents:
its builder takes the documents of the set, its options and the embedding model, and returns a
function from (query, k) to LangChain documents, best first, whose metadata hold `source`,
`start_index`, `end_index` (else start and length of the text) and `score` (else the rank counts).
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from evals.spec import BenchSpec, Overrides, RivalCell, Variant
from rag.errors import BenchError
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from evals.datasets.base import EvalDocument
    from rag.embeddings import PassageEmbeddings

    Searcher = Callable[[str, int], list[Document]]
    RivalBuilder = Callable[
        [Sequence[EvalDocument], Mapping[str, Any], PassageEmbeddings], Searcher
    ]

FUSION = "fusion"
"""Our own legs, of the baseline's index, under another fusion; it has no builder."""

AUTHORS = "human-rewrite"
"""The baseline, asked follow-ups as the set's authors rewrote them; it has no builder."""

RIVALS = {
    FUSION: "evals.fusions:fusion_search",
    AUTHORS: "evals.queries:by_authors",
    "bm25s": "evals.rivals.bm25s:build",
    "langchain": "evals.rivals.langchain_recipe:build",
    "chroma-splitter": "evals.rivals.chroma_splitters:build",
    "callable": "evals.rivals.callable:build",
}
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Cell:
    """One variant; `settings` is None for a rival, `rival` for ours."""

    name: str
    overrides: Overrides
    settings: Settings | None = None
    rival: RivalCell | None = None


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of a benchmark, the baseline among them."""

    cells: tuple[Cell, ...]
    baseline: str


def expand(spec: BenchSpec) -> Cells:
    """Return the cells of a spec: the grid's combinations, then the named ones, then the rivals.

    Raises:
        BenchError: Two cells have one name, a setting is out of range, or the baseline is missing.
    """
    variants = [*_grid_variants(spec), *_named_variants(spec)]
    if not variants:
        variants = [Variant(DEFAULT, dict(spec.base))]
    baseline = _baseline(spec, variants)
    ours = [Cell(one.name, one.overrides, settings=build_settings(one)) for one in variants]
    rivals = [Cell(one.name, one.options, rival=one) for one in spec.rivals]
    _refuse_doubles([*ours, *rivals])
    return Cells((*ours, *rivals), baseline)


def build_settings(variant: Variant) -> Settings:
    """Return the settings of a variant; nothing else is read.

    Raises:
        BenchError: A value is out of range.
    """
    try:
        return Settings.model_validate(nest(variant.overrides))
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in details["loc"])
        raise BenchError(
            f"cell {variant.name}: {key}: {details['msg']}; correct the spec"
        ) from error


def nest(overrides: Overrides) -> dict[str, Any]:
    """Return dotted settings as tables."""
    nested: dict[str, Any] = {}
    for key, value in overrides.items():
        group, _, name = key.rpartition(".")
        (nested.setdefault(group, {}) if group else nested)[name] = value
    return nested


def defaults_of(cells: Iterable[Cell]) -> dict[str, Any]:
    """Return setting to default, of the settings that some of our cells name."""
    named = dict.fromkeys(key for cell in cells if cell.settings for key in cell.overrides)
    return {key: _value(Settings(), key) for key in named}


def _value(settings: Settings, key: str) -> Any:  # noqa: ANN401 - of the setting's type
    found: Any = settings
    for part in key.split("."):
        found = getattr(found, part)
    return found


def broadest(overrides: Mapping[str, Overrides]) -> list[str]:
    """Return the names of cells; of those that differ in `store.ef_search` alone, the broadest's.

    Rankings are exact, so that the breadth of an approximate search has no part in any score: a
    narrow one would be recommended by the luck of a tie.
    """
    chosen: dict[str, tuple[int, str]] = {}
    for name, own in overrides.items():
        breadth = Settings.model_validate(nest(own)).store.ef_search
        rest = {key: value for key, value in own.items() if key != "store.ef_search"}
        alike = Settings.model_validate(nest(rest)).model_dump_json()
        if alike not in chosen or breadth > chosen[alike][0]:
            chosen[alike] = (breadth, name)
    return [name for _, name in chosen.values()]


def load_rival(kind: str) -> "RivalBuilder":
    """Return the builder of a kind of rival.

    Raises:
        MissingExtraError: What it needs is not installed.
    """
    module, _, name = RIVALS[kind].partition(":")
    builder: RivalBuilder = getattr(import_module(module), name)
    return builder


def _grid_variants(spec: BenchSpec) -> list[Variant]:
    if not spec.grid:
        return []
    combinations = itertools.product(*spec.grid.values())
    chosen = [dict(zip(spec.grid, values, strict=True)) for values in combinations]
    labels = _labels(list(spec.grid))
    return [
        Variant(
            ", ".join(f"{labels[key]}={_said(value)}" for key, value in one.items()),
            {**spec.base, **one},
        )
        for one in chosen
        if not _is_excluded({**spec.base, **one}, spec.exclude)
    ]


def _named_variants(spec: BenchSpec) -> list[Variant]:
    return [Variant(one.name, {**spec.base, **one.overrides}) for one in spec.variants]


def _labels(keys: Sequence[str]) -> dict[str, str]:
    """Return the shortest names that tell the settings apart."""
    last = [key.rpartition(".")[2] for key in keys]
    return {
        key: short if last.count(short) == 1 else key for key, short in zip(keys, last, strict=True)
    }


def _said(value: object) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_excluded(overrides: Overrides, exclude: Sequence[Overrides]) -> bool:
    return any(
        all(key in overrides and overrides[key] == value for key, value in one.items())
        for one in exclude
        if one
    )


def _baseline(spec: BenchSpec, variants: list[Variant]) -> str:
    """Return the baseline's name; settings that are no cell yet become one, the first."""
    wanted = spec.baseline
    if isinstance(wanted, str):
        names = [*(one.name for one in variants), *(one.name for one in spec.rivals)]
        if wanted not in names:
            raise BenchError(f"no cell is called {wanted!r}, the baseline; there are {names}")
        return wanted
    same = Settings.model_validate(nest({**spec.base, **(wanted or {})}))
    for one in variants:
        if build_settings(one) == same:
            return one.name
    if wanted is None:
        return variants[0].name
    variants.insert(0, Variant("baseline", {**spec.base, **wanted}))
    return "baseline"


def _refuse_doubles(cells: Sequence[Cell]) -> None:
    names = [cell.name for cell in cells]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise BenchError(f"two cells are called {doubled[0]!r}; give each a name of its own")
