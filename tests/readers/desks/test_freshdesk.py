from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.figures.case import Case, FigureSettings
from llm_grader.figures.samples import first_response, handle_time, replies, satisfied
from llm_grader.readers import read_transcripts
from tests.support.exports import SAMPLES, needs_samples, put, read_all, read_one, refusal, sample, spoken
from tests.support.help_desk_exports import FRESHDESK


def may(hour: int) -> datetime:
    """An hour of the first of May."""
    return datetime(2024, 5, 1, hour, tzinfo=UTC)


def ticket(**fields: Any) -> dict[str, Any]:
    """The ticket, with other fields."""
    return {**FRESHDESK["ticket"], **fields}


def test_the_description_comes_first_and_what_is_private_or_forwarded_is_a_note(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, FRESHDESK)
    assert (transcript.id, transcript.channel) == ("31", "email")
    assert [(turn.role, turn.speaker, turn.kind, turn.text) for turn in transcript.turns] == [
        ("customer", "Petra", "message", "My lamp is broken."),
        ("agent", "602", "note", "Is it under warranty?"),
        ("agent", "Karel", "message", "We send a new one."),
        ("customer", "Petra", "message", "Thanks!"),
        ("agent", "Karel", "note", "Dear supplier, see below."),
        ("system", None, "event", "the ticket was reopened"),
    ]
    assert transcript.turns[0].subject == "Broken lamp"
    assert transcript.turns[-1].event == "reopen"


def test_codes_are_told_in_words(tmp_path: Path) -> None:
    about = read_one(tmp_path, FRESHDESK).ticket
    assert about is not None
    assert (about.status, about.priority, about.type, about.team) == ("solved", "high", "Problem", "Returns")
    assert (about.opened_at, about.first_reply_at, about.resolved_at) == (may(8), may(9), may(12))
    assert about.due_at == datetime(2024, 5, 3, 8, tzinfo=UTC)
    assert (about.customer_id, about.customer_contact) == ("501", "petra@example.com")
    assert about.vendor["source"] == "email"
    assert about.vendor["stats"] == FRESHDESK["ticket"]["stats"]
    assert about.reopens is None  # once at least; how often is not told


def test_figures_can_be_made_of_it(tmp_path: Path) -> None:
    case = Case(read_one(tmp_path, FRESHDESK), FigureSettings())
    assert [sample.value for sample in replies(case)] == [1]
    assert [sample.value for sample in first_response(case)] == [3600]
    assert [sample.value for sample in satisfied(case)] == [1]  # 103 is extremely happy
    assert [sample.value for sample in handle_time(case)] == [20 * 60]


def test_conversations_inside_the_ticket_are_read_and_ten_may_not_be_all(tmp_path: Path) -> None:
    reply = FRESHDESK["conversations"][1]
    transcript = read_one(tmp_path, ticket(conversations=[reply] * 10))
    assert len(transcript.turns) == 12  # with the description and the reopening
    assert any("others may be missing" in warning for warning in transcript.warnings)


def test_who_is_named_in_an_address_takes_part(tmp_path: Path) -> None:
    reply = {
        **FRESHDESK["conversations"][1],
        "from_email": '"Wolfgang Ueberroth" <w@example.org>',
        "to_emails": ['"Petra" <petra@example.com>', '"Acme" <support@example.org>'],
        "cc_emails": ["bare@example.org", "Barnaby Twelvetrees <b@example.org>", "W <w@example.org>"],
    }
    value = {"ticket": ticket(cc_emails=["Hildegard Vogt <h@example.org>"]), "conversations": [reply]}
    transcript = read_one(tmp_path, {**FRESHDESK, **value})
    assert [(p.role, p.name, p.email) for p in transcript.participants if p.id.endswith("example.org")] == [
        ("unknown", "Hildegard Vogt", "h@example.org"),
        ("unknown", "Wolfgang Ueberroth", "w@example.org"),
        ("unknown", None, "bare@example.org"),
        ("unknown", "Barnaby Twelvetrees", "b@example.org"),
    ]
    assert [p.email for p in transcript.participants].count("petra@example.com") == 1


def test_conversations_without_their_ticket_are_read_with_a_warning(tmp_path: Path) -> None:
    other = {**FRESHDESK["conversations"][1], "ticket_id": 32}
    first, second = read_all(tmp_path, [*FRESHDESK["conversations"], other])
    assert (first.id, len(first.turns), second.id, len(second.turns)) == ("31", 4, "32", 1)
    assert any("description" in warning for warning in first.warnings)


@pytest.mark.parametrize(("source", "role"), [(10, "agent"), (1, "customer"), (None, "customer")])
def test_an_outbound_mail_is_the_agents(tmp_path: Path, source: int | None, role: str) -> None:
    assert read_one(tmp_path, ticket(source=source, stats=None)).turns[0].role == role


@pytest.mark.parametrize(("source", "channel"), [(1, "email"), (2, "email"), (3, "call"), (7, "chat"), (13, "chat")])
def test_the_source_says_the_channel(tmp_path: Path, source: int, channel: str) -> None:
    assert read_one(tmp_path, ticket(source=source)).channel == channel


def test_a_status_of_the_houses_own_is_kept_and_told(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, ticket(status=12))
    assert transcript.ticket is not None
    assert (transcript.ticket.status, transcript.ticket.vendor["status"]) == (None, 12)
    assert any("status" in warning for warning in transcript.warnings)


def test_time_entries_alone_are_refused_with_the_reason(tmp_path: Path) -> None:
    error = refusal(put(tmp_path, FRESHDESK["time_entries"]))
    assert isinstance(error, MalformedInput)
    assert "not time entries alone" in str(error)


def test_a_conversation_that_is_broken_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = {**FRESHDESK["conversations"][1], "private": "yes"}
    problems: list[InputError] = []
    file = put(tmp_path, [ticket(conversations=[wrong]), ticket(id=32)])
    assert [each.id for each in read_transcripts(file, on_error=problems.append)] == ["32"]
    assert [problem.where for problem in problems] == ["item 1"]
    assert "conversations[0].private: expected true or false, found text" in str(problems[0])


@needs_samples
def test_the_public_samples_are_read_or_refused() -> None:
    one = sample("freshdesk/pyfd_ticket_1.json")
    assert spoken(one) == [("Dummyname", "This is a sample ticket, feel free to delete it.")]
    assert one.metadata["attachments"][0]["name"] == "attachment.txt"
    outbound = sample("freshdesk/pyfd_outbound_email_1.json")
    assert spoken(outbound) == [("6012691534", "This is a sample outbound email, feel free to delete it.")]
    talk = sample("freshdesk/pyfd_conversations.json")
    assert [(turn.speaker, turn.kind, turn.text) for turn in talk.turns] == [
        ("1", "note", "This is a private note"),
        ("1", "message", "This is a reply"),
    ]
    assert "not time entries alone" in str(refusal(SAMPLES / "freshdesk" / "pyfd_time_entries.json"))
