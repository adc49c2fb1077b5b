"""Recipes that are drafted: notes stay inside, and markup is read as what it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.readers.guesses.drafts import drafted, said


def seen(tmp_path: Path, messages: list[dict[str, Any]]) -> tuple[str, list[tuple[str, str]]]:
    """The draft, and who sees each turn that is read with it."""
    draft, (transcript,) = drafted(tmp_path, {"id": "c1", "messages": messages})
    return draft, [(turn.text, turn.visibility) for turn in transcript.turns]


@pytest.mark.parametrize(
    ("key", "note", "message"),
    [
        ("type", "INTERNAL_NOTE", "TEXT"),
        ("type", "private_note", "chat"),
        ("type", "agent_note", "agent_message"),
        ("element", "work_notes", "comments"),
        ("isPublic", False, True),
        ("element", "Interne Notiz", "Antwort"),
        ("kategorie", "poznámka", "odpověď"),
        ("osztály", "megjegyzés", "válasz"),
        ("klass", "sisemine märkus", "vastus"),
        ("entry", "private", "message"),
        ("status", "private", "public"),
    ],
)
def test_notes_are_drafted_as_such_by_their_words(tmp_path: Path, key: str, note: Any, message: Any) -> None:
    _, turns = seen(tmp_path, [{"text": "he is a vip", key: note}, {"text": "We look into it.", key: message}])
    assert turns == [("he is a vip", "internal"), ("We look into it.", "public")]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("plan", ("private", "public")),
        ("type", ("delivery_note", "message")),
        ("type", ("image", "text")),
        ("tag", ("question", "answer")),
        ("insurance", ("privat", "gesetzlich")),
        ("type", ("assignment", "comment")),
    ],
)
def test_other_words_hide_nothing(tmp_path: Path, key: str, words: tuple[str, str]) -> None:
    messages = [
        {"from": "customer", "text": "It is broken.", key: words[0]},
        {"from": "agent", "text": "We look into it.", key: words[1]},
    ]
    assert seen(tmp_path, messages)[1] == [("It is broken.", "public"), ("We look into it.", "public")]


def test_figures_of_visibility_are_asked_about(tmp_path: Path) -> None:
    messages = [{"text": "Is it open?", "visibility": 0}, {"text": "ask Tim about it", "visibility": 1}]
    draft, turns = seen(tmp_path, messages)
    assert "visibility: called like who sees a turn" in draft
    assert {visibility for _, visibility in turns} == {"public"}


def test_a_kind_that_nobody_knows_is_a_message_and_is_asked_about(tmp_path: Path) -> None:
    draft, turns = seen(tmp_path, [{"text": "It is broken.", "kind": "quark"}, {"text": "a vip", "kind": "note"}])
    assert turns == [("It is broken.", "public"), ("a vip", "internal")]
    assert "which words of kind mean a note or an event" in draft


def test_markup_is_drafted_as_the_text_that_it_shows_and_told(tmp_path: Path) -> None:
    messages = [
        {"from": "customer", "body": "<p>Broken &amp; dead</p>"},
        {"from": "agent", "body": "New\none, if 1 < 2"},
    ]
    draft, transcripts = drafted(tmp_path, {"id": "c1", "messages": messages})
    assert said(transcripts) == [["customer: Broken & dead", "agent: New\none, if 1 < 2"]]
    assert "whether what looks like HTML in body is meant so" in draft


def test_what_only_looks_like_markup_stays(tmp_path: Path) -> None:
    messages = [{"from": "customer", "body": "is a < b &amp; c > d?"}, {"from": "agent", "body": "press <Enter> twice"}]
    draft, transcripts = drafted(tmp_path, {"id": "c1", "messages": messages})
    assert said(transcripts) == [["customer: is a < b &amp; c > d?", "agent: press <Enter> twice"]]
    assert "HTML" not in draft
