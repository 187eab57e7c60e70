"""Tells English from Chinese and holds the sentences we say ourselves; knows no model."""

import re
from typing import Final

_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_KANA_HANGUL: Final = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_WORD: Final = re.compile(r"[^\W\d_]+")

# A question in Chinese often names things in Latin letters ("Acme Cloud 的退款期限?"), a question
# in English hardly ever holds Chinese, so one Han character weighs as much as one Latin word.
_HAN_SHARE: Final = 0.3

NO_ANSWER: Final = {
    "en": "The documents do not answer this question.",
    "zh": "文档中没有这个问题的答案。",
}
NO_CHAT_MODEL: Final = {
    "en": "No chat model is configured (chat.model), so the answer is quoted from the documents.",
    "zh": "没有配置对话模型（chat.model），以下答案直接引自文档。",
}


def detect_language(text: str) -> str:
    """Return "zh", "en" or "other" by the share of Han characters among a text's words."""
    if _KANA_HANGUL.search(text):
        return "other"
    han = len(_HAN.findall(text))
    words = _WORD.findall(_HAN.sub(" ", text))
    if han and han / (han + len(words)) >= _HAN_SHARE:
        return "zh"
    return "en" if all(word.isascii() for word in words) else "other"


def sentence_in(sentences: dict[str, str], language: str) -> str:
    """Return our own sentence in `language` ("zh", "zh-TW" …), in English for all others."""
    return sentences["zh" if language.lower().startswith(("zh", "chinese", "中文")) else "en"]
