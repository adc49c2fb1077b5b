"""Zip archives: their files in memory, one after the other, and never on disk. A name inside one is only a label."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat

MAX_UNPACKED = 200_000_000
"""In bytes, all files of an archive together."""
MAX_RATIO = 100
"""How many bytes one packed byte may become: text becomes 3 to 20, a bomb about 1,000."""
MAX_FILES = 10_000

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_DIRECTORY_ENTRY = b"PK\x01\x02"
_OFFICE = {"[Content_Types].xml", "mimetype", "META-INF/manifest.xml"}
_OFFICE_TOLD = "this is an Office document: export it as text or CSV first"
_NESTED_TOLD = "an archive in an archive: unpack the outer one first"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
# what zipfile raises on archives that are none
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)


def is_archive(data: bytes) -> bool:
    """Whether these are the bytes of a zip archive (or of an Office document, which is one too)."""
    return data.startswith(_ZIP)


def unpacked(data: bytes, name: str, report: Callable[[InputError], None]) -> Iterator[tuple[str, bytes]]:
    """The files of an archive in the order of their names, without hidden ones: (name inside it, content).

    Nothing is unpacked before the sizes that the archive itself states are known to be sound, and no file to more bytes
    than it states.

    Args:
        data: the archive.
        name: what errors call it.
        report: told about each file that is refused; the others are read.

    Raises:
        InputError: the archive as a whole is refused.
    """
    entries = data.count(_DIRECTORY_ENTRY)
    if entries > MAX_FILES:
        raise UnsupportedFormat(f"more than {MAX_FILES:,} files in one archive: split it", path=name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise MalformedInput(f"this archive is broken ({type(error).__name__}): pack it again", path=name) from error
    files = sorted((entry for entry in archive.infolist() if _is_wanted(entry)), key=lambda entry: entry.filename)
    _check_whole(archive.namelist(), files, name)
    for entry in files:
        where = f"{name}/{_label(entry)}"
        try:
            content = _content(archive, entry)
        except InputError as error:
            report(type(error)(error.message, path=where))
        except _BROKEN as error:
            report(MalformedInput(f"this file of the archive is broken ({type(error).__name__})", path=where))
        else:
            yield _label(entry), content


def _is_wanted(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not entry.filename.endswith("/") and not hidden  # is_dir() fails on an empty name


def _check_whole(names: list[str], files: list[zipfile.ZipInfo], name: str) -> None:
    if _OFFICE.intersection(names):
        raise UnsupportedFormat(_OFFICE_TOLD, path=name)
    if not files:
        raise UnsupportedFormat("there is no file in this archive", path=name)
    size = sum(entry.file_size for entry in files)
    if size > MAX_UNPACKED:
        largest = max(files, key=lambda entry: entry.file_size)
        limit = f"more than {MAX_UNPACKED // 1_000_000} MB"
        message = f"its files have {size // 1_000_000:,} MB, {limit}: split it (the largest is {_label(largest)})"
        raise UnsupportedFormat(message, path=name)


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What is in one file.

    Raises:
        InputError: it is refused.
    """
    if entry.flag_bits & _ENCRYPTED:
        raise UnsupportedFormat("this file is encrypted: unpack the archive with its password first")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsupportedFormat("a link, which is not followed")
    if entry.compress_type not in _METHODS:
        raise UnsupportedFormat("packed by a method we do not read: pack it again, or unpack the archive first")
    if entry.file_size > MAX_RATIO * entry.compress_size:
        raise UnsupportedFormat(f"packed to less than a {MAX_RATIO}th of its size, as in a bomb: unpack it first")
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)  # without a number it is all unpacked, and cut to the size afterwards
    if is_archive(content):
        raise UnsupportedFormat(_OFFICE_TOLD if _is_office(content) else _NESTED_TOLD)
    return content


def _is_office(data: bytes) -> bool:
    if data.count(_DIRECTORY_ENTRY) > MAX_FILES:
        return False
    try:
        return not _OFFICE.isdisjoint(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except _BROKEN:
        return False


def _label(entry: zipfile.ZipInfo) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in entry.filename)
