"""Name the language of a question by its script and commonest words; knows no model."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from evals.gold import Question

# Scripts that one language (of those a set is likely to be in) is written with.
_SCRIPTS = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af\u1100-\u11ff]"),
    "zh": re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "el": re.compile(r"[\u0370-\u03ff]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
}
# Words that are frequent in one of these languages and rare in the others.
_WORDS = {
    "en": "the of and is are was were what which who how why when where does do did with to for "
    "in on by at from this that it be has have can an as no not or if more any there",
    "de": "der die das und ist sind was wer wie warum wann wo welche welcher nicht mit auf für von "
    "dem den ein eine im zum zur hat wird",
    "fr": "le la les des du et est sont que quel quelle qui comment pourquoi quand où dans avec "
    "pour un une au aux a-t-il",
    "es": "el los las del y es son qué quién cómo por cuándo dónde cuál en con para un una al fue",
    "it": "il lo gli dei e è sono che chi come perché quando dove quale nel con per un una al di",
    "pt": "o os as dos da e é são que quem como quando onde qual no na com para um uma ao foi",
    "nl": "de het een en is zijn wat wie hoe waarom wanneer waar welke met voor van niet op te",
}
_VOCABULARY = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
# As in rag.answering.language: a character of a script without spaces is about 0.6 words.
_WORDS_PER_CHARACTER = 0.6
_SHARE = 0.3


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, "" if it cannot be told.

    A question names things in Latin letters more often than an English one holds another script, so
    a third of another script decides.
    """
    words = _WORD.findall(text.lower())
    for language, script in _SCRIPTS.items():
        weight = _WORDS_PER_CHARACTER * len(script.findall(text))
        latin = sum(word.isascii() for word in words)
        if weight and weight / (weight + latin) >= _SHARE:
            return language
    return _by_words(words)


def _by_words(words: list[str]) -> str:
    hits = {language: sum(w in known for w in words) for language, known in _VOCABULARY.items()}
    first, second = sorted(hits.values(), reverse=True)[:2]
    return max(hits, key=lambda language: hits[language]) if first > second else ""


def fill_languages(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return the questions, those of no known language with the commonest of the others.

    "Super Bowl 2021 location" says nothing by itself; among English questions it is English.
    """
    asked = tuple(questions)
    counts = Counter(question.language for question in asked if question.language)
    commonest = min(counts, key=lambda one: (-counts[one], one)) if counts else ""
    return tuple(
        question if question.language else replace(question, language=commonest)
        for question in asked
    )
