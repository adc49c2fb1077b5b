"""Text in disguise, read: letters that look like others, digits for letters, letters apart, words backwards, codes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from string import ascii_lowercase, ascii_uppercase

from llm_grader.signals.flag_codes import decoded_letters
from llm_grader.signals.flag_letters import in_plain_letters

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")

_OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_MIXED_WORD = re.compile(
    "(?:[a-z\u00c0-\u017f][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][a-z\u00c0-\u017f])", re.IGNORECASE
)
_LATIN = str.maketrans(
    "аеорсхуіјѕһԁԛԝАВЕКМНОРСТУХІЈЅαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcxyijshdqwABEKMHOPCTYXIJSaeiknoptuxABEZHIKMNOPTYX"
)
_DIGIT_FOR_LETTER = re.compile(r"(?<=[^\W\d_])[013457@$](?=[^\W\d_])")
_FOR_LETTERS = frozenset("013457@$")
_LETTERS = str.maketrans("013457@$", "oieastas")
_FEWEST_TAGS = 6
_TAG = re.compile("<[^<>]{1,40}>")
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
_FEWEST_HUMPS = 3  # different ones
_HUMPS = re.compile("(?:[A-Z][a-z]{1,20}){5}")
_CAPITALS = frozenset(ascii_uppercase)
_APART = re.compile(r"(?<!\w)[^\W\d_](?:[ .\-_*·|/,]{1,9}[^\W\d_]){9,400}(?!\w)")
_GAP = re.compile(r"[ .\-_*·|/,]+")
_FEWEST_LINES = 5  # of a text whose first letters are read
_SHORTEST_IN_CIPHER = 5
_STEERING_LETTERS = re.compile(
    "ignor|instru|disregard|forget|prompt|fullmarks|score|gradeth|gradeit|passed|criteri|perfect|rating|"
    "anweis|vergiss|regeln|punktzahl|bewert|bestnote|erfullt|bestanden|perfekt|"
    "pokyn|pravidl|zapomen|hodno|bodu|splnen|znamk|"
    "utasit|szabaly|felejts|ertekel|pontszam|pontot|teljesit|teljesul|"
    "juhis|reegl|unusta|eirak|hinda|hinne|punkti|punktid|taidet"
)
"""Beginnings of words to the judge, without accents, as they stand where letters were put apart."""


_IN_CIPHER = (
    "ignore|ignorier|ignoruj|instruct|disregard|prompt|grade|checklist|evaluat|criteri|fulfil|marks|anweis|bewert|punktzahl|erfull|"
    "kriteri|splnen|hodnot|pokyn|ertekel|pontsz|teljes|szempont|utasit|hinda|hinne|taidet|kriteer|punkti|juhis"
)
"""Beginnings of words to the judge, without accents, as they are looked for in words in cipher."""
_BACKWARDS = tuple(stem[::-1] for stem in _IN_CIPHER.split("|"))
_ATBASH = str.maketrans(ascii_lowercase, ascii_lowercase[::-1])
_ROT13 = str.maketrans(ascii_lowercase, ascii_lowercase[13:] + ascii_lowercase[:13])
_SHIFTED = tuple(stem.translate(cipher) for stem in _IN_CIPHER.split("|") for cipher in (_ATBASH, _ROT13))


def has_steering_letters(readings: Sequence[str]) -> bool:
    """Whether letters that stood apart or in code make up a word to the judge, whatever parts the words."""
    return any(_STEERING_LETTERS.search(_plain_letters(letters)) for letters in readings)


def is_in_cipher(word: str) -> bool:
    """Whether a word, in lower case, is one to the judge when read from its end, or with other letters for its own."""
    if len(word) < _SHORTEST_IN_CIPHER:
        return False
    letters = _plain_letters(word)
    return letters.endswith(_BACKWARDS) or letters.startswith(_SHIFTED)


def put_together(text: str, characters: frozenset[str]) -> list[str]:
    """What letters say that stand apart (`i g n o r e`), in code, or at the beginnings of lines.

    `characters` are those of the text, as for `uncovered`.
    """
    found = [_closed_up(run[0]) for run in _APART.finditer(text)] + list(decoded_letters(text, characters))
    if text.count("\n") >= _FEWEST_LINES - 1:
        found.append("".join(line.strip()[:1] for line in text.split("\n")))
    return found


def uncovered(text: str, characters: frozenset[str]) -> Iterator[str]:
    """What a text says without the disguise that it wears, for each of the kinds that change letters one by one."""
    if _OTHER_SCRIPT.search(text) and _MIXED_WORD.search(text):
        yield text.translate(_LATIN)
    if not characters.isdisjoint(_FOR_LETTERS) and len(_DIGIT_FOR_LETTER.findall(text)) > 1:
        yield text.translate(_LETTERS)
    if (plain := in_plain_letters(text)) is not None:
        yield plain
    if text.count("<") >= _FEWEST_TAGS:
        yield _TAG.sub("", text)
    if len(characters & _CAPITALS) >= _FEWEST_HUMPS and _HUMPS.search(text):
        yield _HUMP.sub(" ", text)


def _closed_up(apart: str) -> str:
    """Letters that stand apart as words, which are parted by wider gaps than letters are."""
    gaps = _GAP.findall(apart)
    narrow = min(map(len, gaps))
    return _GAP.sub(lambda gap: " " * (len(gap[0]) > narrow), apart)


def _plain_letters(text: str) -> str:
    return "".join(filter(str.isalpha, unicodedata.normalize("NFKD", text.casefold())))
