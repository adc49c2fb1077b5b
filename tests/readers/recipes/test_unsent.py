"""Drafts, failed and deleted messages: nobody was told these words, so nobody is graded by them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers.recipes.packaged import load_recipe
from tests.readers.recipes.exports import minute, read_export, said

NEVER = "You fool."


def front(**marks: Any) -> Any:
    def message(number: int, text: str, **more: Any) -> dict[str, Any]:
        return {"type": "email", "is_inbound": number == 0, "created_at": 1767607200 + number, "text": text, **more}

    return {"_results": [message(0, "Where?"), message(1, NEVER, **marks), message(2, "Here.", is_draft=False)]}


def helpscout(**marks: Any) -> Any:
    def thread(kind: str, number: int, text: str, **more: Any) -> dict[str, Any]:
        by = {"id": number and 2, "type": "user" if number else "customer"}
        return {"type": kind, "body": text, "createdBy": by, "createdAt": minute(number), "state": "published", **more}

    threads = [thread("customer", 0, "Where?"), thread("message", 1, NEVER, **marks), thread("message", 2, "Here.")]
    return {"_embedded": {"threads": threads}}


def salesforce(**marks: Any) -> Any:
    def mail(number: int, text: str, **more: Any) -> dict[str, Any]:
        return {"ParentId": "5", "Incoming": number == 0, "TextBody": text, "MessageDate": minute(number), **more}

    return {"records": [mail(0, "Where?", Status="1"), mail(1, NEVER, **marks), mail(2, "Here.", Status="3")]}


def freshdesk(**marks: Any) -> Any:
    def note(number: int, text: str, **more: Any) -> dict[str, Any]:
        return {"note": {"body": text, "private": False, "incoming": False, "created_at": minute(number), **more}}

    notes = [note(1, NEVER, **marks), note(2, "Here.", deleted=False)]
    return [{"helpdesk_ticket": {"display_id": 5, "description": "Where?", "created_at": minute(0), "notes": notes}}]


def chatwoot(**marks: Any) -> Any:
    def message(number: int, text: str, **more: Any) -> dict[str, Any]:
        by = {"sender": {"id": number and 2, "type": "user" if number else "contact"}}
        at = {"conversation_id": 3, "created_at": 1767607200 + number}
        return {"content": text, "message_type": 1 if number else 0, "status": "sent", **by, **at, **more}

    return {"payload": [message(0, "Where?"), message(1, NEVER, **marks), message(2, "Here.", content_attributes={})]}


def hubspot(**marks: Any) -> Any:
    def message(number: int, text: str, **more: Any) -> dict[str, Any]:
        by = {"createdBy": "A-1", "direction": "OUTGOING"} if number else {"createdBy": "V-1", "direction": "INCOMING"}
        at = {"conversationsThreadId": "9", "createdAt": minute(number), "status": {"statusType": "SENT"}}
        return {"type": "MESSAGE", "text": text, "channelId": "1000", **by, **at, **more}

    return {"results": [message(0, "Where?"), message(1, NEVER, **marks), message(2, "Here.", archived=False)]}


def kustomer(kind: str = "message", **marks: Any) -> Any:
    def message(number: int, text: str, kind: str = "message", **more: Any) -> dict[str, Any]:
        said = {"preview": text, "direction": "out" if number else "in", "sentAt": minute(number), **more}
        return {"type": kind, "attributes": said, "relationships": {"conversation": {"data": {"id": "k"}}}}

    return {"data": [message(0, "Where?"), message(1, NEVER, kind, **marks), message(2, "Here.", status="sent")]}


def gorgias(**marks: Any) -> Any:
    def message(number: int, text: str, **more: Any) -> dict[str, Any]:
        at = {"ticket_id": 7, "channel": "email", "sent_datetime": minute(number)}
        return {"from_agent": number > 0, "body_text": text, "sender": {"id": min(number, 1) + 1}, **at, **more}

    return {"data": [message(0, "Where?"), message(1, NEVER, **marks), message(2, "Here.", failed_datetime=None)]}


def zammad(**marks: Any) -> Any:
    def article(number: int, text: str, **more: Any) -> dict[str, Any]:
        by = {"sender": "Agent" if number else "Customer", "internal": False, "created_at": minute(number)}
        return {"ticket_id": 5, "body": text, "type": "email", **by, **more}

    sent = {"preferences": {"delivery_status": "success"}}
    return [article(0, "Where?"), article(1, NEVER, **marks), article(2, "Here.", **sent)]


UNSENT = [
    front(is_draft=True),
    helpscout(state="draft"),
    helpscout(state="hidden"),
    salesforce(Status="5"),
    salesforce(Status="3", IsDeleted=True),
    freshdesk(deleted=True),
    chatwoot(content_attributes={"deleted": True}),
    chatwoot(status="failed"),
    hubspot(archived=True),
    hubspot(status={"statusType": "FAILED"}),
    kustomer("draft"),
    kustomer(deletedAt=minute(3)),
    gorgias(failed_datetime=minute(3)),
    gorgias(deleted_datetime=minute(3)),
    zammad(preferences={"delivery_status": "fail"}),
]


@pytest.mark.parametrize("data", UNSENT)
def test_what_nobody_was_told_is_left_out_and_counted(tmp_path: Path, data: Any) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert said(transcript) == ["customer: Where?", "agent: Here."]
    (told,) = [warning for warning in transcript.warnings if "never sent" in warning]
    assert told.startswith("1 of ")


@pytest.mark.parametrize(
    "data",
    [
        front(is_draft=False),
        helpscout(state="published"),
        salesforce(Status="3", IsDeleted=False),
        freshdesk(deleted=False),
        chatwoot(content_attributes={"deleted": False, "in_reply_to": 4}),
        hubspot(archived=False, status={"statusType": "READ"}),
        kustomer(status="sent"),
        gorgias(deleted_datetime=None),
        zammad(preferences={}),
    ],
)
def test_what_was_sent_stays(tmp_path: Path, data: Any) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert said(transcript) == ["customer: Where?", f"agent: {NEVER}", "agent: Here."]
    assert not any("never sent" in warning for warning in transcript.warnings)


def test_a_draft_in_a_table_of_mails_is_left_out(tmp_path: Path) -> None:
    rows = [
        f"5,true,Where?,1,false,{minute(0)}",
        f"5,false,{NEVER},5,false,{minute(1)}",
        f"5,false,{NEVER},3,true,{minute(2)}",
        f"5,false,Here.,3,false,{minute(3)}",
    ]
    table = "\n".join(["ParentId,Incoming,TextBody,Status,IsDeleted,MessageDate", *rows])
    ((transcript,), known) = read_export(tmp_path, table, format="salesforce-email")
    assert known == "salesforce-email"
    assert said(transcript) == ["customer: Where?", "agent: Here."]
    assert any(warning.startswith("2 of 4 items are drafts") for warning in transcript.warnings)


OURS = {
    "name": "ours",
    "title": "Our export",
    "applies": ["log"],
    "turns": "log",
    "turn": {"text": "said", "role": "by"},
    "channel": "chat",
}


@pytest.mark.parametrize("mark", ["draft", "is_draft", "isDraft", "deleted", "is_deleted", "isDeleted"])
def test_a_recipe_of_ones_own_leaves_out_what_is_marked_so(tmp_path: Path, mark: str) -> None:
    def by_recipe(value: Any, **recipe: Any) -> list[str]:
        log = [{"by": "customer", "said": "Where?"}, {"by": "agent", "said": NEVER, mark: value}]
        ((transcript,), _) = read_export(tmp_path, {"log": log}, columns=load_recipe({**OURS, **recipe}))
        return said(transcript)

    assert by_recipe(True) == ["customer: Where?"]
    for value in (False, None, "no", 0, "2026-01-05"):
        assert by_recipe(value) == ["customer: Where?", f"agent: {NEVER}"]
    assert by_recipe(True, unsent="by == 'nobody'") == ["customer: Where?", f"agent: {NEVER}"]
