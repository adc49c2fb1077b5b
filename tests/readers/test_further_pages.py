"""Exports that say that they go on with another page, of every reader of JSON and every recipe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from llm_grader.readers import read_transcripts
from llm_grader.readers.pages import GOES_ON, goes_on
from llm_grader.readers.recipes.draft import suggest_mapping
from llm_grader.readers.source.document import Document, Options
from llm_grader.transcript import Transcript

SAID = [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "Here."}]
OWN = {
    "name": "own",
    "title": "ours",
    "applies": ["said"],
    "turns": "said",
    "turn": {"text": "words", "role": "by"},
    "channel": "chat",
}
MORE: list[dict[str, Any]] = [
    {"next_page": "https://x.test/2"},
    {"nextRecordsUrl": "/query/2"},
    {"next": "https://x.test/2"},
    {"next_cursor": "x"},
    {"nextPageToken": "x"},
    {"NextToken": "x"},
    {"@odata.nextLink": "https://x.test/2"},
    {"next_page_id": "x"},
    {"has_more": True},
    {"isLastPage": False},
    {"records": [], "done": False},
    {"end_of_stream": False},
    {"paging": {"next": {"after": "x"}}},
    {"_pagination": {"next": "https://x.test/2"}},
    {"meta": {"next_cursor": "x"}},
    {"meta": {"has_more": True, "after_cursor": "x"}, "links": {"next": "https://x.test/2"}},
    {"_links": {"next": {"href": "/2"}}},
    {"pages": {"page": 1, "total_pages": 3, "next": None}},
    {"pageInfo": {"hasNextPage": True, "endCursor": "x"}},
    {"data": {"list": [1], "next_cursor": "x"}},
    {"fields": {"comment": {"comments": [1], "startAt": 0, "maxResults": 1, "total": 4}}},
    {"list": [1, 2], "offset": 2, "total": 5},
]
DONE: list[dict[str, Any]] = [
    {},
    {"next_page": None},
    {"next_page": ""},
    {"next_page": False},
    {"next": "call Eva tomorrow"},
    {"next": {"step": "call"}},
    {"next_step": "call", "nextAction": "x", "next_reply_at": "2026"},
    {"done": False},
    {"has_more": "yes"},
    {"has_more": False, "next_cursor": "x"},
    {"meta": {"has_more": False, "after_cursor": "x"}, "links": {"next": "https://x.test/2"}},
    {"end_of_stream": True, "next_page": "https://x.test/2"},
    {"isLastPage": True},
    {"pages": {"page": 3, "total_pages": 3, "next": None}},
    {"page": 0, "totalPages": 1},
    {"pageInfo": {"hasNextPage": False, "endCursor": "x"}},
    {"page": 3},
    {"total": 99, "items": [1]},
    {"total": 12.5, "start": 0.0, "words": [1]},
    {"total": 99, "start": 0, "items": [1], "other": [2]},
    {"list": [1, 2], "offset": 3, "total": 5},
    {"customer": {"next_page": "https://x.test/2"}},
    {"items": [{"next_page": "https://x.test/2"}]},
    {"links": ["https://x.test/2"], "meta": "next"},
]


def read(folder: Path, *records: dict[str, Any], columns: dict[str, Any] | None = None) -> list[Transcript]:
    (folder / "x.jsonl").write_text("\n".join(map(json.dumps, records)), "utf-8")
    return list(read_transcripts(folder, columns=columns))


@pytest.mark.parametrize("more", MORE, ids=str)
def test_an_export_that_goes_on_elsewhere_says_so(more: dict[str, Any]) -> None:
    assert goes_on(more)


@pytest.mark.parametrize("done", DONE, ids=str)
def test_what_only_looks_like_another_page_is_none(done: dict[str, Any]) -> None:
    assert not goes_on(done)


def test_every_reader_of_json_tells_it_once_of_the_conversation_that_goes_on(tmp_path: Path) -> None:
    cut, whole = {"id": "a", "messages": SAID, "next_page": "https://x.test/2"}, {"id": "b", "messages": SAID}
    first, second = read(tmp_path, cut, whole)
    assert [first.warnings.count(GOES_ON), second.warnings.count(GOES_ON)] == [1, 0]


def test_a_recipe_of_ones_own_tells_it_as_well(tmp_path: Path) -> None:
    said = [{"words": "Where?", "by": "customer"}, {"words": "Here.", "by": "agent"}]
    (cut,) = read(tmp_path, {"said": said, "paging": {"next": {"after": "x"}}}, columns=OWN)
    (whole,) = read(tmp_path, {"said": said, "paging": {"next": None}}, columns=OWN)
    assert [GOES_ON in cut.warnings, GOES_ON in whole.warnings] == [True, False]


@pytest.mark.parametrize("more", [{"has_more": True}, {"has_more": False}])
def test_a_drafted_recipe_says_that_the_file_goes_on(more: dict[str, Any]) -> None:
    said = [{"text": "Where is it?", "author": "Eva", "sent_at": "2026-01-05T10:00:00Z"}] * 3
    data = json.dumps({"id": "4", "said": said, **more}).encode()
    drafted = suggest_mapping(Document(data, name="x.json", stem="x", options=Options()))
    assert (GOES_ON in drafted) == more["has_more"]


@pytest.mark.parametrize(("messages", "told"), [(1, True), (2, False)])
def test_a_list_of_conversations_with_the_last_message_of_each_is_told(
    tmp_path: Path, messages: int, told: bool
) -> None:
    one = {"content": "Here.", "message_type": 1, "conversation_id": 3, "created_at": 1767607200, "private": False}
    listed = {"id": 3, "messages": [one | {"id": at} for at in range(messages)], "last_non_activity_message": one}
    (transcript,) = read(tmp_path, {"data": {"payload": [listed]}})
    assert any("last message" in warning for warning in transcript.warnings) == told
