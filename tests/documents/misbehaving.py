"""Loaders that go wrong in every way a parser can; run in the child process by the tests."""

import os
import sys
import time
from pathlib import Path

from rag.documents.document import LoadedDocument


def load(path: Path) -> LoadedDocument:
    what = path.read_text()
    if what == "hang":
        time.sleep(3600)
    if what == "spin":
        while True:
            pass
    if what == "eat memory":
        hoard = []
        while True:
            hoard.append(bytearray(10_000_000))
    if what == "crash":
        os._exit(7)
    if what == "fail":
        raise ZeroDivisionError("by nought")
    if what == "chatter":
        print("{} not an answer", flush=True)
        os.write(1, b"nor this\n")
        sys.stdout.flush()
    if what == "modules":
        what = "\n".join(sorted(sys.modules))
    if what == "pid":
        what = str(os.getpid())
    return LoadedDocument(text=what, kind="text")
