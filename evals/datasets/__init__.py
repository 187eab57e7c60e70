"""Sets of documents and questions in one form; knows nothing of how anything is retrieved."""

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.found import load_dataset

__all__ = ["EvalDocument", "EvalSet", "load_dataset"]
