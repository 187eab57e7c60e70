"""Asks a running server many questions at once and reports what was lost, the time and the memory.

    python -m tests.server.load --index .rag --at-once 200 --rounds 3

It starts `rag serve` over the index on a free port, asks one by one, then all questions at once,
each as a stream, and prints one line of JSON. Every stream must end with an answer.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

QUESTIONS = Path(__file__).resolve().parents[2] / "evals" / "data" / "sample" / "questions.jsonl"
_ALONE = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", type=Path, default=Path(".rag"))
    parser.add_argument("--at-once", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=2)
    wanted = parser.parse_args()
    with serving(wanted.index) as (url, process):
        measured = asyncio.run(measure(url, process.pid, wanted.at_once, wanted.rounds))
    print(json.dumps(measured))
    sys.exit(1 if measured["lost"] else 0)


@contextlib.contextmanager
def serving(index: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Run `rag serve` over an index and give its address."""
    command = [sys.executable, "-m", "rag.cli", "--index", str(index), "serve", "--port", "0"]
    environment = os.environ | {"RAG_SERVER__REQUESTS_PER_MINUTE": "1000000"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        yield said.split()[3], process
    finally:
        process.terminate()
        process.wait(60)


async def measure(url: str, pid: int, at_once: int, rounds: int) -> dict[str, object]:
    """Return the figures of a server."""
    questions = sample_questions(at_once)
    limits = httpx.Limits(max_connections=at_once)
    async with httpx.AsyncClient(base_url=url, timeout=600, limits=limits) as client:
        for one in questions[:_ALONE]:  # the first loads the model, each meets its sentences
            await ask(client, one)
        worked = [cpu_seconds(pid)]
        alone = [await ask(client, one) for one in questions[:_ALONE]]
        worked.append(cpu_seconds(pid))
        memory, together, seconds = [resident_mb(pid)], [], []
        for _ in range(rounds):
            started = time.perf_counter()
            together.append(await asyncio.gather(*(ask(client, one) for one in questions)))
            seconds.append(time.perf_counter() - started)
            worked.append(cpu_seconds(pid))
            memory.append(resident_mb(pid))
    answered = [[one for one in taken if one is not None] for taken in together]
    usual = statistics.median(one for one in alone if one is not None)
    slow = [p95(taken) for taken in answered]
    return {
        "at_once": at_once,
        "rounds": rounds,
        "lost": sum(at_once - len(taken) for taken in answered),
        "alone_median_s": round(usual, 4),
        "alone_p95_s": round(p95([one for one in alone if one is not None]), 4),
        "p95_s": [round(one, 3) for one in slow],
        "p95_ratio": [round(one / usual, 1) for one in slow],
        "questions_a_second": [round(at_once / one, 1) for one in seconds],
        "cpu_ms_a_question": [
            round(1000 * (after - before) / number, 1)
            for before, after, number in zip(
                worked, worked[1:], [_ALONE] + [at_once] * rounds, strict=False
            )
        ],
        "memory_mb": memory,
    }


async def ask(client: httpx.AsyncClient, question: str) -> float | None:
    """Return the seconds until the answer was whole, None if it never was; then say why."""
    started = time.perf_counter()
    body = {"question": question, "stream": True}
    lines = [""]
    try:
        async with client.stream("POST", "/api/ask", json=body) as response:
            lines = [line async for line in response.aiter_lines() if line] or lines
    except httpx.HTTPError as error:
        lines = [repr(error)]
    if "event: answer_finished" in lines:
        return time.perf_counter() - started
    print("lost:", lines[-1], file=sys.stderr)
    return None


def sample_questions(number: int) -> list[str]:
    """Return the sample's questions, over again until there are so many."""
    found = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
    return [found[place % len(found)] for place in range(number)]


def cpu_seconds(pid: int) -> float:
    """Return what a process has worked on all cores together."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> int:
    """Return the memory of a process and its children that is not swapped out, in MB."""
    total = 0
    for one in (pid, *children(pid)):
        with contextlib.suppress(FileNotFoundError):
            status = Path(f"/proc/{one}/status").read_text("ascii")
            total += next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)
    return total // 1024


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in path.read_text("ascii").split()] if path.exists() else []


def p95(values: Sequence[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


if __name__ == "__main__":
    main()
