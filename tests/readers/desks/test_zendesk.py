from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.figures.case import Case, FigureSettings
from llm_grader.figures.samples import replies, satisfied, transfers
from llm_grader.readers import RoleMapping, read_transcripts
from llm_grader.transcript import Transcript
from tests.support.exports import put, read_all, read_one, refusal, spoken
from tests.support.help_desk_exports import ZENDESK, ZENDESK_EVENTS


def day(day: int, hour: int, minute: int) -> datetime:
    """A time of May 2024."""
    return datetime(2024, 5, day, hour, minute, tzinfo=UTC)


def ticket(*comments: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A ticket with these comments, a minute apart, and the users beside it."""
    said = [{"id": n, "created_at": f"2024-05-01T08:0{n}:00Z", "public": True, **c} for n, c in enumerate(comments)]
    return {"ticket": {**ZENDESK["ticket"], **fields}, "comments": said, "users": ZENDESK["users"]}


def events(transcript: Transcript) -> list[tuple[str | None, str]]:
    """The events and what they tell."""
    return [(turn.event, turn.text) for turn in transcript.turns if turn.kind == "event"]


def test_comments_are_what_people_said_and_notes_are_no_messages(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, ZENDESK)
    assert (transcript.id, transcript.channel) == ("4711", "email")
    said = [turn for turn in transcript.turns if turn.kind != "event"]
    assert [(turn.role, turn.speaker, turn.kind, turn.visibility) for turn in said] == [
        ("customer", "Jana", "message", "public"),
        ("agent", "Eva", "note", "internal"),
        ("agent", "Bob", "message", "public"),
    ]
    assert [turn.at for turn in said] == [day(1, 8, 0), day(1, 8, 20), day(1, 8, 30)]
    assert said[0].subject == "Invoice missing"
    assert said[2].text == "Here it is.\n\n> Where is my invoice?"
    assert [segment.kind for segment in said[2].segments] == ["body", "quoted"]
    assert not said[1].spoken


def test_a_comment_that_its_audit_tells_again_is_read_once(tmp_path: Path) -> None:
    alone = {key: value for key, value in ZENDESK.items() if key != "comments"}
    both, audits = read_one(tmp_path, ZENDESK), read_one(tmp_path, alone)
    assert sum(turn.text == "Where is my invoice?" for turn in both.turns) == 1
    assert spoken(audits)[0] == ("Jana", "Where is my invoice?")


def test_changes_in_audits_are_events(tmp_path: Path) -> None:
    # the group goes from 6 to 7 in audit 202, which is a transfer; solved to hold in audit 204 is a reopening
    assert events(read_one(tmp_path, ZENDESK)) == [
        ("assign", "to Front"),
        ("status", "new"),
        ("transfer", "to Sales, Bob"),
        ("status", "from new to solved"),
        ("rating", "good: Quick!"),
        ("reopen", "from solved to on-hold"),
    ]


def test_the_ticket_is_told_in_our_words_and_metrics_stay_as_they_are(tmp_path: Path) -> None:
    about = read_one(tmp_path, ZENDESK).ticket
    assert about is not None
    assert (about.status, about.priority, about.type, about.team) == ("on-hold", "high", "question", "Sales")
    assert about.tags == ("billing", "mystery_call")
    assert (about.customer_id, about.customer_name, about.customer_contact) == ("11", "Jana", "jana@example.com")
    assert (about.opened_at, about.first_reply_at, about.resolved_at) == (day(1, 8, 0), day(1, 8, 30), None)
    assert about.reopens == 1
    assert about.vendor["metric_set"] == ZENDESK["metric_set"]


def test_figures_can_be_made_of_it(tmp_path: Path) -> None:
    solved = deepcopy(ZENDESK)
    solved["ticket"]["status"] = "solved"
    case = Case(read_one(tmp_path, solved), FigureSettings())
    assert [sample.value for sample in replies(case)] == [1]  # Bob's; Eva's note is none
    assert [sample.value for sample in satisfied(case)] == [1]
    assert [sample.value for sample in transfers(case)] == [1]
    assert [wait.seconds for wait in case.waits] == [30 * 60]
    assert case.is_mystery
    assert case.ticket.resolved_at == day(1, 8, 30)


def test_without_audits_transfers_are_counted_from_the_stations(tmp_path: Path) -> None:
    alone = {key: value for key, value in ZENDESK.items() if key != "audits"}
    about = read_one(tmp_path, alone).ticket
    assert about is not None
    assert about.transfers == 1  # two groups had it


def test_what_is_no_turn_is_metadata(tmp_path: Path) -> None:
    metadata = read_one(tmp_path, ZENDESK).metadata
    assert metadata["brand_id"] == 1
    assert metadata["comments"][0]["attachments"][0]["file_name"] == "order.pdf"
    assert metadata["audits"][0]["events"][3]["subject"] == "Received"


def test_ticket_events_make_a_conversation_of_each_ticket(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, ZENDESK_EVENTS)
    assert transcript.id == "12"
    assert [(turn.role, turn.text) for turn in transcript.turns if turn.kind == "message"] == [
        ("customer", "Hello?"),
        ("agent", "Good day."),
    ]
    assert events(transcript) == [("assign", "to team 6"), ("status", "new"), ("transfer", "to 22")]


def test_an_export_of_tickets_finds_its_comments_users_and_metrics(tmp_path: Path) -> None:
    other = {**ZENDESK["ticket"], "id": 9, "requester_id": 12, "description": "Hi"}
    beside = {"users": ZENDESK["users"], "metric_sets": [ZENDESK["metric_set"]], "next_page": "https://x/2"}
    inside = {**ZENDESK["ticket"], "comments": ZENDESK["comments"]}
    first, second = read_all(tmp_path, {"tickets": [inside, other], **beside})
    assert [len(first.turns), len(second.turns)] == [3, 1]
    assert first.ticket is not None
    assert first.ticket.reopens == 1
    assert second.turns[0].text == "Hi"
    assert any("another page" in warning for warning in first.warnings)
    assert any("only its description" in warning for warning in second.warnings)


def test_a_ticket_that_is_broken_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    wrong = {**ZENDESK["ticket"], "id": 9, "tags": "billing"}
    problems: list[InputError] = []
    file = put(tmp_path, {"tickets": [ZENDESK["ticket"], 5, wrong]})
    assert [each.id for each in read_transcripts(file, on_error=problems.append)] == ["4711"]
    assert [problem.where for problem in problems] == ["tickets[1]", "tickets[2]"]


def test_people_may_stand_in_the_ticket(tmp_path: Path) -> None:
    inside = {**ZENDESK["ticket"], "comments": ZENDESK["comments"], "requester": {"id": 11, "name": "Jana N"}}
    transcript = read_one(tmp_path, inside)
    assert [(turn.role, turn.speaker) for turn in transcript.turns] == [
        ("customer", "Jana N"),
        ("agent", "23"),  # only agents write notes
        ("agent", "22"),  # the assignee
    ]


def test_the_callers_mapping_knows_people_by_address(tmp_path: Path) -> None:
    export = ticket({"author_id": 31, "body": "Hi"})
    export["users"] = [{"id": 31, "name": "Zoe", "email": "zoe@house.example"}]
    (turn,) = read_one(tmp_path, export, RoleMapping(domains=("house.example",))).turns
    assert (turn.speaker, turn.role, turn.role_source) == ("Zoe", "agent", "mapping")


@pytest.mark.parametrize("name", ["23", "bob@shop.example", "Bob"])
def test_the_agent_under_review_is_named_by_name_address_or_id(tmp_path: Path, name: str) -> None:
    export = ticket(*({"author_id": author, "body": "Good day to you"} for author in (11, 22, 23)))
    bob = {"id": 23, "name": "Bob", "email": "bob@shop.example", "role": "agent"}
    export["users"] = [{"id": 22, "name": "Eva", "role": "agent"}, bob]
    transcript = read_one(tmp_path, export, RoleMapping(agents=(name,)))
    assert (transcript.agent_id, transcript.warnings) == ("Bob", ())


def test_two_people_of_a_name_are_told_apart(tmp_path: Path) -> None:
    export = ticket({"author_id": 22, "body": "One"}, {"author_id": 24, "body": "Two"})
    export["users"] = [{"id": 22, "name": "Bob", "role": "agent"}, {"id": 24, "name": "Bob", "role": "agent"}]
    assert spoken(read_one(tmp_path, export)) == [("Bob", "One"), ("Bob (24)", "Two")]


@pytest.mark.parametrize(("public", "kind"), [(False, "note"), (None, "note"), (True, "message")])
def test_only_what_is_said_to_be_public_is_a_message(tmp_path: Path, public: bool | None, kind: str) -> None:
    (turn,) = read_one(tmp_path, ticket({"author_id": 22, "body": "Hi", "public": public})).turns
    assert turn.kind == kind


def test_a_comment_made_private_later_is_a_note(tmp_path: Path) -> None:
    export = deepcopy(ZENDESK)
    change = {"id": 9, "type": "CommentPrivacyChange", "comment_id": 103, "public": False}
    export["audits"][3]["events"].append(change)
    assert [turn.kind for turn in read_one(tmp_path, export).turns if turn.speaker == "Bob"] == ["note", "event"]


@pytest.mark.parametrize("number", [-1, 0])
@pytest.mark.parametrize(("public", "kind", "role"), [(True, "message", "bot"), (False, "note", "system")])
def test_what_a_trigger_writes_is_nobodys(tmp_path: Path, number: int, public: bool, kind: str, role: str) -> None:
    comment = {"id": 9, "type": "Comment", "author_id": number, "body": "Received.", "public": public}
    audit = {"id": 1, "ticket_id": 4711, "author_id": 22, "events": [{**comment, "via": {"channel": "rule"}}]}
    for export in (ticket(comment), {**ticket(), "audits": [audit]}):
        (turn,) = read_one(tmp_path, export).turns
        assert (turn.role, turn.speaker, turn.kind) == (role, None, kind)


def test_a_comment_of_an_audit_that_names_no_author_is_the_audits(tmp_path: Path) -> None:
    comment = {"id": 9, "type": "Comment", "body": "Received.", "public": True}
    for author, told in ((22, ("agent", "Bob")), (-1, ("bot", None))):
        audit = {"id": 1, "ticket_id": 4711, "author_id": author, "events": [comment]}
        (turn,) = read_one(tmp_path, {**ticket(), "audits": [audit]}).turns
        assert (turn.role, turn.speaker) == told


def test_what_zendesk_writes_of_a_merge_is_an_event(tmp_path: Path) -> None:
    merge = {"channel": "system", "source": {"from": {"ticket_id": 36}, "rel": "merge"}}
    export = ticket({"author_id": 22, "body": "Request #36 was merged into this one.", "via": merge})
    assert events(read_one(tmp_path, export)) == [("merge", "Request #36 was merged into this one.")]


CHAT = """Chat started: 2024-05-01 11:59 PM UTC

(11:59:50 PM) *** Jana joined the chat ***
(11:59:58 PM) Jana: Hello,
anyone there?
(12:00:08 AM) Bob: Yes: I am."""


def test_a_chat_in_an_internal_comment_is_what_was_said(tmp_path: Path) -> None:
    export = ticket({"author_id": 22, "public": False, "body": CHAT}, via={"channel": "chat"})
    transcript = read_one(tmp_path, export)
    assert transcript.channel == "chat"
    assert [(turn.role, turn.speaker, turn.text, turn.start) for turn in transcript.turns] == [
        ("system", None, "Chat started: 2024-05-01 11:59 PM UTC", None),
        ("system", None, "Jana joined the chat", 0),
        ("customer", "Jana", "Hello,\nanyone there?", 8),
        ("agent", "Bob", "Yes: I am.", 18),
    ]
    assert [str(turn.clock) for turn in transcript.turns[1:]] == ["23:59:50", "23:59:58", "00:00:08"]
    assert [wait.seconds for wait in Case(transcript, FigureSettings()).waits] == [10]


def test_such_lines_in_a_note_on_a_mail_stay_a_note(tmp_path: Path) -> None:
    (turn,) = read_one(tmp_path, ticket({"author_id": 22, "public": False, "body": CHAT})).turns
    assert turn.kind == "note"


def test_a_chat_told_message_by_message_is_not_read_twice(tmp_path: Path) -> None:
    entries = [
        {"type": "ChatJoin", "actor_name": "Jana", "actor_type": "end-user", "timestamp": 1714550400000},
        {"type": "ChatMessage", "message": "Hello", "actor_name": "Jana", "timestamp": 1714550401000},
        {"type": "ChatMessage", "message": "Hi", "actor_name": "B", "actor_type": "agent", "timestamp": 1714550402000},
    ]
    export = ticket({"author_id": 22, "public": False, "body": CHAT}, via={"channel": "native_messaging"})
    start = {"id": 1, "type": "ChatStartedEvent", "value": {"chat_id": "c", "history": entries}}
    export["audits"] = [{"id": 1, "ticket_id": 4711, "author_id": 11, "events": [start]}]
    transcript = read_one(tmp_path, export)
    assert [(turn.role, turn.kind, turn.text) for turn in transcript.turns] == [
        ("customer", "event", "ChatJoin"),
        ("customer", "message", "Hello"),
        ("agent", "message", "Hi"),
    ]
    assert any("repeat" in warning for warning in transcript.warnings)


def test_a_call_is_an_event_and_its_transcription_is_said(tmp_path: Path) -> None:
    call = {"author_id": 11, "type": "VoiceComment", "body": "Voicemail from Jana"}
    data = {"transcription_text": "Please call me.", "recording_url": "https://x/y"}
    transcript = read_one(tmp_path, ticket({**call, "data": data}, via={"channel": "voice"}))
    assert transcript.channel == "call"
    assert [(turn.event, turn.text) for turn in transcript.turns] == [
        ("call", "Voicemail from Jana"),
        (None, "Please call me."),
    ]


def test_a_transcription_of_both_sides_is_nobodys_message(tmp_path: Path) -> None:
    call = {"author_id": 22, "type": "VoiceComment", "body": "Call with Jana"}
    transcript = read_one(tmp_path, ticket({**call, "data": {"transcription_text": "Hello. Hi."}}))
    assert [(turn.kind, turn.text) for turn in transcript.turns] == [("event", "Call with Jana\n\nHello. Hi.")]


def test_files_without_words_are_an_event(tmp_path: Path) -> None:
    export = ticket({"author_id": 11, "body": "", "attachments": [{"file_name": "a.png"}]})
    assert events(read_one(tmp_path, export)) == [("attachment", "a.png")]


def test_a_ticket_in_which_nothing_is_said_is_refused(tmp_path: Path) -> None:
    error = refusal(put(tmp_path, {"tickets": [{**ZENDESK["ticket"], "description": None}]}))
    assert isinstance(error, MalformedInput)
    assert error.where == "tickets[0]"
    assert "export tickets with their comments" in str(error)
