"""Makes true and altered sentences of the facts by fixed rules; knows no check."""

from collections.abc import Iterator, Sequence
from typing import Final

from evals.claims.case import Case
from evals.claims.facts import Fact, Stitch, read_facts, read_stitches

_KINDS: Final = {"number": "number changed", "negated": "negated", "name": "name swapped"}


def written_cases() -> list[Case]:
    """Return every sentence of the written set with its passages, in the order of the facts.

    Raises:
        ValueError: An edit changes nothing, or a quote is not in its document.
    """
    facts = read_facts()
    cases = [case for at, fact in enumerate(facts) for case in _of_fact(fact, _other(facts, at))]
    by_id = {fact.id: fact for fact in facts}
    return [*cases, *(_stitched(n, one, by_id) for n, one in enumerate(read_stitches(), start=1))]


def _of_fact(fact: Fact, other: Fact) -> Iterator[Case]:
    yield _case(fact, "verbatim", 1, fact.quote)
    if fact.near:
        yield _case(fact, "near-verbatim", 1, fact.near)
    for number, text in enumerate((*fact.paraphrases, *fact.more), start=1):
        yield _case(fact, "paraphrase", number, text)
    for number, text in enumerate(fact.quoted, start=1):
        yield _case(fact, "invented quotation", number, text)
    for name, kind in _KINDS.items():
        for number, text in enumerate(_edited(fact, name), start=1):
            yield _case(fact, kind, number, text)
    if fact.swapped:
        yield _case(fact, "roles swapped", 1, fact.swapped)
    if fact.invented:
        yield _case(fact, "invented", 1, fact.invented)
    for number, text in enumerate((fact.quote, *fact.paraphrases), start=1):
        yield _case(fact, "wrong passage", number, text, cites=other)


def _edited(fact: Fact, name: str) -> Iterator[str]:
    """Apply each edit to the quote and the paraphrases, where they hold its old words."""
    for edit in fact.edits[name]:
        old, _, new = edit.partition(" => ")
        texts = (fact.quote, *fact.paraphrases)
        altered = [text.replace(old, new, 1) for text in texts if old in text]
        if not (new and altered):
            raise ValueError(f"{fact.id}: the edit {edit!r} changes neither quote nor paraphrase")
        yield from altered


def _other(facts: Sequence[Fact], at: int) -> Fact:
    """Return the nearest later fact of the language whose passage is another one."""
    fact = facts[at]
    following = [*facts[at + 1 :], *facts[:at]]
    return next(
        one
        for one in following
        if one.language == fact.language and one.passage.page_content != fact.passage.page_content
    )


def _stitched(number: int, stitch: Stitch, facts: dict[str, Fact]) -> Case:
    halves = [facts[name] for name in stitch.cites]
    parts = {half.part for half in halves}
    return Case(
        id=f"{'+'.join(stitch.cites)}/stitched/{number}",
        kind="stitched",
        language=halves[0].language,
        # A sentence of which either half is held out is held out.
        part=parts.pop() if len(parts) == 1 else "held out",
        text=stitch.text,
        passages=tuple(half.passage for half in halves),
    )


def _case(fact: Fact, kind: str, number: int, text: str, *, cites: Fact | None = None) -> Case:
    return Case(
        id=f"{fact.id}/{kind}/{number}",
        kind=kind,
        language=fact.language,
        part=fact.part,
        text=text,
        passages=((cites or fact).passage,),
    )
