"""Cells answered by a chat model and judged, against a real endpoint on the loopback."""

from pathlib import Path

from evals.spec import Judge
from tests.evals.benches import run
from tests.evals.chat_server import access_to, bench_server

CHAT = {"chat.model": "writer", "chat.max_retries": 0}
JUDGE = Judge("judge", max_retries=0)
MEASURES = ("answer-contains", "correctness", "faithfulness")


def test_replies_are_written_and_judged_and_a_second_run_asks_nothing(tmp_path: Path) -> None:
    with bench_server() as server:
        about = {"base": CHAT, "judge": JUDGE, "measures": MEASURES, "access": access_to(server)}
        made = run(tmp_path, **about)
        asked = len(server.requests)
        again = run(tmp_path, **about)
    cell = made.cells[0]
    assert server.asked("answer") == 17
    assert server.asked("condense") == 1
    assert cell.estimates["answer-contains"].mean > 0.8
    assert cell.estimates["correctness"].mean == 1.0
    assert cell.estimates["faithfulness"].mean == 0.5
    assert len(server.requests) == asked
    assert again.without_timings().to_json() == made.without_timings().to_json()
