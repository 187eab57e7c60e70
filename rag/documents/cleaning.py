"""Makes decoded text safe to index: newlines, control characters; knows no format or encoding."""

import re

_LINE_ENDS = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
# Terminal colours and cursor moves in logs: ESC [ parameters letter.
_ANSI_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


def clean(text: str) -> str:
    r"""Return `text` with `\n` as its only line end and no control characters.

    Every index in the project points into the cleaned text, so cleaning comes before any span is
    taken. A control character becomes a space, because it may be all that parts two words; a byte
    order mark inside the text disappears; half a surrogate pair becomes U+FFFD.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _ANSI_SEQUENCES.sub("", text)
    return _FORBIDDEN.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    character = match[0]
    if character == "\ufeff":
        return ""
    return "\ufffd" if "\ud800" <= character <= "\udfff" else " "
