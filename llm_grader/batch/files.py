"""The files of a provider's batch job: requests to send, and the results and errors that come back.

One JSON object a line, matched by `custom_id`, as OpenAI defined it; vLLM's batch runner and other providers read and
write the same.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
from codecs import BOM_UTF8
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from llm_grader.errors import DiskError, InputError, MalformedInput, UsageError

_URL = "/v1/chat/completions"
_KEY = re.compile("[0-9a-f]{64}")
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


class Limits(NamedTuple):
    """What one file may hold."""

    requests: int
    bytes: int


LIMITS = Limits(requests=50_000, bytes=200_000_000)
"""OpenAI's, with megabytes of 1,000,000 bytes to be on the safe side."""


def render_line(key: str, body: Mapping[str, Any]) -> bytes:
    """One line of a requests file, with its line end.

    Line ends of Unicode are escaped: not everybody who reads such files knows that only a newline ends a line.
    """
    line = json.dumps({"custom_id": key, "method": "POST", "url": _URL, "body": body}, ensure_ascii=False)
    return line.translate(_LINE_ENDS).encode() + b"\n"


def write_requests(lines: Iterable[bytes], folder: Path, limits: Limits) -> tuple[Path, ...]:
    """Write `lines` into `folder` as `batch-0001.jsonl` and so on, each within `limits`; returns the files.

    The files appear when all of them are complete and on disk; before that, and after an error, there are none.

    Raises:
        UsageError: there are such files of an earlier export, which may be under way.
        DiskError: the folder cannot be written.
    """
    with _disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if earlier := sorted(folder.glob("batch-*.jsonl")):
            raise UsageError(f"{earlier[0]}: an earlier export is here, and may be under way: choose another --out")
        with TemporaryDirectory(dir=folder, prefix=".batch-") as scratch:
            parts = groupby(_numbered(lines, limits), key=itemgetter(0))
            written = [
                _write_file(Path(scratch, f"batch-{n:04}.jsonl"), (line for _, line in part)) for n, part in parts
            ]
            return tuple(path.replace(folder / path.name) for path in written)


def _numbered(lines: Iterable[bytes], limits: Limits) -> Iterator[tuple[int, bytes]]:
    """Each line with the number of the file that it goes into."""
    number, requests, size = 1, 0, 0
    for line in lines:
        if requests and (requests >= limits.requests or size + len(line) > limits.bytes):
            number, requests, size = number + 1, 0, 0
        requests, size = requests + 1, size + len(line)
        yield number, line


def _write_file(path: Path, lines: Iterable[bytes]) -> Path:
    with path.open("wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    return path


@contextlib.contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DiskError(f"{folder}: cannot be written ({error.strerror}): choose another --out") from error


class Response(BaseModel):
    """The HTTP answer to one request."""

    model_config = ConfigDict(frozen=True)

    status_code: int = 200
    body: Any = None


class ResultLine(BaseModel):
    """One line of a results or error file: the answer, or why there is none."""

    model_config = ConfigDict(frozen=True)

    custom_id: str
    response: Response | None = None
    error: Any = None


class Results:
    """The lines of results and error files by their key. The lines stay on disk; only their places are kept.

    `problems` are the lines that cannot be used, such as one that was cut off; `foreign` counts lines whose `custom_id`
    is no key of ours, and `repeated` those of a key that was there before.

    Args:
        sources: files, folders (their `*.jsonl`) or patterns, in any order; results and errors alike.

    Raises:
        UsageError: one of them matches no file.
        InputError: a file cannot be read.
    """

    def __init__(self, sources: Iterable[str | Path]) -> None:
        self.problems: list[InputError] = []
        self.foreign = 0
        self._places: defaultdict[str, list[tuple[Path, int]]] = defaultdict(list)
        for source in sources:
            for path in _files(source):
                self._index(path)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def repeated(self) -> int:
        """How many lines came for keys that had one."""
        return sum(len(places) - 1 for places in self._places.values())

    def keys(self) -> Iterator[str]:
        """The keys that there are lines for."""
        return iter(self._places)

    def of(self, key: str) -> list[ResultLine]:
        """The lines for `key`, in the order in which they were found."""
        return [_read_at(path, offset) for path, offset in self._places.get(key, [])]

    def _index(self, path: Path) -> None:
        offset = 0
        with _reading(path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    self._note(path, number, offset, line)
                offset += len(line)

    def _note(self, path: Path, number: int, offset: int, line: bytes) -> None:
        try:
            found = _parse(line)
        except ValidationError:
            problem = "cut off, or no line of a results file: not used"
            self.problems.append(MalformedInput(problem, path=path, where=f"line {number}"))
            return
        if found.response is None and found.error is None:
            problem = "neither a response nor an error (a requests file?): not used"
            self.problems.append(MalformedInput(problem, path=path, where=f"line {number}"))
        elif _KEY.fullmatch(found.custom_id):
            self._places[found.custom_id].append((path, offset))
        else:
            self.foreign += 1


def _parse(line: bytes) -> ResultLine:
    return ResultLine.model_validate_json(line.removeprefix(BOM_UTF8))


def _files(source: str | Path) -> list[Path]:
    path = Path(source)
    if path.is_dir():
        found = sorted(path.glob("*.jsonl"))
    elif path.exists():
        found = [path]
    else:
        found = [Path(name) for name in sorted(glob.glob(str(source)))]  # noqa: PTH207
    if not found:
        raise UsageError(f"{source}: there is no such file of results")
    return found


def _read_at(path: Path, offset: int) -> ResultLine:
    with _reading(path) as file:
        file.seek(offset)
        return _parse(file.readline())


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from error
