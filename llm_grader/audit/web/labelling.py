"""The label page's data: a queue, one conversation with the own answers, and saving them."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import Field

from llm_grader.audit.labelling.checks import MOST_LABELS, GivenCell, Missing, Outdated
from llm_grader.audit.labelling.desk import Desk, QueuePlace
from llm_grader.audit.review.sessions import read_sessions
from llm_grader.audit.web.requests import Answer, PageRequest
from llm_grader.audit.web.revealing import may_reveal, shown_model
from llm_grader.audit.web.shown import shown_place, shown_progress
from llm_grader.errors import UsageError
from llm_grader.transcript import Model

_LONGEST_LOOK_MS = 3_600_000


class SentState(Model):
    """The state that somebody saw, and how long they looked at it."""

    rev: int
    active_ms: int = Field(default=0, ge=0)


class SentLabels(SentState):
    """Cells as they are to stand."""

    labels: tuple[GivenCell, ...] = Field(max_length=MOST_LABELS)


class SentSkip(SentState):
    """Why a conversation is left out."""

    why: str = Field(min_length=1, max_length=500)


def queue(request: PageRequest) -> Answer:
    """The own queue, and the sessions one takes part in."""
    office = request.office
    sessions = [one for one in read_sessions(office.folder.path) if request.person.name in one.participants]
    places = _desk(request).overview()
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


def place(request: PageRequest) -> Answer:
    """One conversation to label."""
    return _shown(request, _desk(request).open(_number(request)))


def save(request: PageRequest) -> Answer:
    """Save cells; the answer says that they are on disk."""
    sent = request.sent(SentLabels)
    active = min(sent.active_ms, _LONGEST_LOOK_MS)
    saved = _desk(request).save(_number(request), sent.rev, sent.labels, active_ms=active)
    return {"rev": saved.answers.rev, "saved_at": datetime.now(UTC).isoformat(timespec="seconds")}


def submit(request: PageRequest) -> Answer:
    """Submit a conversation, or say what is missing."""
    sent = request.sent(SentState)
    desk, number = _desk(request), _number(request)
    lacking = desk.submit(number, sent.rev, active_ms=min(sent.active_ms, _LONGEST_LOOK_MS))
    stay = not lacking and may_reveal(desk.place(number), request.office)
    next_ = number if stay else None if lacking else _next(desk, number)
    return {"missing": [Missing._asdict(one) for one in lacking], "next": next_}


def reveal(request: PageRequest) -> Answer:
    """Show what the model said of a conversation that was submitted; the journal has it first.

    Raises:
        UsageError: it is not submitted, there is nothing to see, or the team does not let auditors see it.
    """
    desk, number = _desk(request), _number(request)
    found = desk.place(number)
    if found.answers.rev != request.sent(SentState).rev:
        raise Outdated("changed meanwhile, perhaps in another tab")
    if not may_reveal(found, request.office):
        raise UsageError("what the model said is not shown here")
    desk.reveal(found.transcript.id)
    return _shown(request, desk.place(number))


def reopen(request: PageRequest) -> Answer:
    """Open a submitted conversation again."""
    return _shown(request, _desk(request).move(_number(request), request.sent(SentState).rev, "reopen"))


def skip(request: PageRequest) -> Answer:
    """Leave a conversation out."""
    sent = request.sent(SentSkip)
    desk, number = _desk(request), _number(request)
    desk.move(number, sent.rev, "skip", sent.why)
    return {"next": _next(desk, number)}


def _desk(request: PageRequest) -> Desk:
    return request.office.desks[request.person.name]


def _number(request: PageRequest) -> int:
    return int(request.path["n"])


def _shown(request: PageRequest, found: QueuePlace) -> Answer:
    language = request.office.language_of(request.person)
    shown = shown_place(found, request.office.folder, language, of=len(_desk(request).queue()))
    return {**shown, "may_reveal": may_reveal(found, request.office), "model": shown_model(found, request.office)}


def _next(desk: Desk, number: int) -> int | None:
    """The next conversation that is to be done, from here on and then from the beginning."""
    todo = [place.number for place in desk.overview() if place.answers.state in ("new", "open")]
    return next((one for one in todo if one > number), next(iter(todo), None))
