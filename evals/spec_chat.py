"""Reads and checks what a spec says of chat models; knows no other part of a spec."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final
from urllib.parse import urlsplit

from evals.located import Located
from evals.measuring import MeasureName
from evals.spec import BenchSpec, Judge

ReadSetting = Callable[[Located, str], Any]
"""Reads the value of a setting, given its dotted key."""

_LEAST_VOTES: Final = 2
_GROUPS: Final = ("chat", "answer")


def read_judge(entry: Located, read_setting: ReadSetting) -> Judge:
    """Read the judge; what a chat model's settings can be, the judge's can.

    Raises:
        BenchError: Names the line of what is wrong.
    """
    entry.refuse_unknown([one.name for one in fields(Judge)])
    parts = entry.entries()
    if parts.get("model") is None or parts["model"].value is None:
        raise entry.error("wanted the key model: the chat model that judges")
    given: dict[str, Any] = {}
    for key, below in parts.items():
        if key == "votes":
            given[key] = _votes(below)
        elif key == "prompts_dir":
            given[key] = read_setting(below, "answer.prompts_dir")
        else:
            given[key] = read_setting(below, f"chat.{key}")
            CHAT_CHECKS.get(f"chat.{key}", _accept)(below)
    return Judge(**given)


def _votes(entry: Located) -> int:
    votes: int = entry.expect(int, "a whole number of 2 or more")
    if votes < _LEAST_VOTES:
        raise entry.error(f"wanted {_LEAST_VOTES} votes or more, found {votes}: one is none")
    return votes


def check_judge(entries: Mapping[str, Located], spec: BenchSpec) -> None:
    """Refuse measures that nobody judges, and a judge that nothing is asked of.

    Raises:
        BenchError: Names the line of the measure or of the judge.
    """
    measures = entries["measures"].children() if "measures" in entries else []
    named = [*measures, *([entries["primary"]] if "primary" in entries else [])]
    judged = [one for one in named if MeasureName.parse(one.value).needs_judge]
    if judged and spec.judge is None:
        raise judged[0].error(
            f"{judged[0].value} is judged by a chat model, and the spec names none; "
            "add a section judge: {model: …}"
        )
    if spec.judge is not None and not judged:
        raise entries["judge"].error(
            "no measure needs a judge; add faithfulness or correctness to measures, or leave it out"
        )


def check_chat(settings: Sequence[tuple[str, Located]], spec: BenchSpec) -> None:
    """Refuse settings of a chat model that is never asked, and an endpoint without a model.

    Raises:
        BenchError: Names the line.
    """
    named, asked = {key for key, _ in settings}, _asks_chat_models(spec)
    for key, entry in settings:
        if key.split(".")[0] in _GROUPS and not asked:
            raise entry.error(
                f"{key} has no effect on what is measured here; leave it out, or name a measure "
                "of replies (answer-F1, …) or retrieval.history: rewrite"
            )
        if key == "chat.base_url" and "chat.model" not in named:
            raise entry.error("an endpoint is named, but no model to ask there; add chat.model")


def _asks_chat_models(spec: BenchSpec) -> bool:
    """Return whether a cell's chat model may be asked: for replies, or to rewrite follow-ups."""
    named = [*spec.measures, *([spec.primary] if spec.primary else [])]
    if any(MeasureName.parse(measure).judges_replies for measure in named):
        return True
    tables = [spec.base, *(one.overrides for one in spec.variants)]
    searched = [table.get("retrieval.history") for table in tables]
    searched += spec.grid.get("retrieval.history", ())
    return any(history in ("auto", "rewrite") for history in searched)


def _refuse_key(entry: Located) -> None:
    raise entry.error(
        "a key never stands in a spec; set OPENAI_API_KEY or RAG_CHAT__API_KEY, or chat.api_key "
        "in rag.toml"
    )


def _refuse_credentials(entry: Located) -> None:
    if isinstance(entry.value, str) and "@" in urlsplit(entry.value).netloc:
        raise entry.error("wanted an endpoint without a user or password; set a key instead")


def _accept(_: Located) -> None:
    """Find nothing wrong."""


CHAT_CHECKS: Final[Mapping[str, Callable[[Located], None]]] = {
    "chat.api_key": _refuse_key,
    "chat.base_url": _refuse_credentials,
}
