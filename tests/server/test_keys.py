"""Where keys are kept, who can read them, and what a damaged or changed file does."""

import json
import os
import re
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from rag.errors import SettingsError
from rag.server.keys import KeyFile

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")


def test_a_key_has_256_bits_and_is_kept_as_a_hash_only(keys: KeyFile) -> None:
    first, second = keys.create("one"), keys.create("two")
    assert first != second
    # 32 bytes in base64 are 43 characters.
    assert re.fullmatch(r"rag-[\w-]{43}", first)
    assert first not in keys.path.read_text("utf-8")
    assert first[4:] not in keys.path.read_text("utf-8")


@POSIX
def test_nobody_else_can_read_the_file(keys: KeyFile) -> None:
    previous = os.umask(0)
    try:
        keys.create("one")
        keys.create("two")
    finally:
        os.umask(previous)
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in keys.path.parent.iterdir())


def test_a_key_is_found_by_its_secret_alone(keys: KeyFile) -> None:
    secret = keys.create("读者.one", collections=["手册"], can_write=True)
    found = keys.find(secret)
    assert found is not None
    assert (found.name, found.can_write, found.collections) == ("读者.one", True, ("手册",))
    for wrong in (
        "",
        "rag-",
        secret[:-1],
        secret + "x",
        secret.upper(),
        found.sha256,
        "密钥",
        "\ud800",
    ):
        assert keys.find(wrong) is None


def test_every_key_is_compared_whichever_fits(
    keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [keys.create(f"key{n}") for n in range(5)]
    compared: list[str] = []

    def compare(known: str, given: str) -> bool:
        compared.append(known)
        return known == given

    monkeypatch.setattr("rag.server.keys.hmac.compare_digest", compare)
    for secret in [*secrets, "wrong"]:
        compared.clear()
        keys.find(secret)
        assert len(compared) == 5


def test_another_process_sees_a_revoked_key_as_gone_at_once(keys: KeyFile) -> None:
    kept, gone = keys.create("kept"), keys.create("gone")
    server = KeyFile(keys.path)
    assert server.find(gone) is not None

    keys.revoke("gone")

    assert server.find(gone) is None
    assert server.find(kept) is not None


def test_revoking_the_last_key_lets_nobody_in(keys: KeyFile) -> None:
    assert not keys.are_needed()
    keys.create("one")
    assert keys.are_needed()
    keys.revoke("one")
    assert KeyFile(keys.path).keys() == ()
    assert KeyFile(keys.path).are_needed()


def test_a_server_that_had_keys_wants_one_though_the_file_be_gone(keys: KeyFile) -> None:
    keys.create("one")
    assert keys.are_needed()
    keys.path.unlink()
    assert keys.are_needed()
    assert keys.keys() == ()


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a\nb", "x" * 65, "a:b"])
def test_a_name_that_cannot_be_one_is_refused(keys: KeyFile, name: str) -> None:
    with pytest.raises(SettingsError, match="cannot name a key"):
        keys.create(name)


def test_a_name_stands_for_one_key(keys: KeyFile) -> None:
    secret = keys.create("one")
    with pytest.raises(SettingsError, match="one already"):
        keys.create("one")
    with pytest.raises(SettingsError, match="no key is called two; there are: one"):
        keys.revoke("two")
    assert keys.find(secret) is not None


def test_no_key_is_lost_where_many_are_made_at_once(keys: KeyFile) -> None:
    threads = [
        threading.Thread(target=KeyFile(keys.path).create, args=(f"key{n}",)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys.keys()) == 8


def row(**changed: Any) -> dict[str, Any]:
    usual = {"name": "n", "sha256": "0" * 64, "collections": None, "can_write": False}
    return usual | {"created": "2026-01-01T00:00:00+00:00"} | changed


@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        '{"keys": 3}',
        "[" * 100_000,
        '{"keys": ["x"]}',
        json.dumps({"keys": [row(collections="all")]}),
        json.dumps({"keys": [row(collections=[1])]}),
        json.dumps({"keys": [row(can_write="no")]}),
        json.dumps({"keys": [row(sha256="x")]}),
        json.dumps({"keys": [row(sha256=None)]}),
        json.dumps({"keys": [row(name=None)]}),
        json.dumps({"keys": [{"name": "n"}]}),
        "\udcff",
    ],
)
def test_a_damaged_file_is_refused_whole(keys: KeyFile, content: str) -> None:
    keys.path.write_bytes(content.encode("utf-8", "surrogateescape"))
    keys.path.chmod(0o600)
    for use in (keys.keys, keys.are_needed, lambda: keys.find("x"), lambda: keys.create("n2")):
        with pytest.raises(SettingsError, match="no file of keys") as caught:
            use()
        assert "\n" not in str(caught.value)
    assert keys.path.read_bytes() == content.encode("utf-8", "surrogateescape")


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_even_while_a_server_runs(
    keys: KeyFile, mode: int
) -> None:
    secret = keys.create("one")
    assert keys.find(secret) is not None
    keys.path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        keys.find(secret)
    keys.path.chmod(0o600)
    assert keys.find(secret) is not None


@POSIX
def test_what_is_no_file_is_not_read(keys: KeyFile) -> None:
    os.mkfifo(keys.path, 0o600)
    with pytest.raises(SettingsError, match="is no file"):
        keys.keys()
    keys.path.unlink()
    keys.path.mkdir(0o700)
    with pytest.raises(SettingsError, match="is no file"):
        keys.keys()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="file"):
        KeyFile(tmp_path / "file" / "keys.json").create("one")
