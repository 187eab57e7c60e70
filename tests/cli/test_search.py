"""What `rag search` asks for and prints."""

import json

from tests.cli.conftest import Run
from tests.cli.scripted import TEXT, ScriptedRag, make_passage


def test_json_has_the_documented_shape(run: Run, scripted: ScriptedRag) -> None:
    result = run("search", "--json", "保修期")
    assert result.stdout.count("\n") == 1
    assert "保修期为两年" in result.stdout
    assert json.loads(result.stdout) == {
        "query": "保修期",
        "passages": [
            {
                "id": f"{1:032x}",
                "rank": 1,
                "score": 0.8125,
                "retrieval_score": None,
                "source": "docs/warranty.md",
                "title": "Warranty",
                "kind": "markdown",
                "page": None,
                "section": "Terms > Length",
                "lead_in": "",
                "start_index": 0,
                "end_index": len(TEXT),
                "ordinal": 0,
                "metadata": {"team": "ops"},
                "text": TEXT,
            }
        ],
    }


def test_readable_result_names_place_section_snippet_and_reference(
    run: Run, scripted: ScriptedRag
) -> None:
    assert run("search", "guaranteed").stdout == (
        " 1. Warranty — docs/warranty.md, line 1  score 0.812\n"
        "    Terms > Length\n"
        "    Intro line. The pump is guaranteed for two years. 保修期为两年。\n"
        f"    docs/warranty.md:0-{len(TEXT)}\n"
    )


def test_options_reach_the_search(run: Run, scripted: ScriptedRag) -> None:
    options = ("-k", "3", "--mode", "lexical", "--filter", "kind=pdf", "--min-score", "0.5")
    run("search", *options, "pump")
    assert scripted.searched == [
        {"query": "pump", "k": 3, "mode": "lexical", "filter": {"kind": "pdf"}, "min_score": 0.5}
    ]


def test_left_out_options_leave_the_choice_to_the_settings(run: Run, scripted: ScriptedRag) -> None:
    run("search", "-", stdin="pump\n")
    unset = {"k": None, "mode": None, "filter": None, "min_score": None}
    assert scripted.searched == [{"query": "pump", **unset}]


def test_wrong_options_are_usage_errors(run: Run, scripted: ScriptedRag) -> None:
    for options in (("-k", "0"), ("--mode", "fuzzy"), ("--filter", "pdf"), ("--min-score", "x")):
        assert run("search", *options, "pump").exit_code == 2
    assert scripted.searched == []


def test_nothing_found_says_so(run: Run, scripted: ScriptedRag) -> None:
    scripted.found = []
    assert run("search", "pump").stdout == "No passage matches.\n"
    assert json.loads(run("search", "--json", "pump").stdout)["passages"] == []


def test_document_cannot_steer_the_terminal(run: Run, scripted: ScriptedRag) -> None:
    passage = make_passage()
    passage.page_content = "a \x1b]0;owned\x07 b \x9b31m c \u202eevil"
    passage.metadata |= {"title": "[bold]T\x1b[2J[/bold]", "section": "\x08S"}
    scripted.found = [passage]
    shown = run("search", "nothing").stdout
    assert not set("\x1b\x07\x9b\x08\u202e") & set(shown)
    assert "[bold]T�[2J[/bold]" in shown
