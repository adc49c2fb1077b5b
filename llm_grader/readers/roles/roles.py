"""Who is the agent, who the customer: by the source, by the user's mapping, by clear cues, else unknown.

Being the first to speak is no cue: in public sets it is the customer as often as not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr

from llm_grader.files.mapping_file import load_mapping
from llm_grader.readers.roles.cues import Decision, roles_by_cues
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.signals.agents import several_agents, speaking_agents, unknown_agent
from llm_grader.transcript import Model, Role, Transcript, Turn, name_key

_CHANNEL = re.compile(r"(?:ch|channel)?[ _]?(\d{1,2})(?:, .*)?")
_ONE_OF_THE_STAFF = re.compile(
    r"(?:supervisor|manager|team ?lead(?:er)?|shift lead(?:er)?|colleague|teamleit\w*|schichtleit\w*"
    r"|vorgesetzt\w*|kolleg\w*|vedoucí|nadřízen\w*|kolega|kolegyně"
    r"|csoportvezető|műszakvezető|kolléga|meeskonnajuht|vahetuse vanem)"
    r"(?: \w+){0,2} (?:here|joining|speaking|taking over|hier|am apparat|tady|u telefonu|vagyok|siin|kuuleb)\b"
    r"|\b(?:i am|i'm|this is|ich bin|hier ist|jsem|tady) (?:\w+ ){0,3}?"
    r"(?:supervisor|manager|team ?lead(?:er)?|shift lead(?:er)?|teamleit\w*|schichtleit\w*|vorgesetzt\w*"
    r"|vedoucí|nadřízen\w*)\b",
    re.IGNORECASE,
)
_INTRODUCED_WITHIN = 300
_OTHER_SIDE: dict[Role, Role] = {"agent": "customer", "customer": "agent"}


class RoleMapping(Model):
    """What a user knows about the speakers of an export. Names are compared without regard to case.

    `agents` and `customers` are speakers as the source names them (a name, an id, an address, `spk_1`); `speakers`
    gives any other speaker a role, and is where further speaker words go (`{Recepce: agent, Menu: bot}`). `channels`
    maps audio channels (`"0"`) and everyone heard on them, `domains` and `addresses` are the house's e-mail.
    """

    agents: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    speakers: dict[str, Role] = Field(default_factory=dict)
    channels: dict[str, Role] = Field(default_factory=dict)
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    _awaited: dict[str, str] = PrivateAttr(default_factory=dict)

    def role_of(self, *names: str | None) -> Role | None:
        """The role the mapping gives to a speaker, by any of their names; None when it says nothing about them."""
        return self._found(names)

    @cached_property
    def _found(self) -> Callable[[tuple[str | None, ...]], Role | None]:
        return lru_cache(maxsize=4096)(self._find)  # the same few people speak again and again

    def _find(self, names: tuple[str | None, ...]) -> Role | None:
        keys = [name_key(name) for name in names if name is not None]
        ways = (self._named.get, self._by_channel, self._by_domain)
        return next((role for way in ways for name in keys if (role := way(name))), None)

    def unmatched(self, met: Container[str]) -> list[str]:
        """Those agents and channels that `load_role_mapping` put on top and none of the `names_in` transcripts is."""
        return [named for name, named in self._awaited.items() if name not in met]

    @cached_property
    def _named(self) -> dict[str, Role]:
        named: dict[str, Role] = {name_key(word): role for word, role in self.speakers.items()}
        named |= {name_key(word): "customer" for word in self.customers}
        return named | {name_key(word): "agent" for word in (*self.agents, *self.addresses)}

    def _by_channel(self, name: str) -> Role | None:
        channel = _CHANNEL.fullmatch(name)
        return self.channels.get(channel[1]) if channel else None

    def _by_domain(self, address: str) -> Role | None:
        _, at, domain = address.rpartition("@")
        if not at or not (self.domains or self.addresses):
            return None
        house = tuple(name_key(name).removeprefix("@") for name in self.domains)
        ours = any(domain == name or domain.endswith(f".{name}") for name in house)
        return "agent" if ours else "customer"


def load_role_mapping(
    source: RoleMapping | Mapping[str, Any] | Path | str | None,
    *,
    agents: Sequence[str] = (),
    channels: Mapping[str, Role] = {},
) -> RoleMapping:
    """A role mapping from a YAML file (a path), from the same as a mapping, or an empty one.

    These agents come on top, and these channels in the place of what is said about the same ones there. Which of them
    nobody turned out to be, `RoleMapping.unmatched` tells.

    Raises:
        MalformedInput: the file cannot be read or is no role mapping; with the line.
    """
    mapping = source if isinstance(source, RoleMapping) else load_mapping(RoleMapping, {} if source is None else source)
    if not agents and not channels:
        return mapping
    update = {"agents": (*mapping.agents, *agents), "channels": {**mapping.channels, **channels}}
    found = mapping.model_copy(update=update)
    found._awaited = {name_key(name): repr(name) for name in agents} | {
        f"channel {number}": f"channel {number}" for number in channels
    }
    return found


def stated_role(speaker: str | None, mapping: RoleMapping) -> Role | None:
    """The role that a speaker's own label names, such as `Kundin`; None where the mapping knows better."""
    return None if speaker is None or mapping.role_of(speaker) else role_of_label(speaker)


def names_in(transcript: Transcript) -> set[str]:
    """All that those who take part are called, as `RoleMapping.unmatched` compares it."""
    found = {name_key(name) for names in transcript.called().values() for name in names}
    return found | {f"channel {channel[1]}" for name in found if (channel := _CHANNEL.fullmatch(name))}


_UNKNOWN = Decision("unknown", "unknown", None)


def assign_roles(transcript: Transcript, mapping: RoleMapping) -> Transcript:
    """Give every turn a role, with its source and confidence, and name the agent when several took part.

    A role that the source states stays as it is, also against the mapping, which is then a warning.
    """
    mapped = {speaker: mapping.role_of(*names) for speaker, names in transcript.called().items()}
    unknown = dict.fromkeys(turn.speaker for turn in transcript.turns if turn.role == "unknown" and turn.speaker)
    decisions = {speaker: Decision(role, "mapping", 1.0) for speaker in unknown if (role := mapped[speaker])}
    decisions |= _by_elimination(transcript, decisions, [speaker for speaker in unknown if speaker not in decisions])
    if undecided := [speaker for speaker in unknown if speaker not in decisions]:
        decisions |= roles_by_cues(transcript, undecided)
    turns = _decided(transcript.turns, decisions)
    roles = {turn.speaker: turn.role for turn in turns if turn.speaker}
    participants = tuple(
        p.model_copy(update={"role": roles[p.id]}) if p.role == "unknown" and p.id in roles else p
        for p in transcript.participants
    )
    warnings = (*transcript.warnings, *_contradictions(transcript, mapped))
    update = {"turns": turns, "participants": participants, "warnings": warnings}
    return with_agent(transcript.model_copy(update=update), mapping)


def _decided(turns: Sequence[Turn], decisions: Mapping[str, Decision]) -> tuple[Turn, ...]:
    """The turns, each with its role."""
    sourced, unknown = {"role_source": "source", "role_confidence": 1.0}, _update(_UNKNOWN)
    updates = {speaker: _update(decision) for speaker, decision in decisions.items()}

    def decided(turn: Turn) -> Turn:
        if turn.role == "unknown":
            return turn.model_copy(update=updates.get(turn.speaker or "", unknown))
        return turn if turn.role_source is not None else turn.model_copy(update=sourced)

    return tuple(map(decided, turns))


def _update(decision: Decision) -> dict[str, Any]:
    return {"role": decision.role, "role_source": decision.source, "role_confidence": decision.confidence}


def _by_elimination(
    transcript: Transcript, decisions: Mapping[str, Decision], left: Sequence[str]
) -> dict[str, Decision]:
    """Of two people, the other one when one is the agent or the customer; beside several agents, who is left.

    Bots and the like do not count, nor what a machine sends under somebody's address.
    """
    if not left:
        return {}
    others = {speaker for speaker, decision in decisions.items() if decision.role not in _OTHER_SIDE}
    turns = [turn for turn in transcript.turns if turn.kind == "message" and turn.role in (*_OTHER_SIDE, "unknown")]
    speaking = {turn.speaker: turn for turn in reversed(turns) if turn.speaker not in others}  # with their first turns
    undecided = [speaker for speaker in left if speaker in speaking]
    if None in speaking or len(undecided) != 1 or len(speaking) < 2:
        return {}
    known = [_known(turn, decisions) for speaker, turn in speaking.items() if speaker != undecided[0]]
    role = known[0].role
    several = len(known) > 1
    if role not in _OTHER_SIDE or (several and any(decision.role != "agent" for decision in known)):
        return {}
    if several and _ONE_OF_THE_STAFF.search(speaking[undecided[0]].text[:_INTRODUCED_WITHIN]):
        return {}
    source = next((decision.source for decision in known if decision.source == "cues"), known[0].source)
    return {undecided[0]: Decision(_OTHER_SIDE[role], source, 0.9)}


def _known(turn: Turn, decisions: Mapping[str, Decision]) -> Decision:
    return decisions.get(turn.speaker or "") or Decision(turn.role, turn.role_source or "source", turn.role_confidence)


def _contradictions(transcript: Transcript, mapped: Mapping[str, Role | None]) -> Iterator[str]:
    stated = {turn.speaker: turn.role for turn in transcript.turns if turn.speaker and turn.role != "unknown"}
    for speaker, role in stated.items():
        other = mapped[speaker]
        if other and other != role and role not in ("bot", "system"):  # these may write from an agent's address
            yield f"speaker {speaker!r}: the source says {role}, the mapping {other}; the source's was kept"


def with_agent(transcript: Transcript, mapping: RoleMapping) -> Transcript:
    """The transcript with the speaker who is under review: by its own `agent_id`, else the one agent that is mapped.

    Where several agents took part and none is named, or the one named is none of them, a warning says so.
    """
    named = transcript.reviewed_agent or _mapped_agent(transcript, mapping)
    if named is not None:
        return transcript.model_copy(update={"agent_id": named}) if named != transcript.agent_id else transcript
    doubts = (unknown_agent(transcript), several_agents(transcript))
    warnings = tuple(doubt for doubt in doubts if doubt is not None and doubt not in transcript.warnings)
    return transcript.model_copy(update={"warnings": (*transcript.warnings, *warnings)}) if warnings else transcript


def _mapped_agent(transcript: Transcript, mapping: RoleMapping) -> str | None:
    """The only agent of the mapping who speaks, where it is not plain anyway who is under review."""
    agents = speaking_agents(transcript)
    if transcript.agent_id is None and len(agents) < 2:
        return None
    wanted = {name_key(name) for name in mapping.agents}
    called = transcript.called()
    mapped = [speaker for speaker in agents if wanted & set(map(name_key, called.get(speaker, ())))]
    return mapped[0] if len(mapped) == 1 else None
