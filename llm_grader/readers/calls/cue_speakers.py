"""Who speaks in cues that have neither voices nor labels: names above the words, in identifiers, or in JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from llm_grader.readers.calls.caption_cues import Cue
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.text.label_lines import is_known, is_name

_WORDS = ("spokentext", "displaytext", "transcript", "text", "caption", "content")
_SPEAKERS = ("speakername", "speakerdisplayname", "displayname", "participantname", "speaker", "name", "participant")
_IN_QUOTES = re.compile(r"\d*[ \t]*\"([^\"]{1,60})\"[ \t]*(?:\(\d+\))?")
_BRACKETS = re.compile(r"[ \t]*[\[(]([^\[\]()]{1,60})[\])][ \t]*:?[ \t]*(?=\S)")
_NUMBERED = re.compile(r"\d{1,6}[ \t.:)-]+(?=\D)")
_FEW = 3


class Spoken(NamedTuple):
    """What a cue says: `text` is None where it holds no words but data."""

    speaker: str | None
    text: str | None


def read_metadata(text: str) -> Spoken | None:
    """What a cue of JSON says, as meeting recorders write it; None when it is no JSON object."""
    if "{" not in text or not text.lstrip().startswith("{") or not text.rstrip().endswith("}"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    fields = {key.casefold(): item for key, item in value.items()}
    return Spoken(_first(fields, _SPEAKERS), _first(fields, _WORDS))


def _first(fields: dict[str, Any], keys: Sequence[str]) -> str | None:
    found = (fields.get(key) for key in keys)
    return next((" ".join(value.split()) for value in found if isinstance(value, str) and value.strip()), None)


def spoken_by_names(cues: Sequence[Cue], texts: Sequence[Sequence[str]], roles: RoleMapping) -> list[Spoken]:
    """What each cue says where all of them name a speaker: above the words, in brackets before them, or in identifiers.

    Args:
        cues: the cues.
        texts: the lines of each, without markup.
        roles: which words are speakers besides names.

    Returns:
        A speaker and a text for each cue; nothing where not all of them name one.
    """
    ways: tuple[Callable[[Cue, Sequence[str]], tuple[str, list[str]]], ...] = (_above, _in_brackets, _identified)
    for way in ways:
        found = [way(cue, lines) for cue, lines in zip(cues, texts, strict=True)]
        names = [_called(name, roles) for (name, _), lines in zip(found, texts, strict=True) if "".join(lines).strip()]
        if len(names) > 1 and _are_speakers(names):
            return [Spoken(_called(name, roles), "\n".join(words)) for name, words in found]
    return []


def _above(_cue: Cue, lines: Sequence[str]) -> tuple[str, list[str]]:
    return (lines[0], list(lines[1:])) if len(lines) > 1 and lines[1].strip() else ("", [])


def _in_brackets(_cue: Cue, lines: Sequence[str]) -> tuple[str, list[str]]:
    found = _BRACKETS.match(lines[0]) if lines else None
    return (found[1], [lines[0][found.end() :], *lines[1:]]) if found else ("", [])


def _identified(cue: Cue, lines: Sequence[str]) -> tuple[str, list[str]]:
    words = cue.identifier.strip()
    quoted = _IN_QUOTES.fullmatch(words)
    return (quoted[1] if quoted else _NUMBERED.sub("", words, count=1)), list(lines)


def _called(words: str, roles: RoleMapping) -> str:
    words = words.strip(" \t\n:-*[]")
    is_speaker = (
        bool(words) and not words.isdigit() and (is_known(words, roles) or (is_name(words) and words[-1] not in ".!?"))
    )
    return words if is_speaker else ""


def _are_speakers(names: Sequence[str]) -> bool:
    """Whether all are names, of which some come back unless there are only a few."""
    return all(names) and (len(names) <= _FEW or max(Counter(names).values()) > 1)
