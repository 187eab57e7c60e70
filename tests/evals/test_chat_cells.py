"""Cells answered by a chat model and judged, against a real endpoint on the loopback."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.asking.calls import GIVE_UP_AFTER
from evals.plan import Plan, make_plan, plan_lines
from evals.results import BenchResult
from evals.spec import Budget, Judge, RivalCell, Variant
from rag.errors import BenchError
from tests.answering.openai_server import Reply
from tests.evals.benches import make_bench, run, small_set
from tests.evals.chat_server import (
    HALF,
    RIGHT,
    WRONG,
    BenchServer,
    Script,
    access_to,
    asked_in,
    bench_server,
    kind_of,
    plainly,
    prompt_of,
)

CHAT = {"chat.model": "writer", "chat.max_retries": 0}
JUDGE = Judge("judge", max_retries=0)
MEASURES = ("answer-contains", "correctness", "faithfulness")
# Asked of the small set: 17 questions, of which 16 have an answer and one leans on another.
ANSWERS, REWRITES, VERDICTS = 17, 1, 3 * (17 + 16)
FAILS = Reply(status=500, error={"message": "overloaded"})


def about(server: BenchServer, **spec: Any) -> dict[str, Any]:
    return {
        "base": CHAT,
        "judge": JUDGE,
        "measures": MEASURES,
        "access": access_to(server),
        "calls_at_once": 3,
        **spec,
    }


def without_timings(result: BenchResult) -> str:
    return result.without_timings().to_json()


def plan(cache: Path, **spec: Any) -> Plan:
    bench = make_bench(cache, **spec)
    try:
        return make_plan(bench)
    finally:
        bench.close()


def test_replies_are_written_and_judged_and_a_second_run_asks_nothing(tmp_path: Path) -> None:
    with bench_server() as server:
        made = run(tmp_path, **about(server))
        asked = len(server.requests)
        again = run(tmp_path, **about(server))
    assert (server.asked("answer"), server.asked("condense")) == (ANSWERS, REWRITES)
    assert (server.asked("faithfulness"), server.asked("correctness")) == (3 * 17, 3 * 16)
    cell = made.cells[0]
    assert cell.estimates["answer-contains"].mean > 0.8
    assert cell.estimates["correctness"].mean == 1.0
    assert cell.estimates["faithfulness"].mean == 0.5
    assert {one.coverage for one in cell.estimates.values()} == {1.0}
    assert cell.per_question["correctness"]["none"] is None
    assert made.questions[-1].query == "How long is model pump 1 guaranteed?"
    assert len(server.requests) == asked
    assert without_timings(again) == without_timings(made)


def test_a_second_run_needs_neither_key_nor_endpoint(tmp_path: Path) -> None:
    with bench_server() as server:
        base = {**CHAT, "chat.base_url": server.url}
        spec = about(server, base=base, judge=replace(JUDGE, base_url=server.url))
        made = run(tmp_path, **spec)
    again = run(tmp_path, **{**spec, "access": lambda wanted: wanted})
    assert without_timings(again) == without_timings(made)


def test_a_key_stands_in_no_file(tmp_path: Path) -> None:
    with bench_server() as server:
        made = run(tmp_path, **about(server))
        assert set(server.keys) == {"Bearer sk-secret-in-no-file"}
    assert "sk-secret" not in made.to_json()
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or b"sk-secret" not in file.read_bytes()


def test_a_plan_counts_the_calls_and_makes_none(tmp_path: Path) -> None:
    with bench_server() as server:
        spec = about(server)
        before = plan(tmp_path, **spec)
        assert server.requests == []
        run(tmp_path, **spec)
        after = plan(tmp_path, **spec)
        more = plan(tmp_path, **{**spec, "base": {**CHAT, "chat.temperature": 1.0}})
    assert (before.rewrites, before.answers) == (REWRITES, ANSWERS)
    # Whether the question without an answer is answered is not known yet.
    assert before.verdicts == VERDICTS
    assert any("at most 117 calls" in line for line in plan_lines(before))
    assert (after.rewrites, after.answers, after.verdicts) == (0, 0, 0)
    assert not any("calls" in line for line in plan_lines(after))
    # Everything but the follow-up's prompt is known by now, and its verdicts are not.
    assert (more.rewrites, more.answers) == (REWRITES, ANSWERS)


def test_a_stopped_run_asks_only_for_the_rest(tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int, detail: str) -> None:
        if stage == "judge" and done == 20:
            raise KeyboardInterrupt

    with bench_server() as server:
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path, **about(server), progress=stop)
        asked = len(server.requests)
        assert asked < ANSWERS + REWRITES + 40
        left = plan(tmp_path, **about(server))
        assert (left.rewrites, left.answers) == (0, 0)
        assert asked + left.verdicts == ANSWERS + REWRITES + VERDICTS
        run(tmp_path, **about(server))
        assert len(server.requests) == ANSWERS + REWRITES + VERDICTS


def failing(question: str) -> Script:
    """Fail the answer to one question."""

    def script(kind: str, prompt: str) -> Reply | str:
        fails = kind == "answer" and asked_in(prompt).startswith(question)
        return FAILS if fails else plainly(kind, prompt)

    return script


def test_a_reply_that_fails_is_unscored_and_asked_for_again(tmp_path: Path) -> None:
    with bench_server(failing("model pump 2")) as server:
        made = run(tmp_path, **about(server))
        cell = made.cells[0]
        for measure in MEASURES:
            assert cell.per_question[measure]["pump-2"] is None
            assert cell.unscored[measure].keys() == {"pump-2"}
            assert "500" in cell.unscored[measure]["pump-2"]
        assert cell.estimates["correctness"].mean == 1.0
        assert cell.estimates["correctness"].scored == 15
        assert cell.estimates["correctness"].coverage == 15 / 16
        asked = len(server.requests)
        server.script = plainly
        mended = run(tmp_path, **about(server))
        assert len(server.requests) - asked == 1 + 2 * 3
    assert mended.cells[0].unscored == {}
    assert mended.cells[0].estimates["correctness"].coverage == 1.0


def test_a_rewrite_that_fails_leaves_its_question_unscored_everywhere(tmp_path: Path) -> None:
    def script(kind: str, prompt: str) -> Reply | str:
        return FAILS if kind == "condense" else plainly(kind, prompt)

    with bench_server(script) as server:
        spec = about(server, measures=("slot-recall@5", "omega", "answer-contains"), judge=None)
        cell = run(tmp_path, **spec).cells[0]
    assert "follow-up" not in cell.rankings
    assert cell.per_question["slot-recall@5"]["follow-up"] is None
    assert {name: list(own) for name, own in cell.unscored.items()} == {
        "slot-recall@5": ["follow-up"]
    }
    assert cell.per_question["omega"]["follow-up"] is not None
    assert cell.estimates["slot-recall@5"].coverage == 15 / 16


def votes(*replies: Reply | str) -> Script:
    """Give the votes on correctness of one question in turn, all others as usual."""
    turns: Iterator[Reply | str] = iter(replies)

    def script(kind: str, prompt: str) -> Reply | str:
        asked = kind == "correctness" and asked_in(prompt).startswith("model hub 1")
        return next(turns) if asked else plainly(kind, prompt)

    return script


@pytest.mark.parametrize(
    ("replies", "score"),
    [
        ((RIGHT, WRONG, RIGHT), 1.0),
        ((WRONG, RIGHT, WRONG), 0.0),
        (("It agrees.", RIGHT, RIGHT), 1.0),
        ((FAILS, WRONG, WRONG), 0.0),
        ((FAILS, RIGHT, WRONG), None),
        (("{", '{"agrees": "yes"}', RIGHT), None),
        ((FAILS, FAILS, RIGHT), None),
    ],
)
def test_two_votes_decide_and_fewer_leave_a_reply_unscored(
    tmp_path: Path, replies: tuple[Reply | str, ...], score: float | None
) -> None:
    with bench_server(votes(*replies)) as server:
        cell = run(tmp_path, **about(server, measures=("correctness",))).cells[0]
    assert cell.per_question["correctness"]["hub-1"] == score
    missing = {name: list(own) for name, own in cell.unscored.items()}
    assert missing == ({"correctness": ["hub-1"]} if score is None else {})
    assert cell.estimates["correctness"].coverage == (15 / 16 if score is None else 1.0)


def test_malformed_votes_are_kept_and_failed_ones_asked_again(tmp_path: Path) -> None:
    with bench_server(votes("no verdict", FAILS, RIGHT, RIGHT)) as server:
        spec = about(server, measures=("correctness",))
        assert run(tmp_path, **spec).cells[0].unscored
        asked = len(server.requests)
        assert run(tmp_path, **spec).cells[0].per_question["correctness"]["hub-1"] == 1.0
        assert len(server.requests) == asked + 1


def test_withheld_replies_are_wrong_and_claim_nothing(tmp_path: Path) -> None:
    def script(kind: str, prompt: str) -> str:
        return "The documents do not answer this question." if kind == "answer" else HALF

    with bench_server(script) as server:
        cell = run(tmp_path, **about(server)).cells[0]
        assert server.asked("faithfulness") == server.asked("correctness") == 0
    assert cell.estimates["correctness"].mean == 0.0
    assert cell.estimates["correctness"].scored == 16
    assert "faithfulness" not in cell.estimates
    assert cell.unscored == {}


def test_an_endpoint_that_fails_on_and_on_is_left_alone(tmp_path: Path) -> None:
    def script(kind: str, prompt: str) -> Reply | str:
        return Reply(status=429, error={"message": "quota"}) if kind == "answer" else ""

    with bench_server(script) as server:
        base = {**CHAT, "retrieval.history": "join"}
        spec = about(server, base=base, judge=None, measures=("answer-F1",))
        cell = run(tmp_path, **spec).cells[0]
        assert GIVE_UP_AFTER <= len(server.requests) < GIVE_UP_AFTER + 3
    assert any("not asked" in why for why in cell.unscored["answer-F1"].values())
    assert len(cell.unscored["answer-F1"]) == 15
    assert "answer-F1" not in cell.estimates


def test_a_refused_key_ends_the_run_and_is_not_counted_as_bad_replies(tmp_path: Path) -> None:
    with bench_server(lambda *_: Reply(status=401, error={"message": "no"})) as server:
        with pytest.raises(BenchError, match=r"baseline.*refused the key"):
            run(tmp_path, **about(server))
        assert len(server.requests) <= 3


def test_calls_are_made_a_few_at_once(tmp_path: Path) -> None:
    with bench_server(lambda k, p: Reply([plainly(k, p)], pause=0.02)) as server:
        run(tmp_path, **about(server, calls_at_once=2, judge=None, measures=("answer-F1",)))
        assert server.most_at_once == 2


def test_a_cell_beyond_the_budget_is_listed_and_asks_nothing(tmp_path: Path) -> None:
    cells = (Variant("quoted", {}), Variant("written", CHAT))
    with bench_server() as server:
        spec = about(server, base={}, variants=cells, judge=None, measures=("answer-F1",))
        made = run(tmp_path, **spec, budget=Budget(model_calls=ANSWERS))
        assert server.requests == []
        assert "18 calls" in made.skipped["written"]
        whole = run(tmp_path, **spec, budget=Budget(model_calls=ANSWERS + REWRITES))
        assert whole.skipped == {}
        again = run(tmp_path, **spec, budget=Budget(model_calls=0))
        assert again.skipped == {}


def test_models_and_ways_to_search_a_follow_up_are_axes_and_share_calls(tmp_path: Path) -> None:
    grid = {"retrieval.history": ("rewrite", "join", "ignore"), "chat.model": ("a", "b")}
    rival = RivalCell("human-rewrite", "human-rewrite", {})
    dataset = small_set(rewrite="How long is pump 1 guaranteed by the maker?")
    with bench_server() as server:
        spec = about(
            server,
            base={"chat.max_retries": 0},
            grid=grid,
            rivals=(rival,),
            judge=None,
            measures=("slot-recall@5", "answer-F1"),
            dataset=dataset,
        )
        made = run(tmp_path, **spec)
        # Each model rewrites once, and shares prompts only with itself.
        assert server.asked("condense") == 2
        assert server.asked("answer") < 6 * ANSWERS
    asked = {one.name: one.queries.get("follow-up", made.questions[-1].query) for one in made.cells}
    assert asked["history=rewrite, model=a"] == "How long is model pump 1 guaranteed?"
    assert asked["history=join, model=a"] == f"{made.questions[0].text} And how long?"
    assert asked["history=ignore, model=b"] == "And how long?"
    assert asked["human-rewrite"] == "How long is pump 1 guaranteed by the maker?"
    assert made.cell("human-rewrite").per_question["slot-recall@5"]["follow-up"] == 1.0
    assert made.cell("human-rewrite").per_question["answer-F1"]["follow-up"] is None
    assert made.cell("human-rewrite").unscored == {}


def last_standing(kind: str, prompt: str) -> str:
    """Answer with the number of the passage that stands last."""
    numbers = re.findall(r'<passage number="(\d+)"', prompt)
    return f"It is [{numbers[-1]}]." if kind == "answer" else plainly(kind, prompt)


def test_the_order_of_passages_is_an_axis(tmp_path: Path) -> None:
    variants = [
        Variant(order, {**CHAT, "answer.order": order, "retrieval.k": 3})
        for order in ("rank", "edges")
    ]
    with bench_server(last_standing) as server:
        made = run(tmp_path, **about(server, base={}, variants=variants, measures=("answer-F1",)))
    orders = {
        tuple(re.findall(r'<passage number="(\d+)"', prompt_of(one)))
        for one in server.requests
        if kind_of(one) == "answer"
    }
    assert ("1", "2", "3") in orders
    assert ("1", "3", "2") in orders
    assert [cell.name for cell in made.cells] == ["rank", "edges"]


def test_a_folder_of_prompts_is_an_axis_and_only_its_cell_is_asked_again(tmp_path: Path) -> None:
    own = tmp_path / "prompts-zh" / "answer" / "system.md"
    own.parent.mkdir(parents=True)
    own.write_text("You answer questions. 请用中文回答，并注明段落编号。", encoding="utf-8")
    variants = [
        Variant("shipped", CHAT),
        Variant("own", {**CHAT, "answer.prompts_dir": str(tmp_path / "prompts-zh")}),
    ]
    with bench_server() as server:
        spec = about(server, base={}, variants=variants, measures=("answer-contains",))
        run(tmp_path / "cache", **spec)
        systems = [one["messages"][0]["content"] for one in server.requests]
        assert sum("请用中文回答" in system for system in systems) == ANSWERS
        assert server.asked("answer") == 2 * ANSWERS
        assert server.asked("condense") == REWRITES
        own.write_text("You answer questions. 请用中文简短回答。", encoding="utf-8")
        run(tmp_path / "cache", **spec)
    assert server.asked("answer") == 3 * ANSWERS
