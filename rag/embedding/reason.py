"""Cut another library's message to the one line an error of ours may have; knows no library."""

LENGTH = 300


def reason(error: Exception) -> str:
    """Return what went wrong in one line: some messages are pages of advice, some are empty.

    The whole message stays at hand in the error's `__cause__`.
    """
    text = " ".join(str(error).split())
    text = text if len(text) <= LENGTH else f"{text[:LENGTH]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
