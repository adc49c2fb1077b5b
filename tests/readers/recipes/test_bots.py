"""Messages that no person wrote: a rule, an automation or an assistant is no agent, and is not graded as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.readers.recipes.exports import minute, read_export


def chatwoot(**about: Any) -> Any:
    at = {"conversation_id": 3, "created_at": 1767607200, "content": "Hi", "message_type": 1, "private": False}
    return {"payload": [{**at, **about}]}


def hubspot(**about: Any) -> Any:
    at = {"type": "MESSAGE", "conversationsThreadId": "9", "createdAt": minute(0), "text": "Hi", "channelId": "1000"}
    return {"results": [{**at, "direction": "OUTGOING", **about}]}


def gorgias(**about: Any) -> Any:
    at = {"ticket_id": 7, "channel": "email", "sent_datetime": minute(0), "body_text": "Hi", "sender": {"id": 1}}
    return {"data": [{**at, "from_agent": True, **about}]}


def zammad(**about: Any) -> Any:
    at = {"ticket_id": 5, "body": "Hi", "type": "email", "internal": False, "created_at": minute(0)}
    return [{**at, "sender": "Agent", **about}]


def jira(**about: Any) -> Any:
    return {"values": [{"body": "Hi", "public": True, "author": {"accountId": "a", **about}, "created": minute(0)}]}


BOTS = [
    chatwoot(sender={"id": 1, "type": "captain_assistant", "name": "Captain"}),
    chatwoot(sender_type="Captain::Assistant", sender_id=1),
    chatwoot(sender={"id": 1, "type": "agent_bot"}),
    chatwoot(sender=None, content_attributes={"automation_rule_id": 4}),
    chatwoot(sender={"id": 1, "type": "user"}, additional_attributes={"campaign_id": 4}),
    hubspot(createdBy="S-hubspot"),
    hubspot(createdBy="A-1", senders=[{"actorId": "B-1"}]),
    hubspot(createdBy="B-1"),
    gorgias(via="rule"),
    gorgias(rule_id=4),
    zammad(preferences={"perform_origin": "trigger"}),
    jira(accountType="app"),
]


@pytest.mark.parametrize("data", BOTS)
def test_what_no_person_wrote_is_a_bots(tmp_path: Path, data: Any) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert [turn.role for turn in transcript.turns] == ["bot"]


PEOPLE = [
    (chatwoot(sender={"id": 1, "type": "user"}, content_attributes={"in_reply_to": 5}), "agent"),
    (chatwoot(sender=None), "agent"),
    (chatwoot(sender={"id": 1, "type": "contact"}, message_type=0), "customer"),
    (hubspot(createdBy="A-1", senders=[{"actorId": "A-1"}]), "agent"),
    (hubspot(createdBy="V-1", direction="INCOMING"), "customer"),
    (gorgias(via="email", rule_id=None), "agent"),
    (gorgias(from_agent=False, via="rule"), "customer"),
    (zammad(preferences={}), "agent"),
    (jira(accountType="customer"), "customer"),
]


@pytest.mark.parametrize(("data", "role"), PEOPLE)
def test_what_a_person_wrote_stays_theirs(tmp_path: Path, data: Any, role: str) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert [turn.role for turn in transcript.turns] == [role]


def test_a_note_of_an_app_in_jira_is_no_agents(tmp_path: Path) -> None:
    data = jira(accountType="app")
    data["values"][0]["public"] = False
    ((transcript,), _) = read_export(tmp_path, data)
    assert [(turn.role, turn.kind) for turn in transcript.turns] == [("bot", "note")]
