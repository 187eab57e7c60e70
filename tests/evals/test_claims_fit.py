"""How the weights of the citation check are fitted."""

import numpy as np
import pytest

from evals.claims.case import Case
from evals.claims.fit import FLAGGED, PARTS, Weighed, crosswise, fitted, threshold, weigh
from evals.claims.written import written_cases
from evals.logistic import fit_logistic
from tests.answering.fakes import passage


def case(number: int, *, true: bool, part: str = "third") -> Case:
    cited = passage("The hub serves 40 loggers.", source=f"{number % 9}.md")
    return Case(str(number), "paraphrase" if true else "invented", "en", part, "x", (cited,))


def table(signs: list[float], truths: list[bool], part: str = "third") -> Weighed:
    cases = [case(n, true=true, part=part) for n, true in enumerate(truths)]
    everywhere = np.ones(len(cases), dtype=np.bool_)
    return Weighed(cases, np.array([[1.0, sign] for sign in signs]), everywhere, ~everywhere)


@pytest.fixture(scope="module")
def spread() -> Weighed:
    truths = [n % 2 == 0 for n in range(400)]
    chance = np.random.default_rng(0).normal(size=400)
    return table(
        [float(true) * 2 + noise for true, noise in zip(truths, chance, strict=True)], truths
    )


def test_a_sign_of_the_truth_gets_a_positive_weight(spread: Weighed) -> None:
    assert fitted(spread, spread.of(*PARTS))[1] > 0.5


def test_so_many_altered_sentences_are_flagged_as_asked_for(spread: Weighed) -> None:
    odds = crosswise(spread)
    passed = spread.passed(odds, threshold(spread, odds))
    assert 1 - passed[~spread.is_true].mean() == pytest.approx(FLAGGED, abs=0.006)
    assert passed[spread.is_true].mean() > 0.4


def test_a_sentence_is_scored_without_its_own_document(spread: Weighed) -> None:
    odds = crosswise(spread)
    whole = spread.rows @ fitted(spread, spread.of(*PARTS))
    assert np.abs(odds - whole).max() > 1e-4


def test_what_is_decided_otherwise_stays_as_it_is(spread: Weighed) -> None:
    decided = Weighed(
        spread.cases, spread.rows, np.zeros(400, dtype=np.bool_), np.arange(400) % 3 == 0
    )
    assert list(decided.passed(np.zeros(400), 0.0)) == [n % 3 != 0 for n in range(400)]


def test_the_written_sentences_are_weighed_or_decided() -> None:
    cases = [one for one in written_cases() if one.part == "held out" and one.language == "en"]
    data = weigh(cases, lambda one: [float(len(one.text))])
    assert data.rows.shape[1] == 8
    assert 0.2 < data.weighed.mean() < 0.9
    assert all(data.rows[data.weighed][:, 0] == 1)
    quoted = [one.kind == "verbatim" for one in data.cases]
    assert not data.weighed[quoted].any()
    assert not data.flagged[quoted].any()


def test_a_fit_finds_the_weights_that_made_the_data() -> None:
    chance = np.random.default_rng(1)
    rows = np.column_stack([np.ones(20_000), chance.normal(size=(20_000, 2))])
    odds = rows @ np.array([-0.5, 1.0, -2.0])
    wanted = (chance.random(20_000) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    found = fit_logistic(rows, wanted, np.full(20_000, 1 / 20_000))
    assert found == pytest.approx([-0.5, 1.0, -2.0], abs=0.1)
