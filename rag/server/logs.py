"""The server's log: one JSON object a line on stderr; knows no requests."""

import json
import logging
from datetime import UTC, datetime

LOGGER = logging.getLogger("rag.server")

# What every LogRecord has; the rest was given by `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes a record with all its extra fields as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        values: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        values |= {key: value for key, value in vars(record).items() if key not in _USUAL}
        if record.exc_info:
            values["exception"] = self.formatException(record.exc_info)
        return json.dumps(values, ensure_ascii=False, default=str)


def log_to_stderr() -> None:
    """Send what the server and uvicorn say to stderr, as JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    for name in ("rag.server", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
    # Each request is logged by the guard, with its id and caller.
    logging.getLogger("uvicorn.access").disabled = True
