from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.figures.case import Case, FigureSettings
from llm_grader.figures.samples import first_response, replies, transfers
from llm_grader.readers import read_transcripts
from tests.support.exports import put, read_one, refusal, spoken
from tests.support.help_desk_exports import LIVEAGENT


def group(kind: str, *parts: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The ticket with one message group."""
    whole = {"id": "g", "type": kind, "datecreated": "2024-05-01 08:00:00", "userid": "us1", "messages": list(parts)}
    return {**LIVEAGENT, "messages": [{**whole, **fields}]}


def said(text: str, **fields: Any) -> dict[str, Any]:
    """A part of a group."""
    return {"type": "M", "format": "T", "message": text, **fields}


def test_mails_have_the_side_of_their_direction_and_internal_groups_are_notes(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, LIVEAGENT)
    assert (transcript.id, transcript.channel) == ("t9", "email")
    assert [(turn.role, turn.speaker, turn.kind, turn.text) for turn in transcript.turns] == [
        ("customer", "Eva Mala", "message", "Where is my parcel?"),
        ("customer", "Eva Mala", "event", "receipt.pdf"),
        ("agent", "Petr Novy", "note", "Lost by the carrier."),
        ("system", None, "event", "Petr Novy to Jan Stary"),
        ("agent", "Jan Stary", "message", "We send it again.\n\nWhere is my parcel?"),
        ("agent", "Jan Stary", "event", "solved"),
    ]
    assert transcript.turns[0].at == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert transcript.turns[0].subject == "Parcel"
    assert "times without a zone were read as UTC" in transcript.warnings


def test_what_a_part_quotes_is_marked(tmp_path: Path) -> None:
    turn = read_one(tmp_path, LIVEAGENT).turns[4]
    assert [(each.kind, turn.text[each.start : each.end].strip()) for each in turn.segments] == [
        ("body", "We send it again."),
        ("quoted", "Where is my parcel?"),
    ]


def test_headers_of_a_mail_are_metadata(tmp_path: Path) -> None:
    groups = read_one(tmp_path, LIVEAGENT).metadata["messages"]
    assert groups[0]["messages"][0]["message"] == "From: Eva Mala <eva@example.com>"


def test_the_ticket_is_told_in_our_words(tmp_path: Path) -> None:
    about = read_one(tmp_path, LIVEAGENT).ticket
    assert about is not None
    assert (about.status, about.team, about.tags, about.due_at) == ("solved", "Shipping", ("vip",), None)
    assert (about.customer_id, about.customer_contact) == ("con1", "eva@example.com")
    assert about.vendor["code"] == "ABC-123"


def test_figures_can_be_made_of_it(tmp_path: Path) -> None:
    case = Case(read_one(tmp_path, LIVEAGENT), FigureSettings())
    assert [sample.value for sample in first_response(case)] == [3600]
    assert [sample.value for sample in replies(case)] == [1]
    assert [sample.value for sample in transfers(case)] == [1]


@pytest.mark.parametrize(("solved", "status", "reopens"), [(0, "C", 0), (1, "R", 0), (1, "C", 1), (3, "R", 2)])
def test_a_ticket_solved_again_was_reopened_in_between(tmp_path: Path, solved: int, status: str, reopens: int) -> None:
    export = deepcopy(LIVEAGENT)
    export["ticket"]["status"] = status
    export["messages"] = export["messages"][:4] + export["messages"][4:] * solved
    about = read_one(tmp_path, export).ticket
    assert about is not None
    assert about.reopens == reopens


def test_a_chat_has_a_turn_for_each_part(tmp_path: Path) -> None:
    parts = (
        said("Hi", userid="us1", datecreated="2024-05-01 08:00:05"),
        said("<p>Hello <b>Eva</b></p>", format="H", userid="ag1", datecreated="2024-05-01 08:00:15"),
        said("Jan Stary joined", userid="system00"),
    )
    transcript = read_one(tmp_path, group("C", *parts, user_full_name="Eva Mala"))
    assert transcript.channel == "chat"
    assert [(turn.role, turn.kind, turn.text) for turn in transcript.turns if turn.role != "system"] == [
        ("customer", "message", "Hi"),
        ("agent", "message", "Hello Eva"),
    ]
    assert [turn.text for turn in transcript.turns if turn.role == "system"] == ["Jan Stary joined"]
    assert [wait.seconds for wait in Case(transcript, FigureSettings()).waits] == [10]


@pytest.mark.parametrize(
    ("kind", "event", "text"),
    [
        ("P", "call", "incoming call"),
        ("V", "call", "outgoing call"),
        ("T", "transfer", "transferred"),
        ("J", "status", "postponed"),
        ("G", "tag", "tagged"),
    ],
)
def test_groups_that_nobody_wrote_are_events(tmp_path: Path, kind: str, event: str, text: str) -> None:
    (turn,) = read_one(tmp_path, group(kind)).turns
    assert (turn.kind, turn.event, turn.text) == ("event", event, text)


@pytest.mark.parametrize("kind", ["I", "U", "Z", "O", "?", ""])
def test_what_is_not_known_to_be_public_is_a_note(tmp_path: Path, kind: str) -> None:
    transcript = read_one(tmp_path, group(kind, said("Forwarded to the carrier.")))
    assert [turn.kind for turn in transcript.turns] == ["note"]
    assert any("are not known" in warning for warning in transcript.warnings) is (kind not in ("I", "U", "Z"))


def test_mail_of_the_system_is_a_bots(tmp_path: Path) -> None:
    (turn,) = read_one(tmp_path, group("4", said("We got your mail."), userid="system00")).turns
    assert (turn.role, turn.kind) == ("bot", "message")


def test_groups_without_their_ticket_are_one_conversation(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, LIVEAGENT["messages"])
    assert transcript.id == "export"  # the name of the file
    assert len(spoken(transcript)) == 6


def test_tickets_in_a_list_hold_their_groups(tmp_path: Path) -> None:
    ticket = {**LIVEAGENT["ticket"], "messages": LIVEAGENT["messages"]}
    wrong = {**ticket, "id": "t10", "messages": [{"type": "3", "datecreated": 5}, 7]}
    problems: list[InputError] = []
    file = put(tmp_path, {"tickets": [ticket, wrong, {**ticket, "id": "t11"}]})
    assert [each.id for each in read_transcripts(file, on_error=problems.append)] == ["t9", "t11"]
    assert [problem.where for problem in problems] == ["tickets[1]"]


def test_a_ticket_without_groups_is_refused(tmp_path: Path) -> None:
    error = refusal(put(tmp_path, LIVEAGENT["ticket"]))
    assert isinstance(error, MalformedInput)
    assert "message groups" in str(error)


def test_a_status_that_is_not_known_is_kept_and_told(tmp_path: Path) -> None:
    export = deepcopy(LIVEAGENT)
    export["ticket"]["status"] = "?"
    transcript = read_one(tmp_path, export)
    assert transcript.ticket is not None
    assert (transcript.ticket.status, transcript.ticket.vendor["status"]) == (None, "?")
    assert any("status is not known" in warning for warning in transcript.warnings)
