"""Each check finds what it is for and nothing in a sound set; knows nothing of scores."""

import json
import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import datasets
from evals.datasets import EvalDocument, EvalSet, load_dataset
from evals.datasets.findings import CHECKS, Finding
from evals.datasets.found import data_folder
from evals.datasets.validate import check, require_sound, summarise, validate
from evals.datasets.wording import longest_shared_run, near_duplicates, shared_share
from evals.gold import Question, Span, Turn
from rag.errors import BenchError
from tests.evals.bench_cli import run_bench
from tests.indexing import Project

TEXT = "The pump is guaranteed for two years from the day of delivery. Filters are cleaned monthly."
QUESTION = Question(
    "q1",
    "Until when is a broken pump replaced?",
    "en",
    answers=("two years",),
    slots=((Span("a.md", 0, 62),),),
)

WORDS = st.sampled_from(["pump", "seal", "lid", "bolt", "gear", "cog"])
DOCUMENTS = (EvalDocument("a.md", "", TEXT),)


def found(*questions, documents=DOCUMENTS):
    return [(one.check, one.question) for one in check(EvalSet.of("s", documents, questions))]


def test_a_set_is_sound_unless_a_check_finds_an_error():
    broken = [
        replace(QUESTION, slots=((Span("b.md", 0, 5),),)),
        replace(QUESTION, slots=()),
        replace(QUESTION, answerable=False),
        replace(QUESTION, text=" "),
    ]
    for question in broken:
        with pytest.raises(BenchError, match=r"1 error, the first: .*--despite-errors"):
            require_sound(EvalSet.of("s", DOCUMENTS, [question]))
    with pytest.raises(BenchError, match="2 errors, the first: an id stands for two"):
        require_sound(EvalSet.of("s", [*DOCUMENTS, EvalDocument("b", "", " ")], [QUESTION] * 2))
    require_sound(EvalSet.of("s", DOCUMENTS, [replace(QUESTION, language="")]))


def test_a_sound_set_has_no_findings():
    assert found(QUESTION, Question("q2", "What does it weigh?", "en", answerable=False)) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"slots": ((Span("b.md", 0, 5),),)}, "gold place"),
        ({"slots": ((Span("a.md", 80, 200),),)}, "gold place"),
        ({"slots": (), "graded": {"b.md": 1}}, "gold place"),
        ({"slots": ()}, "gold missing"),
        ({"slots": (), "graded": {"a.md": 0}}, "gold missing"),
        ({"answerable": False}, "gold given"),
        ({"slots": ((Span("a.md", 5, 61),),)}, "gold edge"),
        ({"slots": ((Span("a.md", 0, 63),),)}, "gold edge"),
        ({"text": " "}, "blank"),
        ({"language": ""}, "language"),
        ({"language": "zh"}, "language"),
        ({"answers": ("three months",)}, "answer"),
        ({"tags": ("unreviewed",)}, "unreviewed"),
        ({"history": (Turn("user", "Hi"),)}, "history"),
        ({"history": (Turn("assistant", "Hi"), Turn("user", "Hi"))}, "history"),
        ({"text": "Is the pump guaranteed for two years from the day?"}, "wording"),
    ],
)
def test_each_flaw_is_found_by_its_check(change, finding):
    assert (finding, "q1") in found(replace(QUESTION, **change))


def test_an_id_that_stands_for_two_questions_is_an_error():
    other = Question("q1", "What does it weigh?", "en", answerable=False)
    assert found(QUESTION, other) == [("id", "q1")]


def test_words_of_gold_that_stand_elsewhere_are_found_whatever_their_line_ends():
    copy = EvalDocument("b.md", "", "By the way, the pump.\n" + TEXT[:62].replace(" ", "\n"))
    documents = (EvalDocument("a.md", "", TEXT), copy)
    (finding,) = check(EvalSet.of("s", documents, [QUESTION]))
    assert finding.check == "gold twice"
    start = copy.text.index("The")
    assert f"b.md:{start}-{start + 62}" in finding.message


def test_a_copy_that_is_gold_too_is_no_finding():
    documents = (EvalDocument("a.md", "", TEXT), EvalDocument("b.md", "", TEXT + " More."))
    both = replace(QUESTION, slots=((Span("a.md", 0, 62), Span("b.md", 0, 62)),))
    assert found(both, documents=documents) == []


def test_documents_are_checked_for_names_text_and_copies():
    documents = [EvalDocument("a.md", "", TEXT), EvalDocument("b.md", "", TEXT.replace(" ", "\n"))]
    documents += [EvalDocument("c.md", "", " "), EvalDocument("c.md", "", "x")]
    messages = {one.message for one in check(EvalSet.of("s", documents, []))}
    assert messages == {
        "c.md has no text; leave it out",
        "c.md stands twice; a set needs it once",
        "a.md, b.md",
    }


def test_near_duplicates_are_questions_that_say_the_same():
    texts = [
        "How long is the pump of the blue boiler guaranteed?",
        "How long is the blue boiler's pump guaranteed",
        "How long is the pump of the red boiler guaranteed?",
        "What is the range of the R2 logger in cold rooms?",
        "What is the range of the R4 logger in cold rooms?",
        "谁是超级碗比赛中年龄最大的四分卫记录保持者？",
        "谁曾是超级碗比赛中年龄最大的四分卫记录保持者？",
        "八数字推盘的最优解至多有多少步才能完成？",
        "十数字推盘的最优解至多有多少步才能完成？",
        "Why?",
        "why",
    ]
    assert [(i, j) for i, j, _ in near_duplicates(texts)] == [(0, 1), (5, 6), (9, 10)]


@given(st.lists(st.lists(WORDS), max_size=9))
def test_no_near_duplicate_is_overlooked(questions):
    texts = [" ".join(words) for words in questions]
    sets = [set(words) for words in questions]
    wanted = {
        (i, j)
        for i, j in combinations(range(len(sets)), 2)
        if len(sets[i] & sets[j]) >= 3 and len(sets[i] & sets[j]) >= 0.6 * len(sets[i] | sets[j])
    }
    found = {(i, j) for i, j, _ in near_duplicates(texts, threshold=0.6)}
    assert wanted <= found
    assert all(questions[i] == questions[j] for i, j in found - wanted)


def test_the_same_words_after_other_turns_are_another_question():
    history = (Turn("user", "The R2?"), Turn("assistant", "Yes."))
    same = replace(QUESTION, id="q2", history=history)
    assert found(QUESTION, same) == []
    assert found(QUESTION, replace(same, history=())) == [("duplicate", "q2")]


def test_runs_of_shared_words_are_counted_in_words_of_both_languages():
    assert longest_shared_run("Is THE pump is red?", TEXT) == ("the pump is", 3)
    run, length = longest_shared_run("为什么保修期为两年？", "水泵保修期为两年，自收货起算。")
    assert run == "保修期为两年"
    assert length == pytest.approx(3.6)
    assert longest_shared_run("", TEXT) == ("", 0)


def test_the_share_of_question_words_in_gold_leaves_out_words_that_only_ask():
    assert shared_share("What is the pump's guarantee in Rome?", TEXT) == pytest.approx(2 / 3)


def test_questions_that_tuning_has_seen_leak():
    tune = replace(QUESTION, id="t", tags=("tune",))
    again = replace(QUESTION, tags=("test",), text="Are defective machines exchanged?")
    assert found(tune, again) == [("leak", "q1")]
    assert found(tune, replace(again, slots=((Span("a.md", 4, 8),),), answers=())) == [
        ("leak", "q1")
    ]
    reworded = replace(QUESTION, tags=("test",), text="Until when is a broken pump replaced")
    assert ("leak", "q1") in found(tune, replace(reworded, slots=((Span("a.md", 63, 91),),)))
    assert ("leak", "q1") not in found(tune, replace(again, slots=((Span("a.md", 63, 91),),)))


def test_the_sample_has_no_errors():
    result = validate("sample")
    assert result.count("error") == 0
    assert result.summary.languages == {"en": 91, "zh": 80}
    assert result.summary.gold_spans == 174
    assert 0.3 < result.summary.wording < 0.6


def test_spans_that_stand_twice_are_as_many_as_others_counted():
    if not (data_folder() / "chroma_chunking").is_dir():
        pytest.skip(f"no chroma_chunking under RAG_DATA ({data_folder()})")
    result = validate(data_folder() / "chroma_chunking")
    checks = Counter(finding.check for finding in result.findings)
    assert checks["gold twice"] == 97
    assert result.count("error") == 0


def test_the_readme_names_every_check_with_its_severity():
    readme = Path(datasets.__file__).with_name("README.md").read_text("utf-8")
    rows = re.findall(r"^\| ([a-z, ]+) \| (error|warning) \|", readme, re.MULTILINE)
    named = {check: severity for checks, severity in rows for check in checks.split(", ")}
    assert named == {check: Finding(check, "").severity for check in CHECKS}


def test_a_set_without_gold_has_no_wording():
    assert summarise(EvalSet.of("s", [], [])).wording is None


def test_every_check_that_is_made_is_explained():
    loaded = load_dataset("sample")
    assert {one.check for one in check(loaded)} <= set(CHECKS)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with Project(tmp_path_factory.mktemp("project")) as opened:
        opened.write("a.md", TEXT)
        opened.add("a.md")
        yield opened


def write(project, *entries):
    path = project.folder / "q.yaml"
    path.write_text("questions:\n" + "".join(f"  - {entry}\n" for entry in entries), "utf-8")
    return path


def test_errors_of_a_questions_file_are_all_listed_and_fail_the_command(project):
    path = write(
        project,
        "{question: 'Until when is it replaced?', quotes: [{source: a.md, quote: three years}]}",
        "{question: 'What does it weigh?', answerable: false, reviewed: false}",
    )
    result = run_bench("validate", path)
    assert result.exit_code == 8
    assert "error    form × 1: an entry cannot be read" in result.stdout
    assert "q.yaml, line 2: " in result.stdout
    assert "warning  unreviewed × 1" in result.stdout
    assert "line 3: q-" in result.stdout
    assert result.stderr == f"error: {path}: 1 error; correct what is wrong before measuring\n"


def test_a_file_with_warnings_only_passes_and_json_holds_everything(project):
    path = write(project, "{question: 'What does it weigh?', answerable: false, reviewed: false}")
    result = run_bench("validate", path, "--json")
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    assert (shown["errors"], shown["warnings"]) == (0, 1)
    assert shown["set"]["documents"] == 1
    assert shown["findings"][0] | {"question": ""} == {
        "severity": "warning",
        "check": "unreviewed",
        "message": "'What does it weigh?'",
        "question": "",
        "line": 2,
    }


def test_a_set_that_was_tuned_on_leaks_into_the_one_it_is_measured_on(project):
    path = write(project, "{question: 'What does it weigh?', answerable: false}")
    result = run_bench("validate", path, "--against", path)
    assert result.exit_code == 8
    assert "error    leak × 1" in result.stdout


def test_a_set_that_is_not_there_is_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    result = run_bench("validate", "nowhere")
    assert (result.exit_code, result.stdout) == (8, "")
    assert result.stderr.startswith("error: no set 'nowhere'")
