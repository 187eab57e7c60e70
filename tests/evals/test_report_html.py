"""The page: it loads nothing, runs only its own script, and shows hostile text as text."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evals.report.html import render_html
from evals.results import BenchResult
from tests.evals.report_results import HOSTILE, bench_result, document_texts

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
FLAGS += "--disable-background-networking --disable-component-update --virtual-time-budget=5000"


class Reader(HTMLParser):
    """Collects elements with their attributes, and the text of each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "wbr", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        for name in self._open[-1:]:
            self.words.setdefault(name, []).append(data)


@pytest.fixture(scope="module")
def result() -> BenchResult:
    return bench_result(questions=24)


@pytest.fixture(scope="module")
def page(result) -> str:
    return render_html(result, document_texts())


def test_every_element_is_closed_and_every_section_is_there(page):
    ids = {found["id"] for _, found in Reader(page).elements if "id" in found}
    sections = {"recommendation", "leaderboard", "pareto", "heat", "groups", "losses", "cases"}
    assert sections | {"audit", "serving", "environment"} <= ids


def test_the_page_names_no_other_place(page):
    assert not re.search(r"(?:https?:)?//\w|@import|url\(", page)
    names = {name for _, found in Reader(page).elements for name in found}
    assert not names & {"src", "href", "style", "onclick", "srcset"}


def test_the_policy_allows_exactly_the_pages_own_style_and_script(page):
    reader = Reader(page)
    policy = next(f["content"] for _, f in reader.elements if f.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    style, script = reader.words["style"][0], reader.words["script"][-1]
    for content in (style, script):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_hostile_text_stays_text(result):
    named = replace(result.cells[1], name=HOSTILE)
    cells = (result.cells[0], named, *result.cells[2:])
    hostile = replace(
        result,
        name=HOSTILE,
        cells=cells,
        skipped={HOSTILE: HOSTILE},
        environment={HOSTILE: HOSTILE},
        spec={"name": HOSTILE},
    )
    reader = Reader(render_html(hostile, {"docs/0.md": HOSTILE * 50}))
    assert [tag for tag, _ in reader.elements].count("script") == 2
    assert json.loads("".join(reader.words["script"][:-1]))["cells"][1] == HOSTILE


def test_the_data_block_is_what_the_cases_are(page, result):
    data = json.loads(Reader(page).words["script"][0])
    assert data["cells"] == [cell.name for cell in result.cells]
    assert data["questions"][1]["text"] == result.questions[1].text


def test_the_same_result_gives_the_same_bytes(page):
    assert render_html(bench_result(questions=24), document_texts()) == page


def test_numbers_come_with_intervals_verdicts_and_what_could_not_be_seen(page, result):
    said = re.sub(r"<[^>]+>", " ", page)
    assert f"{result.recommendation.held_out.mean:.4f} (0.6200 to 0.7500)" in said
    assert "a difference of 0.0310 or more" in said
    best = result.cell(result.recommendation.cell).estimates["nDCG@10"]
    assert f"{best.low:.4f} to {best.high:.4f}" in said
    assert "the budget of 1,000 texts was spent" in said
    assert 'class="verdict better"' in page


def test_what_was_resampled_is_said_where_it_is_not_single_questions(result, page):
    grouped = render_html(replace(result, clustering="documents"), {})
    assert "resample whole documents" in grouped
    assert "resample whole" not in page


def test_the_cells_compared_at_first_are_two(result):
    """A page that opens on a cell against itself shows nothing."""
    chosen = replace(result.recommendation, cell=result.baseline)
    page = render_html(replace(result, recommendation=chosen), {})
    selected = [
        f["value"] for tag, f in Reader(page).elements if tag == "option" and "selected" in f
    ]
    assert len(set(selected)) == 2


def test_a_result_of_one_unscored_cell_makes_a_page(result):
    alone = replace(
        result,
        cells=(
            replace(
                result.cells[0],
                estimates={},
                per_question={},
                losses={},
                audit={},
                index={},
                cost={},
                timings={},
            ),
        ),
        comparisons=(),
        probability_best={},
        recommendation=None,
        detectable_difference=None,
        skipped={},
        environment={},
    )
    ids = {found["id"] for _, found in Reader(render_html(alone, {})).elements if "id" in found}
    assert "leaderboard" in ids
    assert not ids & {"pareto", "heat", "losses", "audit", "serving"}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_a_browser_runs_the_script_and_shows_the_questions_that_differ(page, tmp_path: Path):
    file = tmp_path / "report.html"
    file.write_text(page, encoding="utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [str(BROWSER), *FLAGS.split(), profile, "--dump-dom", file.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    assert re.search(r"\d+ won, \d+ lost, \d+ level", dom)
    assert dom.count('class="case"') >= 10
    assert "<button" in dom.split("</thead>")[0]
    assert dom.count("<script") == 2
