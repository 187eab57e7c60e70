import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval import diversity
from rag.retrieval.diversity import drop_near_duplicates, mmr


def unit(*rows: tuple[float, float]) -> np.ndarray:
    matrix = np.array(rows, dtype=np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


VECTORS = unit((1, 0), (1, 0), (0, 1), (1, 1))
SCORES = [0.9, 0.8, 0.5, 0.1]


def test_only_relevance_keeps_the_order():
    assert mmr(VECTORS, SCORES, 4, relevance_weight=1.0) == [0, 1, 2, 3]


def test_variety_prefers_the_different_over_the_repeated():
    # After row 0: row 1 has .5*.8 - .5*1 = -.1, row 2 .5*.5 - 0 = .25, row 3 .05 - .354 = -.304.
    assert mmr(VECTORS, SCORES, 2, relevance_weight=0.5) == [0, 2]
    # After row 2 row 1 still has -.1, row 3 -.304.
    assert mmr(VECTORS, SCORES, 4, relevance_weight=0.5) == [0, 2, 1, 3]


def test_only_variety_goes_as_far_as_it_can():
    assert mmr(unit((1, 0), (1, 0.1), (-1, 0)), [0.9, 0.8, 0.1], 2, relevance_weight=0.0) == [0, 2]


def test_equals_go_to_the_earlier_row():
    assert mmr(unit((1, 0), (1, 0), (1, 0)), [0.5, 0.5, 0.5], 3, relevance_weight=0.5) == [0, 1, 2]


@pytest.mark.parametrize(("k", "count"), [(0, 0), (2, 2), (9, 4)])
def test_no_more_than_asked_and_than_there_are(k: int, count: int):
    assert len(mmr(VECTORS, SCORES, k, relevance_weight=0.5)) == count


def test_of_nothing_nothing_is_chosen():
    assert mmr(np.empty((0, 2), dtype=np.float32), [], 3, relevance_weight=0.5) == []


@given(
    angles=st.lists(st.floats(0, 6.28), min_size=1, max_size=12),
    weight=st.floats(0, 1),
    k=st.integers(0, 12),
)
def test_mmr_follows_its_definition_at_every_step(angles: list[float], weight: float, k: int):
    vectors = unit(*[(float(np.cos(a)), float(np.sin(a))) for a in angles])
    scores = [1 / (row + 1) for row in range(len(angles))]
    chosen = mmr(vectors, scores, k, relevance_weight=weight)
    assert len(chosen) == len(set(chosen)) == min(k, len(angles))
    cosines = vectors @ vectors.T
    for step in range(1, len(chosen)):
        before = chosen[:step]
        gains = {
            row: weight * scores[row] - (1 - weight) * float(cosines[row, before].max())
            for row in range(len(angles))
            if row not in before
        }
        assert gains[chosen[step]] >= max(gains.values()) - 1e-5


PUMP = "The pump is guaranteed for two years from the day of purchase."
PUMP_AGAIN = "The PUMP is guaranteed, for two years, from the day of purchase!"
LONGER = PUMP + " Seals and hoses are parts that wear; they are guaranteed for three months only."
OTHER = "Clean the filter every month with warm water and a soft brush."
ZH = "水泵自购买之日起保修两年，密封件保修三个月。"
ZH_AGAIN = "水泵自购买之日起保修两年；密封件保修三个月！"


def test_a_repeat_is_dropped_and_the_better_copy_kept():
    assert drop_near_duplicates([PUMP, OTHER, PUMP_AGAIN], threshold=0.9) == [0, 1]


def test_chinese_repeats_are_dropped():
    assert drop_near_duplicates([ZH, ZH_AGAIN, "请每月清洗滤网。"], threshold=0.8) == [0, 2]


def test_a_text_inside_a_better_one_is_dropped():
    assert drop_near_duplicates([LONGER, PUMP], threshold=0.9) == [0]


def test_a_text_that_adds_to_a_better_one_is_kept():
    assert drop_near_duplicates([PUMP, LONGER], threshold=0.9) == [0, 1]


def test_a_changed_number_is_a_repeat_only_below_a_full_threshold():
    changed = PUMP.replace("two", "three")
    assert drop_near_duplicates([PUMP, changed], threshold=1.0) == [0, 1]
    assert drop_near_duplicates([PUMP, changed], threshold=0.6) == [0]


@pytest.mark.parametrize("texts", [[], [""], ["!?"], ["pump"], ["pump", "valve"]])
def test_tiny_texts_are_kept(texts: list[str]):
    assert drop_near_duplicates(texts, threshold=0.5) == list(range(len(texts)))


LIBRARY = st.lists(st.sampled_from([PUMP, PUMP_AGAIN, LONGER, OTHER, ZH, ZH_AGAIN]), max_size=12)


@given(texts=LIBRARY, wanted=st.integers(0, 12), threshold=st.floats(0.05, 1.0))
def test_stopping_early_finds_the_same_as_comparing_all(
    texts: list[str], wanted: int, threshold: float
):
    everything = drop_near_duplicates(texts, threshold=threshold)
    assert drop_near_duplicates(texts, threshold=threshold, wanted=wanted) == everything[:wanted]


def test_six_passages_of_150_candidates_take_a_hundredth_of_the_comparisons(
    monkeypatch: pytest.MonkeyPatch,
):
    compared = 0
    share_within = diversity._share_within

    def counting(*about: frozenset[tuple[str, ...]]) -> float:
        nonlocal compared
        compared += 1
        return share_within(*about)

    monkeypatch.setattr(diversity, "_share_within", counting)
    texts = [f"Pump {n} runs at {n * 7} bar and holds {n * 3} litres." for n in range(150)]
    counts = []
    for wanted in (None, 6):
        compared = 0
        assert len(drop_near_duplicates(texts, threshold=0.9, wanted=wanted)) == (wanted or 150)
        counts.append(compared)
    assert counts == [150 * 149 // 2, 6 * 5 // 2]


@given(st.lists(st.sampled_from([PUMP, PUMP_AGAIN, LONGER, OTHER, ZH, ZH_AGAIN]), max_size=8))
def test_the_best_is_always_kept_and_dropping_twice_changes_nothing(texts: list[str]):
    kept = drop_near_duplicates(texts, threshold=0.8)
    assert kept == sorted(set(kept))
    assert kept[:1] == ([0] if texts else [])
    survivors = [texts[row] for row in kept]
    assert drop_near_duplicates(survivors, threshold=0.8) == list(range(len(survivors)))
