"""Labels that are written like somebody, though no plain name: `Ek, Bo`, `Bo & Eva`, `@bo_ek`, `Bo "Bobby" Ek`.

They may be things as well, as in `Shipping & Handling`: who asks looks at the text as a whole before it takes one for a
speaker.
"""

from __future__ import annotations

import re
from functools import lru_cache

from llm_grader.readers.roles.role_words import is_field, role_of_label
from llm_grader.readers.text.label_lines import is_name, is_turned_name
from llm_grader.readers.text.text_header import greets

_TITLE = re.compile(
    r"^(?:(?:dr|prof|doc|ing|mgr|bc|judr|mudr|phdr|mr|mrs|ms|hr|fr|p|pí|ifj|id|özv)\.|paní|pan|frau|herr) (?=\w)",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:dear|thanks|thank you|yes|no|ok(?:ay)?|please|sorry|liebe[r]?|sehr geehrte[r]?|danke|ja|nein|bitte|vážen\w+"
    r"|mil[áý]|díky|děkuji|ano|ne|prosím|kedves|tisztelt|köszönöm|igen|nem|kérem|lugupeetud|kallis|aitäh|jah|ei|palun)\b",
    re.IGNORECASE,
)
_NICKNAME = re.compile(r" [\"“„«'‘][\w .-]{1,30}[\"”“»'’](?= )")
_HANDLE = re.compile(r"@\w[\w.-]{1,40}")
_BETWEEN = re.compile(r" ?[&+|] ?| [@/–—-] | (?:and|und|a|és|ja|to|an|from|z|von) ")
_PARTS_OF_NAMES = frozenset(
    re.findall(r"\w+", "de del della di da dos das du la le los las van von der den ten ter zu y e al bin ben")
)
_WORD = re.compile(r"[^\W\d_][\w'’.-]{0,40}")
_NUMBER = re.compile(r"#?\d{3,8}|\d{1,3}(?:\.\d{1,3}){3}|#\w{2,20}")
_PRONOUNS = frozenset(re.findall(r"\w+", "you me du ich sie já ty vy én te ön mina sina teie"))
_MOST_WORDS = 8
_MOST_PARTS = 3


@lru_cache(maxsize=4096)
def is_persons(label: str) -> bool:
    """Whether a label is written as only people are called: `Ek, Bo`, `dr. Kiss Éva`, `Bo "Bobby" Ek`, `@bo_ek`."""
    if not label or _GREETING.match(label) or greets(label) or any(map(is_field, label.split(", "))):
        return False
    untitled = _NICKNAME.sub("", _TITLE.sub("", label, count=1), count=1)
    if is_turned_name(untitled) or (untitled != label and is_name(untitled)):
        return True
    return _HANDLE.fullmatch(label) is not None


@lru_cache(maxsize=4096)
def is_likely_name(label: str) -> bool:
    """Whether a label may be somebody: as people are called, several of them, a team, a company, a long name."""
    if is_persons(label):
        return True
    if is_field(label) or is_name(label) or len(label.split()) > _MOST_WORDS or _GREETING.match(label):
        return False
    parts = [part for part in _BETWEEN.split(label) if part]
    if 1 < len(parts) <= _MOST_PARTS:
        return all(_is_part(part) for part in parts)
    return _is_long_name(label)


def is_bare_id(label: str) -> bool:
    """Whether a label is a number, an address or a pronoun, as chats name whom they do not know: `4711`, `you`."""
    return _NUMBER.fullmatch(label) is not None or label in _PRONOUNS


def _is_part(part: str) -> bool:
    return not is_field(part) and (is_name(part) or role_of_label(part) is not None or _is_long_name(part))


def _is_long_name(label: str) -> bool:
    """Whether a label is more words than `is_name` asks for, of which each begins like a part of a name."""
    words = label.split()
    if len(words) < 2 or not all(map(_WORD.fullmatch, words)):
        return False
    known = all(word[0].isupper() or word in _PARTS_OF_NAMES for word in words)
    return known and words[0][0].isupper() and words[-1][0].isupper()
