"""Text in disguise, read: base64 and the like, letters that look like others, digits for letters, letters apart."""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")

ENCODED = re.compile(
    r"(?<![\w/+=.@%-])(?:[A-Za-z0-9+/]{24,4000}={0,2}|(?:[0-9a-f]{2}){16,2000}|(?:[\w.-]{0,20}%[0-9A-Fa-f]{2}){6,400}\w{0,20})(?![\w/+@-])"
)
"""Words in base64, hexadecimal digits or percent-encoding, outside of addresses."""
SHORTEST_ENCODED = 18
"""Characters, none of them a blank, that such a word has at least: six of `%41`."""
_HEXADECIMAL = re.compile("(?:[0-9a-f]{2})+")
_LEAST_WORDS_HIDDEN = 3

_OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_MIXED_WORD = re.compile(
    "(?:[a-z\u00c0-\u017f][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][a-z\u00c0-\u017f])", re.IGNORECASE
)
_LATIN = str.maketrans(
    "аеорсхуіјѕһԁԛԝАВЕКМНОРСТУХІЈЅαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcxyijshdqwABEKMHOPCTYXIJSaeiknoptuxABEZHIKMNOPTYX"
)
_DIGIT_FOR_LETTER = re.compile(r"(?<=[^\W\d_])[013457@$](?=[^\W\d_])")
_LETTERS = str.maketrans("013457@$", "oieastas")
_APART = re.compile(r"(?<!\w)[^\W\d_](?:[ .\-_*·|]{1,3}[^\W\d_]){9,400}(?!\w)")
_STEERING_LETTERS = re.compile(
    "ignor|instru|disregard|forget|prompt|fullmarks|score|gradeth|gradeit|passed|criteri|perfect|rating|"
    "anweis|vergiss|regeln|punktzahl|bewert|bestnote|erfullt|bestanden|perfekt|"
    "pokyn|pravidl|zapomen|hodno|bodu|splnen|znamk|"
    "utasit|szabaly|felejts|ertekel|pontszam|pontot|teljesit|"
    "juhis|reegl|unusta|eira|hinda|hinne|punkti|punktid|taidet"
)
"""Beginnings of words to the judge, without accents, as they stand where letters were put apart."""


def has_hidden_prose(text: str) -> bool:
    """Whether a long word of a text is several words in base64, hexadecimal digits or percent-encoding."""
    longest = max(map(len, text.split()), default=0)  # an ordinary text has no word of that length
    return longest >= SHORTEST_ENCODED and any(_is_hidden_prose(match[0]) for match in ENCODED.finditer(text))


def has_steering_letters(text: str) -> bool:
    """Whether letters that stand apart (`i g n o r e`) make up a word to the judge."""
    for run in _APART.finditer(text):
        letters = "".join(filter(str.isalpha, unicodedata.normalize("NFKD", run[0].casefold())))
        if _STEERING_LETTERS.search(letters):
            return True
    return False


def uncovered(text: str) -> Iterator[str]:
    """What a text says without the disguise that it wears, for each of the kinds that change letters one by one."""
    if _OTHER_SCRIPT.search(text) and _MIXED_WORD.search(text):
        yield text.translate(_LATIN)
    if len(_DIGIT_FOR_LETTER.findall(text)) > 1:
        yield text.translate(_LETTERS)


def _is_hidden_prose(encoded: str) -> bool:
    try:
        decoded = _decoded(encoded)
    except ValueError:  # binascii's and Unicode's are
        return False
    return decoded.isprintable() and sum(map(str.isalpha, decoded.split(" "))) >= _LEAST_WORDS_HIDDEN


def _decoded(encoded: str) -> str:
    if "%" in encoded:
        return unquote(encoded, errors="strict")
    if _HEXADECIMAL.fullmatch(encoded):
        return bytes.fromhex(encoded).decode()
    return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
