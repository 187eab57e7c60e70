"""Runs index jobs in processes that are killed: one warm process forks a child for each job."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_NEWLINE = b"\n"


class Zygote:
    """A process that has imported everything and forks: a job starts in milliseconds."""

    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.crashing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env=environment,
        )
        assert self._line() == "ready"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def start(self, **job: Any) -> None:
        """Start a job."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job).encode() + _NEWLINE)
        self._process.stdin.flush()

    def wait(self) -> int:
        """Return the status of the job that was started: negative if a signal ended it."""
        return int(self._line())

    def run(self, **job: Any) -> int:
        """Run a job to its end."""
        self.start(**job)
        return self.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()


def _serve() -> None:
    """Fork for every line of the input; never leave with a child alive."""
    import chromadb  # noqa: F401
    import langchain_core.retrievers  # noqa: F401
    import tantivy  # noqa: F401

    import rag.retrieval.retriever
    import rag.store.store  # noqa: F401

    _say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(_work(json.loads(line)))
        _say(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


def _say(text: str) -> None:
    os.write(1, text.encode() + _NEWLINE)


def _work(job: dict[str, Any]) -> int:
    import traceback

    try:
        _run(**job)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _run(
    folder: str,
    action: str,
    model: str = "bag-of-words",
    step: str | None = None,
    when: str = "before",
    nth: int = 1,
    seconds: float | None = None,
) -> None:
    from rag.documents import load
    from rag.documents.isolation import DocumentParser
    from tests.fakes import BagOfWordsEmbeddings
    from tests.indexing import Project

    DocumentParser.parse = lambda self, path: load(path)  # type: ignore[method-assign]
    if seconds is not None:
        # Nothing handles it: the kernel ends the process at once, wherever it is.
        signal.setitimer(signal.ITIMER_REAL, seconds)
    if step is not None:
        _kill_at(step, when, nth)
    with Project(Path(folder)) as project:
        opened = project.open(BagOfWordsEmbeddings(model))
        if action == "search":
            opened.search("pump", mode="dense")
            opened.search("pump", mode="lexical")
        else:
            getattr(opened, action)()


def _kill_at(step: str, when: str, nth: int) -> None:
    """Replace module:name or module:Class.name by one that dies at its nth call."""
    import importlib

    module, _, path = step.partition(":")
    holder: Any = importlib.import_module(module)
    *classes, name = path.split(".")
    for one in classes:
        holder = getattr(holder, one)
    original: Callable[..., Any] = getattr(holder, name)
    calls = 0

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **options)
        if calls == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, dying)


if __name__ == "__main__":
    _serve()
