"""Checks the metadata a source is added with; knows no index."""

from collections.abc import Mapping
from typing import Any

from rag.errors import DocumentError

# What a passage says of itself; metadata of these names could be neither shown nor filtered by.
RESERVED = frozenset(
    (
        "id",
        "source",
        "folder",
        "title",
        "kind",
        "page",
        "section",
        "lead_in",
        "date",
        "start_index",
        "end_index",
        "ordinal",
        "score",
        "retrieval_score",
        "rank",
    )
)


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Refuse metadata that could not be filtered by.

    Raises:
        DocumentError: A name is blank or taken, or a value is no text, number or truth value.
    """
    for name, value in metadata.items():
        if not name.strip() or name in RESERVED:
            raise DocumentError(
                f"metadata {name!r} is a name of the index's own or blank; choose another name"
            )
        if not isinstance(value, (str, int, float, bool)) or not _is_finite(value):
            raise DocumentError(
                f"metadata {name!r} is {value!r}; use a text, a number, true or false"
            )


def _is_finite(value: str | float) -> bool:
    return isinstance(value, str) or abs(value) < 2**63
