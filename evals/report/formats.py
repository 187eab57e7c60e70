"""Names the formats a result can be written in; imports nothing that writes them."""

from typing import Literal

Format = Literal["html", "markdown", "csv", "trec", "plots"]
