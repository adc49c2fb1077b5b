"""Calibration sessions: several people label the same few conversations blind, look at the board, and agree on wording.

A session adds its conversations to the queues of those who take part; what they submit counts as any label does.
Nothing is shown before all have submitted, or the lead closes the session; who came late is marked.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationError

from llm_grader.audit.plain_files import as_disk_error, in_turn, replace_file
from llm_grader.audit.team import PersonName
from llm_grader.errors import MalformedInput, UsageError
from llm_grader.transcript import Model

MOST = 5
"""How many conversations a session has at most: people have to remember what they talk about."""
SessionId = Annotated[str, Field(pattern=r"^[a-z0-9]{1,24}$")]


class WordingNote(Model):
    """What the people in a session want the rubric to say about an item."""

    item_id: str
    text: str = Field(min_length=1, max_length=2000)
    by: str
    at: AwareDatetime


class CalibrationSession(Model):
    """A session: its conversations, who takes part, the expert among them, and when it was revealed.

    `late` names those who had not submitted everything when it was.
    """

    id: SessionId
    title: str = Field(default="", max_length=200)
    transcripts: tuple[str, ...] = Field(min_length=1, max_length=MOST)
    participants: tuple[PersonName, ...] = Field(min_length=2)
    expert: PersonName | None = None
    created_by: str
    created_at: AwareDatetime
    revealed_at: AwareDatetime | None = None
    late: tuple[str, ...] = ()
    notes: tuple[WordingNote, ...] = ()

    @property
    def revealed(self) -> bool:
        """Whether the board may be looked at."""
        return self.revealed_at is not None


def new_session(
    folder: Path, transcripts: Sequence[str], participants: Sequence[str], *, by: str, title: str = "", expert: str = ""
) -> CalibrationSession:
    """Begin a session.

    Raises:
        UsageError: it has too many conversations, too few people, or an expert who does not take part.
        DiskError: it cannot be written.
    """
    if expert and expert not in participants:
        raise UsageError(f"the expert {expert} has to be one of the participants")
    try:
        session = CalibrationSession(
            id=secrets.token_hex(4),
            title=title,
            transcripts=tuple(dict.fromkeys(transcripts)),
            participants=tuple(dict.fromkeys(participants)),
            expert=expert or None,
            created_by=by,
            created_at=_now(),
        )
    except ValidationError:
        raise UsageError(f"a session has 1 to {MOST} conversations and two or more people of the team") from None
    _write(folder, session)
    return session


def change_session(folder: Path, session_id: str, **changes: object) -> CalibrationSession:
    """Change a session on disk, after whoever else is changing it.

    Raises:
        UsageError: there is no such session.
        DiskError: it cannot be written.
    """
    with in_turn(folder / "audit" / "sessions" / ".lock"):
        found = find_session(folder, session_id)
        changed = found.model_copy(update=changes)
        _write(folder, changed)
    return changed


def reveal_session(folder: Path, session_id: str, *, late: Sequence[str] = ()) -> CalibrationSession:
    """Let the board of a session be seen; a second time changes nothing."""
    found = find_session(folder, session_id)
    return found if found.revealed else change_session(folder, session_id, revealed_at=_now(), late=tuple(late))


def add_note(folder: Path, session_id: str, item_id: str, text: str, *, by: str) -> CalibrationSession:
    """Note what the rubric should say about an item."""
    note = WordingNote(item_id=item_id, text=text, by=by, at=_now())
    return change_session(folder, session_id, notes=(*find_session(folder, session_id).notes, note))


def find_session(folder: Path, session_id: str) -> CalibrationSession:
    """The session with this id.

    Raises:
        UsageError: there is none.
    """
    for session in read_sessions(folder):
        if session.id == session_id:
            return session
    raise UsageError(f"there is no session {session_id!r}: see `llm-grader audit session list`")


def read_sessions(folder: Path) -> list[CalibrationSession]:
    """All sessions of a gold folder, the latest first.

    Raises:
        MalformedInput: a file is damaged.
    """
    found = []
    for path in (folder / "audit" / "sessions").glob("*.json"):
        try:
            with as_disk_error(path):
                found.append(CalibrationSession.model_validate_json(path.read_bytes()))
        except ValidationError:
            raise MalformedInput("damaged: expected a calibration session; remove the file", path=path) from None
    return sorted(found, key=lambda session: (session.created_at, session.id), reverse=True)


def _write(folder: Path, session: CalibrationSession) -> None:
    path = folder / "audit" / "sessions" / f"{session.id}.json"
    replace_file(path, session.model_dump_json(exclude_defaults=True, indent=1) + "\n")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
