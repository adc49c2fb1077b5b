"""Conversations beside their results: kept whole and compressed, or only what results are grouped by; and forgotten.

A text is kept once, however many ids it came under. SQL.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import ValidationError

from llm_grader.errors import StoreError
from llm_grader.store.rows import insert, now
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.transcript import Transcript
from llm_grader.verdict import About

_APART = ("id", "source", "metadata", "warnings")
"""Fields that may differ between conversations of one text: they stand in the row of the conversation."""

_LARGEST_TEXT = 100_000_000
"""Bytes of a conversation, as JSON, that is kept or unpacked at most: a hundred times as many as a long one has."""

_READ = """
select transcript_id, content_hash, apart, packed
from conversations left join texts using (content_hash) where transcript_id = ? order by kept_at desc
"""
_OLD = "select distinct transcript_id from conversations where coalesce(started_at, kept_at) < ?"
_KEYS = "select distinct key from run_items where transcript_id = ?"


class Forgotten(NamedTuple):
    """What was erased: so many conversations, texts and results."""

    conversations: int
    texts: int
    results: int


def write_conversations(db: sqlite3.Connection, graded: Iterable[tuple[Transcript, str]], *, keep_text: bool) -> None:
    """Keep the conversations that results are about as part of a transaction, their texts too where that is wanted.

    Args:
        db: the connection.
        graded: each conversation, and the key of its result.
        keep_text: whether its text is kept.
    """
    rows, contents, texts = [], [], []
    for transcript, key in graded:
        content = transcript.content_hash()
        apart = transcript.model_dump_json(include=set(_APART), exclude_defaults=True) if keep_text else None
        rows.append((transcript.id, content, *_columns(About.of(transcript)), apart, now()))
        contents.append((key, content))
        text = transcript.model_dump_json(exclude=set(_APART), exclude_defaults=True).encode() if keep_text else b""
        if text and len(text) <= _LARGEST_TEXT:
            texts.append((content, zlib.compress(text)))
    insert(db, "insert or replace into conversations", rows)
    insert(db, "insert or ignore into contents", contents)
    insert(db, "insert or ignore into texts", texts)


def note_conversations(db: sqlite3.Connection, results: Sequence[StoredResult]) -> None:
    """Keep what results are grouped by of conversations whose results are there; their texts are, if texts are kept."""
    rows = [(one.transcript_id, one.content_hash, *_columns(one.about), None, now()) for one in results]
    insert(db, "insert or ignore into conversations", rows)
    insert(db, "insert or ignore into contents", [(one.key, one.content_hash) for one in results])


def _columns(about: About) -> tuple[str | None, ...]:
    started = _as_text(about.started_at)
    return about.channel, about.language, about.agent, started, about.ticket_id, about.team, about.source


def read_conversations(store: Store, transcript_id: str) -> Iterator[Transcript]:
    """The conversations that are kept under this id, the latest first; none where the store was to keep no text.

    Raises:
        StoreError: a text is damaged.
    """
    with store.locked() as db:
        rows = db.execute(_READ, (transcript_id,)).fetchall()
    for id_, content, apart, packed in rows:
        if packed is not None:
            yield _unpack(store, id_, content, apart or "{}", packed)


def _unpack(store: Store, id_: str, content: str, apart: str, packed: bytes) -> Transcript:
    try:
        fields = {**json.loads(_unpacked(packed)), **json.loads(apart), "id": id_}
        found = Transcript.model_validate(fields)
    except (ValidationError, ValueError, zlib.error):  # their own text would quote the conversation
        found = None
    if found is None or found.content_hash() != content:
        raise StoreError(f"the text of conversation {id_!r} is damaged", path=store.path)
    return found


def _unpacked(packed: bytes) -> bytes:
    """What is packed, up to a size that no conversation has: a store may come from somebody else.

    Raises:
        ValueError: it is larger.
    """
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(packed, _LARGEST_TEXT)
    if not unpacking.eof:
        raise ValueError("larger than any conversation, or cut off")
    return text


def forget(store: Store, transcript_ids: Sequence[str] = (), *, before: datetime | None = None) -> Forgotten:
    """Erase conversations with their texts, results and quotes, and overwrite where they stood in the file.

    Args:
        store: where from.
        transcript_ids: of conversations.
        before: those that began before this time, too; where that is not known, those kept before it.
    """
    with store.locked() as db:
        db.execute("pragma secure_delete=on")
        db.execute("begin immediate")
        old = [] if before is None else [id_ for (id_,) in db.execute(_OLD, (_as_text(before),))]
        counts = [_forget(db, id_) for id_ in dict.fromkeys([*transcript_ids, *old])]
        texts = db.execute("delete from texts where content_hash not in (select content_hash from conversations)")
        db.execute("commit")
        db.execute("pragma wal_checkpoint(truncate)")
    conversations, results = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return Forgotten(conversations, texts.rowcount, results)


def _forget(db: sqlite3.Connection, transcript_id: str) -> tuple[int, int]:
    """Conversations and results erased; a result that another conversation has, too, is the other's and stays."""
    keys = [key for (key,) in db.execute(_KEYS, (transcript_id,))]
    conversations = db.execute("delete from conversations where transcript_id = ?", (transcript_id,)).rowcount
    db.execute("delete from run_items where transcript_id = ?", (transcript_id,))
    db.execute("update attempts set transcript_id = '' where transcript_id = ?", (transcript_id,))
    results = 0
    for key in keys:
        if db.execute("select 1 from run_items where key = ?", (key,)).fetchone() is None:
            results += db.execute("delete from results where key = ?", (key,)).rowcount
            db.execute("delete from families where key = ?", (key,))
            db.execute("delete from contents where key = ?", (key,))
    return conversations or int(bool(keys)), results


def _as_text(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat(timespec="milliseconds")
