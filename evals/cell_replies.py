"""Gives the replies of one cell, kept ones or the chain's, and has them judged; scores nothing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evals.asking.calls import Outcome
from evals.judging.judge import Verdicts
from evals.keys import answer_key, stage_key, write_json
from evals.measures.replies import Reply
from evals.replying import reply_to_all
from evals.retrieving import Asked
from evals.runs import CellRun
from evals.spec import Judge as JudgeSpec
from evals.stages import BuiltIndex
from rag.settings import ChatSettings, Settings

if TYPE_CHECKING:
    from evals.asking.remembered import RememberedChat
    from evals.judging.judge import Judge
    from evals.runner import Bench


def with_replies(bench: "Bench", run: CellRun, settings: Settings, index: BuiltIndex) -> CellRun:
    """Return a cell's run with its replies, judged; as it is where no measure looks at replies.

    Raises:
        ChatModelError: A chat model cannot be asked at all.
    """
    if not any(measure.judges_replies for measure in bench.measures):
        return run
    made = replies_of(bench, settings, index)
    verdicts = judge_replies(bench, made.values)
    return replace(run, replies=made.values, failed=made.failed, verdicts=verdicts)


def replies_of(bench: "Bench", settings: Settings, index: BuiltIndex) -> Outcome[Reply]:
    """Return what the product replies to every question, and why it does not to some.

    Replies are kept whole once none is missing; until then the calls of a chat model are kept one
    by one, so that a run that was stopped asks only for the rest.

    Raises:
        ChatModelError: The chat model cannot be asked at all.
    """
    queries = bench.queries(settings)
    kept = kept_replies(bench, settings, queries.asked)
    if kept is not None:
        return Outcome(kept, dict(queries.failed))
    total = len(queries.asked)
    made = reply_to_all(
        queries.asked,
        settings,
        bench.store(index),
        bench.model(settings),
        reranker=bench.rerankers.open(settings.rerank),
        chat_model=bench.chats.open(settings.chat),
        at_once=bench.spec.calls_at_once,
        tell=lambda done: bench.progress("answer", done, total, ""),
    )
    if not made.failed:
        file = _file(bench, settings, queries.asked)
        write_json(file, {key: reply.to_json() for key, reply in made.values.items()})
    return Outcome(made.values, {**queries.failed, **made.failed})


def kept_replies(
    bench: "Bench", settings: Settings, asked: Sequence[Asked]
) -> dict[str, Reply] | None:
    """Return the replies that an earlier run kept whole, None if there are none."""
    file = _file(bench, settings, asked)
    if not file.is_file():
        return None
    kept = json.loads(file.read_text(encoding="utf-8"))
    return {question: Reply.from_json(fields) for question, fields in kept.items()}


def _file(bench: "Bench", settings: Settings, asked: Sequence[Asked]) -> Path:
    chat = bench.chats.open(settings.chat)
    key = answer_key(
        bench.indexing.key(bench.split(settings)),
        settings.retrieval.model_dump(),
        bench.rerankers.identity(settings.rerank),
        settings.answer.model_dump(mode="json"),
        bench.questions_key(asked),
        None if chat is None else [chat.identity, settings.chat.context_tokens, _prompt(settings)],
    )
    return bench.cache / "replies" / f"{key}.json"


def _prompt(settings: Settings) -> Mapping[str, str]:
    from rag.answering.prompts import load_prompt

    return asdict(load_prompt("answer", folder=settings.answer.prompts_dir))


def open_judge(bench: "Bench", chat: "RememberedChat | None") -> "Judge":
    """Return the judge that the spec names, with its chat model.

    Raises:
        PromptError: A prompt of the judge's is missing or misspells a variable.
    """
    from evals.judging.judge import Judge
    from evals.judging.prompting import Prompting

    wanted = bench.spec.judge
    assert wanted is not None
    assert chat is not None
    return Judge(chat, Prompting.load(bench.text, folder=_folder(wanted)), wanted.votes)


def judge_settings(wanted: JudgeSpec) -> ChatSettings:
    """Return the judge as the settings of a chat model."""
    about = asdict(wanted)
    return ChatSettings(**{key: about[key] for key in about.keys() - {"votes", "prompts_dir"}})


def judge_identity(wanted: JudgeSpec | None) -> str:
    """Return what decides a judge's verdicts, wherever it is served; "" where there is none."""
    if wanted is None:
        return ""
    from evals.judging.prompting import load_judge_prompts

    prompts = load_judge_prompts(_folder(wanted))
    about = [wanted.model, wanted.temperature, wanted.max_output_tokens, wanted.votes]
    return stage_key(about, {name: asdict(prompt) for name, prompt in prompts.items()})


def _folder(wanted: JudgeSpec) -> Path | None:
    return None if wanted.prompts_dir is None else Path(wanted.prompts_dir)


def judge_replies(bench: "Bench", replies: Mapping[str, Reply]) -> Verdicts:
    """Return what the judge finds of a cell's replies; nothing where no measure needs one.

    Raises:
        ChatModelError: The judge cannot be asked at all.
    """
    measures = [measure.name for measure in bench.measures if measure.needs_judge]
    if not measures or bench.spec.judge is None:
        return Verdicts()
    chat = bench.chats.open(judge_settings(bench.spec.judge))
    return open_judge(bench, chat).judge(
        bench.questions,
        replies,
        measures,
        at_once=bench.spec.calls_at_once,
        tell=lambda done, total: bench.progress("judge", done, total, ""),
    )
