"""The settings of one source that a LangChain loader gives; imports no loader."""

from typing import Any

from pydantic import Field

from rag.settings.group import Group


class SourceSettings(Group):
    """A LangChain document loader that `rag sync` runs, as a `[[sources]]` table names it."""

    name: str = Field(
        pattern=r"^\S(.*\S)?$",
        description="What its documents are kept under; what it no longer gives is removed.",
    )
    loader: str = Field(
        pattern=r"^\w+(\.\w+)*:\w+$",
        description='Its class, e.g. "langchain_community.document_loaders:CSVLoader".',
    )
    args: dict[str, Any] = Field(
        default={},
        description="What the class is made with; texts that begin with ./, ../ or ~/ are paths, "
        "from this file's folder.",
    )
    metadata: dict[str, str | int | float | bool] = Field(
        default={}, description="Kept with every passage, for filters."
    )
