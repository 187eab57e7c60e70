"""How many tokens a conversation has, by estimate; knows no model."""

from collections.abc import Iterable

from rag.answering.fencing import estimate_tokens


def chat_usage(asked: Iterable[str], content: str) -> dict[str, int]:
    """Return the usage of a chat completion.

    What counts is what went over this wire, not the passages that a chat model was shown: the
    tokens are estimated, as the models behind this interface have tokenizers of many kinds.
    """
    prompt, completion = sum(map(estimate_tokens, asked)), estimate_tokens(content)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def response_usage(asked: Iterable[str], content: str) -> dict[str, object]:
    """Return the usage of a response, counted as `chat_usage` counts."""
    usage = chat_usage(asked, content)
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": usage["total_tokens"],
    }
