"""What `--filter` options mean together."""

import click
import pytest

from rag.cli.filters import parse_filters


def test_no_condition_is_no_filter() -> None:
    assert parse_filters([]) is None


def test_conditions_become_names_lists_and_comparisons() -> None:
    conditions = [
        "kind=pdf",
        "kind=docx",
        "page>=3",
        "page<9",
        "folder=docs/中文",
        "date>=2026-01-31",
    ]
    assert parse_filters(conditions) == {
        "kind": ["pdf", "docx"],
        "folder": "docs/中文",
        "page": {"gte": 3, "lt": 9},
        "date": {"gte": "2026-01-31"},
    }


def test_value_keeps_its_own_operators_and_spaces_round_it_go() -> None:
    assert parse_filters(["section = a=b > c "]) == {"section": "a=b > c"}
    assert parse_filters(["team != ops", "weight>0.5"]) == {
        "team": {"ne": "ops"},
        "weight": {"gt": 0.5},
    }


@pytest.mark.parametrize("condition", ["kind", "=pdf", "kind=", ""])
def test_what_is_no_condition_is_refused(condition: str) -> None:
    with pytest.raises(click.BadParameter, match="write name=value"):
        parse_filters([condition])


def test_equality_and_comparison_of_one_name_are_refused() -> None:
    with pytest.raises(click.BadParameter, match='"page" has both'):
        parse_filters(["page=3", "page>=2"])
