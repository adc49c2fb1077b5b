"""A chat as one text: lines that begin with speakers, times since its beginning, and notices between them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from llm_grader.readers.mail.html_text import html_to_text
from llm_grader.readers.roles.role_words import role_of_label
from llm_grader.readers.source.document import Document
from llm_grader.readers.text import labelled_text
from llm_grader.transcript import Role, Transcript, Turn

_OFFSET = re.compile(r"^\(\s*(?:(\d+)h\s*)?(?:(\d+)m\s*)?(\d+)s\s*\)[ \t]*", re.MULTILINE)
_CENTRED = re.compile(r"<p\b[^>]*\balign\s*=\s*[\"']?center[^>]*>(.*?)</p>", re.IGNORECASE | re.DOTALL)
_TRANSFER = re.compile(
    r"^(?:Agent (?P<by>.{1,80}?) successfully transferred the chat to (?:Agent )?(?P<to>.{1,80}?)"
    r"|Chat Transferred From (?P<from>.{1,80}?) To (?P<target>.{1,80}?))[ \t]*\.?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)
_AGENT = re.compile(r"Agent (?P<name>\S.{0,80})")
_BOT = re.compile(r"bot\b", re.IGNORECASE)
_STAND_IN = "notice {}"


def read_chat_body(text: str, document: Document) -> Transcript:
    """The chat that a text is; `( 1m 5s )` before a line is the time since the beginning.

    A centred paragraph, or a line that tells a transfer, is an event. Whom it names as an agent is one, and the only
    other one who speaks is the customer.
    """
    notices: list[str] = []
    marked = _with_stand_ins(text, notices)
    plain = html_to_text(marked) if _is_page(text) else marked
    clocked = _OFFSET.sub(lambda found: f"[{found[1] or 0:>02}:{found[2] or 0:>02}:{found[3]:>02}] ", plain)
    options = replace(document.options, channel=document.options.channel or "chat")
    part = Document(clocked.encode(), name=document.name, stem="lines", options=options, is_part=True)
    (transcript,) = labelled_text.read(part)
    above = [found[1] for found in _CENTRED.finditer(text[: _beginning(text)])]
    roles = _roles_of({name for notice in (*above, *notices) for name in _agents_in(html_to_text(notice))}, transcript)
    told = {_STAND_IN.format(number): html_to_text(notice).strip() for number, notice in enumerate(notices)}
    turns = (_with_notice(turn, told) for turn in transcript.turns)
    return transcript.model_copy(update={"turns": tuple(_with_role(turn, roles, document) for turn in turns)})


def _is_page(text: str) -> bool:
    return "</" in text or "<br" in text


def _beginning(text: str) -> int:
    """Where the first line with a time stands: what is above is about the chat as a whole."""
    found = re.search(r"\(\s*(?:\d+h\s*)?(?:\d+m\s*)?\d+s\s*\)", text)
    return found.start() if found else len(text)


def _with_stand_ins(text: str, notices: list[str]) -> str:
    """The text with a short line, set off by stars, for each notice between what is said; they go into `notices`."""
    rule = "\n<br>*** {} ***<br>\n" if _is_page(text) else "*** {} ***"

    def stand_in(found: re.Match[str]) -> str:
        notices.append(found[1] if found.re is _CENTRED else found[0])
        return rule.format(_STAND_IN.format(len(notices) - 1))

    start = _beginning(text)
    said = _CENTRED.sub(stand_in, text[start:])
    return text[:start] + _TRANSFER.sub(stand_in, said)


def _agents_in(notice: str) -> Sequence[str]:
    if transfer := _TRANSFER.fullmatch(notice.strip()):
        return [name for name in transfer.groups() if name]
    agent = _AGENT.fullmatch(notice.strip())
    return [agent["name"].strip()] if agent else []


def _roles_of(agents: set[str], transcript: Transcript) -> Mapping[str, Role]:
    """The roles of those who speak, by name: of agents that are named, and of the only other one."""
    speakers = dict.fromkeys(turn.speaker for turn in transcript.turns if turn.speaker and turn.kind == "message")
    # somebody is often called by the full name above, and by the first one below
    ours = [name for name in speakers if any(agent == name or agent.startswith(f"{name} ") for agent in agents)]
    found: dict[str, Role] = {name: "bot" if _BOT.search(name) else "agent" for name in ours}
    others = [name for name in speakers if name not in found]
    return {**found, others[0]: "customer"} if found and len(others) == 1 and not role_of_label(others[0]) else found


def _with_notice(turn: Turn, told: Mapping[str, str]) -> Turn:
    if turn.kind != "event" or turn.text not in told:
        return turn
    words = told[turn.text]
    event = "transfer" if _TRANSFER.fullmatch(words) else "joined" if _AGENT.fullmatch(words) else "notice"
    return turn.model_copy(update={"text": words, "event": event})


def _with_role(turn: Turn, roles: Mapping[str, Role], document: Document) -> Turn:
    role = roles.get(turn.speaker or "")
    if turn.kind != "message" or role is None or document.options.roles.role_of(turn.speaker or ""):
        return turn
    return turn.model_copy(update={"role": role, "role_source": "source", "role_confidence": 1.0})
