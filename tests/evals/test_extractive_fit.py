"""What is fitted from sentences that hold an answer and those that do not."""

import numpy as np

from evals.extractive_fit import Asked, fit
from rag.answering.weights import NAMES


def _asked(count: int) -> list[Asked]:
    """Questions whose answer stands where `words` is high; `before` is noise."""
    random = np.random.default_rng(0)
    found = []
    for _ in range(count):
        signs = np.zeros((5, len(NAMES)))
        signs[:, NAMES.index("words")] = random.random(5)
        signs[:, NAMES.index("before")] = random.random(5)
        best = signs[:, NAMES.index("words")] + random.normal(0, 0.1, 5)
        found.append(Asked(signs, np.arange(5) == best.argmax()))
    return found


def test_a_sign_weighs_what_it_tells() -> None:
    weights = fit(_asked(200), ("words", "before"))
    assert weights.words > 5
    assert abs(weights.before) < 1
    assert weights.passage == 0


def test_a_question_that_no_sentence_answers_says_nothing() -> None:
    asked = _asked(50)
    silent = Asked(np.ones((3, len(NAMES))), np.zeros(3, dtype=np.bool_))
    assert fit([*asked, silent], ("words",)) == fit(asked, ("words",))
