"""What is wrong with a set, as values; knows neither how it is found nor how it is shown."""

from dataclasses import asdict, dataclass
from typing import Literal

CHECKS = {
    "form": "an entry cannot be read",
    "id": "an id stands for two questions",
    "blank": "a question has no words",
    "document": "documents share a name, or have no text",
    "gold place": "gold is in no document, or outside its text",
    "gold missing": "a question is said to be answerable, and no gold says where",
    "gold given": "a question is said to be unanswerable, and has gold",
    "leak": "tuning and test questions are nearly the same, or rest on the same words",
    "gold twice": "the words of gold stand elsewhere too: finding them there counts as a miss",
    "gold edge": "gold starts or ends inside a word or in white space",
    "copies": "documents have the same text: finding the copy counts as a miss",
    "duplicate": "questions are nearly the same: they count twice, and are not independent",
    "wording": "a question copies words from its gold: search by words looks better than it is",
    "language": "the language is unknown, or not the one that is said",
    "answer": "no accepted answer has its words or numbers in the gold",
    "history": "turns do not alternate, or end with the user's",
    "unreviewed": "nobody has read this draft yet",
}
"""Every check and what it found, most serious first."""

_ERRORS = ("form", "id", "blank", "document", "gold place", "gold missing", "gold given", "leak")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        check: One of `CHECKS`.
        message: What was found.
        question: Id of the question, "" if it is about the set.
        line: In the questions file, None if that is not known.
    """

    check: str
    message: str
    question: str = ""
    line: int | None = None

    @property
    def severity(self) -> Literal["error", "warning"]:
        """Errors make scores wrong; warnings say what they cannot be trusted for."""
        return "error" if self.check in _ERRORS else "warning"

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag bench validate`."""
        return {"severity": self.severity, **asdict(self)}
