"""Recipes that are drafted: which items of one list belong to one conversation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.readers.guesses.drafts import drafted, said

BOTH = [["customer: My bill is wrong", "agent: Let me look"], ["customer: Refund me please", "agent: It is sent"]]


def items(**ids: str) -> list[dict[str, Any]]:
    """Two conversations, turn by turn, with an id of each under this key."""
    ((key, names),) = ids.items()
    first, second = names[0], names[1]
    return [
        {key: first, "role": "customer", "text": "My bill is wrong"},
        {key: second, "role": "customer", "text": "Refund me please"},
        {key: first, "role": "agent", "text": "Let me look"},
        {key: second, "role": "agent", "text": "It is sent"},
    ]


@pytest.mark.parametrize(
    "key",
    [
        "conversation_id",
        "conversationId",
        "chat_id",
        "ticket_id",
        "ticketId",
        "thread_id",
        "session_id",
        "case_id",
        "call",
    ],
)
@pytest.mark.parametrize("wrapper", ["data", "messages", "value"])
def test_items_are_put_together_by_the_id_of_their_conversation(tmp_path: Path, key: str, wrapper: str) -> None:
    draft, transcripts = drafted(tmp_path, {wrapper: items(**{key: "AB"}), "page": 1})
    assert said(transcripts) == BOTH
    assert [transcript.id for transcript in transcripts] == ["A", "B"]
    assert "(`group`)" not in draft


def test_the_id_may_stand_in_an_object(tmp_path: Path) -> None:
    data = [{**item, "ticket": {"id": item["ticket"]}} for item in items(ticket="AB")]
    assert said(drafted(tmp_path, {"data": data})[1]) == BOTH


def test_what_the_items_are_comments_on_is_their_conversation(tmp_path: Path) -> None:
    data = [{"id": f"m{number}", **item} for number, item in enumerate(items(parentId="AB"))]
    draft, transcripts = drafted(tmp_path, {"records": data})
    assert said(transcripts) == BOTH
    assert "whether parentId says what items belong" in draft


def test_an_item_that_is_answered_is_no_conversation(tmp_path: Path) -> None:
    data = [
        {"id": "A", **item} if number == 0 else {"id": f"m{number}", **item}
        for number, item in enumerate(items(parent_id="AA"))
    ]
    draft, transcripts = drafted(tmp_path, {"records": data})
    assert len(transcripts) == 1
    assert "which key says what items belong to one conversation" in draft


def test_a_conversation_that_has_an_id_stays_one(tmp_path: Path) -> None:
    draft, transcripts = drafted(tmp_path, {"id": "c1", "messages": items(session_id="AB")})
    assert [transcript.id for transcript in transcripts] == ["c1"]
    assert "whether session_id says what items belong to one conversation" in draft


def test_ids_of_items_are_none_of_conversations(tmp_path: Path) -> None:
    draft, transcripts = drafted(tmp_path, {"messages": items(id="AB")})
    assert len(transcripts) == 1
    assert "which key says what items belong to one conversation" in draft


def test_a_draft_names_the_lists_and_texts_that_it_leaves(tmp_path: Path) -> None:
    comments = [{"author": {"name": "Ann"}, "body": {"type": "doc", "content": []}}]
    issues = [
        {"key": "H-1", "fields": {"description": "It is on fire.", "comment": {"comments": comments}}},
        {"key": "H-2", "fields": {"description": "It is black now.", "cause": "somebody pulled the plug"}},
    ]
    draft, _ = drafted(tmp_path, {"issues": issues})
    assert "whether fields.comment.comments inside each of the `turns` holds what was said" in draft
    assert "the column fields.cause is needed: it holds text and is not used" in draft
    assert "inside each" not in drafted(tmp_path, {"id": "c1", "messages": items(call="AA")})[0]
