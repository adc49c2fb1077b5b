"""Bytes to text: the byte order mark, UTF-8, UTF-16, else the encoding that the bytes themselves suggest."""

from __future__ import annotations

import codecs
import re

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers.roles.languages import ALPHABETS, guess_language

_SAMPLE_BYTES = 64_000
_HEAD_BYTES = 8192
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BINARY = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a ZIP archive or an Office document: unpack or export it first",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"7z\xbc\xaf": "a 7-Zip archive: unpack it first",
    b"Rar!": "a RAR archive: unpack it first",
    b"\xd0\xcf\x11\xe0": "a mail of Outlook (.msg) or an old Office document: save it as .eml, as text or as CSV first",
    b"%PDF": "PDF: export the conversation as text first",
    b"RIFF": "a sound or video file: transcribe it first",
    b"OggS": "a sound file: transcribe it first",
    b"ID3": "a sound file: transcribe it first",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
}
_PUNCTUATION = "„“”‚‘’«»–—…•€°§\xa0"
_SURE_FIT = 0.95
_ENCODINGS = {
    "cp1252": "de fr es nl sv da et",
    "cp1250": "cs hu pl de",
    "iso-8859-2": "cs hu pl",
    "cp1257": "et",
    "iso-8859-15": "et fr",
}
_DOS_ENCODINGS = {"cp852": "cs hu pl", "cp850": "de fr es nl sv da", "cp775": "et"}
_CANDIDATES = [
    (language, encoding)
    for encoding, languages in (_ENCODINGS | _DOS_ENCODINGS).items()
    for language in languages.split()
]
_VALID_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def decode(data: bytes) -> tuple[str, list[str]]:
    """Turn a file's bytes into text.

    A byte order mark is dropped silently; anything else that had to be assumed is a warning, as are NUL characters,
    which stay, and bytes that are no text, which become U+FFFD.

    Returns:
        The text and the warnings.

    Raises:
        UnsupportedFormat: the bytes are no text in any encoding we know.
    """
    if kind := next((kind for magic, kind in _BINARY.items() if data.startswith(magic)), None):
        raise UnsupportedFormat(f"this is {kind}")
    text, warnings = _decode(data)
    if nuls := text.count("\0"):
        warnings.append(f"{nuls} NUL characters are part of the text")
    return text, warnings


def decode_head(data: bytes) -> str:
    """The first 8 kB as text, to know a format by.

    Raises:
        UnsupportedFormat: the bytes are no text in any encoding we know.
    """
    head = data[:_HEAD_BYTES]
    # a character cut in two must not make the rest look like another encoding
    whole = next((part for cut in range(4) if _is_utf8(part := head[: len(head) - cut])), head)
    return decode(whole)[0]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes) -> tuple[str, list[str]]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _with_replacements(data[len(mark) :], encoding, [])
    if utf16 := _unmarked_utf16(data):
        return _with_replacements(data, utf16, [f"no byte order mark: read as {utf16.upper()}"])
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _legacy(data)


def _with_replacements(data: bytes, encoding: str, warnings: list[str]) -> tuple[str, list[str]]:
    text = data.decode(encoding, errors="replace")
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        broken = text.count("\ufffd")
        warnings.append(f"{broken} places are not valid {encoding.upper()} and were read as U+FFFD")
    return text, warnings


def _unmarked_utf16(data: bytes) -> str | None:
    sample = data[:4096]
    if len(sample) < 4 or len(data) % 2:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _legacy(data: bytes) -> tuple[str, list[str]]:
    # a torn tail or one bad emoji in a UTF-8 file must not turn every umlaut of it into another encoding's letters
    valid = sum(1 for _ in _VALID_UTF8.finditer(data))
    broken = data.decode("utf-8", errors="replace").count("\ufffd")
    if valid > 4 * broken or (valid > 1 and valid >= broken and not _reads_better(data)):
        return _with_replacements(data, "utf-8", [])
    encoding = guess_encoding(data)
    if encoding is None:
        raise UnsupportedFormat("these bytes are no text in any encoding we know: save the file as UTF-8")
    return _with_replacements(data, encoding, [f"not UTF-8: read as {encoding}"])


def _reads_better(data: bytes) -> bool:
    """Whether some legacy encoding makes letters of a language of all that is not ASCII, of UTF-8 as well."""
    sample = _telling_lines(data)
    return max(_fit(sample, encoding, language) for language, encoding in _CANDIDATES) > _SURE_FIT


def guess_encoding(data: bytes) -> str | None:
    """The legacy encoding that the lines outside ASCII suggest, None when they look like no text at all.

    Statistics over bytes take Czech for Polish and Estonian for Hungarian; the alphabets of the languages we know do
    not, so they are asked first.
    """
    sample = _telling_lines(data)
    language = guess_language(data[:_SAMPLE_BYTES].decode("ascii", errors="ignore"))
    fits = [(_fit(sample, encoding, code), code == language, encoding) for code, encoding in _CANDIDATES]
    fit, _, encoding = max(fits, key=lambda candidate: candidate[:2])
    if fit > _SURE_FIT:
        return encoding
    import charset_normalizer

    match = charset_normalizer.from_bytes(sample).best()
    return None if match is None else match.encoding


def _fit(sample: bytes, encoding: str, language: str) -> float:
    """The share of the characters outside ASCII that are letters of the language or common punctuation."""
    characters = [c for c in sample.decode(encoding, errors="replace").lower() if c > "\x7f"]
    expected = set(ALPHABETS[language] + _PUNCTUATION)
    return sum(c in expected for c in characters) / max(len(characters), 1)


def _telling_lines(data: bytes) -> bytes:
    sample, size = [], 0
    for line in re.finditer(rb"(?m)^[^\n]*[\x80-\xff][^\n]*\n?", data):
        sample.append(line[0][:_SAMPLE_BYTES])
        size += len(sample[-1])
        if size > _SAMPLE_BYTES:
            break
    return b"".join(sample)


def unify_line_ends(text: str) -> tuple[str, list[str]]:
    r"""Make every line end of a line-based format `\n`: one kind of line end in a file is its syntax, a mix is told."""
    if "\r" not in text:
        return text, []
    pairs, returns, newlines = text.count("\r\n"), text.count("\r"), text.count("\n")
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if pairs == returns and (pairs == newlines):
        return unified, []
    return unified, ["line ends are mixed (CR, LF): all were read as line ends"]
