"""Opens chat models from plain arguments; knows no prompt and calls no model."""

import sys
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel
from pydantic import SecretStr

from rag.answering.failures import one_line
from rag.errors import ChatModelNotConfiguredError, MissingExtraError

# Only these hosts want the newer name of the output limit; llama.cpp, LM Studio, older vLLM and
# Ollama know `max_tokens` alone and would ignore the other without a word.
_OFFICIAL_HOSTS: Final = ("openai.com", "openai.azure.com")
_NO_KEY: Final = "not-needed"


def create_chat_model(
    *,
    model: str,
    base_url: str | None = None,
    api_key: SecretStr | None = None,
    temperature: float | None = None,
    timeout_seconds: float = 60,
    max_retries: int = 2,
    max_output_tokens: int = 1024,
) -> BaseChatModel:
    """Open a chat model without calling it.

    Args:
        model: A name that an OpenAI-compatible endpoint knows, or "provider:name" for any other
            provider that LangChain's `init_chat_model` supports.
        base_url: Of the endpoint, up to and with "/v1"; None is the provider's own.
        api_key: May be None where `base_url` is a local endpoint that asks for none.
        temperature: None sends none, for models that accept no other than their own.
        timeout_seconds: The longest wait for a connection or for the next piece of an answer.
        max_retries: Of a request that failed before it gave anything.
        max_output_tokens: The longest answer.

    Raises:
        ChatModelNotConfiguredError: No key and no endpoint, or a name that means nothing.
        MissingExtraError: The provider's package is not installed.
    """
    options = _Options(
        model, base_url, api_key, temperature, timeout_seconds, max_retries, max_output_tokens
    )
    provider, colon, name = model.partition(":")
    if not colon or not _is_provider(provider):
        return _create_openai(options)
    if provider == "openai":
        return _create_openai(replace(options, model=name))
    return _create_other(provider, replace(options, model=name))


@dataclass(frozen=True, slots=True)
class _Options:
    model: str
    base_url: str | None
    api_key: SecretStr | None
    temperature: float | None
    timeout_seconds: float
    max_retries: int
    max_output_tokens: int


def says_why_it_ends(model: BaseChatModel) -> bool:
    """Return whether a stream of this model that ends without a reason was cut off."""
    openai = sys.modules.get("langchain_openai.chat_models.base")
    return openai is not None and isinstance(model, openai.BaseChatOpenAI)


def _is_provider(name: str) -> bool:
    """Say whether LangChain knows a provider; local models hold colons too ("llama3.2:3b")."""
    from langchain.chat_models import base

    # langchain 1.4 has no public list of providers.
    return name in base._BUILTIN_PROVIDERS


def _is_official(base_url: str | None) -> bool:
    host = urlsplit(base_url).hostname or "" if base_url else "openai.com"
    return any(host == known or host.endswith("." + known) for known in _OFFICIAL_HOSTS)


def _create_openai(options: _Options) -> BaseChatModel:
    if options.api_key is None and options.base_url is None:
        raise ChatModelNotConfiguredError(
            f"the chat model {options.model!r} needs a key, and none was found; set chat.api_key "
            "(or OPENAI_API_KEY), or chat.base_url for an endpoint that asks for none"
        )
    from langchain_openai import ChatOpenAI

    official = _is_official(options.base_url)
    return ChatOpenAI(
        model=options.model,
        base_url=options.base_url,
        api_key=options.api_key or SecretStr(_NO_KEY),
        temperature=options.temperature,
        timeout=options.timeout_seconds,
        stream_chunk_timeout=options.timeout_seconds,
        max_retries=options.max_retries,
        max_completion_tokens=options.max_output_tokens if official else None,
        extra_body=None if official else {"max_tokens": options.max_output_tokens},
    )


def _create_other(provider: str, options: _Options) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    named: dict[str, Any] = {
        "base_url": options.base_url,
        "api_key": options.api_key,
        "temperature": options.temperature,
    }
    if provider == "ollama":  # langchain-ollama has names of its own and takes no key
        del named["api_key"]
        named["num_predict"] = options.max_output_tokens
        named["client_kwargs"] = {"timeout": options.timeout_seconds}
    else:
        named["max_tokens"] = options.max_output_tokens
        named["timeout"] = options.timeout_seconds
        named["max_retries"] = options.max_retries
    given = {name: value for name, value in named.items() if value is not None}
    try:
        opened: BaseChatModel = init_chat_model(options.model, model_provider=provider, **given)
    except ImportError as error:
        raise MissingExtraError(
            f"the chat model provider {provider!r} needs a package that is not installed "
            f"({one_line(str(error))}); install it or change chat.model"
        ) from error
    except ValueError as error:
        raise ChatModelNotConfiguredError(
            f"the chat model {provider}:{options.model} cannot be opened "
            f"({one_line(str(error))}); check chat.model, chat.api_key and chat.base_url"
        ) from error
    return opened
