"""Undoes UTF-8 once read as a Western code page; knows no language and no file format."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_FEWEST_SEQUENCES = 2
_LEAST_COMPLETE = 0.6
_MOST_STRAY = 0.15


def _bytes_by_character() -> dict[str, int]:
    """Map each character to the byte it was read from: Windows' Western or Turkish page."""
    found = {chr(byte): byte for byte in range(0x80, 0xA0)}
    for byte in range(0x80, 0x100):
        for page in ("cp1254", "cp1252"):
            character = bytes([byte]).decode(page, "replace")
            if character != "\ufffd":
                found[character] = byte
    return found


_BYTES = _bytes_by_character()


@dataclass(frozen=True, slots=True)
class _Part:
    """Some characters and what they stand for; `kind` is complete, broken or stray."""

    source: str
    meant: str
    kind: str


def repair(text: str) -> str:
    """Return `text` with its characters put together again where UTF-8 was read as cp1252.

    A character whose bytes got lost on the way becomes U+FFFD: guessing it from how common the
    candidates are is right only two times in three, and a wrong word is worse than a visible gap.
    Text is left as it is unless nearly all its non-ASCII characters are such debris.
    """
    if not _is_debris(text):
        return text
    return _NON_ASCII.sub(lambda run: "".join(_restored(run[0])), text)


def _is_debris(text: str) -> bool:
    total = complete = stray = sequences = 0
    for run in _NON_ASCII.finditer(text):
        for part in _parts(run[0]):
            total += len(part.source)
            complete += len(part.source) * (part.kind == "complete")
            stray += len(part.source) * (part.kind == "stray")
            sequences += part.kind == "complete"
    return (
        sequences >= _FEWEST_SEQUENCES
        and complete >= total * _LEAST_COMPLETE
        and stray <= total * _MOST_STRAY
    )


def _restored(run: str) -> Iterator[str]:
    parts = list(_parts(run))
    # A single letter may be sound even here; several side by side are what bytes got lost of.
    in_debris = len(parts) > 1 or parts[0].kind != "stray"
    for part in parts:
        is_lost = part.kind == "stray" and in_debris and _length(_BYTES.get(part.source, 0)) > 2
        yield "\ufffd" if is_lost else part.meant


def _parts(run: str) -> Iterator[_Part]:
    """Take `run` apart into UTF-8 sequences, sequences with bytes missing, and the rest."""
    at = 0
    while at < len(run):
        length = _length(_BYTES.get(run[at], 0))
        end = at + 1
        while end < min(at + length, len(run)) and 0x80 <= _BYTES.get(run[end], 0) < 0xC0:
            end += 1
        source = run[at:end]
        meant = _decoded(source) if end - at == length else None
        if meant is not None:
            yield _Part(source, meant, "complete")
        elif end - at > 1:
            yield _Part(source, "\ufffd", "broken")
        else:
            yield _Part(source, source, "stray")
        at = end


def _length(lead: int) -> int:
    """Return how many bytes the sequence that opens with `lead` has, 0 if it opens none."""
    if 0xC2 <= lead < 0xE0:
        return 2
    if 0xE0 <= lead < 0xF0:
        return 3
    return 4 if 0xF0 <= lead < 0xF5 else 0


def _decoded(source: str) -> str | None:
    try:
        return bytes(_BYTES[character] for character in source).decode("utf-8")
    except UnicodeDecodeError:
        return None
