"""The fit of the signs' weights, and the lines that tell how they decide."""

from evals.sufficiency_fit import Group, fit
from evals.sufficiency_table import Asked, report
from rag.answering.sufficiency.decision import log_odds
from rag.answering.sufficiency.signs import Signs


def signs(covered: float, nearness: float = 0.0) -> Signs:
    return Signs(nearness, covered, *[0.0] * 6)


GROUPS = (
    Group("own", True, [signs(0.5 + at / 40, at % 3) for at in range(20)]),
    Group("gone", False, [signs(at / 40, at % 3) for at in range(20)]),
)


def test_the_sign_that_tells_weighs_and_the_one_that_does_not_hardly() -> None:
    weights = fit([GROUPS])
    assert weights.covered > 5
    assert abs(weights.nearness) < 0.5
    assert weights.agreed == weights.words == weights.blind == 0
    assert log_odds(signs(0.95), weights) > 0 > log_odds(signs(0.05), weights)


def test_a_group_counts_the_same_however_many_questions_it_has() -> None:
    own, gone = GROUPS
    many = Group("gone", False, [*gone.signs] * 5)
    assert fit([(own, gone)]) == fit([(own, many)])


def test_a_set_is_told_by_a_line_for_each_group() -> None:
    asked = Asked("set", GROUPS, tuple(GROUPS[1].signs))
    gone, own = report(asked, fit([GROUPS]))
    assert gone.split()[:5] == ["set", "gone", "20", "1.000", "[1.000,"]
    assert own.split()[-1] == "1.000"
    assert list(report(asked, fit([GROUPS]))) == [gone, own]
