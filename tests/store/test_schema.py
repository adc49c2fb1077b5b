"""Stores of earlier versions: brought up to date with all they hold, wholly or not at all, by one process at a time."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from llm_grader.errors import StoreError
from llm_grader.store.leases import read_in_doubt
from llm_grader.store.past_runs import read_rates
from llm_grader.store.schema import APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION, as_our_errors, migrate
from llm_grader.store.store import Store
from tests.store.test_store import card, provenance

# What version 1 wrote, statement by statement. It is history: it stays as it is.
VERSION_1 = """
create table results(
    key text primary key, status text not null, score real, card text not null, saved_at text not null
);
create table runs(
    run_id integer primary key, started_at text not null, rubric_id text not null, rubric_version text not null,
    rubric_hash text not null, model text not null
);
create table run_items(
    run_id integer not null references runs, transcript_id text not null, key text not null,
    primary key (run_id, transcript_id)
) without rowid;
create index run_items_by_key on run_items(key);
create table attempts(
    attempt_id integer primary key, run_id integer not null references runs, key text not null,
    transcript_id text not null, started_at text not null, finished_at text, outcome text, prompt_bytes integer,
    prompt_tokens integer, cached_tokens integer, completion_tokens integer
);
create index attempts_by_key on attempts(key);
create table claims(key text primary key, owner text not null, claimed_at text not null) without rowid;
"""
AT = "2026-01-01T00:00:00.000+00:00"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of version 1: one run with two results, an answered request, and one in doubt."""
    path = tmp_path / "results.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(VERSION_1)
        db.execute(f"pragma application_id = {APPLICATION_ID}")
        db.execute("pragma user_version = 1")
        db.execute("pragma journal_mode = wal")
        db.execute("insert into runs values (7, ?, 'small', '1', 'h1', 'm')", (AT,))
        for key, id_ in (("k1", "t1"), ("k2", "t2")):
            text = card(key, id_).model_dump_json(exclude={"provenance": {"family"}})
            db.execute("insert into results values (?, 'ok', 80.0, ?, ?)", (key, text, AT))
            db.execute("insert into run_items values (7, ?, ?)", (id_, key))
        db.execute("insert into attempts values (1, 7, 'k1', 't1', ?, ?, 'ok', 400, 100, 0, 10)", (AT, AT))
        db.execute("insert into attempts values (2, 7, 'k3', 't3', ?, null, null, 400, null, null, null)", (AT,))
    return path


def tables(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("select name, sql from sqlite_master where sql is not null order by name").fetchall()


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("pragma integrity_check").fetchone() == ("ok",)
        return int(db.execute("pragma user_version").fetchone()[0])


def test_a_store_of_version_1_keeps_all_it_holds(path: Path) -> None:
    with Store(path) as store:
        assert [one.transcript_id for one in store.cards()] == ["t1", "t2"]
        assert store.find("k1") == card()
        assert [(run.run_id, run.ok) for run in store.runs()] == [(7, 2)]
        assert read_in_doubt(store) == {"k3": 1}
        assert read_rates(store, "m", "h1").tokens_a_byte == 100 / 400
        run = store.start_run(provenance())
        assert run == 8
        for key in ("k4", "k5"):
            store.save(card(key, "twice"), run)
        assert [one.provenance.key for one in store.cards(run)] == ["k4", "k5"]
    assert version(path) == SCHEMA_VERSION


def test_a_store_that_was_brought_up_to_date_is_like_a_new_one(path: Path, tmp_path: Path) -> None:
    Store(path).close()
    Store(tmp_path / "new.db").close()
    assert tables(path) == tables(tmp_path / "new.db")


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    before = tables(path)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as db,
        pytest.raises(StoreError, match="nothing was changed"),
        as_our_errors(db, path),
    ):
        migrate(db, path, (*MIGRATIONS, "insert into nowhere values (1)"))
    assert (version(path), tables(path)) == (1, before)
    with Store(path) as store:
        assert store.find("k1") == card()


def test_many_that_open_an_old_store_at_once_migrate_it_once(path: Path) -> None:
    def work(number: int) -> None:
        with Store(path) as store:
            store.save(card(f"n{number}", f"t{number}"), store.start_run(provenance()))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(16)))
    with Store(path) as store:
        assert store.finished(["k1", *(f"n{n}" for n in range(16))]) == {"k1", *(f"n{n}" for n in range(16))}
    assert version(path) == SCHEMA_VERSION


def test_processes_that_open_an_old_store_at_once_migrate_it_once(path: Path) -> None:
    script = f"from llm_grader.store.store import Store; print(len(list(Store({str(path)!r}).cards())))"
    running = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[0] for process in running] == [b"2\n"] * 3
    assert version(path) == SCHEMA_VERSION


@pytest.fixture
def old_writer(path: Path) -> Iterator[sqlite3.Connection]:
    """A process of version 1 that has the store open."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("select count(*) from run_items").fetchone()
        yield db


def test_a_process_of_version_1_that_is_at_work_meanwhile_can_go_on(path: Path, old_writer: sqlite3.Connection) -> None:
    with Store(path) as store:
        old_writer.execute("begin immediate")
        old_writer.execute(
            "insert into results values (?, ?, ?, ?, ?)", ("k9", "ok", 1.0, card("k9").model_dump_json(), AT)
        )
        old_writer.execute("insert or replace into run_items values (7, 't9', 'k9')")
        old_writer.execute("commit")
        assert [one.transcript_id for one in store.cards(7)] == ["t1", "t2", "t9"]
