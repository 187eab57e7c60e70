"""A chat model that asks only what nobody has asked before; knows no endpoint and no prompt."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from evals.asking.memory import CallMemory, KeptReply, call_key

Ask = Callable[[str, Sequence[BaseMessage]], KeptReply]
"""From the hash of a call and its messages to the reply."""


class RememberedChat(BaseChatModel):
    """Any chat model with a memory.

    Attributes:
        identity: The model and its parameters, as far as they decide what it replies.
        memory: Where replies are kept.
        ask: Asks the model itself.
        draw: Which of several replies to the same messages this one gives.
    """

    identity: str
    memory: CallMemory
    ask: Ask
    draw: int = 0

    def drawing(self, draw: int) -> "RememberedChat":
        """Return the same model giving another of several replies."""
        return self.model_copy(update={"draw": draw})

    @property
    def _llm_type(self) -> str:
        return "remembered"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain prescribes the signature
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **_: Any,  # noqa: ANN401
    ) -> ChatResult:
        key = call_key(self.identity, self.draw, messages)
        reply = self.memory.get(key)
        if reply is None:
            reply = self.ask(key, messages)
            # An empty reply may be a whim of the endpoint: the next run asks again.
            if reply.text.strip():
                self.memory.put(key, reply)
        about = {"finish_reason": reply.ended} if reply.ended else {}
        message = AIMessage(reply.text, response_metadata=about)
        return ChatResult(generations=[ChatGeneration(message=message)])
