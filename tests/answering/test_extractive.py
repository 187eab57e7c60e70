"""Sentences, rows and code quoted in answer to a question, without a chat model."""

import os
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.expectations import meets_expectation
from rag.answering.extractive import extract, quote_answer
from rag.answering.units import units
from rag.embedding.reading import Reading
from tests.answering.fakes import passage

PLANS = """# Plans

We have three plans.

| Plan | Price | Seats |
|------|-------|-------|
| Basic | 5 EUR | 1 |
| Team | 25 EUR | 10 |

Ask sales about more."""
CODE = """Retry like this:

```python
def retry(call):

    for delay in (1, 2):
        call(delay)
```

It waits between calls."""
FAQ = """Can I return a gift card?
No. They are final.
How long does a refund take?
About two weeks after we have your parcel."""


def answer(question: str, *passages: Document) -> Answer:
    return quote_answer(question, question, passages, language="en")


def quotes(question: str, *passages: Document) -> list[str]:
    return [citation.quote for citation in answer(question, *passages).citations]


def test_quotes_are_the_documents_own_characters() -> None:
    text = "The lab is in Delft. Refunds are paid within 14 days. Cards are final."
    found = passage(text, start=500)
    (citation,) = answer("When are refunds paid?", found).citations
    assert text[citation.start_index - 500 : citation.end_index - 500] == citation.quote
    assert citation.quote == "Refunds are paid within 14 days."


def test_a_table_row_is_quoted_whole_under_its_header() -> None:
    found = answer("What is the price of the Team plan?", passage(PLANS))
    assert found.citations[0].quote == "| Team | 25 EUR | 10 |"
    assert found.text.startswith(
        "| Plan | Price | Seats |\n|---|---|---|\n| Team | 25 EUR | 10 |\n\n[1]"
    )


def test_rows_of_a_table_that_began_before_the_passage_are_quoted_under_its_header() -> None:
    rows = passage("| Team | 25 EUR | 10 |\n\nAsk us.", lead_in="| Plan | Price | Seats |")
    found = answer("What is the price of the Team plan?", rows)
    assert found.citations[0].quote == "| Team | 25 EUR | 10 |"
    assert found.text.startswith("| Plan | Price | Seats |\n|---|---|---|\n| Team | 25 EUR | 10 |")


def test_code_that_began_before_the_passage_is_quoted_whole_and_fenced() -> None:
    text = "    for delay in (1, 2):\n        call(delay)\n```\n\nIt waits between calls."
    found = answer("for delay in call delay?", passage(text, lead_in="```python"))
    assert found.citations[0].quote == "    for delay in (1, 2):\n        call(delay)\n```"
    assert found.text.startswith(
        "```python\n    for delay in (1, 2):\n        call(delay)\n```\n[1]"
    )


def test_code_whose_end_is_in_another_passage_is_closed_where_it_is_shown() -> None:
    found = answer("def retry call?", passage("Retry:\n\n```python\ndef retry(call):\n    call()"))
    assert "call()\n```\n[" in found.text


@pytest.mark.parametrize(
    ("text", "question", "quote"),
    [
        ("他说：“我不去。你去吧。”门关了。", "谁说我不去？", "他说：“我不去。你去吧。”"),
        (
            "甲（见图一；图二。）在北京；乙在上海。丙不在。",
            "甲在北京还是在上海？",
            "甲（见图一；图二。）在北京；乙在上海。",
        ),
        (
            "Use a tool, e.g. No. 5 at 3.5 mm. Stop.",
            "Which tool?",
            "Use a tool, e.g. No. 5 at 3.5 mm.",
        ),
        ("「你好。」他说。门关了。", "他说了什么「你好」？", "「你好。」他说。"),
    ],
)
def test_sentences_are_quoted_whole(text: str, question: str, quote: str) -> None:
    assert any(one.startswith(quote) for one in quotes(question, passage(text)))


def test_a_csv_row_is_quoted_whole() -> None:
    rows = "code: E1; meaning: Battery low\ncode: E2; meaning: Door open. Close it.\n"
    assert quotes("What does E2 mean?", passage(rows, kind="csv"))[0] == (
        "code: E2; meaning: Door open. Close it."
    )


def test_code_stays_intact() -> None:
    (quote, *_) = quotes("How do I retry a call with def retry?", passage(CODE))
    assert quote.startswith("```python\ndef retry(call):")
    assert quote.endswith("call(delay)\n```")


def test_a_definition_in_a_source_file_stays_intact() -> None:
    source = "import time\n\ndef wait(seconds):\n\n    time.sleep(seconds)\n\ndef stop():\n    pass"
    (quote, *_) = quotes("What does wait do with seconds?", passage(source, kind="code"))
    assert quote == "def wait(seconds):\n\n    time.sleep(seconds)"


def test_a_question_in_the_document_is_answered_by_what_follows_it() -> None:
    assert quotes("How long does a refund take?", passage(FAQ))[0].startswith("About two weeks")


def test_a_heading_is_no_answer() -> None:
    text = "# Refund period\n\nYour money is back after 14 days."
    assert quotes("What is the refund period?", passage(text)) == [
        "Your money is back after 14 days."
    ]


def test_a_heading_without_marks_is_no_answer() -> None:
    text = "How long the warranty lasts\n\nIt is covered for 36 months.\n\nWARRANTY 2026\n\nEnd."
    assert quotes("How long does the warranty last?", passage(text)) == [
        "It is covered for 36 months."
    ]


def test_a_line_that_states_a_value_may_answer() -> None:
    text = "Office address: Utrecht\nOffice phone: 030 123\n\nMore below."
    assert quotes("What is the office phone?", passage(text))[0].endswith("Office phone: 030 123")


def test_the_best_quote_comes_first() -> None:
    text = "Cards of the shop are final.\n\nThe sun is far.\n\nRefunds of cards take 14 days."
    assert quotes("How many days do refunds of cards take?", passage(text))[0].startswith("Refunds")


def test_neighbouring_sentences_become_one_quote_in_reading_order() -> None:
    text = "Refunds need a form. Refunds take 14 days."
    (quote,) = quotes("How do refunds work and how many days do they take?", passage(text))
    assert quote == "Refunds need a form. Refunds take 14 days."


def test_a_number_is_preferred_where_one_is_asked_for() -> None:
    text = "The Kestrel battery is light and strong. The Kestrel battery lasts 40 minutes."
    assert "40 minutes" in quotes("How long does the Kestrel battery last?", passage(text))[0]


def test_at_most_three_stretches_are_quoted() -> None:
    text = "\n\n".join(f"Refunds rule number {n} is here." for n in range(9))
    assert 1 <= len(quotes("refunds rule", passage(text))) <= 3


def test_nothing_is_quoted_where_nothing_matches() -> None:
    assert quotes("Who invented velcro?", passage("Refunds are paid within 14 days.")) == []
    assert quotes("Who invented velcro?") == []
    assert quotes("Who invented velcro?", passage("Who invented velcro?")) == []


def reading(text: str, vectors: Sequence[Sequence[float]], *, known: bool = True) -> Reading:
    """Read a text as if its words were the pieces."""
    spans = np.array([match.span() for match in re.finditer(r"\S+", text)]).reshape(-1, 2)
    unknown = np.full(len(spans), not known)
    return Reading(np.array(vectors, dtype=np.float16), spans[:, 0], spans[:, 1], unknown)


def about_money(texts: Sequence[str]) -> list[Reading]:
    found = []
    for text in texts:
        words = text.split()
        found.append(
            reading(
                text,
                [(1, 0) if re.search("(?i)money|refund|back", w) else (0, 1) for w in words],
            )
        )
    return found


def test_meaning_finds_what_shares_no_word() -> None:
    text = "The office is in Utrecht. Your money comes back soon. Dogs bark. Cats sleep."
    assert extract("Refund?", [passage(text)]) == []
    (found, *_) = extract("Refund?", [passage(text)], read=about_money)
    assert text[found.start : found.end] == "Your money comes back soon."


def test_a_model_that_finds_everything_alike_decides_nothing() -> None:
    def alike(texts: Sequence[str]) -> list[Reading]:
        return [reading(text, [(1, 0)] * len(text.split())) for text in texts]

    text = "The office is in Utrecht. Refunds take two weeks."
    assert extract("Who invented velcro?", [passage(text)], read=alike) == []


def test_a_model_that_does_not_know_the_language_changes_nothing_and_reads_no_passage() -> None:
    given: list[str] = []

    def blind(texts: Sequence[str]) -> list[Reading]:
        given.extend(texts)
        return [reading(text, [(1, 0)] * len(text.split()), known=False) for text in texts]

    text = "办公室位于杭州。退款需要十四天。门卫在门口。"
    by_words = extract("退款需要几天？", [passage(text)])
    assert extract("退款需要几天？", [passage(text)], read=blind) == by_words
    assert given == ["退款需要几天？"]
    assert text[by_words[0].start : by_words[0].end] == "退款需要十四天。"


@pytest.mark.parametrize(
    ("question", "text", "share"),
    [
        ("How many desks are there?", "There are twelve desks.", 1),
        ("How many desks are there?", "There are desks.", 0),
        ("办公室有多少张桌子？", "有十二张桌子。", 1),
        ("Who leads Acme?", "It is led by Jane Doe.", 1),
        ("Who leads Acme?", "It is led by Acme.", 0),
        ("Is it red?", "It is.", 0),
    ],
)
def test_what_is_asked_for_is_known(question: str, text: str, share: int) -> None:
    assert meets_expectation(question, text) == share


@pytest.mark.parametrize("text", [PLANS, CODE, FAQ, "", "  \n ", "a | b\nc | d", "```\nopen"])
def test_units_are_in_order_and_never_blank(text: str) -> None:
    cut = units(text)
    assert all(text[unit.start : unit.end].strip() for unit in cut)
    assert all(first.end <= second.start for first, second in pairwise(cut))


@pytest.mark.quality
@pytest.mark.parametrize(
    ("name", "first", "three"), [("xquad_en", 0.81, 0.93), ("xquad_zh", 0.81, 0.94)]
)
def test_the_answer_is_among_the_sentences_quoted_from_its_passage(
    name: str, first: float, three: float
) -> None:
    """The gold passage is given, so this scores the choice of sentences alone."""
    from tests.answering.xquad import gold_shares

    folder = Path(os.environ.get("RAG_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not (folder / name).is_dir():
        pytest.skip(f"no {name} in {folder}; set RAG_DATA")
    found_first, found_three = gold_shares(folder / name)
    assert found_first >= first
    assert found_three >= three
