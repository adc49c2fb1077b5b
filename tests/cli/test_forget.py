"""Erasing conversations from a store by its command, and what stays in it from the start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from llm_grader.store.conversations import read_conversations
from llm_grader.store.store import Store
from llm_grader.testing import ScriptedServer
from tests.support.command_line import grading, judged, run, write_cases, write_rubric


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_rubric(tmp_path)
    write_cases(tmp_path, 3)
    return tmp_path


def test_a_conversation_is_erased_by_its_id(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        assert run(*grading(desk, server.base_url, "--json"), folder=desk).code == 0
    gone = run("results", "forget", "case-0001", folder=desk)
    assert (gone.code, gone.stdout) == (0, "")
    assert "1 conversations with 1 texts and 1 results" in gone.stderr
    shown = run("results", "show", "--json", folder=desk)
    assert sorted(card.transcript_id for card in shown.cards()) == ["case-0000", "case-0002"]
    again = run("results", "forget", "case-0001", folder=desk)
    assert again.code == 2
    assert "there is no such conversation" in again.stderr


def test_what_is_to_be_erased_has_to_be_said(desk: Path) -> None:
    ended = run("results", "forget", folder=desk)
    assert ended.code == 2
    assert "ids, or --before DATE" in ended.stderr


def test_without_transcripts_the_store_has_no_word_of_them(desk: Path) -> None:
    with ScriptedServer(judged) as server:
        assert run(*grading(desk, server.base_url, "--no-transcripts", "--json"), folder=desk).code == 0
    with Store(desk / "llm-grader.db") as store:
        assert list(read_conversations(store, "case-0000")) == []
        assert [card.about is not None for card in store.cards()] == [True] * 3


def test_the_same_conversation_twice_counts_once_and_is_told(desk: Path) -> None:
    path = desk / "cases.jsonl"
    lines = path.read_text("utf-8").splitlines()
    renamed = json.dumps({**json.loads(lines[0]), "id": "another"})
    path.write_text("\n".join([*lines, lines[0], renamed]), "utf-8")
    with ScriptedServer(judged) as server:
        ended = run(*grading(desk, server.base_url, "--json"), folder=desk)
    assert sorted(card.transcript_id for card in ended.cards()) == ["another", "case-0000", "case-0001", "case-0002"]
    assert "1 of the conversations were read before" in ended.stderr
    assert "the same conversation under another id, too; it is asked about once: another" in ended.stderr
    assert len(server.requests) == 3
