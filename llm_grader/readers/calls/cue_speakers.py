"""Who speaks in cues that have neither voices nor labels: names above the words, in identifiers, or in JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from llm_grader.readers.calls.caption_cues import Cue
from llm_grader.readers.chats.label_lines import is_known, is_name
from llm_grader.readers.roles.roles import RoleMapping

_WORDS = ("spokentext", "displaytext", "transcript", "text", "caption", "content")
_SPEAKERS = ("speakername", "speakerdisplayname", "displayname", "participantname", "speaker", "name", "participant")
_IN_QUOTES = re.compile(r"\d*[ \t]*\"([^\"]{1,60})\"[ \t]*(?:\(\d+\))?")
_NUMBERED = re.compile(r"\d{1,6}[ \t.:)-]+(?=\D)")
_FEW = 3


class Spoken(NamedTuple):
    """What a cue says: `text` is None where it holds no words but data."""

    speaker: str | None
    text: str | None


def read_metadata(text: str) -> Spoken | None:
    """What a cue of JSON says, as meeting recorders write it; None when it is no JSON object."""
    if not text.lstrip().startswith("{") or not text.rstrip().endswith("}"):
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


def names_above(texts: Sequence[Sequence[str]], roles: RoleMapping) -> list[str]:
    """The first line of each cue where all of them are names above words; empty where they are not."""
    spoken = [lines for lines in texts if any(line.strip() for line in lines)]
    if len(spoken) < 2 or not all(len(lines) > 1 and lines[1].strip() for lines in spoken):
        return []
    names = [_called(lines[0].strip(), roles) for lines in spoken]
    return [_called(lines[0].strip(), roles) if lines else "" for lines in texts] if _are_speakers(names) else []


def names_in_identifiers(cues: Sequence[Cue], roles: RoleMapping) -> list[str]:
    """The name in the identifier of each cue, such as `3 "Jana Nová" (17)`; empty where not all of them hold one."""
    names = [_identified(cue.identifier, roles) for cue in cues]
    return names if len(names) > 1 and _are_speakers(names) else []


def _identified(identifier: str, roles: RoleMapping) -> str:
    quoted = _IN_QUOTES.fullmatch(identifier.strip())
    return quoted[1].strip() if quoted else _called(_NUMBERED.sub("", identifier.strip(), count=1), roles)


def _called(words: str, roles: RoleMapping) -> str:
    words = words.strip(" \t:-*[]")
    known = (
        bool(words) and not words.isdigit() and (is_known(words, roles) or (is_name(words) and words[-1] not in ".!?"))
    )
    return words if known else ""


def _are_speakers(names: Sequence[str]) -> bool:
    """Whether all are names, of which some come back unless there are only a few."""
    return all(names) and (len(names) <= _FEW or max(Counter(names).values()) > 1)
