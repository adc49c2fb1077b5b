from __future__ import annotations

import pytest

from llm_grader.errors import UnsupportedFormat
from llm_grader.readers.source.decoding import decode

CZECH = "Zákazník: Objednávka mi nepřišla, už čekám týden. Můžete to prověřit?\n"
HUNGARIAN = "Ügyfél: Nem érkezett meg a csomagom, kérem nézze meg. Őszintén, gyűrű.\n"
ESTONIAN = "Klient: Minu pakk ei ole jõudnud, palun öelge, mis sai. Šokolaad, žürii.\n"
GERMAN = "Kunde: Meine Lieferung ist nicht da, überprüfen Sie bitte. Größe fünf.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_with_its_mark_or_none_is_read_without_a_word(encoding: str) -> None:
    assert decode(CZECH.encode(encoding)) == (CZECH, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_recognised_and_told(encoding: str) -> None:
    assert decode(GERMAN.encode(encoding)) == (GERMAN, [f"no byte order mark: read as {encoding.upper()}"])


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CZECH, "cp1250"),
        (CZECH, "iso-8859-2"),
        (CZECH, "cp852"),
        (HUNGARIAN, "cp1250"),
        (ESTONIAN, "cp1257"),
        (ESTONIAN, "cp1252"),
        (ESTONIAN, "iso-8859-15"),
        (GERMAN, "cp1252"),
        (GERMAN, "cp850"),
        ("1\n宇宙守护神保护我们远离邪恶\n他能徒手抓住子弹拦住疾速的火车\n", "gb2312"),
    ],
)
def test_a_legacy_encoding_is_found_by_the_letters_of_the_language_and_told(text: str, encoding: str) -> None:
    found, (warning,) = decode(text.encode(encoding))
    assert found == text
    assert warning.startswith("not UTF-8: read as ")


def test_one_torn_character_does_not_make_utf8_another_encoding() -> None:
    torn = (CZECH * 3).encode() + "ř".encode()[:1]
    assert decode(torn) == (CZECH * 3 + "\ufffd", ["1 places are not valid UTF-8 and were read as U+FFFD"])


def test_an_encoded_surrogate_is_told() -> None:
    text, warnings = decode(CZECH.encode() + b"\xed\xa0\x80")
    assert text.startswith(CZECH)
    assert warnings == ["3 places are not valid UTF-8 and were read as U+FFFD"]


def test_nul_characters_stay_and_are_told() -> None:
    assert decode(b"a\0b\0c") == ("a\0b\0c", ["2 NUL characters are part of the text"])


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnsupportedFormat, match="no text in any encoding"):
        decode(bytes(range(128, 256)) * 20)


def test_a_long_line_takes_a_time_in_proportion() -> None:
    # a search that begins anew at each of 300,000 characters would look at 45,000,000,000
    text, _ = decode(b">" * 300_000 + b"\nGr\xfc\xdfe und sch\xf6nen Tag\n")
    assert text.endswith("Grüße und schönen Tag\n")


@pytest.mark.parametrize(
    ("magic", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", r"Outlook \(\.msg\)"),
        (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
        (b"Rar!\x1a\x07", "RAR"),
    ],
)
def test_what_is_no_text_is_told_by_its_first_bytes(magic: bytes, told: str) -> None:
    with pytest.raises(UnsupportedFormat, match=told):
        decode(magic + bytes(range(256)))


@pytest.mark.parametrize(
    "text", ["Größe fünf\n", "Přišla žlutá\n", "Őszintén, gyűrű\n", "Pão já está\n", "It costs 5 € – thanks\n"]
)
@pytest.mark.parametrize("broken", [b"Caf\xe9\n", b"na\xefve\n", b"\xdcber\n"])
def test_one_broken_byte_in_a_short_file_does_not_make_utf8_another_encoding(text: str, broken: bytes) -> None:
    found, (warning,) = decode(text.encode() + broken)
    assert found.startswith(text)
    assert warning == "1 places are not valid UTF-8 and were read as U+FFFD"
