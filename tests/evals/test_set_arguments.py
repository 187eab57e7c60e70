import argparse
import sys

import pytest

from evals.set_arguments import parse_sets


@pytest.fixture
def data(tmp_path):
    for name in ("pumps", "valves"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "corpus.jsonl").touch()
    return tmp_path


def parsed(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["program", *map(str, words)])
    return parse_sets(argparse.ArgumentParser(), ("pumps", "valves"))


def test_without_a_name_all_sets_are_measured(monkeypatch, data):
    found = parsed(monkeypatch, "--data", data)
    assert (found.sets, found.data) == (["pumps", "valves"], data)
    assert parsed(monkeypatch, "valves", "--data", data).sets == ["valves"]


def test_a_set_that_is_not_there_is_refused_with_what_to_do(monkeypatch, data, capsys):
    with pytest.raises(SystemExit) as stopped:
        parsed(monkeypatch, "hubs", "--data", data)
    assert stopped.value.code == 2
    assert f"no set 'hubs' in {data}; name its folder with --data" in capsys.readouterr().err
