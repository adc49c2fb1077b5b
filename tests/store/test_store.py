"""Results on disk: found by what they depend on, and safe from other files, other versions and other writers."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from llm_grader.errors import DiskError, InputError, StoreError
from llm_grader.store.leases import drop_stale_leases
from llm_grader.store.past_runs import read_other_versions
from llm_grader.store.schema import APPLICATION_ID, SCHEMA_VERSION
from llm_grader.store.store import Store
from llm_grader.verdict import Provenance, Scorecard, SectionScore, Verdict

WORDS = "the customer's own words"


def provenance(key: str = "k1", **fields: Any) -> Provenance:
    made = {"rubric_id": "small", "rubric_version": "1", "rubric_hash": "h1", "prompt_hash": "p", "model": "m"}
    return Provenance.model_validate({**made, "key": key, "library_version": "0", **fields})


def card(key: str = "k1", id_: str = "t1", *, status: str = "ok", score: float | None = 80.0) -> Scorecard:
    return Scorecard.model_validate(
        {
            "transcript_id": id_,
            "score": score,
            "status": status,
            "coverage": 1.0,
            "passed": True,
            "sections": {"all_items": SectionScore(score=score, coverage=1.0)},
            "verdicts": {"greeting": Verdict(item_id="greeting", label="met", reason=WORDS)},
            "provenance": provenance(key, graded_at=datetime(2026, 1, 1, tzinfo=UTC)),
        }
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store(path) as opened:
        yield opened


# Results.


def test_a_result_is_found_by_its_key_and_is_what_was_saved(store: Store) -> None:
    store.save(card(), store.start_run(provenance()))
    assert store.find("k1") == card()
    assert store.has("k1")
    assert store.find("other") is None
    assert not store.has("other")


def test_results_outlast_the_process_that_saved_them(path: Path) -> None:
    with Store(path) as first:
        first.save(card(), first.start_run(provenance()))
    with Store(path) as again:
        assert again.find("k1") == card()


@pytest.mark.parametrize("status", ["needs_review", "error"])
def test_what_is_not_ok_is_not_finished(store: Store, status: str) -> None:
    store.save(card(status=status, score=None), store.start_run(provenance()))
    assert store.find("k1") is None
    assert not store.has("k1")
    assert store.finished(["k1", "k2"]) == set()
    found = store.find_any("k1")
    assert found is not None
    assert found.status == status


@pytest.mark.parametrize("status", ["needs_review", "error"])
def test_what_is_not_ok_gives_way_to_a_later_result(store: Store, status: str) -> None:
    run = store.start_run(provenance())
    store.save(card(status=status, score=None), run)
    store.save(card(status="error", score=None), run)
    store.save(card(score=60.0), run)
    assert store.find("k1") == card(score=60.0)


@pytest.mark.parametrize("status", ["ok", "needs_review", "error"])
def test_a_result_that_is_ok_stays_as_it_is(store: Store, status: str) -> None:
    run = store.start_run(provenance())
    store.save(card(), run)
    store.save(card(status=status, score=1.0), run)
    assert store.find("k1") == card()


def test_finished_are_those_that_are_ok(store: Store) -> None:
    run = store.start_run(provenance())
    store.save(card("k1"), run)
    store.save(card("k2", "t2", status="error"), run)
    store.save(card("k3", "t3"), run)
    assert store.finished(["k1", "k2", "k4"]) == {"k1"}


# Runs.


def test_a_run_has_the_cards_of_its_transcripts_by_their_ids(store: Store) -> None:
    first, second = store.start_run(provenance()), store.start_run(provenance())
    store.save(card("k1", "b"), first)
    store.save(card("k1", "a"), first)  # the same conversation under another id
    store.save(card("k2", "c"), second)
    assert [(one.transcript_id, one.provenance.key) for one in store.cards(first)] == [("a", "k1"), ("b", "k1")]
    assert [one.transcript_id for one in store.cards(second)] == ["c"]
    assert [one.transcript_id for one in store.cards()] == ["a", "b", "c"]
    assert list(store.cards(99)) == []


def test_an_empty_store_has_no_cards_and_no_runs(store: Store) -> None:
    assert list(store.cards()) == []
    assert store.runs() == []


def test_runs_are_listed_with_their_results_the_latest_first(store: Store) -> None:
    first = store.start_run(provenance())
    second = store.start_run(provenance(model="other", rubric_version="2"))
    for number, status in enumerate(["ok", "ok", "needs_review", "error"]):
        store.save(card(f"k{number}", f"t{number}", status=status), first)
    listed = store.runs()
    assert [run.run_id for run in listed] == [second, first]
    assert (listed[0].model, listed[0].rubric_version, listed[0].ok, listed[0].errors) == ("other", "2", 0, 0)
    assert (listed[1].ok, listed[1].needs_review, listed[1].errors) == (2, 1, 1)
    assert datetime.fromisoformat(listed[0].started_at).utcoffset() is not None


def test_results_of_another_version_of_the_rubric_are_counted_and_kept(store: Store) -> None:
    run = store.start_run(provenance())
    store.save(card("k1", "a"), run)
    store.save(card("k1", "b"), run)
    store.save(card("k2", "c"), run)
    later = store.start_run(provenance(rubric_hash="h3", rubric_version="1.1"))
    store.save(card("k3", "a"), later)
    assert read_other_versions(store, provenance()) == [("1.1", "h3", 1)]
    assert read_other_versions(store, provenance(rubric_hash="h2")) == [("1.1", "h3", 1), ("1", "h1", 2)]
    assert read_other_versions(store, provenance(rubric_hash="h2", rubric_id="unrelated")) == []
    assert store.find("k1") is not None


def test_an_id_that_names_two_conversations_has_a_card_for_each(store: Store) -> None:
    run = store.start_run(provenance())
    for key in ("k1", "k2", "k1"):
        store.save(card(key, "a"), run)
    assert [(one.transcript_id, one.provenance.key) for one in store.cards(run)] == [("a", "k1"), ("a", "k2")]
    assert store.runs()[0].ok == 2


@pytest.mark.parametrize(
    "id_",
    ["007", "1e5", "true", "null", "NA", "", " ", "../../etc/passwd", "CON", "x" * 300, "a\0b", "a\nb", "🙂", "é",
     "'; drop table results; --"],
)  # fmt: skip
def test_any_id_comes_back_as_it_was(store: Store, id_: str) -> None:
    store.save(card("k1", id_), store.start_run(provenance()))
    assert [one.transcript_id for one in store.cards()] == [id_]


def test_cards_can_be_read_while_others_are_written(path: Path, store: Store) -> None:
    run = store.start_run(provenance())
    for number in range(5):
        store.save(card(f"k{number}", f"t{number}"), run)
    with Store(path) as other:
        read = []
        for one in store.cards(run):
            read.append(one.transcript_id)
            other.save(card(f"new {one.transcript_id}", f"new {one.transcript_id}"), run)
            store.save(card(f"own {one.transcript_id}", f"own {one.transcript_id}"), store.start_run(provenance()))
    assert read == [f"t{number}" for number in range(5)]
    assert len(list(store.cards(run))) == 10


def test_reading_cards_can_be_left_off(path: Path) -> None:
    with Store(path) as store:
        run = store.start_run(provenance())
        for number in range(3):
            store.save(card(f"k{number}", f"t{number}"), run)
        assert next(store.cards(run)).transcript_id == "t0"
        store.save(card("k9", "t9"), run)
    with Store(path) as again:
        assert again.has("k9")


def test_one_store_can_be_used_from_several_threads(store: Store) -> None:
    def work(number: int) -> bool:
        run = store.start_run(provenance())
        store.save(card(f"k{number}", f"t{number}"), run)
        drop_stale_leases(store)
        return store.find(f"k{number}") is not None and [one.transcript_id for one in store.cards(run)] == [
            f"t{number}"
        ]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(40)))
    assert len(store.runs()) == 40


# Files that are not ours (row 24).


def foreign(path: Path, kind: str) -> None:
    if kind == "sqlite":
        with closing(sqlite3.connect(path)) as db:
            db.execute("create table diary(day, entry)")
            db.commit()
    else:
        path.write_bytes(
            {"text": b"Dear diary, " * 500, "short": b"x", "json": b'{"a": 1}\n', "zeros": b"\0" * 8192}[kind]
        )


@pytest.mark.parametrize("kind", ["text", "short", "json", "zeros", "sqlite"])
def test_a_file_that_is_no_store_is_refused_and_keeps_every_byte(path: Path, kind: str) -> None:
    foreign(path, kind)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not an llm_grader store") as caught:
        Store(path)
    assert (caught.value.exit_code, caught.value.path) == (65, str(path))
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with Store(path) as store:
        assert store.runs() == []


@pytest.mark.parametrize("damage", ["cut", "scrambled", "header only"])
def test_a_damaged_store_is_refused_and_keeps_every_byte(path: Path, damage: str) -> None:
    with Store(path) as store:
        run = store.start_run(provenance())
        for number in range(50):
            store.save(card(f"k{number}", f"t{number}"), run)
    whole = path.read_bytes()
    kept = {"cut": whole[: len(whole) // 2], "header only": whole[:100]}
    broken = kept.get(damage, whole[:100] + bytes(byte ^ 0x5A for byte in whole[100:]))
    path.write_bytes(broken)

    def use() -> None:
        with Store(path) as store:
            list(store.cards(run))
            store.find("k49")
            store.start_run(provenance())

    with pytest.raises(InputError) as caught:
        use()
    assert caught.value.exit_code == 65
    assert path.read_bytes() == broken


def test_a_store_of_a_newer_version_is_refused_and_keeps_every_byte(path: Path) -> None:
    Store(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma user_version = {SCHEMA_VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"newer version .schema {SCHEMA_VERSION + 1}"):
        Store(path)
    assert path.read_bytes() == before


def test_a_result_that_cannot_be_read_is_an_error_without_its_words(path: Path, store: Store) -> None:
    run = store.start_run(provenance())
    store.save(card(), run)
    with closing(sqlite3.connect(path)) as db:
        db.execute("update results set card = replace(card, 'coverage', 'c0verage')")
        db.commit()
    for read in (lambda: store.find("k1"), lambda: list(store.cards(run))):
        with pytest.raises(StoreError) as caught:
            read()
        assert WORDS not in str(caught.value)
        assert str(path) in str(caught.value)


@pytest.mark.parametrize("place", ["missing/results.db", "folder"])
def test_a_place_that_cannot_hold_a_file_is_a_disk_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(DiskError, match=place) as caught:
        Store(tmp_path / place)
    assert caught.value.exit_code == 74


def test_the_file_says_what_it_is(path: Path, store: Store) -> None:
    del store
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
        assert db.execute("pragma user_version").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("pragma journal_mode").fetchone() == ("wal",)
    assert path.read_bytes()[68:72] == b"LLMG"


# Opened by several at once.


def test_a_new_store_that_many_open_at_once_has_one_schema(path: Path) -> None:
    def work(number: int) -> None:
        with Store(path) as store:
            store.save(card(f"k{number}", f"t{number}"), store.start_run(provenance()))

    for _ in range(3):
        path.unlink(missing_ok=True)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(work, range(16)))
        with Store(path) as store:
            assert store.finished(f"k{number}" for number in range(16)) == {f"k{number}" for number in range(16)}
            assert len(store.runs()) == 16


def test_a_new_store_that_processes_open_at_once_has_one_schema(path: Path) -> None:
    script = f"from llm_grader.store.store import Store; Store({str(path)!r}).close(); print('opened')"
    running = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[0] for process in running] == [b"opened\n"] * 3
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
