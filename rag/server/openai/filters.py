"""Translates OpenAI's filters into those of the index; pure, knows no request.

A comparison is `{"type": "gte", "key": "page", "value": 3}`, a compound
`{"type": "and", "filters": [...]}`. The filters of the index are a mapping of which all must hold:
what it cannot say is refused rather than left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from rag.server.failures import RefusedError

_COMPARISONS = ("eq", "ne", "gt", "gte", "lt", "lte")


def to_filter(given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the filter of the index that lets the same passages through.

    Raises:
        RefusedError: 400, it is no filter of OpenAI's, or it cannot be said in ours.
    """
    if given is None:
        return None
    merged: dict[str, Any] = {}
    for name, wanted in _conditions(given):
        _merge(merged, name, wanted)
    return merged or None


def _conditions(given: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - what a client sent
    """Return the conditions of a filter, all of which must hold."""
    if not isinstance(given, Mapping):
        raise _refused(f"a filter is an object with type, key and value; found {given!r}")
    kind, below = given.get("type"), given.get("filters")
    if kind in ("and", "or"):
        if not isinstance(below, Sequence) or isinstance(below, str) or not below:
            raise _refused(f'the filter "{kind}" has no filters; name at least one')
        if kind == "and":
            return [condition for one in below for condition in _conditions(one)]
        return [_any_of(below)]
    return [_comparison(given)]


def _comparison(given: Mapping[str, Any]) -> tuple[str, Any]:
    kind, name, value = given.get("type"), given.get("key"), given.get("value")
    if not isinstance(name, str) or not name or value is None:
        raise _refused('a comparison has a "key" and a "value"; one is missing')
    if kind == "in":
        return name, list(value) if isinstance(value, list) else [value]
    if kind == "nin" and isinstance(value, list) and len(value) == 1:
        return name, {"ne": value[0]}
    if kind == "nin":
        raise _refused('"nin" with several values cannot be searched for; use one value')
    if kind not in _COMPARISONS:
        raise _refused(
            f"a filter of type {kind!r} is not known; use one of "
            f"{', '.join((*_COMPARISONS, 'in', 'nin', 'and', 'or'))}"
        )
    return name, {kind: value}


def _any_of(below: Sequence[Any]) -> tuple[str, Any]:
    """Return an "or" over the values of one key; no other can be said."""
    alternatives = [_conditions(one) for one in below]
    names = {name for conditions in alternatives for name, _ in conditions}
    if len(names) > 1 or not all(_is_choice(conditions) for conditions in alternatives):
        raise _refused('"or" can only join "eq" and "in" of one and the same key')
    wanted = [conditions[0][1] for conditions in alternatives]
    values = [one if isinstance(one, list) else [one["eq"]] for one in wanted]
    return names.pop(), [value for some in values for value in some]


def _is_choice(conditions: Sequence[tuple[str, Any]]) -> bool:
    """Return whether conditions are one that names values to choose from."""
    return len(conditions) == 1 and (
        isinstance(conditions[0][1], list) or conditions[0][1].keys() == {"eq"}
    )


def _merge(merged: dict[str, Any], name: str, wanted: Any) -> None:  # noqa: ANN401
    """Add a condition to those that must all hold."""
    if name not in merged:
        merged[name] = wanted
        return
    held = merged[name]
    both = isinstance(held, dict) and isinstance(wanted, dict)
    if not both or held.keys() & wanted.keys():
        raise _refused(f"several conditions on {name!r} cannot be searched for at once; join them")
    merged[name] = {**held, **wanted}


def _refused(message: str) -> RefusedError:
    return RefusedError(400, message, param="filters")
