"""Load a model into torch and keep it from disturbing its surroundings; knows no texts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.embedding.location import ModelFolder
from rag.embedding.reason import reason
from rag.errors import EmbeddingError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEVICES = ("auto", "cuda", "mps", "cpu")

# One precision everywhere, whatever the model's files ask for: vectors of an index made on one
# machine must be comparable with a question's made on another.
DTYPE = "float32"
BACKEND = f"torch-{DTYPE}"


def resolve_device(device: str) -> str:
    """Return where to compute: `device` itself, or the fastest one there is for "auto".

    Raises:
        EmbeddingError: This machine has no such device.
    """
    import torch

    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if device == "auto":
        return next(name for name, there in available.items() if there)
    if not available[device]:
        raise EmbeddingError(
            f"No {device} device on this machine; set embedding.device to auto or cpu"
        )
    return device


def load(folder: ModelFolder, device: str) -> "SentenceTransformer":
    """Load the model in `folder`, in `DTYPE`, from local files alone.

    Raises:
        EmbeddingError: The files do not make a model.
    """
    from huggingface_hub.errors import StrictDataclassError
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    unloadable = (
        OSError, ValueError, LookupError, TypeError, AttributeError, ImportError, RuntimeError,
        SafetensorError, StrictDataclassError,
    )  # fmt: skip
    try:
        with hub_closed(), no_progress_bar():
            return SentenceTransformer(
                str(folder.path),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"dtype": DTYPE},
            )
    except unloadable as error:
        raise EmbeddingError(_unloadable(folder, error)) from error


def _unloadable(folder: ModelFolder, error: Exception) -> str:
    return (
        f"Cannot load embedding model {folder.name} ({reason(error)}); fetch the model again or "
        "set embedding.model to another (one that runs code of its own never loads)"
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread, then as many as before.

    One text gives two threads little to share: on a busy machine it takes 20 to 30 times longer on
    two than on one.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def hub_closed() -> Iterator[None]:
    """Forbid the hub's client to open a connection.

    The client reads HF_HUB_OFFLINE once, when it is imported, so the variable would come too late
    or stay for good; its own flag can be put back for a later model that does need the hub.
    """
    from huggingface_hub import constants

    flag: Any = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = flag


@contextmanager
def no_progress_bar() -> Iterator[None]:
    """Keep transformers from drawing a bar while it reads weights; progress is our caller's."""
    from transformers.utils.logging import set_tqdm_hook

    previous = set_tqdm_hook(lambda bar, args, options: bar(*args, **{**options, "disable": True}))
    try:
        yield
    finally:
        set_tqdm_hook(previous)
