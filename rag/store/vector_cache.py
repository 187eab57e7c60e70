"""Vectors the catalog keeps by the text they are of, whoever holds that text; knows no passage."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.store.catalog import Catalog

_BATCH = 500


def known_vectors(catalog: Catalog, fingerprint: str, keys: Sequence[bytes]) -> set[bytes]:
    """Return those text keys that have a vector of this fingerprint."""
    known: set[bytes] = set()
    for batch in _batches(keys):
        marks = ",".join("?" * len(batch))
        rows = catalog.connection.execute(
            f"SELECT text_key FROM vectors WHERE fingerprint = ? AND text_key IN ({marks})",
            (fingerprint, *batch),
        )
        known.update(row[0] for row in rows)
    return known


def vectors_by_key(
    catalog: Catalog, fingerprint: str, keys: Sequence[bytes]
) -> dict[bytes, NDArray[np.float32]]:
    """Return the vectors of those text keys that have one of this fingerprint."""
    found = {}
    for batch in _batches(keys):
        marks = ",".join("?" * len(batch))
        rows = catalog.connection.execute(
            f"""SELECT text_key, vector FROM vectors
                WHERE fingerprint = ? AND text_key IN ({marks})""",
            (fingerprint, *batch),
        )
        found.update({key: np.frombuffer(vector, dtype="<f4") for key, vector in rows})
    return found


def _batches(items: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
