"""Fetch a public set, hold it to its hashes and keep it; knows no measure.

A set is downloaded beside its place and moved there only when every file has the hash that its
pinned commit gives it. The SHA-256 of each is kept in SHA256SUMS and checked when it is asked for
again.
"""

import hashlib
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evals.datasets.beir import load_beir
from evals.datasets.public import FILES, PUBLIC_SETS, PublicSet
from rag.embedding.reason import reason
from rag.errors import BenchError

if TYPE_CHECKING:
    from huggingface_hub import RepoFile

_SUMS = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A set that is here; `fetched` is False if it was here before."""

    name: str
    folder: Path
    fetched: bool


def get_set(
    name: str,
    folder: Path,
    *,
    sets: Mapping[str, PublicSet] = PUBLIC_SETS,
    endpoint: str | None = None,
) -> Fetched:
    """Put a public set into `folder`/`name`, unless it is there and unchanged.

    Args:
        name: One of `sets`.
        folder: Where sets are kept.
        sets: What can be fetched.
        endpoint: Of the hub; default the client's own (HF_ENDPOINT).

    Raises:
        BenchError: No such set, no way to the hub, or files that are not those that were pinned.
    """
    wanted = sets.get(name)
    if wanted is None:
        raise BenchError(f"no public set {name!r}; there are {', '.join(sorted(sets))}")
    place = folder / name
    if place.exists():
        _check_kept(wanted, place)
        return Fetched(name, place, fetched=False)
    partial = folder / f".{name}.partial"
    partial.mkdir(parents=True, exist_ok=True)
    with _told_offline(wanted, place):
        _download(wanted, partial, endpoint)
    _check_counts(wanted, partial)
    _write_notes(wanted, partial)
    partial.rename(place)
    return Fetched(name, place, fetched=True)


def _download(wanted: PublicSet, partial: Path, endpoint: str | None) -> None:
    from huggingface_hub import HfApi, RepoFile

    api = HfApi(endpoint=endpoint)
    found = api.get_paths_info(
        wanted.repository, list(FILES), revision=wanted.revision, repo_type="dataset"
    )
    listed = {one.path: one for one in found if isinstance(one, RepoFile)}
    for name in FILES:
        if name not in listed:
            raise BenchError(f"{_pinned(wanted)}: wanted {name}, found no such file there")
        api.hf_hub_download(
            wanted.repository,
            name,
            revision=wanted.revision,
            repo_type="dataset",
            local_dir=partial,
        )
        _check_file(wanted, partial / name, name, listed[name])
    shutil.rmtree(partial / ".cache", ignore_errors=True)


def _check_file(wanted: PublicSet, path: Path, name: str, listed: "RepoFile") -> None:
    """Hold a file to the hash of its commit, and to ours if we have one."""
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if listed.lfs is not None:
        is_pinned = sha256 == listed.lfs.sha256
    else:
        blob = b"blob %d\0" % len(content) + content
        is_pinned = hashlib.sha1(blob, usedforsecurity=False).hexdigest() == listed.blob_id
    if not is_pinned or wanted.sha256.get(name, sha256) != sha256:
        path.unlink()
        raise BenchError(
            f"{_pinned(wanted)}: {name} came with another content (SHA-256 {sha256}) than was "
            "pinned; it was thrown away: try again, or another network"
        )


def _check_counts(wanted: PublicSet, folder: Path) -> None:
    try:
        beir = load_beir(folder)
    except (ValueError, FileNotFoundError) as error:
        raise BenchError(f"{folder}: {error}; delete the folder and get it again") from error
    found = (len(beir.documents), len(beir.qrels))
    if found != (wanted.documents, wanted.questions):
        raise BenchError(
            f"{folder}: wanted {wanted.documents:,} documents and {wanted.questions:,} judged "
            f"questions, found {found[0]:,} and {found[1]:,}; delete the folder and get it again"
        )


def _check_kept(wanted: PublicSet, place: Path) -> None:
    """Hold what is here to what was fetched; what was put here by hand to its counts."""
    sums = place / _SUMS
    if not sums.is_file():
        _check_counts(wanted, place)
        return
    for name, sha256 in _read_sums(sums).items():
        file = place / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            raise BenchError(
                f"{file} is not what was fetched; delete {place} and get it again, or measure on "
                "it under another name"
            )


def _read_sums(sums: Path) -> Mapping[str, str]:
    rows = (line.split("  ", 1) for line in sums.read_text("utf-8").splitlines() if line)
    return {name: sha256 for sha256, name in rows}


def _write_notes(wanted: PublicSet, folder: Path) -> None:
    sums = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in FILES]
    (folder / _SUMS).write_text("".join(sums), encoding="utf-8")
    (folder / "SOURCE.md").write_text(
        f"# {wanted.name}\n\n"
        f"* https://huggingface.co/datasets/{wanted.repository} @ {wanted.revision}\n"
        f"* licence: {wanted.licence}\n",
        encoding="utf-8",
    )


@contextmanager
def _told_offline(wanted: PublicSet, place: Path) -> Iterator[None]:
    """Say what to put where when the hub cannot be reached."""
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]

    try:
        yield
    except (HfHubHTTPError, OfflineModeIsEnabled, httpx.HTTPError, ConnectionError) as error:
        raise BenchError(
            f"cannot fetch {_pinned(wanted)} ({reason(error)}); where the hub can be reached run "
            f"`rag bench get {wanted.name} --to DIR`, then copy DIR/{wanted.name} to {place}"
        ) from error


def _pinned(wanted: PublicSet) -> str:
    return f"{wanted.repository} @ {wanted.revision[:10]}"
