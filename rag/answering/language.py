"""Tells English from Chinese and holds the sentences we say ourselves; knows no model."""

import re
from collections.abc import Mapping
from typing import Final

_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_KANA_HANGUL: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_WORD: Final = re.compile(r"[^\W\d_]+")

# A Chinese word has about 1.7 characters. A question in Chinese often names things in Latin letters
# ("Acme Cloud 的退款期限?"), one in English hardly ever holds Chinese: a third decides.
_WORDS_PER_HAN: Final = 0.6
_HAN_SHARE: Final = 0.3

NO_ANSWER: Final = {
    "en": "The documents do not answer this question.",
    "zh": "文档中没有这个问题的答案。",
}
NO_CHAT_MODEL: Final = {
    "en": "No chat model is configured (chat.model): these are sentences quoted from the "
    "documents.",
    "zh": "未配置对话模型（chat.model）：以下为文档原文摘录。",
}
NOTHING_MATCHES: Final = {
    "en": "No chat model is configured (chat.model), and no sentence matches the question well "
    "enough to be quoted.",
    "zh": "未配置对话模型（chat.model），也没有与问题足够相符的原文可以摘录。",
}
NEAREST: Final = {
    "en": "No chat model is configured (chat.model), and the passages found are too unlike an "
    "answer to be quoted. Nearest: {nearest}.",
    "zh": "未配置对话模型（chat.model），找到的段落与问题差距较大，不予摘录。"
    "最接近的是：{nearest}。",
}
NEAREST_MISSING: Final = {
    "en": "No chat model is configured (chat.model), and no passage found says anything of "
    "{missing}. Nearest: {nearest}.",
    "zh": "未配置对话模型（chat.model），找到的段落都没有提到{missing}。最接近的是：{nearest}。",
}
LIKELY_INSUFFICIENT: Final = {
    "en": "The passages found may not answer this question; check the answer against them.",
    "zh": "找到的段落可能不足以回答这个问题，请对照原文核实。",
}
NOTHING_FOUND: Final = {
    "en": "No passage of the documents matches.",
    "zh": "文档中没有匹配的段落。",
}
CUT_OFF: Final = {
    "en": "The answer reached chat.max_output_tokens and was cut off.",
    "zh": "答案达到 chat.max_output_tokens 上限，已被截断。",
}
UNCITED: Final = {
    "en": "The chat model cited no passage for this answer; check it against the passages.",
    "zh": "对话模型没有为此答案引用任何段落，请对照原文核实。",
}
UNGROUNDED: Final = {
    "en": "Said without a citation, and in none of the passages found: “{said}”",
    "zh": "以下内容没有引用，所找到的段落中也没有：“{said}”",
}
UNVERIFIED: Final = {
    "en": "Marked citations do not hold what the answer says: check it against the passages.",
    "zh": "带标记的引用与原文不符，请对照所引段落核实。",
}
LEFT_OUT: Final = {
    "en": "Of {found} passages found, the chat model was shown {shown}; more do not fit "
    "(answer.passage_tokens, chat.context_tokens).",
    "zh": "找到 {found} 个段落，对话模型只看到了 {shown} 个；"
    "其余超出上限（answer.passage_tokens、chat.context_tokens）。",
}
CUT_SHORT: Final = {
    "en": "The chat model was shown only the beginning of the best passage; more does not fit "
    "(answer.passage_tokens, chat.context_tokens).",
    "zh": "对话模型只看到了最佳段落的开头；其余超出上限"
    "（answer.passage_tokens、chat.context_tokens）。",
}
REMOVED: Final = {
    "en": "Left out of the answer: what the passages it cites do not say (answer.unsupported).",
    "zh": "答案中与所引段落不符的内容已删去（answer.unsupported）。",
}


def detect_language(text: str) -> str:
    """Return "zh", "en" or "other" by the share of Han characters among a text's words."""
    if _KANA_HANGUL.search(text):
        return "other"
    han = _WORDS_PER_HAN * len(_HAN.findall(text))
    words = _WORD.findall(_HAN.sub(" ", text))
    if han and han / (han + len(words)) >= _HAN_SHARE:
        return "zh"
    return "en" if all(word.isascii() for word in words) else "other"


def is_chinese(language: str) -> bool:
    """Return whether a language, named as a person or a standard names it, is Chinese."""
    return language.strip().lower().startswith(("zh", "chinese", "中文", "汉语", "简体", "繁"))


def named_language(language: str) -> str:
    """Return what a model is told to answer in: "auto" is the language of the question."""
    if language == "auto":
        return "the language of the question"
    if is_chinese(language):
        return "Chinese" if language.strip().lower() == "zh" else f"Chinese ({language.strip()})"
    return "English" if language.strip().lower() == "en" else language.strip()


def no_answer_in(language: str) -> str:
    """Return the one sentence that says that the documents do not answer."""
    return say(NO_ANSWER, language)


def say(sentences: Mapping[str, str], language: str) -> str:
    """Return our own sentence in Chinese where `language` is, in English for all others."""
    return sentences["zh" if is_chinese(language) else "en"]
