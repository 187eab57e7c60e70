"""What the best passages agree on: the arithmetic, and a search over a real index."""

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag import Rag, Settings
from rag.retrieval.agreement import BEST, MEANING, WORDS, Told, add_agreement, counted
from rag.retrieval.fusion import Fusion, QueryEvidence, fuse
from rag.store.hits import Hit
from tests.fakes import BagOfWordsEmbeddings

PASSAGES = 100
TOPIC = "tide gauge harbour basin mooring"
ALONE = ["violin bow", "yeast dough", "lathe chuck", "orbit apogee", "hedge yew", "loom warp"]


def ranking(scores: list[float], *, dense_weight: float = 0.0) -> Fusion:
    """A ranking by words of passages "0", "1" …, the best first."""
    lexical = [Hit(str(place), score) for place, score in enumerate(scores)]
    fusion = fuse([], lexical, evidence=QueryEvidence(0.0, 0.1, 0.0, PASSAGES))
    return replace(fusion, dense_weight=dense_weight)


def told(texts: list[str], vectors: list[list[float]] | None = None) -> list[Told]:
    found = vectors or [[1.0, 0.0]] * len(texts)
    return [
        Told(counted(text), np.array(vector, dtype=np.float32))
        for text, vector in zip(texts, found, strict=True)
    ]


def agreed(fusion: Fusion, passages: list[Told]) -> Fusion:
    holding = {word: 2 for one in passages for word in one.words}
    return add_agreement(fusion, passages, holding=holding, passages=PASSAGES)


def gained(fusion: Fusion) -> dict[str, float]:
    return {hit.id: hit.agreement_evidence for hit in fusion.hits}


SCORES = [10.0, 9.9, 9.8, 9.7, 9.6, *(5.0 - n / 10 for n in range(20))]
TEXTS = [*(f"{TOPIC} n{n}" for n in range(BEST)), *ALONE, f"{TOPIC} quay"]
TEXTS += [f"word{n} other{n}" for n in range(len(SCORES) - len(TEXTS))]


def test_a_passage_like_the_best_ones_overtakes_those_that_are_not() -> None:
    fusion = agreed(ranking(SCORES), told(TEXTS))
    ranks = [hit.id for hit in fusion.hits]
    assert ranks[:6] == ["0", "1", "2", "3", "4", "11"]
    assert gained(fusion)["11"] > 0.5 * WORDS * SCORES[0]
    assert gained(fusion)["5"] < 0.1


def test_none_gains_more_by_words_than_its_share_of_the_best_ones_evidence() -> None:
    found = gained(agreed(ranking(SCORES), told(TEXTS)))
    assert max(found.values()) == pytest.approx(WORDS * SCORES[0])


def test_where_the_best_have_nothing_in_common_nothing_moves() -> None:
    unlike = [f"{chr(97 + n)}xyl {chr(97 + n)}qob" for n in range(len(SCORES))]
    fusion = ranking(SCORES)
    assert agreed(fusion, told(unlike)) is fusion


def test_scores_hold_what_was_added_and_are_sorted() -> None:
    fusion = agreed(ranking(SCORES), told(TEXTS))
    for hit in fusion.hits:
        total = hit.lexical_evidence + hit.agreement_evidence
        assert hit.score == pytest.approx(total / (total + math.log(PASSAGES)))
    assert list(fusion.hits) == sorted(fusion.hits, key=lambda hit: (-hit.score, hit.id))


def test_a_blind_model_has_no_say_and_a_trusted_one_shares_its_neighbours_evidence() -> None:
    # "10" lies beside the best ones, all others of its rank lie apart.
    vectors = [[1.0, 0.0, 0.0]] * BEST + [[0.0, 1.0, 0.0]] * 5 + [[1.0, 0.0, 0.0]]
    vectors += [[0.0, 0.0, 1.0]] * (len(TEXTS) - len(vectors))
    passages = told(TEXTS, vectors)
    blind = gained(agreed(ranking(SCORES), passages))
    trusted = gained(agreed(ranking(SCORES, dense_weight=1.0), passages))
    assert trusted["10"] - blind["10"] == pytest.approx(MEANING * sum(SCORES[:BEST]) / BEST)
    assert trusted["11"] - blind["11"] < trusted["10"] - blind["10"]


def test_what_is_not_looked_at_counts_as_the_least() -> None:
    fusion = ranking(SCORES)
    found = gained(agreed(fusion, told(TEXTS)[:21]))
    looked_at = [found[str(place)] for place in range(21)]
    assert max(looked_at) > min(looked_at)
    assert {found[str(place)] for place in range(21, len(SCORES))} == {min(looked_at)}


def test_a_handful_of_passages_is_left_as_it_is() -> None:
    fusion = ranking(SCORES[:12])
    assert agreed(fusion, told(TEXTS[:12])) is fusion
    empty = ranking([])
    assert agreed(empty, []) is empty


def test_words_held_by_deleted_passages_too_do_no_harm() -> None:
    passages = told(TEXTS)
    holding = {word: 10 * PASSAGES for one in passages for word in one.words}
    fusion = add_agreement(ranking(SCORES), passages, holding=holding, passages=PASSAGES)
    assert all(math.isfinite(hit.score) for hit in fusion.hits)


@pytest.fixture(scope="module")
def rag(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    folder = tmp_path_factory.mktemp("agreement")
    pages = {f"t{n}.md": f"The tide gauge of basin {n} is read by the harbour." for n in range(6)}
    pages["like.md"] = "A gauge of the harbour basin is read at every tide, says the master."
    apart = [f"{first} {second}" for first in ALONE[:4] for second in ALONE[2:]]
    pages |= {f"a{n}.md": f"They tide over the {words}." for n, words in enumerate(apart)}
    pages["潮位.md"] = "港池的潮位计每小时读数一次。"
    docs: Path = folder / "docs"
    docs.mkdir()
    for name, text in pages.items():
        (docs / name).write_text(text, "utf-8")
    with Rag(folder / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add(docs)
        yield rag


def test_a_search_tells_what_agreement_added(rag: Rag) -> None:
    found = rag.explain("tide gauge", k=7)
    added = {
        one.passage.metadata["source"].removeprefix("docs/"): one.why.agreement_evidence
        for one in (*found.passages, *found.left_out)
    }
    assert added["like.md"] > 0
    assert added["like.md"] > max(added[name] for name in added if name.startswith("a"))
    assert found.passages[0].why.to_dict()["agreement_evidence"] == max(added.values())


def test_chinese_passages_are_searched_as_well(rag: Rag) -> None:
    [best, *_] = rag.search("潮位计多久读数一次？")
    assert best.metadata["source"] == "docs/潮位.md"
