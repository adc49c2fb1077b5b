"""The turns of a labelled text: what each speaker says, and the events between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llm_grader.readers.roles.roles import RoleMapping, stated_role
from llm_grader.readers.source.times import Stamps
from llm_grader.readers.text.chat_events import bare_event
from llm_grader.readers.text.days import is_day, is_day_of_no_week
from llm_grader.readers.text.internal_notes import note_author
from llm_grader.readers.text.label_lines import Line, without_stamp
from llm_grader.readers.text.likely_events import likely_events
from llm_grader.readers.text.text_header import begins_report, closing_report
from llm_grader.transcript import Role, RoleSource, Turn

_LONGEST_EVENT = 140
_OF_TICKETS = ("assigned to", "reassigned to", "zugewiesen an", "přiřazeno")  # customers read that out as well
_OF_MESSENGERS = ("seen", "read", "delivered")
_INSIDE = ",;:-–—/&(„“+="  # what ends no sentence
_UNENDED = frozenset(
    re.findall(
        r"\w+",
        "a an the is are was were of on at by for from since until till to in and or but with says said say shows show "
        "reads states see like der die das den dem ein eine ist war sind am im um vom zum zur bis seit für mit und "
        "oder aber auf an zu steht zeigt heißt lautet sagt sehe je byl byla bylo dne od do na v ve k ke s se z ze i "
        "nebo ale píše ukazuje stojí hlásí vidím az és vagy de van volt ez írja mutatja látom áll oli ja või aga kuni "
        "alates näitab ütleb seisab näen",
    )
)
"""Words with which no sentence ends: what stands below them goes on with it."""
_RULED = re.compile(r"\s*(?:\*{2,}|-{2,}|[─—]{2,}|={2,}|~{2,})")
_RULE = re.compile(r"\s*(?:-{3,}|={3,}|_{3,}|\*{3,})\s*")
_FEWEST_DAYS = 2
_UNKNOWN: Mapping[int, str] = {}
_REOPENED = 0  # lines are numbered from 1


class LabelCast:
    """Who speaks.

    Args:
        empty: an empty turn of each, by label, with the name and the role that the source states.
        notes: the labels that open notes, which only the house sees.
    """

    def __init__(self, empty: Mapping[str, Turn], notes: frozenset[str] = frozenset()) -> None:
        self.empty = empty
        self.notes = notes
        self.guessed: list[int] = []
        """The lines that were read as events for only the text as a whole shows them to be some."""
        self.reported: int | None = None
        """The line with which the last paragraph begins, where it was read as a report."""
        self._timed: dict[tuple[str, ...], Turn] = {}
        self._events: Mapping[int, str] | None = _UNKNOWN
        self._days: int | None = None

    def turn(self, label: str, text: str, when: Mapping[str, Any]) -> Turn:
        """A turn of the speaker with this label; `when` are its fields that say when it was.

        It is a copy of one that has the same fields, so that all of them share what says which these are.
        """
        key = (label, *when)
        alike = self._timed.get(key) or self._timed.setdefault(key, self.empty[label].model_copy(update=when))
        return alike.model_copy(update={**when, "text": text})

    def events_in(self, lines: Sequence[Line]) -> Mapping[int, str] | None:
        """The events, by line, that only the text as a whole shows to be some; None if not every turn is one line."""
        if self._events is _UNKNOWN:
            self._events = likely_events(lines, self.empty, self.empty.keys() - self.notes)
        return self._events

    def days_in(self, lines: Sequence[Line]) -> int:
        """How many lines of the text are a day and nothing else."""
        if self._days is None:
            self._days = sum(line.whole != "" and is_day(line.whole.strip()) for line in lines)
        return self._days


def cast_of(
    lines: Sequence[Line], speakers: frozenset[str], *, legend: Mapping[str, Role], roles: RoleMapping
) -> LabelCast:
    """The speakers of a text, each by one spelling; a legend says more than a label."""
    spelling: dict[str, str] = {}
    for label in dict.fromkeys(line.label for line in lines if line.label in speakers):
        spelling.setdefault(label.casefold(), label)
    names = {label: spelling[label.casefold()] for label in speakers if label.casefold() in spelling}
    noted = {
        label: by
        for label in dict.fromkeys(line.label for line in lines)
        if label and roles.role_of(label) is None and (by := note_author(label, speakers)) is not None
    }
    names |= {label: spelling.get(by.casefold(), by) for label, by in noted.items()}
    stated = {
        label: None if roles.role_of(name) else legend.get(label, legend.get(name)) for label, name in names.items()
    }
    # a note that does not say whose it is was written by the house
    roles_of = {
        label: stated[label] or (stated_role(name, roles) if name else "agent") for label, name in names.items()
    }
    empty = {label: _empty_turn(name, roles_of[label]) for label, name in names.items()}
    inside = {"kind": "note", "visibility": "internal"}
    return LabelCast(empty | {label: empty[label].model_copy(update=inside) for label in noted}, frozenset(noted))


def _empty_turn(name: str, role: Role | None) -> Turn:
    source: RoleSource | None = "source" if role else None
    sure = 1.0 if role else None
    return Turn(role=role or "unknown", text="", speaker=name or None, role_source=source, role_confidence=sure)


def turns_of(lines: Sequence[Line], cast: LabelCast, stamps: Stamps) -> Iterator[Turn]:
    """Every line from the first speaker's on as part of a turn or as an event.

    What follows an event without a new label is said by the same speaker as before it; a report about the conversation,
    such as a summary at its end, is an event up to the next label.
    """
    opening, words = lines[0], list[str]()
    closing = closing_report(lines, cast.empty)
    for at, (line, above) in enumerate(zip(lines, [None, *lines], strict=False)):
        if not line.whole:
            words.append("")
        elif line.label in cast.empty or begins_report(line, above) or at == closing:
            if at == closing and line.label not in cast.empty:
                cast.reported = line.number
                words = _without_rule(words)
            yield from _turn(opening, words, cast, stamps)
            opening, words = line, [line.text if line.label in cast.empty else line.whole]
        elif opening.label in cast.empty and (event := _event_below(opening, words, lines, at, cast, stamps)):
            yield from _turn(opening, words, cast, stamps)
            yield event
            clock = event.text if event.event == "time" and event.text[:1].isdigit() else ""
            opening, words = opening._replace(number=_REOPENED, stamp=clock, until=""), []
        else:
            words.append(line.whole)
    yield from _turn(opening, words, cast, stamps)


def _without_rule(words: list[str]) -> list[str]:
    """The words above a report, without the rule that sets it off."""
    last = next((at for at in range(len(words) - 1, 0, -1) if words[at].strip()), 0)
    return words[:last] if last and _RULE.fullmatch(words[last]) else words


def _turn(opening: Line, words: Sequence[str], cast: LabelCast, stamps: Stamps) -> tuple[Turn, ...]:
    """The turn that a line opens; none where nothing is said after an event."""
    text = "\n".join(words).strip()
    if opening.label not in cast.empty:
        return (Turn(role="system", text=text, kind="event", event="report", visibility="internal"),)
    if not text and (not words or opening.number == _REOPENED):
        return ()
    end = stamps.time_of(opening.until).get("start") if opening.until else None
    return (cast.turn(opening.label, text, {**stamps.time_of(opening.stamp), "end": end}),)


def _event_below(
    opening: Line, words: Sequence[str], lines: Sequence[Line], at: int, cast: LabelCast, stamps: Stamps
) -> Turn | None:
    """The event that a line below words tells; None where it is part of them."""
    line = lines[at]
    event = event_of(line, stamps)
    if event is None:
        name = (cast.events_in(lines) or {}).get(line.number)
        if not name or _is_unended(_last_of(words)):
            return None
        cast.guessed.append(line.number)
        return _told(name, line, stamps)
    beside = (*lines[max(at - 1, 0) : at], *lines[at + 1 : at + 2])
    if _is_said(event, below_name=not any(words) and opening.number != _REOPENED, beside=beside):
        return None
    if event.text.casefold().startswith(_OF_TICKETS) and not _RULED.match(line.whole) and cast.events_in(lines) is None:
        return None
    return None if _may_go_on(event, line) and _is_part(lines, at, words, cast) else event


def _told(name: str, line: Line, stamps: Stamps) -> Turn:
    text, stamp = without_stamp(line.whole)
    return Turn(role="system", text=text, kind="event", event=name, **stamps.time_of(stamp))


def _is_said(event: Turn, *, below_name: bool, beside: Sequence[Line]) -> bool:
    """Whether a date or a time is somebody's: a date right below the name, or one of several below each other."""
    if event.event not in ("time", "day"):
        return False
    others = (bare_event(line.whole) for line in beside)
    listed = any(found is not None and found[0] == event.event and _may_be_listed(found[1]) for found in others)
    return (listed and _may_be_listed(event.text)) or (below_name and event.event == "day")


def _may_go_on(event: Turn, line: Line) -> bool:
    """Whether an event may as well be part of what somebody says: a day or a notice that no rule or time sets off."""
    is_set_off = without_stamp(line.whole)[1] or _RULED.match(line.whole)
    return event.event in ("day", "notice") and not is_set_off


def _is_part(lines: Sequence[Line], at: int, words: Sequence[str], cast: LabelCast) -> bool:
    """Whether a line between words and the next turn is part of these words.

    People end sentences without a full stop in chats: where each turn is one line, or the line names who speaks below,
    one is over unless its last word says that it is not.
    """
    below = next((lines[place] for place in range(at + 1, len(lines)) if not lines[place].blank), None)
    if not _opens(below, cast):
        return True
    last = _last_of(words)
    if _is_unended(last) or not last[-1:].isalnum():
        return _is_unended(last)
    if is_day_of_no_week(lines[at].whole.strip()) and cast.days_in(lines) < _FEWEST_DAYS:
        return True  # a single date may be what somebody was asked for
    announced = below is not None and below.label != "" and below.label.casefold() in lines[at].whole.casefold()
    return not announced and cast.events_in(lines) is None


def _last_of(words: Sequence[str]) -> str:
    return next((said for text in reversed(words) if (said := text.strip())), "")


def _is_unended(words: str) -> bool:
    """Whether a sentence cannot end with these words."""
    return words != "" and (words[-1] in _INSIDE or words.split()[-1].casefold() in _UNENDED)


def _opens(below: Line | None, cast: LabelCast) -> bool:
    """Whether what stands below a line begins a turn or is nobody's, or nothing does."""
    if below is None or below.label in cast.empty or bare_event(below.whole):
        return True
    words, stamp = without_stamp(below.whole)
    return begins_report(below, None) or bool(stamp and bare_event(words))


def _may_be_listed(text: str) -> bool:
    """Whether a time says when; `Today` alone and `Read 10:05` are a messenger's."""
    return any(map(str.isdigit, text)) and not text.lower().startswith(_OF_MESSENGERS)


def event_of(line: Line, stamps: Stamps) -> Turn | None:
    """The event that a line without a speaker tells; None for none."""
    if len(line.whole) > _LONGEST_EVENT:
        return None
    stamp = ""
    found = bare_event(line.whole)
    if found is None:
        words, stamp = without_stamp(line.whole)
        # without a time, a line with a star before it may be one of a list that somebody gives
        found = bare_event(words.removeprefix("* ")) if stamp else None
    if found is None:
        return None
    name, text = found
    return Turn(role="system", text=text, kind="event", event=name, **stamps.time_of(stamp))
