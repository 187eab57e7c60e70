"""What is given of a passage by its share of the evidence; no index, documents of our own."""

from dataclasses import replace
from itertools import pairwise

import pytest

from rag.documents.document import LoadedDocument
from rag.retrieval.focus import Focused, evidence_of, focus, shortened
from rag.retrieval.fusion import FusedHit, Fusion
from rag.retrieval.outcome import Ranked
from rag.store.records import StoredPassage
from rag.store.tokens import query_weights

PARTS = [
    "The R2 logger has a battery. It lasts 400 days.",
    "Use a CR2477 cell. Close the lid firmly.",
    "It sends every ten minutes. The radio reaches 2 km. The mast may stand in the field.",
    "Wipe the seal with a cloth. Look for hairs on it.",
]
TEXT = "\n\n".join(PARTS)


def passage(ordinal: int, *, source: str = "a.md", page: int | None = None) -> StoredPassage:
    start = TEXT.index(PARTS[ordinal])
    return StoredPassage(
        id=f"{source}{ordinal}",
        source=source,
        ordinal=ordinal,
        start_index=start,
        end_index=start + len(PARTS[ordinal]),
        page=page,
        section=(),
        text=PARTS[ordinal],
        text_key=b"",
    )


def prose(text: str, *, kind: str = "markdown", section: tuple[str, ...] = ()) -> StoredPassage:
    return StoredPassage(
        id="x",
        source="x.md",
        ordinal=0,
        start_index=100,
        end_index=100 + len(text),
        page=None,
        section=section,
        text=text,
        text_key=b"",
        title="Radio",
        kind=kind,
    )


def document(source: str) -> LoadedDocument | None:
    return LoadedDocument(TEXT, "markdown") if source == "a.md" else None


def given(found: Focused) -> list[str]:
    return [one.text for _, one in found.found]


def focused(*placed: tuple[StoredPassage, float], k: int = 2, question: str = "radio") -> Focused:
    """Give passages with so many nats of evidence each, in this order."""
    ranked = [Ranked(one, 0.9 - at / 10) for at, (one, _) in enumerate(placed)]
    evidence = {one.id: nats for one, nats in placed}
    return focus(ranked, evidence, document, question=question, whole_from=0.85, k=k)


def test_what_has_less_evidence_is_shortened_and_keeps_its_place() -> None:
    found = focused((passage(0), 1.0), (passage(2), 0.5))
    assert given(found) == [PARTS[0], "The radio reaches 2 km."]
    [best, other] = [one for _, one in found.found]
    assert (best.id, other.id) == ("a.md0", "a.md2")
    assert TEXT[other.start_index : other.end_index] == other.text
    assert found.joined == frozenset()


def test_what_is_level_with_the_best_is_whole() -> None:
    assert given(focused((passage(0), 1.0), (passage(2), 0.86))) == [PARTS[0], PARTS[2]]


def test_the_first_is_whole_whatever_evidence_those_below_it_have() -> None:
    assert given(focused((passage(2), 0.5), (passage(0), 1.0))) == [PARTS[2], PARTS[0]]


def test_evidence_is_a_passage_s_own_and_that_of_what_was_said_before() -> None:
    hit = FusedHit("a", 0.9, 1, 0.5, 1, 8.0, 6.0, 8.0, history_evidence=1.0)
    assert evidence_of(Fusion((hit,), dense_weight=0.5, chance=4.0)) == {"a": 12.0}


def test_what_adjoins_a_whole_passage_is_joined_to_it_in_the_order_of_the_text() -> None:
    rows = [(passage(1), 1.0), (passage(0), 0.61), (passage(3), 0.5)]
    found = focused(*rows)
    assert given(found) == [f"{PARTS[0]}\n\n{PARTS[1]}", PARTS[3]]
    rating, stretch = found.found[0]
    assert (stretch.id, rating.score) == ("a.md1", 0.9)
    assert TEXT[stretch.start_index : stretch.end_index] == stretch.text
    assert found.joined == {"a.md0"}


def test_what_stands_below_k_may_still_be_joined() -> None:
    found = focused((passage(1), 1.0), (passage(3), 0.5), (passage(0), 0.61), k=2)
    assert given(found)[0] == f"{PARTS[0]}\n\n{PARTS[1]}"


def test_a_passage_between_two_makes_one_of_them() -> None:
    rows = [(passage(0), 1.0), (passage(2), 0.9), (passage(1), 0.7), (passage(3), 0.1)]
    other = (passage(0, source="b.md"), 0.05)
    found = focused(*rows, other)
    assert given(found)[0] == "\n\n".join(PARTS[:3])
    assert found.joined == {"a.md1", "a.md2"}
    assert [one.id for _, one in found.found] == ["a.md0", "a.md3"]


def test_a_stretch_has_at_most_three_passages() -> None:
    text = "\n\n".join(f"The mast of part {number} stands." for number in range(8))

    def part(ordinal: int) -> StoredPassage:
        words = f"The mast of part {ordinal} stands."
        whole = prose(words, kind="text")
        start = text.index(words)
        end = start + len(words)
        return replace(whole, id=str(ordinal), ordinal=ordinal, start_index=start, end_index=end)

    ranked = [Ranked(part(at), 0.5) for at in (0, 1, 2, 4, 5, 3, 6, 7)]
    level = {one.passage.id: 1.0 for one in ranked}
    read = LoadedDocument(text, "text")
    found = focus(ranked, level, lambda _: read, question="mast", whole_from=0.85, k=2).found
    assert [one.text.count("mast") for _, one in found] == [3, 3]
    assert found[0][1].start_index == 0
    assert found[1][1].text.startswith("The mast of part 3")


def test_little_evidence_is_joined_to_nothing() -> None:
    found = focused((passage(1), 1.0), (passage(0), 0.59), (passage(3), 0.1))
    assert found.joined == frozenset()


def test_passages_of_two_pages_or_sources_stay_apart() -> None:
    pages = focused((passage(1, page=1), 1.0), (passage(0, page=2), 0.9), (passage(3), 0.1))
    assert pages.joined == frozenset()
    other = (passage(0, source="b.md"), 0.9)
    assert focused((passage(1), 1.0), other, (passage(3), 0.1)).joined == frozenset()


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_as_many_come_back_as_are_asked_for(k: int) -> None:
    rows = [(passage(at), 1.0 - at / 20) for at in range(4)]
    found = focused(*rows, k=k)
    assert len(found.found) == k
    spans = sorted((one.start_index, one.end_index) for _, one in found.found)
    assert all(first[1] < second[0] for first, second in pairwise(spans))


def test_nothing_is_lost_where_no_evidence_is_to_be_had() -> None:
    assert given(focused((passage(0), 0.0), (passage(2), 0.0))) == [PARTS[0], PARTS[2]]
    assert focused().found == []


def shown(text: str, question: str, **about: object) -> str:
    whole = prose(text, **about)  # type: ignore[arg-type]
    part = shortened(whole, query_weights(question))
    offset = part.start_index - whole.start_index
    assert text[offset : offset + len(part.text)] == part.text
    assert part.end_index - part.start_index == len(part.text)
    return part.text


@pytest.mark.parametrize(
    ("text", "question", "sentence"),
    [
        ("It has a lid. The mast is 2 m high. It is grey.", "How high is the mast?", "The mast is"),
        ("盖子要盖紧。桅杆高两米。颜色是灰色。", "桅杆有多高？", "桅杆高两米。"),
        ("It is high. The mast is high.", "high", "It is high."),
    ],
)
def test_the_sentence_with_most_of_the_words_is_given(
    text: str, question: str, sentence: str
) -> None:
    assert shown(text, question).startswith(sentence)
    assert shown(text, question) != text


def test_a_heading_or_a_question_brings_what_follows_it() -> None:
    text = "## The mast\n\nIt is 2 m high.\n\nHow far is the radio heard?\n\nFor 2 km. Often more."
    section = ("Radio", "The mast")
    assert shown(text, "mast", section=section) == "## The mast\n\nIt is 2 m high."
    assert shown(text, "radio heard") == "How far is the radio heard?\n\nFor 2 km."
    numbered = "1 Why raise a mast\n\nRadio is weak near the ground. It is grey."
    assert shown(numbered, "mast") == "1 Why raise a mast\n\nRadio is weak near the ground."
    ends = "It is grey.\n\nAnd the mast?"
    assert shown(ends, "mast") == "And the mast?"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("| part | price |\n|---|---|\n| mast | 2 |\n| lid | 3 |", "markdown"),
        ("part | price\nmast | 2\nlid | 3", "pdf"),
        ("Set the mast.\n\n```sh\nmast --up\n```\n\nThen wait.", "markdown"),
        ("part: mast; price: 2\npart: lid; price: 3", "csv"),
        ("def mast():\n    return 2.\n\n\ndef lid():\n    return 3.", "code"),
        ("It is grey. It has a lid.", "text"),
    ],
)
def test_tables_code_and_what_shares_no_word_are_not_cut(text: str, kind: str) -> None:
    assert shown(text, "mast" if "mast" in text else "price", kind=kind) == text
