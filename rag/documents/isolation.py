"""Parses files in a child process under limits of size, time and memory; knows no format."""

import json
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rag.documents.document import LoadedDocument
from rag.documents.wire import decode_answer, encode_request
from rag.documents.worker import READY
from rag.errors import DocumentError, DocumentLimitError

_BOOTSTRAP = (
    "import json, sys; path, loader, memory = json.loads(sys.argv[1]); sys.path[:] = path; "
    "from rag.documents.worker import main; main(loader, memory)"
)
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What one file may cost: its own size, time on the clock, memory of the parser (bytes)."""

    max_bytes: int
    timeout_seconds: float
    max_memory_bytes: int


class DocumentParser:
    """Owns one child process and parses files in it, one at a time.

    The child starts at the first file, is reused, and is replaced after a file that hung, ate
    its memory or crashed it. It ends when the parser is closed or this process ends.
    """

    def __init__(self, limits: ParseLimits, *, loader: str = "rag.documents.loading:load") -> None:
        self._limits = limits
        self._loader = loader
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def parse(self, path: Path) -> LoadedDocument:
        """Return the text and structure of the file at `path`.

        Raises:
            DocumentLimitError: It is over a limit; the message names the setting.
            DocumentError: It cannot be read or its parser crashed.
        """
        self._check_size(path)
        try:
            return decode_answer(self._ask(path))
        except queue.Empty:
            self.close()
            raise DocumentLimitError(
                f"{path.name}: parsing took longer than documents.timeout_seconds "
                f"({self._limits.timeout_seconds:g}); raise it or split the file"
            ) from None
        except BaseException as error:
            if not isinstance(error, DocumentError):
                self.close()  # an answer may be half read: never give it to the next file
            raise

    def close(self) -> None:
        """End the child; a later `parse` starts a fresh one."""
        child, self._child = self._child, None
        if child:
            child.kill()

    def _check_size(self, path: Path) -> None:
        try:
            size = path.stat().st_size
        except OSError as error:
            raise DocumentError(f"{path.name}: cannot be read ({error.strerror})") from error
        if size > self._limits.max_bytes:
            raise DocumentLimitError(
                f"{path.name}: {size:,} bytes, more than documents.max_bytes "
                f"({self._limits.max_bytes:,}); raise it or split the file"
            )

    def _ask(self, path: Path) -> bytes:
        if self._child is None or not self._child.is_alive:
            self.close()
            self._child = _Child(self._loader, self._limits.max_memory_bytes)
        answer = self._child.ask(str(path.absolute()), self._limits.timeout_seconds)
        if not answer.endswith(b"\n"):
            status = self._child.wait()
            self.close()
            # A signal ends a parser written in C that cannot get memory; it cannot tell us why.
            kind = DocumentLimitError if status < 0 else DocumentError
            raise kind(
                f"{path.name}: its parser crashed (exit status {status}), perhaps for want of "
                "memory (documents.max_memory_bytes); the file may be damaged"
            )
        return answer


class _Child:
    """A running parser process and the thread that reads its answers."""

    def __init__(self, loader: str, max_memory_bytes: int) -> None:
        arguments = json.dumps([sys.path, loader, max_memory_bytes])
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, no shell
            [sys.executable, "-c", _BOOTSTRAP, arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # A thread, because Windows cannot wait for a pipe with a time limit.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            ready = self._answers.get(timeout=_START_SECONDS)
        except queue.Empty:
            ready = b""
        except BaseException:  # Ctrl-C while it starts
            self.kill()
            raise
        if ready != READY:
            self.kill()
            raise DocumentError(
                f"the parser process did not start (exit status {self._process.returncode}); "
                f"check that {sys.executable} can import rag"
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, path: str, timeout_seconds: float) -> bytes:
        """Return the answer line; without its line end if the child died over it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(encode_request(path))
            self._process.stdin.flush()
        except OSError:
            return b""
        return self._answers.get(timeout=timeout_seconds)

    def wait(self) -> int:
        return self._process.wait()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # a request the dead child never read cannot be flushed
                    continue

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(b"")
