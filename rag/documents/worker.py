"""The child process that parses one file after another; knows nothing of who asks.

It reads requests from its standard input, answers on its standard output, and ends with its input.
"""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from rag.documents.document import LoadedDocument
from rag.documents.wire import decode_request, encode_document, encode_error
from rag.errors import DocumentError, DocumentLimitError

READY = b"ready\n"


def main(loader: str, max_memory_bytes: int) -> None:
    """Serve until the parent closes our input.

    Args:
        loader: `module:function` of the loader to run.
        max_memory_bytes: What parsing may take beyond the interpreter itself, in bytes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends us
    answers = _private_stdout()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    module, _, name = loader.partition(":")
    load: Callable[[Path], LoadedDocument] = getattr(import_module(module), name)
    _limit_memory(max_memory_bytes)
    answers.write(READY)
    answers.flush()
    while True:
        answers.write(_answer(load, Path(requests.get())))
        answers.flush()


def _private_stdout() -> BinaryIO:
    """Keep the answers apart from whatever a parser prints."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _listen(requests: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin.buffer:
        requests.put(decode_request(line))
    # The parent is gone or done. Exit even out of the middle of a parse, which nobody awaits.
    os._exit(0)


def _answer(load: Callable[[Path], LoadedDocument], path: Path) -> bytes:
    try:
        return encode_document(load(path))
    except DocumentError as error:
        return encode_error(error)
    except MemoryError:
        return encode_error(
            DocumentLimitError(
                f"{path.name}: needs more memory to parse than documents.max_memory_bytes allows; "
                "raise it or split the file"
            )
        )
    except Exception as error:  # whatever a parser trips over, this file fails and no other
        found = " ".join(f"{type(error).__name__}: {error}".split())
        return encode_error(
            DocumentError(f"{path.name}: its parser failed ({found}); the file may be damaged")
        )


def _limit_memory(max_memory_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    wanted = max_memory_bytes + _own_size()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (ValueError, OSError):
        # macOS may refuse this limit; the time limit and the size limit still hold.
        return


def _own_size() -> int:
    """Return the bytes of address space in use, where the system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
