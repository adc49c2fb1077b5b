"""Conversations beside their results: kept once, grouped by what is known of them, and forgotten for good."""

from __future__ import annotations

import asyncio
import stat
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from llm_grader.errors import StoreError
from llm_grader.store.conversations import Forgotten, forget, read_conversations
from llm_grader.store.journal import Journal
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.transcript import Participant, Ticket, Transcript, Turn
from llm_grader.verdict import About
from tests.store.test_store import WORDS, card, provenance

SPOKEN = "Hello Maya, what can I do for you?"
TALK = Transcript(
    id="t1",
    channel="chat",
    language="en",
    started_at=datetime(2026, 11, 3, 10, tzinfo=UTC),
    agent_id="a7",
    participants=(Participant(id="a7", role="agent", name="Ana"),),
    ticket=Ticket(id="T-9", team="Returns"),
    turns=(Turn(role="agent", speaker="a7", text=SPOKEN), Turn(role="customer", text="A refund, 😀 please.")),
    metadata={"order": 7},
    source="inbox/a.json",
    warnings=("guessed",),
)
GROUPS = {"channel": "chat", "language": "en", "agent": "Ana", "ticket_id": "T-9", "team": "Returns"}
ABOUT = About.model_validate({**GROUPS, "started_at": TALK.started_at, "source": "inbox/a.json"})


def keep(store: Store, *transcripts: Transcript, key: str = "k1", status: str = "ok", **fields: str) -> None:
    """Save a card of each transcript in a run of its own."""
    journal = Journal(store, store.start_run(provenance(**fields)))
    for transcript in transcripts:
        asyncio.run(journal.save(card(key, transcript.id, status=status), transcript))
    journal.close()


def everything(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_a_conversation_comes_back_as_it_was_read(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        assert list(read_conversations(store, "t1")) == [TALK]
        assert list(read_conversations(store, "t2")) == []


def test_what_cards_are_grouped_by_is_taken_from_the_transcript() -> None:
    assert About.of(TALK) == ABOUT
    two = TALK.model_copy(update={"agent_id": None, "turns": (*TALK.turns, Turn(role="agent", speaker="b", text="Hi"))})
    assert About.of(two).agent is None


def test_a_text_under_two_ids_is_kept_once(tmp_path: Path) -> None:
    other = TALK.model_copy(update={"id": "t2", "metadata": {}, "source": "inbox/b.json"})
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK, other)
        assert list(read_conversations(store, "t2")) == [other]
        with store.locked() as db:
            assert db.execute("select count(*) from texts").fetchone() == (1,)


def test_a_text_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(300_000_000), 9)  # 300 kB
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        with store.locked() as db:
            db.execute("update texts set packed = ?", (bomb,))
        tracemalloc.start()
        with pytest.raises(StoreError, match="the text of conversation 't1' is damaged"):
            list(read_conversations(store, "t1"))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 250_000_000


def test_where_no_texts_are_wanted_only_what_results_are_grouped_by_is_kept(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db", keep_texts=False) as store:
        keep(store, TALK)
        assert list(read_conversations(store, "t1")) == []
        with store.locked() as db:
            row = db.execute("select channel, language, agent, started_at, ticket_id, team from conversations")
            assert row.fetchall() == [("chat", "en", "Ana", "2026-11-03T10:00:00.000+00:00", "T-9", "Returns")]
    assert b"refund" not in everything(store.path)


def test_a_damaged_text_is_named_without_its_words(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        with store.locked() as db:
            db.execute("update texts set packed = x'00'")
        with pytest.raises(StoreError, match="the text of conversation 't1' is damaged"):
            list(read_conversations(store, "t1"))


def test_the_file_and_its_log_are_for_their_owner_alone(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}


def test_the_latest_result_of_each_conversation_counts_over_runs(tmp_path: Path) -> None:
    other = TALK.model_copy(update={"id": "t2", "turns": TALK.turns[1:]})
    changed = TALK.model_copy(update={"turns": TALK.turns[:1]})  # another conversation with the id t1
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK, key="old")
        keep(store, TALK, key="new", model="m2")
        keep(store, changed, key="changed")
        keep(store, other, key="elsewhere", rubric_id="another")
        keep(store, other, key="fine")
        keep(store, other, key="failed", status="error")  # no result: the one before counts
        found = [(one.transcript_id, one.provenance.key) for one in store.cards()]
        assert sorted(found) == [("t1", "changed"), ("t1", "new"), ("t2", "elsewhere"), ("t2", "fine")]
        assert [one.provenance.key for one in store.cards(rubric_id="another")] == ["elsewhere"]


def test_a_result_that_was_there_is_noted_with_its_conversation(tmp_path: Path) -> None:
    other = TALK.model_copy(update={"id": "t2", "metadata": {}, "warnings": ()})
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        journal = Journal(store, store.start_run(provenance()))
        journal.note(StoredResult.of(other, "k1"))
        journal.close()
        assert [one.transcript_id for one in store.cards()] == ["t1", "t2"]
        [found] = read_conversations(store, "t2")
        assert (found.id, found.turns) == ("t2", TALK.turns)


def test_forgetting_erases_text_quotes_and_results_from_the_file(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        keep(store, TALK.model_copy(update={"id": "t2", "turns": TALK.turns[:1]}), key="k2")
        assert WORDS.encode() in everything(store.path)  # a reason, in the card
        assert forget(store, ["t1", "unknown"]) == Forgotten(conversations=1, texts=1, results=1)
        assert [one.transcript_id for one in store.cards()] == ["t2"]
        assert list(read_conversations(store, "t1")) == []
        assert forget(store, ["t2"]) == Forgotten(conversations=1, texts=1, results=1)
    assert WORDS.encode() not in everything(store.path)
    assert b"a.json" not in everything(store.path)


def test_what_another_id_has_too_stays_with_it(tmp_path: Path) -> None:
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK, TALK.model_copy(update={"id": "t2"}))
        assert forget(store, ["t1"]) == Forgotten(conversations=1, texts=0, results=0)
        assert [one.transcript_id for one in store.cards()] == ["t2"]
        assert len(list(read_conversations(store, "t2"))) == 1


def test_conversations_from_before_a_day_are_forgotten(tmp_path: Path) -> None:
    later = TALK.model_copy(update={"id": "t2", "started_at": datetime(2026, 11, 20, tzinfo=UTC)})
    with Store(tmp_path / "r.db") as store:
        keep(store, TALK)
        keep(store, later, key="k2")
        assert forget(store, before=datetime(2026, 11, 10, tzinfo=UTC)).conversations == 1
        assert [one.transcript_id for one in store.cards()] == ["t2"]
