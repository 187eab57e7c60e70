"""What must be equal for two vectors to be comparable; reads a model's files, never loads it."""

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that decides which vector a text gets.

    Attributes:
        model: Display name: hub id or folder.
        weights_sha256: Hash of the weight file, or of all of them where there are several.
        recipe_sha256: Hash of the architecture, the tokenizer and the modules after them.
        revision: Hub commit the files came from, None where they did not come from the hub.
        dimension: Length of a vector.
        pooling: How token vectors become one, e.g. "mean".
        normalised: Whether vectors have unit length.
        query_prompt: Put before every question.
        document_prompt: Put before every passage.
        max_tokens: Content tokens of a passage that the model reads.
        backend: What computes, and in which precision.
    """

    model: str
    weights_sha256: str
    revision: str | None
    dimension: int
    pooling: str
    normalised: bool
    query_prompt: str
    document_prompt: str
    max_tokens: int
    backend: str
    recipe_sha256: str = ""

    @property
    def digest(self) -> str:
        """Hex sha256 over what shapes a vector: all but the model's name and revision.

        These two say where the files came from. The hashes say what they are: the same files out of
        a folder, a package or the hub give the same vectors and must not be refused.
        """
        values = {k: v for k, v in asdict(self).items() if k not in ("model", "revision")}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()

    def describe(self) -> str:
        """Return a short form for messages: name, revision if any, dimension and digest."""
        at = f"@{self.revision[:12]}" if self.revision else ""
        return f"{self.model}{at} ({self.dimension} dimensions, {self.digest[:12]})"
