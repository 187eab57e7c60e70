"""Looks an index over and says what is wrong with it; mends nothing and loads no model."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from rag.errors import RagError
from rag.store.store import Store

Verdict = Literal["ok", "warning", "error"]
_UNIT = 1e-3
_SHORT_CHARACTERS = 12


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what was found, and what to do if it is not ok."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag doctor`."""
        return asdict(self)


def check_index(store: Store, *, fits_settings: bool) -> list[Check]:
    """Return every check of an index, in the order to mend things.

    Args:
        store: The index.
        fits_settings: Whether the settings name the model that built it.
    """
    return [*_checks(store, fits_settings=fits_settings)]


def _checks(store: Store, *, fits_settings: bool) -> Iterator[Check]:
    yield _catalog(store)
    yield _model(store, fits_settings=fits_settings)
    yield _vectors(store)
    yield _derived(store)
    yield _failed(store)
    yield _short(store)


def _catalog(store: Store) -> Check:
    rows = store.catalog.connection.execute("PRAGMA quick_check(1)").fetchall()
    found = str(rows[0][0]) if rows else "nothing"
    if found == "ok":
        return Check("catalog", "ok", f"{store.catalog.count():,} passages")
    advice = "restore .rag from a backup, or delete it and add the documents again"
    return Check("catalog", "error", found, advice)


def _model(store: Store, *, fits_settings: bool) -> Check:
    built = store.catalog.meta("fingerprint_text") or "nothing yet"
    if fits_settings:
        return Check("model", "ok", built)
    advice = "run `rag sync --rebuild`, or set embedding.model to it"
    return Check("model", "error", f"built with {built}, the settings name another", advice)


def _vectors(store: Store) -> Check:
    ids, matrix = store.catalog.vectors(store.catalog.meta("fingerprint") or "")
    missing = store.catalog.count() - len(ids)
    lengths = np.linalg.norm(matrix, axis=1) if len(ids) else np.ones(0)
    wrong = int((~(np.abs(lengths - 1.0) <= _UNIT)).sum())
    if missing or wrong:
        found = f"{missing:,} passages have no vector, {wrong:,} one that is not of unit length"
        return Check("vectors", "error", found, "run `rag sync --rebuild`")
    return Check("vectors", "ok", f"{len(ids):,} of unit length")


def _derived(store: Store) -> Check:
    try:
        sound = store.is_sound()
    except RagError as error:
        return Check("search indexes", "error", str(error), "see the message")
    if sound:
        return Check("search indexes", "ok", "equal to the catalog")
    advice = "run `rag sync`; the next search does the same"
    return Check("search indexes", "warning", "damaged or behind the catalog", advice)


def _failed(store: Store) -> Check:
    failed = [one.source for one in store.catalog.sources() if one.status == "failed"]
    if not failed:
        return Check("sources", "ok", f"{len(store.catalog.sources()):,} read")
    advice = "run `rag list` for the reasons"
    return Check("sources", "warning", f"{len(failed):,} could not be read: {failed[0]}", advice)


def _short(store: Store) -> Check:
    short = [
        one for one in store.catalog.all_passages() if len(one.text.strip()) < _SHORT_CHARACTERS
    ]
    if not short:
        return Check("short passages", "ok", "none")
    where = f"{short[0].source}:{short[0].start_index}-{short[0].end_index}"
    found = f"{len(short):,} have less than {_SHORT_CHARACTERS} characters: {where}"
    return Check("short passages", "warning", found, "look at them with `rag show`")
