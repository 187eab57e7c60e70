"""Write drafts as a questions file that `own.py` reads back; proposes nothing itself."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from evals.datasets.draft import Draft

_HEAD = """\
# Drafts. Read each one: mend or delete it, then take `reviewed: false` away.
# `rag bench validate` checks this file; evals/datasets/README.md shows all that it can hold.
"""


def questions_yaml(drafts: Sequence[Draft], index: Path) -> str:
    """Return the text of a questions file.

    Args:
        drafts: The questions.
        index: The index directory, as the file is to name it.
    """
    content = {"index": index.as_posix(), "questions": [_entry(draft) for draft in drafts]}
    return _HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)


def _entry(draft: Draft) -> dict[str, object]:
    answers = {"answers": list(draft.answers)} if draft.answers else {}
    return {
        "question": draft.question,
        "quotes": [{"source": draft.source, "quote": draft.quote}],
        **answers,
        "tags": [draft.kind],
        "reviewed": False,
    }
