from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError, MalformedInput
from llm_grader.figures.case import Case, FigureSettings
from llm_grader.figures.samples import first_response, satisfied, transfers
from llm_grader.readers import read_transcripts
from tests.support.exports import SAMPLES, needs_samples, put, read_all, read_one, refusal, sample, spoken
from tests.support.help_desk_exports import INTERCOM


def with_part(**part: Any) -> dict[str, Any]:
    """The conversation with a single part."""
    whole = {"id": "p1", "part_type": "comment", "created_at": 1714550401, "author": {"type": "admin", "id": "7"}}
    return {**INTERCOM, "conversation_rating": None, "conversation_parts": {"conversation_parts": [{**whole, **part}]}}


def test_source_comes_first_and_what_has_a_body_was_said(tmp_path: Path) -> None:
    transcript = read_one(tmp_path, INTERCOM)
    assert (transcript.id, transcript.channel) == ("900", "chat")
    assert [(turn.role, turn.speaker, turn.kind, turn.text) for turn in transcript.turns if turn.kind != "event"] == [
        ("customer", "Zuzana", "message", "I cannot log in."),
        ("bot", "Fin", "message", "I am Fin. One moment."),
        ("agent", "Ondrej", "note", "VIP"),
        ("agent", "Ondrej", "message", "Hello, reset it here."),
        ("customer", "Zuzana", "message", "Still not."),
    ]
    assert transcript.turns[0].at == datetime(2024, 5, 1, 8, tzinfo=UTC)


def test_assignments_states_and_the_rating_are_events_and_the_rest_is_metadata(tmp_path: Path) -> None:
    # to a team, then to the first person: only Iva, the second person, is a transfer
    transcript = read_one(tmp_path, INTERCOM)
    assert [(turn.event, turn.text) for turn in transcript.turns if turn.kind == "event"] == [
        ("assign", "to team 3"),
        ("assign", "to Ondrej"),
        ("status", "closed"),
        ("reopen", "from closed to open"),
        ("transfer", "to Iva"),
        ("rating", "4: Nice"),
    ]
    parts = transcript.metadata["conversation_parts"]["conversation_parts"]
    assert parts[7]["part_type"] == "conversation_attribute_updated_by_admin"
    assert "Operator" not in [person.id for person in transcript.participants]


def test_statistics_fill_the_ticket_and_stay_as_they_are(tmp_path: Path) -> None:
    about = read_one(tmp_path, INTERCOM).ticket
    assert about is not None
    assert (about.status, about.subject, about.team, about.tags) == ("closed", "Login", "3", ("login",))
    assert (about.customer_id, about.customer_name) == ("c1", "Zuzana")
    assert about.first_reply_at == datetime(2024, 5, 1, 8, 2, tzinfo=UTC)
    assert about.closed_at == datetime(2024, 5, 1, 8, 10, tzinfo=UTC)
    assert (about.reopens, about.csat) == (1, 4)
    assert about.vendor["statistics"] == INTERCOM["statistics"]


def test_figures_can_be_made_of_it(tmp_path: Path) -> None:
    case = Case(read_one(tmp_path, INTERCOM), FigureSettings())
    assert [sample.value for sample in first_response(case)] == [120]  # the bot does not count
    assert [sample.value for sample in satisfied(case)] == [1]  # 4 of 5
    assert [sample.value for sample in transfers(case)] == [1]


@pytest.mark.parametrize("sent", ["automated", "operator_initiated", "campaigns_initiated"])
def test_what_was_sent_automatically_is_a_bots(tmp_path: Path, sent: str) -> None:
    export = deepcopy(INTERCOM)
    export["source"] |= {"delivered_as": sent, "author": {"type": "admin", "id": "7", "name": "Ondrej"}}
    turns = read_one(tmp_path, export).turns
    assert [turn.role for turn in turns if turn.speaker == "Ondrej"][:2] == ["bot", "agent"]


def test_a_deleted_message_is_an_event(tmp_path: Path) -> None:
    turns = read_one(tmp_path, with_part(body="<p><i>This message was deleted</i></p>", redacted=True)).turns
    assert [(turn.kind, turn.event) for turn in turns] == [("message", None), ("event", "redacted")]


def test_files_without_words_are_an_event(tmp_path: Path) -> None:
    turns = read_one(tmp_path, with_part(body=None, attachments=[{"name": "a.png", "url": "https://x/a"}])).turns
    assert (turns[1].event, turns[1].text) == ("attachment", "a.png")


def test_a_mail_has_a_subject_and_its_quotes_are_marked(tmp_path: Path) -> None:
    export = with_part(body="<p>Done.</p><blockquote>I cannot log in.</blockquote>")
    export["source"] = {**INTERCOM["source"], "type": "email"}
    transcript = read_one(tmp_path, export)
    assert transcript.channel == "email"
    assert transcript.turns[0].subject == "Login"
    assert [segment.kind for segment in transcript.turns[1].segments] == ["body", "quoted"]


def test_parts_that_are_missing_are_told(tmp_path: Path) -> None:
    alone = {key: value for key, value in INTERCOM.items() if key != "conversation_parts"}
    assert any("parts are missing" in warning for warning in read_one(tmp_path, alone).warnings)
    few = deepcopy(INTERCOM)
    few["conversation_parts"]["total_count"] = 500
    assert any("of 500 parts only 8" in warning for warning in read_one(tmp_path, few).warnings)


def test_a_list_is_read_and_what_is_broken_in_it_is_told(tmp_path: Path) -> None:
    wrong = {**INTERCOM, "tags": 5}
    export = {"type": "conversation.list", "conversations": [INTERCOM, wrong, {**INTERCOM, "id": "901"}]}
    problems: list[InputError] = []
    read = read_transcripts(put(tmp_path, export), on_error=problems.append)
    assert [each.id for each in read] == ["900", "901"]
    assert [problem.where for problem in problems] == ["conversations[1]"]


def test_further_pages_are_told(tmp_path: Path) -> None:
    pages = {"type": "pages", "next": {"starting_after": "x"}, "page": 1}
    (read,) = read_all(tmp_path, {"type": "conversation.list", "conversations": [INTERCOM], "pages": pages})
    assert any("further pages" in warning for warning in read.warnings)


def test_a_webhook_without_a_conversation_is_refused(tmp_path: Path) -> None:
    ping = {"type": "notification_event", "topic": "ping", "data": {"item": {"type": "ping"}}}
    error = refusal(put(tmp_path, ping))
    assert isinstance(error, MalformedInput)
    assert "a webhook of ping: no conversation in it" in str(error)


DELETED = "This message was deleted"
BODY = "this is the message body"


@needs_samples
@pytest.mark.parametrize(
    ("name", "turns", "first", "last"),
    [
        ("hull_webhook-conversation-admin-assigned", 2, ("Andy", "hi Bob"), ("Andy", "to Andy")),
        ("hull_webhook-conversation-admin-closed", 2, ("Andy", "hi Bob"), ("Andy", "closed")),
        ("hull_webhook-conversation-admin-snoozed", 2, ("Andy", "Hi Bob"), ("Andy", "on-hold")),
        ("hull_webhook-conversation-part-redacted", 3, ("Andy", "Hi Bob"), ("Andy", "open")),
        ("openapi2.11_01_parts0", 1, ("Ciaran143 Lee", BODY), ("Ciaran143 Lee", BODY)),
        ("openapi2.11_02_parts0", 1, ("Ciaran153 Lee", BODY), ("Ciaran153 Lee", BODY)),
        ("openapi2.11_03_parts2", 1, ("Ciaran157 Lee", BODY), ("Ciaran157 Lee", BODY)),
        ("openapi2.11_08_parts1", 3, ("Ciaran189 Lee", BODY), ("Ciaran189 Lee", "closed")),
        ("openapi2.11_11_parts1", 3, ("Ciaran193 Lee", BODY), ("Ciaran193 Lee", "open")),
        ("openapi2.11_12_parts1", 1, ("Ciaran197 Lee", BODY), ("Ciaran197 Lee", BODY)),
        ("openapi2.14_19_parts1", 3, ("Ciaran212 Lee", BODY), ("Joe Bloggs", "open")),
        ("openapi2.14_22_parts1", 3, ("Ciaran215 Lee", BODY), ("Joe Bloggs", "open")),
        ("openapi2.14_23_parts1", 3, ("Ciaran219 Lee", BODY), ("Ciaran219 Lee", "closed")),
        ("openapi2.14_25_parts1", 2, ("Ciaran221 Lee", BODY), ("Ciaran221 Lee", "open")),
        ("openapi2.14_26_parts1", 3, ("Ciaran223 Lee", BODY), ("Ciaran223 Lee", "open")),
        ("openapi2.14_27_parts1", 3, ("Ciaran247 Lee", BODY), ("Joe Bloggs", "open")),
    ],
)
def test_the_public_samples_are_read(name: str, turns: int, first: tuple[str, str], last: tuple[str, str]) -> None:
    said = spoken(sample(f"intercom/{name}.json"))
    assert (len(said), said[0], said[-1]) == (turns, first, last)


@needs_samples
def test_in_the_public_samples_deleted_messages_are_events_and_all_files_are_tried() -> None:
    for name in ("openapi2.14_27_parts1", "hull_webhook-conversation-part-redacted"):
        turns = sample(f"intercom/{name}.json").turns
        assert [turn.event for turn in turns if turn.text == DELETED] == ["redacted"]
        assert turns[0].kind == "message"
    assert len(list((SAMPLES / "intercom").iterdir())) == 16
