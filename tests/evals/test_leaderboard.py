"""The leaderboard can be read in a narrow terminal, in a wide one and in a pipe."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from evals.commands import leaderboard
from tests.evals.report_results import bench_result, with_engines

LONG = "max_tokens=254, mode=lexical, overlap_tokens=16, mmr_lambda=0.7"


@pytest.fixture(scope="module")
def result():
    made = with_engines(bench_result(questions=24, sizes=(64,)))
    return replace(made, cells=(*made.cells, replace(made.cells[-2], name=LONG)))


def printed(result, monkeypatch: pytest.MonkeyPatch, *, width: int, terminal: bool) -> list[str]:
    stream = io.StringIO()
    console = Console(
        file=stream, width=width, force_terminal=terminal, color_system=None, soft_wrap=not terminal
    )
    monkeypatch.setattr(leaderboard, "make_console", lambda _: console)
    leaderboard.print_leaderboard(result)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_a_terminal_of_80_columns_holds_every_figure_whole(result, monkeypatch):
    lines = printed(result, monkeypatch, width=80, terminal=True)
    assert max(map(len, lines)) <= 80
    best = leaderboard.ranked(result)[0]
    found = best.estimates[result.primary]
    text = "\n".join(lines)
    for figure in (f"{found.mean:.4f}", f"[{found.low:.4f}, {found.high:.4f}]", "p="):
        assert figure in text
    assert all(len(line) >= 60 for line in lines[1:3])
    assert "…" not in text


def test_a_wide_terminal_has_one_line_a_cell_with_other_measures(result, monkeypatch):
    lines = printed(result, monkeypatch, width=160, terminal=True)
    table = lines[: lines.index("")]
    assert len(table) == 1 + len(result.cells)
    assert "R@5" in table[0]


def test_a_pipe_gets_whole_lines_however_long_the_names(result, monkeypatch):
    lines = printed(result, monkeypatch, width=80, terminal=False)
    table = lines[: lines.index("")]
    assert len(table) == 1 + len(result.cells)
    assert any(line.startswith(LONG) for line in table)
    assert any(line.startswith("faiss-flat") and "1.000" in line for line in lines)
