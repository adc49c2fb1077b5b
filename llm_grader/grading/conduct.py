"""Whether a conversation shows an agent's conduct at all, decided before anything is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Literal, NamedTuple

from llm_grader.checking.content import says_nothing
from llm_grader.rubric.model import Rubric
from llm_grader.signals.agents import unknown_agent
from llm_grader.signals.machines import is_auto_reply, is_mailbox, is_recording
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import NoConduct

UNKNOWN_ROLES = "unknown_roles"
UNKNOWN_AGENT = "unknown_agent"

_WHY: dict[NoConduct, str] = {
    "nobody": "no agent took part",
    "only_bots": "only machines answered, and these are never graded as an agent",
    "voicemail": "the call reached a voice mailbox, and no agent spoke",
    "auto_reply": "only automatic replies were sent, and no agent wrote",
    "only_notes": "the agent wrote notes alone, and nothing to the customer",
    "agent_said_nothing": "the agent said nothing that could be graded",
    "only_supervisor": "a supervisor answered the customer, and no agent: only agents are graded",
    "nothing_applies": "no item of the rubric is judged from a conversation of this channel",
}


class Obstacle(NamedTuple):
    """Why nothing is asked about a conversation: there is no conduct, or whose it is has to be settled first.

    `code` is one of `NoConduct` where the card is not_graded, else the problem of verdicts that need review.
    """

    status: Literal["not_graded", "needs_review"]
    code: str
    message: str


def find_obstacle(transcript: Transcript, rubric: Rubric) -> Obstacle | None:
    """What keeps the transcript from being graded by the rubric; None where an agent's conduct is there."""
    if all(
        item.judged in ("org", "corpus") or not rubric.in_channel(item, transcript.channel) for item in rubric.items()
    ):
        return _not_graded("nothing_applies")
    spoken = [turn for turn in transcript.turns if turn.spoken]
    reviewed = (turn for turn in spoken if transcript.under_review(turn) and not says_nothing(turn))
    if (first := next(reviewed, None)) is not None:
        machine = _machine(chain([first], reviewed), transcript)
        return None if machine is None else _not_graded(machine)
    stranger = unknown_agent(transcript)
    if stranger is not None and any(turn.role == "agent" for turn in spoken):
        return Obstacle("needs_review", UNKNOWN_AGENT, stranger)
    if any(turn.role == "unknown" and not says_nothing(turn) for turn in spoken):
        message = "who the agent is could not be told: say it with --agent or a role mapping"
        return Obstacle("needs_review", UNKNOWN_ROLES, message)
    return _not_graded(_reason(transcript, spoken)) if spoken else _nothing_said(transcript)


def _not_graded(code: NoConduct, message: str | None = None) -> Obstacle:
    return Obstacle("not_graded", code, message or _WHY[code])


def _nothing_said(transcript: Transcript) -> Obstacle:
    code = _silent_agent(transcript) or "nobody"
    return _not_graded(code, "nothing was said" if code == "nobody" else None)


def _machine(turns: Iterable[Turn], transcript: Transcript) -> NoConduct | None:
    """What machine says all of this, whoever it is said to be; None where a person says some of it.

    No more turns are looked at than it takes to meet a person. A call that does not say so is read as a chat.
    """
    on_the_phone, in_writing = transcript.channel != "email", transcript.channel != "call"
    to_mailbox = False
    for turn in turns:
        body = _body(turn)
        mailbox = on_the_phone and is_mailbox(body)
        on_the_phone = on_the_phone and (mailbox or is_recording(body))
        in_writing = in_writing and is_auto_reply(body, turn.subject)
        to_mailbox |= mailbox
        if not (on_the_phone or in_writing):
            return None
    if on_the_phone:
        return "voicemail" if to_mailbox else "only_bots"
    return "auto_reply"


def _reason(transcript: Transcript, spoken: Sequence[Turn]) -> NoConduct:
    """Why those who spoke show no agent's conduct."""
    if transcript.channel != "email" and any(_tells_of_mailbox(turn) for turn in transcript.turns):
        return "voicemail"
    silent = _silent_agent(transcript)
    if silent is not None:
        return silent
    roles = {turn.role for turn in spoken if not says_nothing(turn)}
    if "supervisor" in roles:
        return "only_supervisor"
    machines = [turn for turn in spoken if turn.role in ("bot", "system")]
    if machines and (transcript.channel == "email" or _machine(machines, transcript) == "auto_reply"):
        return "auto_reply"
    return "only_bots" if "bot" in roles else "nobody"


def _silent_agent(transcript: Transcript) -> NoConduct | None:
    """What an agent did who takes part without saying anything; None where there is no agent."""
    silent = [
        turn
        for turn in transcript.turns
        if turn.role == "agent" and (transcript.agent_id is None or transcript.under_review(turn))
    ]
    if any(turn.kind == "note" or turn.visibility == "internal" for turn in silent if turn.text.strip()):
        return "only_notes"
    named = any(person.id == transcript.reviewed_agent for person in transcript.participants)
    return "agent_said_nothing" if silent or named else None


def _tells_of_mailbox(turn: Turn) -> bool:
    """Whether a mailbox speaks in the turn, or the telephone system notes one."""
    if turn.kind == "event":
        return "voicemail" in f"{turn.event or ''} {turn.text}".casefold().replace(" ", "").replace("_", "")
    return turn.spoken and is_mailbox(_body(turn))


def _body(turn: Turn) -> str:
    return " ".join(turn.text[start:end] for start, end in turn.body_spans())
