"""Opens the sockets that a server listens at; knows no HTTP."""

import errno
import os
import socket

from rag.errors import SettingsError

_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


def listen(host: str, port: int) -> list[socket.socket]:
    """Return bound sockets for every address of `host`; port 0 takes a free one, the same for all.

    Raises:
        SettingsError: The name is unknown, or the port is taken or not ours to take.
    """
    opened: list[socket.socket] = []
    missing: OSError | None = None
    try:
        for family, address in _addresses(host, port):
            try:
                opened.append(_bind(family, address, opened[0] if opened else None))
            except OSError as error:
                if error.errno not in _NOT_HERE:
                    raise
                missing = error  # "localhost" names IPv6, which a machine may not have
        if missing is not None and not opened:
            raise missing
    except OSError as error:
        for one in opened:
            one.close()
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"cannot listen at {host}:{port}: {reason}; set server.host and server.port to others"
        ) from error
    return opened


def address_of(one: socket.socket) -> str:
    """Return a socket's address as a URL."""
    host, port = one.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # IPv4 first: where there is a choice, it is what most people type.
    places = {(family, (str(place[0]), int(place[1]))) for family, _, _, _, place in found}
    return sorted(places, key=lambda one: (one[0] != socket.AF_INET, one[1]))


def _bind(family: int, address: tuple[str, int], first: socket.socket | None) -> socket.socket:
    host, port = address
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let two servers share a port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port or (0 if first is None else first.getsockname()[1])))
        made.listen()
    except OSError:
        made.close()
        raise
    return made
