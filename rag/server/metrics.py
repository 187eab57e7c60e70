"""The server's figures for Prometheus; knows no requests."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """Counts of one server, not shared with others in the process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "rag_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "rag_request_seconds",
            "Time to the last byte of a response.",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._open = Gauge(
            "rag_requests_in_progress", "Requests being answered.", registry=self._registry
        )
        self._questions = Counter(
            "rag_questions",
            "Questions by what came of them.",
            ("collection", "surface", "outcome"),
            registry=self._registry,
        )

    def started(self) -> None:
        """Count a request that came in."""
        self._open.inc()

    def ended(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered; `route` is a listed path, never a caller's text."""
        self._open.dec()
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def asked(self, *, collection: str, surface: str, answered: bool) -> None:
        """Count a question that was answered or declined."""
        self._questions.labels(collection, surface, "answered" if answered else "declined").inc()

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)
