"""The parties of a vCon, and which of them speaks in a transcript."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from llm_grader.readers.roles.parties import Party
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.roles.roles import RoleMapping
from llm_grader.readers.source.json_object import JsonObject
from llm_grader.transcript import Participant, Role, RoleSource, Turn

_NUMBERED = re.compile(r"(party|channel|ch)[ _](\d{1,3})")


def read_parties(record: JsonObject, roles: RoleMapping) -> list[Party]:
    """The parties, called by name, else by address or number; the mapping may know a role by each of them."""
    parties: list[Party] = []
    for number, fields in enumerate(record.objects("parties")):
        about = fields.object("meta")
        stated = role_of_label(fields.text("role") or (about.text("role") if about else None) or "")
        mail = (fields.text("mailto", "email") or "").removeprefix("mailto:") or None
        phone = (fields.text("tel") or "").removeprefix("tel:") or None
        name = fields.text("name") or None
        called = name or mail or phone or f"party {number}"
        if any(called == party.who.id for party in parties):
            called = f"{called} (party {number})"
        mapped = roles.role_of(name, mail, phone)
        source: RoleSource | None = "source" if stated else "mapping" if mapped else None
        who = Participant(id=called, role=stated or mapped or "unknown", name=name, email=mail, phone=phone)
        parties.append(Party(who, source))
    return parties


def party_at(holder: JsonObject, key: str, parties: Sequence[Party]) -> Party:
    """The party whose number a field holds, of several the first.

    Raises:
        MalformedInput: it holds no number of a party.
    """
    number = holder.value(key)
    while isinstance(number, list) and number:
        number = number[0]
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(parties):
        return parties[number]
    raise holder.wrong(key, f"the number of one of {len(parties)} parties")


def cast_of(turns: Sequence[Turn], channels: Any, parties: Sequence[Party]) -> dict[str, Party]:
    """The party of each speaker in a transcript who is known by number, channel, name or role.

    Args:
        turns: the transcript.
        channels: the dialog's parties, one a channel where the recording has several.
        parties: all of them.
    """
    return dict(_found(list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker)), channels, parties))


def _found(speakers: Sequence[str], channels: Any, parties: Sequence[Party]) -> Iterator[tuple[str, Party]]:
    numbers = {name: found for name in speakers if (found := _NUMBERED.fullmatch(name))}
    heard = sorted({int(found[2]) for found in numbers.values() if found[1] != "party"})
    by_channel = dict(zip(heard, channels, strict=True)) if _is_list_of(channels, len(heard)) else {}
    for name in speakers:
        if found := numbers.get(name):
            number = int(found[2]) if found[1] == "party" else by_channel.get(int(found[2]))
            if isinstance(number, int) and 0 <= number < len(parties):
                yield name, parties[number]
            continue
        same = [party for party in parties if name == party.who.name] or _of_role(role_of_label(name), parties)
        if len(same) == 1:
            yield name, same[0]


def _is_list_of(value: Any, length: int) -> bool:
    return isinstance(value, list) and len(value) == length


def _of_role(role: Role | None, parties: Sequence[Party]) -> list[Party]:
    return [party for party in parties if role is not None and party.who.role == role]
