"""Who works for the desk in a conversation, and who of them is under review. Pure."""

from __future__ import annotations

from llm_grader.transcript import Transcript, name_key

_MOST_NAMED = 5
_NAMELESS = "(no name)"


def speaking_agents(transcript: Transcript) -> list[str]:
    """What the agents who say something to the customer are called, in the order in which they begin to."""
    spoken = (turn.speaker or _NAMELESS for turn in transcript.turns if turn.role == "agent" and turn.spoken)
    found: dict[str, str] = {}
    for speaker in dict.fromkeys(spoken):
        found.setdefault(name_key(speaker), speaker)
    return list(found.values())


def several_agents(transcript: Transcript) -> str | None:
    """That several agents took part of whom none is named as under review; None where that is not so."""
    agents = speaking_agents(transcript)
    if transcript.agent_id is not None or len(agents) < 2:
        return None
    return f"{len(agents)} agents took part ({_listed(agents)}): all are graded together unless one is named"


def unknown_agent(transcript: Transcript) -> str | None:
    """That `agent_id` names no agent of the conversation, and who is there; None where it names one, or is not set."""
    if transcript.agent_id is None or transcript.reviewed_agent is not None:
        return None
    roles = {turn.speaker or _NAMELESS: turn.role for turn in transcript.turns if turn.kind == "message"}
    there = _listed([f"{speaker}: {role}" for speaker, role in roles.items()]) or "nobody"
    return f"agent_id {transcript.agent_id!r} names no agent of this conversation; who speaks is {there}"


def _listed(names: list[str]) -> str:
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    return ", ".join([*names[:_MOST_NAMED], *more])
