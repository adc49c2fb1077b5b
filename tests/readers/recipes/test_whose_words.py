"""Whose words an item is: a rule writes in an agent's name, an agent in a customer's, a chat goes on weeks later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.readers.recipes.exports import minute, read_export, said

USERS = [{"id": 7, "name": "Eva", "role": "end-user"}, {"id": 8, "name": "Tom", "role": "agent"}]
TOM, EVA = {"id": 4, "type": "user", "first": "Tom"}, {"id": 1, "type": "customer", "first": "Eva"}


def comment(number: int, author: int, text: str, via: Any, *, public: bool = True) -> dict[str, Any]:
    at = {"id": number, "created_at": minute(number), "via": {"channel": via}, "public": public, "type": "Comment"}
    return {**at, "author_id": author, "body": text, "plain_body": text}


COMMENTS = [
    comment(1, 7, "Where?", "email"),
    comment(2, 8, "We got it.", "rule"),
    comment(3, 8, "Late again.", "rule", public=False),
    comment(4, 8, "Here.", "web"),
    comment(5, 8, "By a program.", "api"),
]


@pytest.mark.parametrize(
    "data",
    [
        {"comments": COMMENTS, "users": USERS},
        {
            "ticket": {"id": 3, "requester_id": 7, "assignee_id": 8, "subject": "Lamp", "comments": COMMENTS},
            "users": USERS,
        },
    ],
)
def test_what_a_rule_of_zendesk_writes_in_an_agents_name_is_no_agents(tmp_path: Path, data: Any) -> None:
    ((transcript,), _) = read_export(tmp_path, data)
    assert said(transcript) == [
        "customer: Where?",
        "bot: We got it.",
        "system note: Late again.",
        "agent: Here.",
        "agent: By a program.",
    ]
    assert [turn.speaker for turn in transcript.turns if turn.role == "agent"] == ["Tom", "Tom"]
    assert {person.id: person.role for person in transcript.participants}["Tom"] == "agent"


def helpscout(*threads: dict[str, Any]) -> Any:
    several = [{"id": at, "state": "published", "createdAt": minute(at), **one} for at, one in enumerate(threads)]
    return {"id": 10, "type": "email", "primaryCustomer": EVA, "_embedded": {"threads": several}}


def test_help_scout_tells_whose_words_an_agent_typed_in_and_what_a_machine_sent(tmp_path: Path) -> None:
    data = helpscout(
        {"type": "customer", "body": "Where?", "createdBy": EVA, "customer": EVA},
        {"type": "customer", "body": "And an invoice.", "createdBy": TOM, "customer": EVA},
        {"type": "message", "body": "We got it.", "createdBy": {**TOM, "id": 1, "first": "Help", "last": "Scout"}},
        {"type": "message", "body": "We are closed.", "createdBy": TOM, "source": {"type": "auto-reply"}},
        {"type": "phone", "body": "She called.", "createdBy": TOM},
        {"type": "message", "body": "Here.", "createdBy": TOM, "source": {"type": "web", "via": "user"}},
        {"type": "message", "body": "Sent by the API.", "createdBy": TOM, "source": {"type": "api"}},
    )
    ((transcript,), known) = read_export(tmp_path, data)
    assert known == "helpscout"
    assert said(transcript) == [
        "customer: Where?",
        "customer: And an invoice.",
        "bot: We got it.",
        "bot: We are closed.",
        "agent note: She called.",
        "agent: Here.",
        "agent: Sent by the API.",
    ]
    assert [turn.speaker for turn in transcript.turns[:3]] == ["Eva", "Eva", "Help Scout"]


def livechat(*threads: str) -> Any:
    users = [{"id": "c", "type": "customer", "name": "Eva"}, {"id": "t", "type": "agent", "name": "Tom"}]
    listed = [
        {
            "id": name,
            "events": [{"id": "1", "type": "message", "text": name, "author_id": "c", "created_at": minute(at)}],
        }
        for at, name in enumerate(threads)
    ]
    return {"chats": [{"id": "A", "users": users, "threads": listed}]}


@pytest.mark.parametrize(("threads", "ids"), [(("T1", "T2"), ["T1", "T2"]), (("T1",), ["A"])])
def test_each_thread_of_a_chat_is_a_conversation(tmp_path: Path, threads: tuple[str, ...], ids: list[str]) -> None:
    transcripts, _ = read_export(tmp_path, livechat(*threads))
    assert [transcript.id for transcript in transcripts] == ids
    assert [said(transcript) for transcript in transcripts] == [[f"customer: {name}"] for name in threads]
    assert all(transcript.participants[0].name == "Eva" for transcript in transcripts)
