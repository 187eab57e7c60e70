"""Connects to a Chroma server, with the time limits and the tidiness Chroma's own client lacks."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx
    from chromadb.api import ClientAPI

_CONNECT_SECONDS = 10.0
_REQUEST_SECONDS = 120.0


def connect_to_server(address: str) -> "ClientAPI":
    """Return a client of the server at a URL; no request waits for ever, as 1.5.9's own would.

    Raises:
        httpx.HTTPError: Nothing answers there.
    """
    import chromadb
    import httpx
    from chromadb.config import Settings

    httpx.get(f"{address.rstrip('/')}/api/v2/heartbeat", timeout=_CONNECT_SECONDS)
    url = urlsplit(address)
    secure = url.scheme == "https"
    client = chromadb.HttpClient(
        host=url.hostname or "localhost",
        port=url.port or (443 if secure else 8000),
        ssl=secure,
        settings=Settings(anonymized_telemetry=False),
    )
    for session in sessions_of(client):
        session.timeout = httpx.Timeout(_REQUEST_SECONDS)
    return client


def sessions_of(client: "ClientAPI") -> "list[httpx.Client]":
    """Return a server client's HTTP sessions, which its own `close` leaves open (1.5.9)."""
    import httpx

    both = (client, getattr(client, "_admin_client", None))
    servers = (getattr(one, "_server", None) for one in both)
    sessions = (getattr(server, "_session", None) for server in servers)
    return [session for session in sessions if isinstance(session, httpx.Client)]
