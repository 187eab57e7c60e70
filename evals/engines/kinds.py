"""Which engines there are and what each may be told; imports none of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from evals.options import read_options
from evals.spec import ServedEngine
from rag.errors import MissingExtraError


@dataclass(frozen=True, slots=True)
class NoOptions:
    """Of an engine that has nothing to choose."""


@dataclass(frozen=True, slots=True)
class HnswOptions:
    """A graph of near neighbours; the defaults are what the product gives Chroma.

    Attributes:
        M: Neighbours kept of a passage.
        ef_construction: Breadth of the search while the graph is built.
        ef_search: Breadth of a search; None: the cell's `store.ef_search`.
    """

    M: int = 48
    ef_construction: int = 400
    ef_search: int | None = None

    def __post_init__(self) -> None:
        for name, least in (("M", 2), ("ef_construction", 1), ("ef_search", 1)):
            value = getattr(self, name)
            if value is None and name == "ef_search":
                continue
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise ValueError(
                    f"wanted {name} as a whole number of {least} or more, found {value!r}"
                )


CHROMA, FAISS_FLAT, FAISS_HNSW = "chroma", "faiss-flat", "faiss-hnsw"

ENGINES: Mapping[str, type[NoOptions] | type[HnswOptions]] = {
    CHROMA: NoOptions,
    FAISS_FLAT: NoOptions,
    FAISS_HNSW: HnswOptions,
}
"""Kind to its options. Chroma is the product's own, under the cell's settings."""


def require_engines(wanted: Iterable[ServedEngine]) -> None:
    """Make sure that every engine can be had, before a long run and not after it.

    Raises:
        MissingExtraError: faiss-cpu is not installed.
    """
    if any(one.kind != CHROMA for one in wanted) and find_spec("faiss") is None:
        raise missing_faiss()


def missing_faiss() -> MissingExtraError:
    """Return the error for Faiss that is not installed."""
    return MissingExtraError(
        'this engine needs faiss-cpu, which is not installed; run: pip install "rag[faiss]"'
    )


def engine_options(kind: str, given: Mapping[str, Any]) -> NoOptions | HnswOptions:
    """Return the options of an engine.

    Raises:
        BenchError: One is unknown or out of range.
    """
    return read_options(ENGINES[kind], given, f"engine {kind}")
