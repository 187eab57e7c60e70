"""Translates between the retrieval plugin's words and the index's; knows no requests.

A document's id is its source's name. Its metadata keep their names, except those that mean
something else in the index (the plugin's `source` is a kind of origin, the index's is the name):
these carry PREFIX inside the index.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from langchain_core.documents import Document

from rag.server.failures import RefusedError
from rag.server.plugin.shapes import Filter, Metadata, Passage, PassageMetadata, given
from rag.sync.metadata import RESERVED

PREFIX = "plugin_"
_CREATED = f"{PREFIX}created"
"""Holds `created_at` in seconds since the epoch, so that dates compare whatever their time zone."""

# Titles mean the same on both sides; `structure` is what a parser hands over with a document.
_TAKEN = (RESERVED | {"structure"}) - {"title"}
_DAY = 86_400


def to_metadata(metadata: Metadata | None) -> dict[str, Any]:
    """Return metadata as the index keeps them.

    Raises:
        RefusedError: 400, a value is neither text, number nor truth value, or a date is none.
    """
    named = {} if metadata is None else given(metadata)
    for name, value in named.items():
        if not isinstance(value, (str, int, float, bool)):
            raise RefusedError(400, f"metadata {name!r}: use a text, a number, true or false")
    if not isinstance(named.get("title", ""), str):
        raise RefusedError(400, "metadata 'title': use a text")
    kept = {_inside(name): value for name, value in named.items()}
    if "created_at" in named:
        kept[_CREATED] = _moment("created_at", named["created_at"])
    return kept


def to_filter(wanted: Filter | None) -> dict[str, Any] | None:
    """Return a filter of the index, None where nothing is asked for.

    Raises:
        RefusedError: 400, a date is none.
    """
    named = {} if wanted is None else given(wanted)
    found: dict[str, Any] = {}
    if "document_id" in named:
        found["source"] = {"eq": named.pop("document_id")}
    created: dict[str, float] = {}
    if "start_date" in named:
        created["gte"] = _moment("start_date", named.pop("start_date"))
    if "end_date" in named:
        end = named.pop("end_date")
        last = _moment("end_date", end)
        created |= {"lt": last + _DAY} if _is_day(end) else {"lte": last}
    if created:
        found[_CREATED] = created
    return {**found, **{_inside(name): value for name, value in named.items()}} or None


def to_passage(found: Document) -> Passage:
    """Return a retrieved passage as the plugin shows it."""
    kept: Mapping[str, Any] = found.metadata
    own = {name: kept[name] for name in ("title", "page") if kept.get(name)}
    about = {
        _outside(name): value
        for name, value in kept.items()
        if name not in RESERVED and name != _CREATED
    }
    return Passage(
        id=found.id or "",
        text=found.page_content,
        metadata=PassageMetadata(**{**own, **about, "document_id": kept["source"]}),
        score=kept["score"],
    )


def _inside(name: str) -> str:
    return PREFIX + name if name in _TAKEN or name.startswith(PREFIX) else name


def _outside(name: str) -> str:
    return name.removeprefix(PREFIX)


def _moment(name: str, text: str) -> float:
    """Return seconds since the epoch; without a time zone a time is in UTC."""
    try:
        moment = _parsed(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as error:
        raise RefusedError(
            400, f"{name} is no date; write it as 2026-01-31 or 2026-01-31T09:30:00Z"
        ) from error


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def _is_day(text: str) -> bool:
    return len(text) <= len("2026-01-31")
