"""The label page's data: a queue, one conversation with the own answers, and saving them."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import Field

from llm_grader.audit.labelling.checks import MOST_LABELS, Given, Missing
from llm_grader.audit.labelling.desk import Desk, QueuePlace
from llm_grader.audit.review.sessions import read_sessions
from llm_grader.audit.web.requests import Answer, Asked
from llm_grader.audit.web.shown import shown_place, shown_progress
from llm_grader.transcript import Model

_LONGEST_LOOK_MS = 3_600_000


class SentState(Model):
    """The state that somebody saw, and how long they looked at it."""

    rev: int
    active_ms: int = Field(default=0, ge=0)


class SentLabels(SentState):
    """Cells as they are to stand."""

    labels: tuple[Given, ...] = Field(max_length=MOST_LABELS)


class SentSkip(SentState):
    """Why a conversation is left out."""

    why: str = Field(min_length=1, max_length=500)


def queue(asked: Asked) -> Answer:
    """The own queue, and the sessions one takes part in."""
    office = asked.office
    sessions = [one for one in read_sessions(office.folder.path) if asked.person.name in one.participants]
    places = _desk(asked).overview()
    numbers = {place.transcript.id: place.number for place in places}
    return {
        "places": [shown_progress(place) for place in places],
        "sessions": [
            {
                "id": one.id,
                "title": one.title,
                "revealed": one.revealed,
                "numbers": [numbers[id_] for id_ in one.transcripts if id_ in numbers],
            }
            for one in sessions
        ],
    }


def place(asked: Asked) -> Answer:
    """One conversation to label."""
    return _shown(asked, _desk(asked).open(_number(asked)))


def save(asked: Asked) -> Answer:
    """Save cells; the answer says that they are on disk."""
    sent = asked.sent(SentLabels)
    active = min(sent.active_ms, _LONGEST_LOOK_MS)
    saved = _desk(asked).save(_number(asked), sent.rev, sent.labels, active_ms=active)
    return {"rev": saved.answers.rev, "saved_at": datetime.now(UTC).isoformat(timespec="seconds")}


def submit(asked: Asked) -> Answer:
    """Submit a conversation, or say what is missing."""
    sent = asked.sent(SentState)
    desk, number = _desk(asked), _number(asked)
    lacking = desk.submit(number, sent.rev, active_ms=min(sent.active_ms, _LONGEST_LOOK_MS))
    return {"missing": [Missing._asdict(one) for one in lacking], "next": None if lacking else _next(desk, number)}


def reopen(asked: Asked) -> Answer:
    """Open a submitted conversation again."""
    return _shown(asked, _desk(asked).move(_number(asked), asked.sent(SentState).rev, "reopen"))


def skip(asked: Asked) -> Answer:
    """Leave a conversation out."""
    sent = asked.sent(SentSkip)
    desk, number = _desk(asked), _number(asked)
    desk.move(number, sent.rev, "skip", sent.why)
    return {"next": _next(desk, number)}


def _desk(asked: Asked) -> Desk:
    return asked.office.desks[asked.person.name]


def _number(asked: Asked) -> int:
    return int(asked.path["n"])


def _shown(asked: Asked, found: QueuePlace) -> Answer:
    language = asked.office.language_of(asked.person)
    return shown_place(found, asked.office.folder, language, of=len(_desk(asked).queue()))


def _next(desk: Desk, number: int) -> int | None:
    """The next conversation that is to be done, from here on and then from the beginning."""
    todo = [place.number for place in desk.overview() if place.answers.state in ("new", "open")]
    return next((one for one in todo if one > number), next(iter(todo), None))
