from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llm_grader.errors import InputError, MalformedInput, UnsupportedFormat
from llm_grader.readers import read_transcripts
from llm_grader.readers.source.archive import MAX_FILES
from llm_grader.transcript import Transcript
from tests.readers.chats.test_slack import export, message
from tests.support.effort import least_seconds
from tests.support.exports import refusal

TALK = "Agent: Hello\nCustomer: Hi\n"
LETTER = "From: {0}@x.example\nTo: b@x.example\nMessage-ID: <{0}@x>\nSubject: Hi\nIn-Reply-To: <a@x>\n\nText of {0}\n"


def packed(files: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


OFFICE = packed({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})


def put(folder: Path, data: bytes) -> Path:
    file = folder / "export.zip"
    file.write_bytes(data)
    return file


def read(path: Path | str) -> tuple[list[Transcript], list[InputError], list[str]]:
    """The transcripts, the problems, and the names of the files that were recognised."""
    problems: list[InputError] = []
    names: list[str] = []
    transcripts = list(read_transcripts(path, on_error=problems.append, on_file=lambda name, _: names.append(name)))
    return transcripts, problems, names


def test_the_files_of_an_archive_are_read_in_order_with_their_names(tmp_path: Path) -> None:
    hidden: dict[str, str | bytes] = {".notes": TALK, "__MACOSX/a.txt": TALK, "a/.DS_Store": b"\0", "empty/": ""}
    file = put(tmp_path, packed({"b.txt": TALK, "a/deep/talk.txt": TALK, **hidden}))
    transcripts, problems, names = read(file)
    assert names == [f"{file}/a/deep/talk.txt", f"{file}/b.txt"]
    assert [transcript.id for transcript in transcripts] == ["talk", "b"]
    assert problems == []


def test_a_file_without_a_name_is_read(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo(""), TALK)
    transcripts, problems, _ = read(put(tmp_path, data.getvalue()))
    assert (len(transcripts), problems) == (1, [])


def test_an_archive_counts_as_a_file_of_a_folder_and_of_a_pattern(tmp_path: Path) -> None:
    put(tmp_path, packed({"a.txt": TALK}, zipfile.ZIP_STORED))
    (tmp_path / "z.txt").write_text(TALK)
    assert [transcript.id for transcript in read(tmp_path)[0]] == ["a", "z"]
    assert [transcript.id for transcript in read(str(tmp_path / "*.zip"))[0]] == ["a"]


def test_an_archive_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(packed({"a.txt": TALK})))
    monkeypatch.setattr("sys.stdin", stdin)
    assert [transcript.id for transcript in read("-")[0]] == ["a"]


def test_conversations_across_files_are_joined_as_in_a_folder(tmp_path: Path) -> None:
    file = put(tmp_path, packed({f"{name}.eml": LETTER.format(name) for name in "ab"}))
    (transcript,) = read(file)[0]
    assert [turn.text for turn in transcript.turns] == ["Text of a", "Text of b"]


def test_a_slack_export_is_read_from_its_archive(tmp_path: Path) -> None:
    folder = export(tmp_path / "x", {"help/2024-05-01": [message("U1AGENT", "Hello", 10)]})
    files = {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.json")}
    (transcript,) = read(put(tmp_path, packed(files)))[0]
    assert (transcript.id, transcript.turns[0].speaker) == ("help", "Jana")


def test_a_broken_file_is_told_with_its_place_and_the_rest_read(tmp_path: Path) -> None:
    file = put(tmp_path, packed({"a.txt": "nobody speaks here", "b.txt": TALK}))
    transcripts, (problem,), _ = read(file)
    assert problem.path == f"{file}/a.txt"
    assert len(transcripts) == 1


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x.txt", "a/../../x.txt", "C:\\x.txt", "x\ny.txt", "🙂.txt"])
def test_a_name_is_only_a_label(tmp_path: Path, name: str) -> None:
    file = put(tmp_path, packed({name: TALK}))
    before = set(tmp_path.rglob("*"))
    (transcript,), problems, (told,) = read(file)
    assert told == f"{file}/{name}".replace("\n", "\ufffd")
    assert "\n" not in transcript.id
    assert problems == []
    assert set(tmp_path.rglob("*")) == before


def flagged(data: bytes, *, flag: int) -> bytes:
    """The archive with this bit set in the flags of each file: at 6 of its own header, at 8 of the directory's."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            (bits,) = struct.unpack_from("<H", data, at + offset)
            struct.pack_into("<H", changed, at + offset, bits | flag)
            at = data.find(mark, at + 1)
    return bytes(changed)


def linked() -> bytes:
    entry = zipfile.ZipInfo("a.txt")
    entry.external_attr = 0o120777 << 16
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return data.getvalue()


def damaged() -> bytes:
    data = bytearray(packed({"a.txt": "Agent: Hello\n" + "Customer: Hi\n" * 3}))
    data[45] ^= 0xFF  # 30 bytes of header and 5 of name come before what is packed
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "kind", "told"),
    [
        (packed({"a.txt": packed({"b.txt": TALK})}), UnsupportedFormat, "unpack the outer one first"),
        (packed({"a.txt": packed({"b.txt": TALK})[:-5]}), UnsupportedFormat, "unpack the outer one first"),
        (packed({"a.txt": OFFICE}), UnsupportedFormat, "this is an Office document: export it as text or CSV first"),
        (
            flagged(packed({"a.txt": TALK}), flag=1),
            UnsupportedFormat,
            "encrypted: unpack the archive with its password",
        ),
        (packed({"a.txt": TALK}, zipfile.ZIP_BZIP2), UnsupportedFormat, "packed by a method we do not read"),
        (packed({"a.txt": TALK}, zipfile.ZIP_LZMA), UnsupportedFormat, "packed by a method we do not read"),
        (packed({"a.txt": "a" * 200_000}), UnsupportedFormat, "packed to less than a 100th of its size"),
        (linked(), UnsupportedFormat, "a link, which is not followed"),
        (damaged(), MalformedInput, "this file of the archive is broken"),
    ],
    ids=["nested", "nested and cut", "office", "encrypted", "bzip2", "lzma", "ratio", "link", "damaged"],
)
def test_a_file_that_is_refused_is_named_with_its_archive(
    tmp_path: Path, data: bytes, kind: type[InputError], told: str
) -> None:
    file = put(tmp_path, data)
    error = refusal(file)
    assert type(error) is kind
    assert f"{file}/a.txt: " in str(error)
    assert told in str(error)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (packed({}), "there is no file in this archive"),
        (packed({".hidden": TALK}), "there is no file in this archive"),
        (OFFICE, "this is an Office document: export it as text or CSV first"),
        (packed({"a.txt": TALK})[:-5], "this archive is broken"),
        (b"PK\x03\x04 and no archive", "this archive is broken"),
    ],
    ids=["empty", "hidden", "office", "cut", "mark alone"],
)
def test_an_archive_that_is_refused_is_named(tmp_path: Path, data: bytes, told: str) -> None:
    file = put(tmp_path, data)
    error = refusal(file)
    assert str(error).startswith(f"{file}: ")
    assert told in str(error)


def stating(data: bytes, size: int) -> bytes:
    """The archive whose directory states this size for its only file, at 24 of the entry."""
    changed = bytearray(data)
    struct.pack_into("<I", changed, data.find(b"PK\x01\x02") + 24, size)
    return bytes(changed)


NINES = packed({"zeros.txt": bytes(90_000_000)})
BOMBS = {
    "one file": NINES,
    "many files": packed({f"{n}.txt": bytes(21_000_000) for n in range(10)}),
    "many names": packed({f"{n}.txt": "" for n in range(MAX_FILES + 1)}, zipfile.ZIP_STORED),
    "states more": stating(NINES, 4_000_000_000),
    "states less": stating(NINES, 1000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_at_once(tmp_path: Path, name: str) -> None:
    file = put(tmp_path, BOMBS[name])
    assert least_seconds(lambda: read(file), below=0.2) < 0.2
    transcripts, problems, _ = read(file)
    assert transcripts == []
    assert problems
    assert all(str(problem).startswith(str(file)) for problem in problems)


@settings(max_examples=150)
@given(st.data())
def test_damaged_archives_are_read_or_refused(data: st.DataObject) -> None:
    whole = packed({"a.txt": TALK, "b/c.json": '{"turns": []}'})
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(changed)))
        changed[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    with tempfile.TemporaryDirectory() as folder:
        file = put(Path(folder), bytes(changed))
        transcripts, problems, _ = read(file)
        assert transcripts or problems
        assert all(str(problem).startswith(str(file)) for problem in problems)
