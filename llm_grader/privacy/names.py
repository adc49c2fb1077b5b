"""Given names of people in a text: inflected, in capitals, in haste, without marks. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from llm_grader.transcript import primary_language

_LEAST_LETTERS = 3
_LEAST_OF_OTHERS = 2
"""Of a name in another script than ours, in which two letters are seldom a word."""

_LOWER_CASE_FROM = 5
"""A shorter name in lower case is as likely another word: `mark`, `will`, `rose`, Hungarian `nagy`."""

_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "õ": "oe", "ß": "ss"}
_FLEETING = ("ek", "ěk", "el", "ec")
_DIGRAPHS = ("cs", "dz", "gy", "ly", "ny", "sz", "ty", "zs")
_CASE_ENDINGS = {
    "en": "s?",
    "de": "(?:e?n?s|sche[mnrs]?)?",
    "cs": "(?:ovi|ov[áéý]|ovou|ových|ům|em|[aeěiouy])?",
    "hu": "(?:ék|né|é)?(?:n[ae]k|v[ae]l|n[áé]l|[tbr][óő]l|h[oeö]z|r[ae]|b[ae]n?|ért|ig|i|[oeöaá]?t"
    "|[b-dfghj-np-tvz]{1,2}[ae]l)?",
    "et": "[aeiu]?(?:le|lt|l|sse|st|s|ga|ta|t|na|ni|ks|d|de[^\\W\\d_]{0,2})?",
}
_OTHER_ENDINGS = "[^\\W\\d_]{0,3}"
# What stands in the place of a final vowel: Nováková – Novákovou, Veselý – Veselého, Jana – Janě.
_CZECH_VOWELS = "(?:em|ého|ému|ých|ého|ovi|ou|ách|in[^\\W\\d_]{1,3}|[ýíě]m|ím|ího|[aáeéěiíouyý])"
_SOFTENED = {"k": "[kc]", "g": "[gz]", "h": "[hz]", "r": "[rř]", "n": "[nň]", "d": "[dď]", "t": "[tť]"}
_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Chinese, Japanese and Korean: words stand side by side.
_UNSPACED = re.compile(r"[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")
_SEPARATED = r"[\s,._-]{1,3}"
_BEGINS, _ENDS = r"(?<![^\W_])", r"(?![^\W_])"


class Named(NamedTuple):
    """Characters of a text that name somebody, end exclusive, and the part of the name they stand for."""

    start: int
    end: int
    part: str


def find_names(text: str, names: Iterable[str], language: str | None) -> Iterator[Named]:
    """Each part of these names in the text, with the endings of the language.

    A part has 3 letters and more, or 2 in another script than the Latin; shorter ones are found in a whole name only.
    Marks may be missing (`Novakova`, `Mueller`). Parts of 5 letters and more, and whole names, may be in lower case.
    """
    pattern, groups = _pattern(frozenset(names), primary_language(language or ""))
    for match in pattern.finditer(text) if groups else ():
        words = _PART.finditer(match[0])
        for word, part in zip(words, groups[match.lastgroup or ""], strict=True):
            yield Named(match.start() + word.start(), match.start() + word.end(), part)


@lru_cache(maxsize=512)
def _pattern(names: frozenset[str], language: str) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """A pattern with a group for each name and part, and the parts that the group's words stand for."""
    groups: dict[str, tuple[str, ...]] = {}
    spaced, unspaced = list[str](), list[str]()
    for words in _sought(names):
        group = f"n{len(groups)}"
        groups[group] = words
        form = "|".join(_cased(words[0], language)) if len(words) == 1 else _in_a_row(words, language)
        (unspaced if all(map(_UNSPACED.fullmatch, words)) else spaced).append(f"(?P<{group}>{form})")
    if spaced:
        unspaced.append(rf"{_BEGINS}(?:{'|'.join(spaced)}){_ENDS}")
    return re.compile("|".join(unspaced)), groups


def _sought(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Whole names, with their short parts and without, and then parts that name somebody alone, longest first."""
    rows, alone = set[tuple[str, ...]](), set[str]()
    for words in filter(None, map(_parts, names)):
        telling = tuple(word for word in words if _names_alone(word) and not _is_particle(word, words))
        rows |= {telling, tuple(word for word in words if len(word) > 1 or _UNSPACED.fullmatch(word))}
        alone.update(telling)
        if len(words) > 1 and all(map(_UNSPACED.fullmatch, words)):
            alone.add("".join(words))
    yield from _orders(rows)
    yield from ((part,) for part in sorted(alone, key=lambda part: (-len(part), part)))


def _parts(name: str) -> list[str]:
    return _PART.findall(unicodedata.normalize("NFC", name))


def _names_alone(part: str) -> bool:
    """Whether a part is long enough to be somebody's name wherever it stands."""
    latin = unicodedata.name(part[0], "").startswith("LATIN")
    return len(part) >= (_LEAST_LETTERS if latin else _LEAST_OF_OTHERS)


def _is_particle(part: str, words: Iterable[str]) -> bool:
    """Whether it is the `von` of a name, a word of its own anywhere else."""
    return len(part) < _LOWER_CASE_FROM and part.islower() and any(word[0].isupper() for word in words)


def _orders(names: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Names of several parts, as they are and last name first."""
    for name in sorted(names, key=lambda name: (-len(name), name)):
        if len(name) > 1:
            yield from (name, (name[-1], *name[:-1]))


def _in_a_row(words: tuple[str, ...], language: str) -> str:
    """A whole name; in lower case only where it cannot be two short words, such as `do` and `the`."""
    lengths = sorted(map(len, words))
    if lengths[-2] >= _LEAST_LETTERS or lengths[-1] >= _LOWER_CASE_FROM:
        return _anyhow(_SEPARATED.join(_inflected(word, language) for word in words))
    return _SEPARATED.join(f"(?:{'|'.join(_cased(word, language))})" for word in words)


def _cased(part: str, language: str) -> Iterator[str]:
    if len(part) >= _LOWER_CASE_FROM:
        yield _anyhow(_inflected(part, language))
        return
    for written in dict.fromkeys((part, part.capitalize(), part.upper())):
        yield _inflected(written, language)


def _anyhow(pattern: str) -> str:
    return f"(?i:{pattern})"


def _inflected(part: str, language: str) -> str:
    """A pattern for the part with any ending; short ones, and scripts without capitals, have none."""
    if (len(part) < _LEAST_LETTERS and not _names_alone(part)) or part.upper() == part.lower():
        return _spelled(part)
    forms = [_spelled(part) + _CASE_ENDINGS.get(language, _OTHER_ENDINGS)]
    if language == "cs":
        forms += _czech(part)
    elif language == "hu":
        forms += _hungarian(part)
    return f"(?:{'|'.join(forms)})"


def _czech(part: str) -> Iterator[str]:
    """Stems that change: Jana – Janě, Blanka – Blance, Marek – Marku, Petr – Petře."""
    lower = part.casefold()
    if lower[-1] in "aáeéoíý":
        yield _softened(part[:-1]) + _CZECH_VOWELS
    if lower.endswith(_FLEETING) and len(part) > _LEAST_LETTERS:
        yield _softened(part[:-2]) + _softened(part[-1]) + _CZECH_VOWELS
    if lower[-1] == "r":
        yield _softened(part) + "[eěi]"


def _softened(stem: str) -> str:
    return _spelled(stem[:-1]) + _SOFTENED.get(stem[-1].casefold(), _spelled(stem[-1]))


def _hungarian(part: str) -> Iterator[str]:
    """Stems that change: Anna – Annával, Kovács – Kováccsal."""
    if part[-1] in "ae":
        yield _spelled(part[:-1]) + {"a": "á", "e": "é"}[part[-1]] + _CASE_ENDINGS["hu"]
    if part.casefold().endswith(_DIGRAPHS):
        yield _spelled(part[:-2]) + re.escape(part[-2] + part[-2:]) + "[ae]l"


def _spelled(word: str) -> str:
    """The letters of a word, each with its mark or without, and `ü` also as `ue`."""
    return "".join(_letter(letter) for letter in word)


def _letter(letter: str) -> str:
    if letter in "'’":
        return "['’]"
    bare = unicodedata.normalize("NFD", letter)[0]
    two = _UMLAUTS.get(letter.lower(), "")
    capital = (two.capitalize(), two.upper()) if letter.isupper() else (two,)
    options = [option for option in (*capital, bare, letter) if option]
    return f"(?:{'|'.join(dict.fromkeys(options))})" if len(set(options)) > 1 else letter
