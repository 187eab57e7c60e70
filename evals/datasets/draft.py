"""Propose questions from documents without a model: cloze and headings; writes no file.

The same documents give the same drafts. Each is bound to words that stand in one place only;
whether it is a good question is for a person to say.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from evals.datasets.base import EvalDocument
from evals.datasets.language import detect_language
from evals.datasets.quotes import QuotedText
from evals.datasets.wording import content_words
from rag.documents.document import LoadedDocument
from rag.sentences import sentences
from rag.splitting.stretches import Stretch, stretches

BLANK = "____"
_LONGEST_QUOTE = 400
_HAN = r"\u3400-\u9fff"
_NUMBERING = re.compile(
    r"^\s*(?:\d+(?:\.\d+)*[.)、]?\s+|[一二三四五六七八九十]+、\s*|[A-Z]\.\s+|第\w+[条章节]\s+)"
)
_SENTENCE_END = re.compile(r"[.!?。！？][\"'”’）)]*$")
# What can be blanked out, the best first: an amount with its unit, a code, a quoted term, a name.
_TERMS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.,:])[-+±]?\d+(?:[.,:]\d+)*"
        rf"(?:\s?(?:%|°C|℃|[a-zA-Zµ]{{1,12}}\b|个?工作日|个?小时|个月|分钟|[{_HAN}]))?",
        r"[〇零一二两三四五六七八九十百千万]{1,6}(?:个?工作日|个?小时|个月|分钟|[天日年月周次元级])",
        r"\b(?=\w*\d)(?=\w*[A-Z])[\w-]{2,}\b",
        r"(?<=[“「《])[^”」》]{2,20}(?=[”」》])",
        r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)+",
    )
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed question and the words that answer it; `kind` is cloze, heading or written."""

    kind: str
    question: str
    source: str
    quote: str
    answers: tuple[str, ...] = ()


def draft_questions(
    documents: Sequence[EvalDocument], count: int, kinds: Iterable[str]
) -> list[Draft]:
    """Return up to `count` drafts, the kinds and documents taking turns.

    Args:
        documents: What to ask about.
        count: How many are wanted.
        kinds: Of "cloze" and "heading".
    """
    makers = {"cloze": _clozes, "heading": _headings}
    by_kind = [list(_in_turns(makers[kind](documents))) for kind in kinds]
    mixed = [draft for row in zip_longest(*by_kind) for draft in row if draft is not None]
    return _distinct(mixed)[:count]


def _distinct(drafts: Iterable[Draft]) -> list[Draft]:
    """Drop what is asked already: the ids of questions come from their words."""
    return list({draft.question: draft for draft in drafts}.values())


def _in_turns(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Yield one draft of each document in turn, those of a document in a fixed random order."""
    by_source: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        by_source[draft.source].append(draft)
    queues = [sorted(by_source[source], key=_shuffled) for source in sorted(by_source)]
    return (draft for row in zip_longest(*queues) for draft in row if draft is not None)


def _shuffled(draft: Draft) -> bytes:
    return hashlib.sha256(draft.quote.encode("utf-8", "surrogatepass")).digest()


# Cloze: a sentence with its most telling part left out


def _clozes(documents: Sequence[EvalDocument]) -> Iterator[Draft]:
    told = Counter(
        _flat(document.text[start:end])
        for document in documents
        for start, end in sentences(document.text)
    )
    for document in documents:
        quoted = QuotedText(document.source, document.text)
        for start, end in _prose(document):
            sentence = _flat(document.text[start:end])
            term = _term(sentence) if told[sentence] == 1 and _is_telling(sentence) else None
            if term is not None and len(quoted.occurrences(sentence)) == 1:
                question = _blanked(sentence, term)
                yield Draft("cloze", question, document.source, sentence, (term,))


def _blanked(sentence: str, term: str) -> str:
    asked = "请填空：" if _is_chinese(sentence) else "What belongs in the blank: "
    return asked + sentence.replace(term, BLANK, 1)


def _prose(document: EvalDocument) -> Iterator[tuple[int, int]]:
    """Yield the sentences that are in no code and no table."""
    blocks = document.structure.blocks if document.structure else ()
    spans = [(b.start_index, b.end_index) for b in blocks if b.kind in ("code", "table")]
    for start, end in sentences(document.text) if document.kind not in ("code", "csv") else ():
        if not any(start < last and first < end for first, last in spans):
            yield start, end


def _is_telling(sentence: str) -> bool:
    """Tell whether a sentence is whole, and neither too short to be unique nor too long to read."""
    if not (_SENTENCE_END.search(sentence) and sentence.isprintable()):
        return False
    if sentence[0] in "#|-*>•" or _NUMBERING.match(sentence):
        return False
    if _is_chinese(sentence):
        return 14 <= len(sentence) <= 90
    return 8 <= len(sentence.split()) <= 40 and len(content_words(sentence)) >= 5


def _term(sentence: str) -> str | None:
    """Return the part to leave out: it stands once and is not most of the sentence."""
    for pattern in _TERMS:
        for match in pattern.finditer(sentence):
            term = match[0].strip()
            if term and sentence.count(term) == 1 and len(term) <= len(sentence) / 3:
                return term
    return None


# Headings: what does the document say about this?


def _headings(documents: Sequence[EvalDocument]) -> Iterator[Draft]:
    titles = Counter(
        heading.title.strip().lower()
        for document in documents
        if document.structure
        for heading in document.structure.headings
    )
    for document in documents:
        if document.structure is None or document.kind == "code":
            continue
        quoted = QuotedText(document.source, document.text)
        for stretch in stretches(document.structure):
            if stretch.section and titles[stretch.section[-1].strip().lower()] == 1:
                draft = _heading(document.title, document.structure, stretch)
                if draft is not None and len(quoted.occurrences(draft.quote)) == 1:
                    yield replace(draft, source=document.source)


def _heading(title: str, loaded: LoadedDocument, stretch: Stretch) -> Draft | None:
    quote = _opening(loaded.text, _body_start(loaded, stretch), stretch.end)
    *above, heading = (_NUMBERING.sub("", part).strip() for part in stretch.section)
    about = [part for part in (title, *above) if part]
    if heading == title or not quote or not heading.isprintable() or not _names_subject(heading):
        return None
    return Draft("heading", _asked(heading, about[-1] if about else ""), "", quote)


def _asked(heading: str, within: str) -> str:
    if heading.endswith(("?", "？")):
        return heading
    if _is_chinese(heading):
        return (
            f"{within}中关于“{heading}”是怎么说的？" if within else f"关于“{heading}”是怎么说的？"
        )
    return (
        f"What does {within} say about {heading}?" if within else f"What is said about {heading}?"
    )


def _body_start(loaded: LoadedDocument, stretch: Stretch) -> int:
    """Return where the text below the last heading of a stretch starts."""
    starts = [
        h.start_index for h in loaded.headings if stretch.start <= h.start_index < stretch.end
    ]
    if not starts:
        return stretch.end
    line_end = loaded.text.find("\n", starts[-1], stretch.end)
    return stretch.end if line_end < 0 else line_end + 1


def _opening(text: str, start: int, end: int) -> str:
    """Return the first whole sentences of a stretch that make a readable quote, "" if none."""
    last = start
    for _, stop in sentences(text[start:end]):
        if stop > _LONGEST_QUOTE:
            break
        last = start + stop
    quote = _flat(text[start:last])
    return quote if quote.isprintable() and len(quote) >= 20 else ""


def _names_subject(heading: str) -> bool:
    """Tell whether a heading says what it is about: "Overview" and "概述" do not."""
    enough = 4 if _is_chinese(heading) else 2
    size = len(heading) if _is_chinese(heading) else len(heading.split())
    return enough <= size <= 20 and len(heading) <= 80


def _flat(text: str) -> str:
    return " ".join(text.split())


def _is_chinese(text: str) -> bool:
    return detect_language(text) == "zh"
