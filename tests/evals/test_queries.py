"""What is searched for a question, by settings; and the set's own rewrites as a reference."""

from collections.abc import Sequence

from evals.gold import Question, Turn
from evals.queries import Queries, by_authors, queries_of
from evals.retrieving import Asked
from rag.settings import RetrievalSettings, Settings
from tests.answering.fakes import ScriptedChatModel

TURNS = (Turn("user", "How long is the pump guaranteed?"), Turn("assistant", "Two years."))
FOLLOW_UP = Question("q", "And in Porto?", history=TURNS, rewrite="Pump guarantee in Porto?")
FIRST = Question("first", "Where is the office?")
JOINED = "How long is the pump guaranteed? And in Porto?"


def searched(history: str, *replies: str) -> Queries:
    model = ScriptedChatModel(replies=list(replies)) if replies else None
    settings = Settings(retrieval=RetrievalSettings(history=history))
    return queries_of([FIRST, FOLLOW_UP], settings, model, at_once=2, tell=lambda _: None)


def queries(asked: Sequence[Asked]) -> list[str]:
    return [one.query for one in asked]


def test_a_follow_up_is_searched_as_the_settings_say() -> None:
    assert queries(searched("join").asked) == [FIRST.text, JOINED]
    assert queries(searched("ignore").asked) == [FIRST.text, "And in Porto?"]
    asked = searched("rewrite", "What is the guarantee of the pump in Porto?").asked
    assert queries(asked) == [FIRST.text, "What is the guarantee of the pump in Porto?"]


def test_what_is_weighed_keeps_its_history_and_gives_rivals_one_text() -> None:
    for history in ("weigh", "auto"):
        first, follow_up = searched(history).asked
        assert first == Asked(FIRST, FIRST.text, FIRST.text)
        assert (follow_up.query, follow_up.alone) == ("And in Porto?", JOINED)
        assert follow_up.history == (
            ("human", "How long is the pump guaranteed?"),
            ("ai", "Two years."),
        )
        assert follow_up.texts == [
            "And in Porto?",
            "Two years.",
            "How long is the pump guaranteed?",
        ]


def test_the_authors_rewrites_replace_only_what_they_rewrote() -> None:
    other = Question("other", "And then?", history=TURNS)
    asked = [Asked(FIRST, FIRST.text), Asked(other, "joined")]
    found = by_authors([FIRST, FOLLOW_UP, other], asked)
    assert queries(found) == [FIRST.text, "Pump guarantee in Porto?", "joined"]
