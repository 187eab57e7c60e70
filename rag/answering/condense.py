"""Turns a question asked in a conversation into one that can be searched alone; knows no index."""

import re
from typing import Final

from langchain_core.messages import HumanMessage

from rag.answering.language import detect_language
from rag.answering.question import Question

# Words that point back into the conversation, and openings that leave out what was said before.
_REFERS_EN: Final = re.compile(
    r"\b(it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|that|those|these|this|"
    r"there|the (?:first|second|third|last|other|former|latter|same)(?: one)?|ones?|"
    r"both|either|neither)\b",
    re.IGNORECASE,
)
_OPENS_EN: Final = re.compile(
    r"^\s*(and|but|or|so|also|then|why|how come|what about|how about|what if|really|"
    r"for example|tell me more|more|else|anything else|what else|go on|continue)\b",
    re.IGNORECASE,
)
_REFERS_ZH: Final = re.compile(
    r"它们?|他们?|她们?|这个|那个|这些|那些|这种|那种|这里|那里|此|该|其中|其他|前者|后者|"
    r"上面|上述|刚才|刚刚"
)
_OPENS_ZH: Final = re.compile(r"^\s*(那么?|然后|还有|另外|而且|但是?|所以|为什么|怎么会|继续)")
_ENDS_ZH: Final = re.compile(r"呢[?？。]?\s*$")

# Questions of fewer words than this leave most of what they ask unsaid ("How much?", "多少钱?").
_SHORT_WORDS: Final = 3
_SHORT_HAN: Final = 5


def needs_history(question: str) -> bool:
    """Return whether a question leans on what was said before it."""
    han = len(re.findall(r"[\u3400-\u9fff]", question))
    words = len(re.findall(r"[^\W\d_\u3400-\u9fff]+|\d+", question))
    if (han and han + words <= _SHORT_HAN) or (not han and words <= _SHORT_WORDS):
        return True
    patterns = (_REFERS_EN, _OPENS_EN, _REFERS_ZH, _OPENS_ZH, _ENDS_ZH)
    return any(pattern.search(question) for pattern in patterns)


def join_history(question: Question) -> str:
    """Return a search query without a model: the question, behind the last one if it leans on it.

    The nearest earlier question that stands alone is taken, so that a chain of follow-ups keeps
    its topic.
    """
    if not needs_history(question.text):
        return question.text
    asked = [
        message.text.strip() for message in question.history if isinstance(message, HumanMessage)
    ]
    leaned_on = next((text for text in reversed(asked) if not needs_history(text)), None)
    if leaned_on is None:
        leaned_on = asked[0] if asked else None
    return question.text if leaned_on is None else f"{leaned_on} {question.text}"


_INTERROGATIVE: Final = re.compile(
    r"[?？]|\b(?:what|when|where|which|who|whom|whose|why|how|is|are|was|were|do|does|did|can|could|"
    r"should|will|would|has|have|tell|explain|describe|list|show|find|name|compare|summari[sz]e)\b"
    r"|[吗呢么]|什么|多少|多久|多长|多大|几|谁|哪|怎|如何|为何|是否|能否|可否|请|介绍|说明|列出|比较",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"^(?:(?:standalone |rewritten |search )?(?:question|query)|(?:独立|改写后的?)?问题)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
_REASONING: Final = re.compile(r"^\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
_MOST_TIMES_LONGER: Final = 4
_ALWAYS_ALLOWED: Final = 200


def read_rewrite(reply: str, question: str) -> str | None:
    """Return the standalone question in a model's reply, None where the reply is something else.

    Something else is nothing, several lines, another language than the question's, text far longer
    than the question, or a statement in reply to what was asked as a question.
    """
    text = _LABEL.sub("", _REASONING.sub("", reply).strip()).strip().strip('"“”「」*`').strip()
    if not text or "\n" in text or detect_language(text) != detect_language(question):
        return None
    if len(text) > max(_ALWAYS_ALLOWED, _MOST_TIMES_LONGER * len(question)):
        return None
    asks = _INTERROGATIVE.search(question) is not None
    return None if asks and not _INTERROGATIVE.search(text) else text
