"""The project's exceptions: what a user can cause and mend; knows nothing of any other module.

RagError
├── SettingsError              a setting is unknown, misspelt or out of range
├── MissingExtraError          an optional dependency is not installed
├── DocumentError              a source cannot be read (the others go on)
│   ├── UnsupportedFormatError     no loader knows this kind of file
│   ├── EncryptedDocumentError     a password is needed
│   ├── EmptyDocumentError         no text inside (a scan, an empty file)
│   └── DocumentLimitError         too large, too slow or too hungry to parse
├── EmbeddingError             the embedding model cannot be loaded or used
│   └── ModelNotFoundError         no such model here, and no hub to ask
├── RerankerError              the reranker cannot be loaded, failed, or returned nonsense
├── StoreError                 the index cannot be read or written
│   ├── IndexNotFoundError         nothing was indexed at this place
│   ├── IndexLockedError           another process is writing
│   ├── FingerprintMismatchError   built with another model than the settings name
│   ├── CollectionConflictError    the Chroma collection is somebody else's
│   ├── StoreUnavailableError      the disk is full or the Chroma server is away; nothing is damaged
│   └── SchemaVersionError         written by a newer version of this program
├── RetrievalError             a question or filter that cannot be searched
├── PromptError                a prompt file is missing or lacks a variable
├── CitationNotFoundError      `rag show` was asked for something not in the index
├── RemoteError                a running `rag serve` cannot be reached or refused
├── BenchError                 a benchmark's spec, set or result cannot be used
└── ChatModelError             the chat model did not answer
    ├── ChatModelNotConfiguredError  no key, no model name, no endpoint
    ├── ChatConnectionError          nothing listens at the base URL, or it timed out
    ├── ChatAuthenticationError      401 or 403: the key was refused
    ├── ChatModelNotFoundError       404: the endpoint has no such model
    ├── ChatRateLimitError           429: quota or rate
    ├── ChatServerError              5xx from the endpoint
    ├── ChatStreamError              the stream broke off before its end
    ├── ChatContentFilterError       the endpoint withheld the answer
    └── ChatContextLengthError       the prompt does not fit the model

Each message is one line that says what was wanted, what was found, and what to do. The command line
prints it and exits with the class's `exit_code`.
"""


class RagError(Exception):
    """The root of every error a user can mend; `exit_code` is what the command line exits with."""

    exit_code = 1


class SettingsError(RagError):
    """A setting is unknown, misspelt or out of range."""

    exit_code = 2


class MissingExtraError(RagError):
    """An optional dependency is not installed; the message names the install command."""

    exit_code = 2


class DocumentError(RagError):
    """A source cannot be read; indexing goes on with the others."""

    exit_code = 3


class UnsupportedFormatError(DocumentError):
    """No loader knows this kind of file."""


class EncryptedDocumentError(DocumentError):
    """The document needs a password."""


class EmptyDocumentError(DocumentError):
    """The document holds no text: an empty file or a scan."""


class DocumentLimitError(DocumentError):
    """The document is too large, too slow or too hungry to parse."""


class EmbeddingError(RagError):
    """The embedding model cannot be loaded or used."""

    exit_code = 4


class ModelNotFoundError(EmbeddingError):
    """The embedding model is neither a folder, nor packaged, nor to be had from a hub."""


class RerankerError(RagError):
    """The reranker cannot be loaded, failed, or returned what it was not given."""

    exit_code = 4


class StoreError(RagError):
    """The index cannot be read or written."""

    exit_code = 5


class IndexNotFoundError(StoreError):
    """Nothing was indexed at this place."""


class IndexLockedError(StoreError):
    """Another process is writing to this index."""


class FingerprintMismatchError(StoreError):
    """The index was built with another embedding model than the settings name."""


class CollectionConflictError(StoreError):
    """The Chroma collection of this name belongs to another index or to something else."""


class StoreUnavailableError(StoreError):
    """The disk is full or closed to us, or the Chroma server is away; nothing is damaged."""


class SchemaVersionError(StoreError):
    """The index was written by a newer version of this program."""


class RetrievalError(RagError):
    """A question or filter cannot be searched."""

    exit_code = 6


class PromptError(RagError):
    """A prompt file is missing, or lacks or misspells a variable."""

    exit_code = 2


class CitationNotFoundError(RagError):
    """A citation or passage id is not in the index."""

    exit_code = 6


class RemoteError(RagError):
    """A running `rag serve` cannot be reached, or refused.

    `status` is that of its response, None if there was none; `request_id` is the id under which
    its log has the cause, None if it told none.
    """

    def __init__(
        self, message: str, *, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.request_id = request_id


class BenchError(RagError):
    """A benchmark's spec, data set or result file cannot be used."""

    exit_code = 8


class ChatModelError(RagError):
    """The chat model did not answer."""

    exit_code = 7


class ChatModelNotConfiguredError(ChatModelError):
    """A key, a model name or an endpoint is missing."""


class ChatConnectionError(ChatModelError):
    """Nothing listens at the base URL, or it did not answer in time."""


class ChatAuthenticationError(ChatModelError):
    """The endpoint refused the key (401 or 403)."""


class ChatModelNotFoundError(ChatModelError):
    """The endpoint has no model of this name (404)."""


class ChatRateLimitError(ChatModelError):
    """The endpoint refused for rate or quota (429)."""


class ChatServerError(ChatModelError):
    """The endpoint failed (5xx)."""


class ChatStreamError(ChatModelError):
    """The answer broke off before its end."""


class ChatContentFilterError(ChatModelError):
    """The endpoint withheld the answer."""


class ChatContextLengthError(ChatModelError):
    """The prompt is longer than the model's context."""
