"""Exports that part what belongs together, and those that wrap it once more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import InputError
from tests.readers.recipes.exports import minute, read_export, said

AT = 1767607200


def livechat(messages: list[Any] | None, events: list[Any] | None) -> Any:
    chat = {"type": "chat", "id": "P1", "visitor": {"id": "v", "name": "Bo"}, "agents": [{"display_name": "Ann"}]}
    lists = {"messages": messages, "events": events}
    return {"chats": [{**chat, **{key: value for key, value in lists.items() if value is not None}}], "total": 1}


def item(kind: str, second: int, text: str, user_type: str = "visitor") -> dict[str, Any]:
    name = "Bo" if user_type == "visitor" else "Ann"
    return {"type": kind, "author_name": name, "text": text, "timestamp": AT + second, "user_type": user_type}


ASKED, ANSWERED = item("message", 5, "Where?"), item("message", 7, "Here.", "agent")
LEFT = item("event", 9, "Bo left")
EVENT = "system event: Bo left"


@pytest.mark.parametrize(
    ("messages", "events", "expected"),
    [
        ([ASKED, ANSWERED], [LEFT], ["customer: Where?", "agent: Here.", EVENT]),
        ([ASKED, ANSWERED], [ASKED, ANSWERED, LEFT], ["customer: Where?", "agent: Here.", EVENT]),
        ([ASKED, ANSWERED], [item("event", 6, "Bo left")], ["customer: Where?", EVENT, "agent: Here."]),
        ([ASKED, ANSWERED], [], ["customer: Where?", "agent: Here."]),
        ([ASKED, ANSWERED], None, ["customer: Where?", "agent: Here."]),
        ([], [ASKED, LEFT], ["customer: Where?", EVENT]),
        (None, [ASKED, ANSWERED], ["customer: Where?", "agent: Here."]),
    ],
)
def test_messages_of_livechat_are_read_beside_its_events_and_once(
    tmp_path: Path, messages: list[Any] | None, events: list[Any] | None, expected: list[str]
) -> None:
    ((transcript,), known) = read_export(tmp_path, livechat(messages, events))
    assert known == "livechat"
    assert said(transcript) == expected


MAILS = [
    {"ParentId": "5", "Incoming": True, "TextBody": "Where?", "FromAddress": "bo@x.example", "MessageDate": minute(0)},
    {"ParentId": "5", "Incoming": False, "TextBody": "Here.", "FromAddress": "h@x.example", "MessageDate": minute(1)},
]
CHAT = {
    "attributes": {"type": "LiveChatTranscript"},
    "Id": "5",
    "Body": "( 3s ) Agent: Hi<br>( 9s ) Visitor: Where?<br>",
}


@pytest.mark.parametrize(
    ("records", "recipe", "expected"),
    [
        (MAILS, "salesforce-email", ["customer: Where?", "agent: Here."]),
        ([CHAT], "salesforce-chat", ["agent: Hi", "customer: Where?"]),
    ],
)
def test_what_the_command_line_of_salesforce_wraps_is_read(
    tmp_path: Path, records: list[Any], recipe: str, expected: list[str]
) -> None:
    wrapped = {"status": 0, "result": {"records": records, "totalSize": len(records), "done": True}, "warnings": []}
    for data in (wrapped, {"records": records}):
        ((transcript,), known) = read_export(tmp_path, data)
        assert known == recipe
        assert said(transcript) == expected


def comment(number: int, author: int, body: str, public: bool = True, **more: Any) -> dict[str, Any]:
    return {"id": number, "author_id": author, "body": body, "public": public, "created_at": minute(number), **more}


COMMENTS = [comment(1, 10, "Where?"), comment(2, 20, "vip", public=False), comment(3, 20, "Here.")]
USERS = [{"id": 10, "name": "Bo", "role": "end-user"}, {"id": 20, "name": "Ann", "role": "agent"}]


def test_comments_of_zendesk_without_their_people_are_read(tmp_path: Path) -> None:
    ((transcript,), known) = read_export(tmp_path, {"comments": COMMENTS, "count": 3})
    assert known == "zendesk-comments"
    assert [turn.role for turn in transcript.turns[1:]] == ["agent", "agent"]
    assert [turn.visibility for turn in transcript.turns] == ["public", "internal", "public"]
    assert transcript.turns[0].role_confidence != 1  # the source does not say it


def test_comments_of_zendesk_with_their_people_have_their_roles(tmp_path: Path) -> None:
    ((transcript,), _) = read_export(tmp_path, {"comments": COMMENTS, "users": USERS, "count": 3})
    assert said(transcript) == ["customer: Where?", "agent note: vip", "agent: Here."]


def test_comments_that_zendesk_gives_whole_are_left_to_its_own_reader(tmp_path: Path) -> None:
    whole = [{**each, "html_body": f"<p>{each['body']}</p>"} for each in COMMENTS]
    (_, known) = read_export(tmp_path, {"comments": whole, "users": USERS})
    assert known == "zendesk"


@pytest.mark.parametrize(
    "data",
    [
        {"comments": [{"author": "Bo", "body": "Where?", "created_at": minute(0)}]},
        {"comments": [{"author_id": 1, "body": "Nice post", "created_at": minute(0)}]},
        {"status": 0, "result": {"records": [{"Id": "1", "Name": "Bo"}]}},
        {"status": 0, "result": {"items": MAILS}},
    ],
)
def test_other_comments_and_records_are_not_claimed(tmp_path: Path, data: Any) -> None:
    with pytest.raises(InputError):
        read_export(tmp_path, data)
