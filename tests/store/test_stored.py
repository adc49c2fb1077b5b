"""The columns of a list of cards: one definition, whether a card is at hand or its JSON in a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from llm_grader.cli.terminal.show import render_cell
from llm_grader.errors import StoreError
from llm_grader.store.store import Store
from llm_grader.store.stored import COLUMNS, Brief, StoredResult, read_briefs
from llm_grader.verdict import About, Scorecard
from tests.store.test_store import card, provenance

CARDS = (
    card(),
    card("k2", "t2", status="needs_review", score=None).model_copy(update={"passed": None, "coverage": 0.0}),
    card("k3", "t3", score=0.0).model_copy(update={"passed": False, "critical_failures": ("greeting", "thanks")}),
)


def known(id_: str, key: str, *warnings: str) -> StoredResult:
    return StoredResult(id_, key, warnings, About(channel="chat"), "0" * 64)


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Store, list[StoredResult]]:
    store = Store(tmp_path / "results.db")
    for one in CARDS:
        store.save(one, store.start_run(provenance()))
    return store, [known(one.transcript_id, one.provenance.key) for one in CARDS]


def test_a_brief_is_the_same_from_a_card_and_from_its_json_in_a_store(filled: tuple[Store, list[StoredResult]]) -> None:
    store, results = filled
    with store:
        assert [brief for brief, _ in read_briefs(store, results)] == [Brief.of(one) for one in CARDS]
    assert Brief.of(CARDS[2]) == Brief("t3", 0.0, False, 1.0, "ok", ("greeting", "thanks"), (), ())


def test_a_brief_is_under_the_id_of_now_and_so_is_the_whole_card(filled: tuple[Store, list[StoredResult]]) -> None:
    store, _ = filled
    with store:
        [(brief, text)] = read_briefs(store, [known("renamed", "k1", "guessed")], as_json=True)
    assert brief == Brief.of(CARDS[0])._replace(transcript_id="renamed", warnings=("guessed",))
    assert Scorecard.model_validate_json(text) == CARDS[0].model_copy(
        update={"transcript_id": "renamed", "warnings": ("guessed",), "about": About(channel="chat")}
    )


def test_a_result_that_is_gone_is_named(filled: tuple[Store, list[StoredResult]]) -> None:
    store, _ = filled
    with store, pytest.raises(StoreError, match="result k9 is gone"):
        list(read_briefs(store, [known("t9", "k9")]))


def test_each_column_says_what_it_means_and_where_a_card_has_it() -> None:
    assert tuple(COLUMNS) == Brief._fields
    for column in COLUMNS.values():
        assert column.meaning
        assert Scorecard.model_json_schema()["properties"].keys() >= {column.path.partition(".")[0]}


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("transcript_id", "chat\x1b[31m", "chat\ufffd[31m"),  # a terminal obeys none of it
        ("score", 66.7, "67"),
        ("score", None, "–"),
        ("passed", False, "no"),
        ("passed", None, "–"),
        ("coverage", 0.25, "25%"),
        ("critical_failures", ("a", "b"), "a, b"),
        ("critical_failures", (), ""),
    ],
)
def test_a_value_is_shown_as_its_column_says(name: str, value: Any, text: str) -> None:
    assert render_cell(COLUMNS[name], value) == text
