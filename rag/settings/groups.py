"""Every setting with its default and meaning; does not know where values come from."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from rag.settings.group import Group
from rag.settings.loaders import SourceSettings
from rag.settings.rerank import RerankSettings
from rag.settings.server import ServerSettings


class EmbeddingSettings(Group):
    """Which model turns text into vectors, and where it runs."""

    model: str = Field(
        default="sentence-transformers/all-MiniLM-L6-v2",
        description="Hub id or folder of a sentence-transformers model. The default's weights "
        "come with the extra `offline`.",
    )
    revision: str | None = Field(default=None, description="Commit or tag of a hub model.")
    device: Literal["auto", "cuda", "mps", "cpu"] = Field(
        default="auto", description="Where the model runs; auto takes cuda, then mps, then cpu."
    )


class SplitterSettings(Group):
    """How documents are cut into passages."""

    max_tokens: int | None = Field(
        default=None,
        ge=16,
        description="Tokens in a passage, title and heading path included; unset: all the model "
        "reads at once, at most 512.",
    )
    overlap_tokens: int = Field(
        default=0,
        ge=0,
        description="Up to so many tokens of whole sentences repeated from one passage "
        "to the next.",
    )
    header: bool = Field(
        default=True,
        description="Embed each passage together with its document's title and heading path.",
    )


class DocumentSettings(Group):
    """Limits under which a file is parsed."""

    max_bytes: int = Field(
        default=100_000_000, ge=1, description="Larger files are listed as failed."
    )
    timeout_seconds: float = Field(default=60, gt=0, description="Time one file may take to parse.")
    max_memory_bytes: int = Field(
        default=2_000_000_000,
        ge=100_000_000,
        description="Memory the parser may take (Linux, macOS).",
    )


class StoreSettings(Group):
    """Where vectors are kept."""

    url: str | None = Field(
        default=None,
        description="A Chroma server (`chroma run`), e.g. http://localhost:8000; unset: "
        "embedded in the index directory.",
    )
    collection: str = Field(
        default="passages",
        pattern=r"^[a-zA-Z0-9][a-zA-Z0-9._-]{1,400}[a-zA-Z0-9]$",
        description="Name of the Chroma collection.",
    )
    ef_search: int = Field(
        default=400,
        ge=10,
        description="Breadth of Chroma's approximate search; higher is more exact.",
    )


class RetrievalSettings(Group):
    """How passages are found."""

    mode: Literal["hybrid", "dense", "lexical"] = Field(
        default="hybrid", description="By meaning (dense), by words (lexical) or both."
    )
    k: int = Field(default=6, ge=1, description="Passages returned.")
    candidates: int = Field(
        default=100, ge=1, description="Passages each leg proposes before fusion."
    )
    min_score: float | None = Field(
        default=None,
        description="Drop passages scoring lower (see the README for each mode's scale).",
    )
    mmr_lambda: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Maximal marginal relevance: 1 only relevance, 0 only variety; unset: off.",
    )
    focus: float | None = Field(
        default=0.8,
        ge=0,
        le=1,
        description="Give passages with this share or more of the best one's evidence whole, "
        "joined with what adjoins them, and of the others the sentence that says most (hybrid "
        "mode, without reranker and neighbours); unset: all as they were cut.",
    )
    duplicate_threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="Drop a passage whose words overlap a better one's by this "
        "share or more; unset: off.",
    )
    neighbours: int = Field(
        default=0, ge=0, description="Widen each passage by so many neighbours on either side."
    )
    history: Literal["auto", "weigh", "join", "ignore", "rewrite"] = Field(
        default="auto",
        description="How a follow-up is searched: rewritten by the chat model (rewrite), with "
        "what was said before counting a little (weigh), behind the question it leans on (join), "
        "as it is (ignore); auto: rewrite with a chat model, else weigh; modes other than hybrid "
        "join instead of weighing.",
    )


class ChatSettings(Group):
    """Which chat model writes answers; none: sentences are quoted from the documents."""

    model: str | None = Field(
        default=None,
        description="Model name, e.g. gpt-5-mini, or provider:name for LangChain's "
        "init_chat_model; unset: no chat model.",
    )
    base_url: str | None = Field(
        default=None, description="OpenAI-compatible endpoint; falls back to OPENAI_BASE_URL."
    )
    api_key: SecretStr | None = Field(default=None, description="Falls back to OPENAI_API_KEY.")
    temperature: float | None = Field(
        default=0.0, ge=0, le=2, description='Unset ("none"): not sent.'
    )
    timeout_seconds: float = Field(
        default=60, gt=0, description="Longest wait for a piece of an answer."
    )
    max_retries: int = Field(
        default=2, ge=0, description="Tries again before the first token only."
    )
    max_output_tokens: int = Field(default=1024, ge=16, description="Longest answer.")
    context_tokens: int = Field(
        default=8192, ge=512, description="The chat model's context; the prompt is fitted into it."
    )


class AnswerSettings(Group):
    """How answers are written."""

    language: str = Field(
        default="auto", description="Language of the answer, e.g. en or zh; auto: the question's."
    )
    passage_tokens: int = Field(
        default=3000, ge=64, description="Token budget for passages in the prompt."
    )
    order: Literal["rank", "edges"] = Field(
        default="rank",
        description="How passages stand in the prompt: the best first (rank), or the best at both "
        "ends and the others in between (edges).",
    )
    false_answer_rate: float | None = Field(
        default=0.3,
        ge=0,
        le=1,
        description="Of questions on the documents' matters that they do not answer, the share "
        'that may be answered all the same: lower says "not in the documents" more often; '
        "unset: whatever was found is taken for an answer.",
    )
    calibration: Path | None = Field(
        default=None,
        description="File of `rag bench calibrate`: labelled questions then say what an unanswered "
        "one looks like; unset: the index's own sentences do.",
    )
    prompts_dir: Path | None = Field(
        default=None,
        description="Folder whose <name>/{system,human}.md override the shipped prompts.",
    )
    unsupported: Literal["mark", "remove"] = Field(
        default="mark",
        description="What becomes of a sentence that no passage it cites supports: its citation is "
        "marked as unverified (mark), or it is left out before anybody sees it (remove).",
    )


class Settings(BaseSettings):
    """Every setting of the project.

    Built directly it takes its arguments over the defaults and looks nowhere else; `load_settings`
    reads rag.toml and the environment.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix="RAG_",
        env_nested_delimiter="__",
    )

    index_dir: Path = Field(default=Path(".rag"), description="Where the index lives.")
    sources: list[SourceSettings] = Field(
        default=[], description="LangChain loaders that `rag sync` runs, as [[sources]] tables."
    )
    embedding: EmbeddingSettings = EmbeddingSettings()
    splitter: SplitterSettings = SplitterSettings()
    documents: DocumentSettings = DocumentSettings()
    store: StoreSettings = StoreSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    rerank: RerankSettings = RerankSettings()
    chat: ChatSettings = ChatSettings()
    answer: AnswerSettings = AnswerSettings()
    server: ServerSettings = ServerSettings()

    @field_validator("sources")
    @classmethod
    def _refuse_namesakes(cls, sources: list[SourceSettings]) -> list[SourceSettings]:
        names = [source.name for source in sources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            # Each would remove what the other gives.
            raise ValueError(f"should each have a name of its own; {twice[0]!r} is there twice")
        return sources

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments only, so that a benchmark's variant means the same on every machine."""
        return (init_settings,)
