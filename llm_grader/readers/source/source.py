"""Where transcripts come from: files, folders, archives, patterns, standard input."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TypeGuard

from llm_grader.errors import InputError
from llm_grader.readers.source.archive import is_archive, unpacked
from llm_grader.readers.source.document import DataSet, Document, Options
from llm_grader.readers.source.saved_dataset import is_saved, load_saved

MAX_BYTES = 200_000_000
STDIN = "-"
Source = str | Path | DataSet
"""A file, a folder, a pattern such as `inbox/*.eml`, `-` for standard input, or a data set."""


def read_documents(sources: Source | Iterable[Source], options: Options) -> Iterator[Document]:
    """The files that the sources name, one in memory at a time; folders recursively, sorted, without hidden files.

    A zip archive is read like a folder, wherever a file can stand, and the folder of a saved data set as its rows.
    What cannot be read or is larger than 200 MB is reported, and the rest is read.
    """
    for source in [sources] if isinstance(sources, (str, Path)) or _is_data_set(sources) else sources:
        if not isinstance(source, (str, Path)):
            yield Document(b"", name="<data set>", stem="dataset", options=options, rows=source)
            continue
        if str(source) == STDIN:
            yield from _opened(None, options)
            continue
        try:
            paths = _paths(Path(source), options)
        except OSError as error:
            options.report(InputError(f"cannot be read: {error.strerror}", path=source))
            continue
        if paths is None:
            options.report(InputError("no such file or folder, and nothing matches it as a pattern", path=source))
        for path in paths or ():
            yield from _of_data_set(path, options) if path.is_dir() else _opened(path, options)


def _is_data_set(source: object) -> TypeGuard[DataSet]:
    return hasattr(source, "features")


def _paths(path: Path, options: Options) -> list[Path] | None:
    """The files of one source, and the folders of saved data sets; None when there is nothing of that name."""
    if path.is_dir():
        return [path] if is_saved(path) else sorted(_below(path, options))
    if path.exists():
        return [path]
    found = [Path(name) for name in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207
    return [file for name in found for file in (_paths(name, options) or ())] or None


def _below(folder: Path, options: Options) -> Iterator[Path]:
    def tell(error: OSError) -> None:
        options.report(InputError(f"cannot be read: {error.strerror}", path=error.filename))

    for place, folders, files in os.walk(folder, onerror=tell):
        visible = [Path(place) / name for name in folders if not name.startswith(".")]
        saved = [path for path in visible if is_saved(path)]
        folders[:] = [path.name for path in visible if path not in saved]
        yield from (path for path in saved if not _leads_out(path, folder, options))
        for file in (Path(place) / name for name in files if not name.startswith(".")):
            if _leads_out(file, folder, options):
                continue
            if file.is_file() or not file.exists():
                yield file
            else:
                options.report(InputError("a device or pipe, which is not read as part of a folder", path=file))


def _leads_out(path: Path, folder: Path, options: Options) -> bool:
    """Whether a path is a link to somewhere outside of the folder; it is reported, and not followed."""
    if not path.is_symlink() or not path.exists() or path.resolve().is_relative_to(folder.resolve()):
        return False
    options.report(InputError("a link out of the folder, which is not followed", path=path))
    return True


def _opened(path: Path | None, options: Options) -> Iterator[Document]:
    name, stem = ("<stdin>", "stdin") if path is None else (str(path), path.stem)
    try:
        content = _read_bounded(sys.stdin.buffer) if path is None else _content(path)
    except OSError as error:
        options.report(InputError(f"cannot be read: {error.strerror}", path=name))
        return
    if content is None or (isinstance(content, bytes) and len(content) > MAX_BYTES):
        options.report(InputError(f"larger than {MAX_BYTES // 1_000_000} MB: split it", path=name))
        return
    if isinstance(content, bytes) and is_archive(content):
        yield from _of_archive(content, name, options)
        return
    document = Document(content, name=name, stem=stem or "transcript", options=options)
    del content  # whoever reads the document may let go of it
    yield document


def _content(path: Path) -> bytes | Path | None:
    """The bytes of an archive, and of what can be read once, such as a pipe; the path of a file; None if too large."""
    if not path.is_file():
        return _read(path)
    if path.stat().st_size > MAX_BYTES:
        return None
    with path.open("rb") as file:
        beginning = file.read(8)
    return _read(path) if is_archive(beginning) else path


def _of_data_set(folder: Path, options: Options) -> Iterator[Document]:
    try:
        loaded = load_saved(folder)
    except InputError as error:
        options.report(error)
        return
    for split, rows in loaded.items():
        name, stem = (f"{folder}/{split}", f"{folder.name}-{split}") if split else (str(folder), folder.name)
        yield Document(b"", name=name, stem=stem, options=options, rows=rows)


def _of_archive(data: bytes, archive: str, options: Options) -> Iterator[Document]:
    """The files of an archive, as if it was a folder."""
    try:
        for name, content in unpacked(data, archive, options.report):
            stem = PurePosixPath(name).stem or "transcript"
            yield Document(content, name=f"{archive}/{name}", stem=stem, options=options)
    except InputError as error:
        options.report(error)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return _read_bounded(file)


def _read_bounded(file: IO[bytes]) -> bytes:
    return file.read(MAX_BYTES + 1)
