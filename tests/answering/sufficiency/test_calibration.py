"""What labelled questions taught, and where it is refused."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from rag.answering.sufficiency.calibration import (
    SKETCHED,
    Basis,
    Calibration,
    read_calibration,
    sketch,
)
from rag.errors import SettingsError


def hashes(first: int, last: int) -> tuple[str, ...]:
    return sketch([number.to_bytes(8, "big") for number in range(first, last)])


BASIS = Basis("meaning_1", "hybrid", "abc", "model A", hashes(0, 200))
CALIBRATION = Calibration(BASIS, (-2.0, 0.5), (1.0, 3.0))


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(CALIBRATION.to_json(), "utf-8")
    assert read_calibration(file) == CALIBRATION


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1}', "\udcff"])
def test_what_is_none_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "calibration.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError, match=r"calibration\.json"):
        read_calibration(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_calibration(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(BASIS, model="xyz", model_name="model B"), "made with model A, found model B"),
        (replace(BASIS, model="", model_name=""), "made with model A, found words alone"),
        (replace(BASIS, search="dense"), "made with hybrid, found dense"),
        (replace(BASIS, signs="meaning_2"), "another version of this program"),
        (replace(BASIS, passages=hashes(1000, 1200)), "another index: about 0%"),
    ],
)
def test_another_model_search_version_or_index_is_refused(other: Basis, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        CALIBRATION.require(other)
    assert "rag bench calibrate" in str(refused.value)


def test_an_index_that_grew_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        CALIBRATION.require(BASIS)
        CALIBRATION.require(replace(BASIS, passages=hashes(0, 205)))
        assert not caplog.records
        CALIBRATION.require(replace(BASIS, passages=hashes(0, 250)))
    assert "before the index changed: about 80 %" in caplog.text


def test_the_share_of_the_same_passages_is_estimated_from_a_sample() -> None:
    def basis(seed: int, kept: int) -> Basis:
        import hashlib

        keys = [hashlib.sha256(b"%d" % n).digest() for n in range(kept)]
        keys += [hashlib.sha256(b"%d-%d" % (seed, n)).digest() for n in range(4000 - kept)]
        return replace(BASIS, passages=sketch(keys))

    first, second = basis(1, 3000), basis(2, 3000)
    assert len(first.passages) == SKETCHED
    assert first.same_passages(second) == pytest.approx(3000 / 5000, abs=0.1)
    assert first.same_passages(first) == 1.0
