"""Callbacks, tags, metadata, names and batches behave as users of LangChain expect."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import HumanMessage
from langchain_core.runnables import Runnable

from rag import Rag
from rag.agents.middleware import RagMiddleware
from tests.agents.libraries import ScriptedAgentModel, call, open_library

WARRANTY = "How long is the warranty of the R4 logger?"
HUB = "How many loggers does the H1 hub serve?"
CONFIG: dict[str, Any] = {"tags": ["mine"], "metadata": {"user": "u7"}}


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    with open_library(tmp_path_factory.mktemp("library")) as rag:
        yield rag


@dataclass
class Run:
    """What a callback is told at the start of a run."""

    kind: str
    name: str
    id: UUID
    parent: UUID | None
    tags: list[str]
    metadata: dict[str, Any] = field(default_factory=dict)


class Recorder(BaseCallbackHandler):
    """Keeps every run that starts and the ids of those that ended."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.ended: list[UUID] = []
        self.failed: list[BaseException] = []

    def of(self, kind: str) -> list[Run]:
        return [run for run in self.runs if run.kind == kind]

    def path(self, run: Run) -> list[str]:
        """The names of the runs above a run, innermost first."""
        by_id = {one.id: one for one in self.runs}
        names = []
        while run.parent is not None:
            run = by_id[run.parent]
            names.append(run.name)
        return names

    def _start(self, kind: str, more: dict[str, Any]) -> None:
        self.runs.append(
            Run(
                kind,
                str(more.get("name")),
                more["run_id"],
                more["parent_run_id"],
                list(more["tags"] or []),
                dict(more["metadata"] or {}),
            )
        )

    def on_chain_start(self, serialized: Any, inputs: Any, **more: Any) -> None:
        self._start("chain", more)

    def on_tool_start(self, serialized: Any, input_str: str, **more: Any) -> None:
        self._start("tool", more | {"name": more.get("name") or serialized["name"]})

    def on_retriever_start(self, serialized: Any, query: str, **more: Any) -> None:
        self._start("retriever", more)

    def on_retriever_error(self, error: BaseException, **more: Any) -> None:
        self.failed.append(error)

    def on_retriever_end(self, documents: Any, *, run_id: UUID, **more: Any) -> None:
        self.ended.append(run_id)


def runnables(rag: Rag) -> dict[str, tuple[Runnable[Any, Any], Any]]:
    return {
        "retriever": (rag.retriever(), WARRANTY),
        "chain": (rag.chain(), WARRANTY),
        "tool": (rag.as_tool(), {"query": WARRANTY}),
    }


@pytest.mark.parametrize("kind", ["retriever", "chain", "tool"])
@pytest.mark.parametrize("is_async", [False, True])
async def test_name_tags_and_metadata_reach_every_run(rag: Rag, kind: str, is_async: bool) -> None:
    recorder = Recorder()
    runnable, given = runnables(rag)[kind]
    config = {**CONFIG, "callbacks": [recorder], "run_name": "handbook"}
    if is_async:
        await runnable.ainvoke(given, config)  # type: ignore[arg-type]
    else:
        runnable.invoke(given, config)  # type: ignore[arg-type]
    first, [search] = recorder.runs[0], recorder.of("retriever")
    assert (first.kind, first.name, first.parent) == (kind, "handbook", None)
    assert all("mine" in run.tags and run.metadata["user"] == "u7" for run in recorder.runs)
    assert recorder.path(search) == ([] if kind == "retriever" else ["handbook"])
    assert search.metadata["ls_retriever_name"] == "rag"
    assert recorder.ended == [search.id]


@pytest.mark.parametrize("kind", ["retriever", "chain", "tool"])
async def test_a_batch_keeps_its_order_and_its_configs(rag: Rag, kind: str) -> None:
    runnable, _ = runnables(rag)[kind]
    questions = [WARRANTY, HUB, "保修期有多长？"]
    inputs = [{"query": text} for text in questions] if kind == "tool" else questions
    single = [runnable.invoke(one) for one in inputs]
    assert runnable.batch(inputs, {"max_concurrency": 2}) == single
    assert await runnable.abatch(inputs) == single
    recorder = Recorder()
    runnable.batch(inputs, [{"callbacks": [recorder], "run_name": text} for text in questions])
    roots = {run.name for run in recorder.runs if run.parent is None}
    assert roots == set(questions)


def test_what_fails_is_whole_in_the_trace_and_told_in_brief_to_the_model(rag: Rag) -> None:
    recorder = Recorder()
    told = rag.as_tool(filter={"page": {"nonsense": 1}}).invoke(
        {"query": WARRANTY}, {"callbacks": [recorder]}
    )
    assert [type(error).__name__ for error in recorder.failed] == ["RetrievalError"]
    assert told.startswith("The search failed: ")


def test_one_failure_of_a_batch_can_be_returned(rag: Rag) -> None:
    answers = rag.chain().batch([WARRANTY, " "], return_exceptions=True)
    assert [type(one).__name__ for one in answers] == ["Answer", "RetrievalError"]


async def test_the_search_shows_in_the_events_of_chain_tool_and_retriever(rag: Rag) -> None:
    for kind, (runnable, given) in runnables(rag).items():
        events = [event async for event in runnable.astream_events(given, CONFIG, version="v2")]  # type: ignore[arg-type]
        started = [event for event in events if event["event"] == "on_retriever_start"]
        ended = [event for event in events if event["event"] == "on_retriever_end"]
        assert len(started) == len(ended) == 1, kind
        assert bool(started[0]["parent_ids"]) == (kind != "retriever")
        assert "mine" in started[0]["tags"]
        assert ended[0]["data"]["output"][0].metadata["source"] == "docs/warranty.md"


@pytest.mark.parametrize("is_async", [False, True])
async def test_searches_of_an_agent_hang_below_its_steps(rag: Rag, is_async: bool) -> None:
    recorder = Recorder()
    replies = [call("search_documents", query=HUB), "40 loggers [1]."]
    agent = create_agent(
        ScriptedAgentModel(replies=replies),
        tools=[rag.as_tool()],
        middleware=[RagMiddleware(rag.chain())],
    )
    config = {**CONFIG, "callbacks": [recorder]}
    given = {"messages": [HumanMessage(HUB)]}
    await agent.ainvoke(given, config) if is_async else agent.invoke(given, config)
    by_middleware, by_tool = recorder.of("retriever")
    assert recorder.path(by_middleware)[0] == "RagMiddleware.before_agent"
    assert recorder.path(by_tool)[:2] == ["search_documents", "tools"]
    assert all("mine" in run.tags for run in recorder.of("retriever"))
    assert all(run.metadata["user"] == "u7" for run in recorder.of("retriever"))


async def test_an_agents_stream_tells_the_passages_before_the_words(rag: Rag) -> None:
    agent = create_agent(
        ScriptedAgentModel(replies=["36 months [1]."]), middleware=[RagMiddleware(rag.chain())]
    )
    given = {"messages": [HumanMessage(WARRANTY)]}
    steps = [step async for step in agent.astream(given, stream_mode="updates")]
    assert [next(iter(step)) for step in steps] == [
        "RagMiddleware.before_agent", "model", "RagMiddleware.after_agent",
    ]  # fmt: skip
    assert steps[0]["RagMiddleware.before_agent"]["rag_passages"]
    assert steps[-1]["RagMiddleware.after_agent"]["rag_citations"]
