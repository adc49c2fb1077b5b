"""Entries of the journal: attempts and results, those of a commit together, by few statements. SQL."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from llm_grader.store.conversations import write_conversations
from llm_grader.store.rows import at_once, insert, now, places, write_cards
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import Scorecard

_FINISHED = """
select key from results
where key in (select value from json_each(?)) and (status = 'ok' or saved_at > ?)
"""
_ATTEMPT = "insert into attempts(run_id, key, transcript_id, started_at, prompt_bytes, items)"
_LEASED_ELSEWHERE = """
select json_extract(asked.value, '$[1]')
from json_each(?) as asked join claims on claims.key = json_extract(asked.value, '$[0]')
where claims.owner != json_extract(asked.value, '$[1]')
"""
_ENDED = """
update attempts set (finished_at, outcome, prompt_tokens, cached_tokens, completion_tokens) = (
    select finished_at, outcome, prompt_tokens, cached_tokens, completion_tokens
    from ended where ended.attempt_id = attempts.attempt_id
) where attempt_id in (select attempt_id from ended)
"""
_ENDED_AS = "with ended(attempt_id, finished_at, outcome, prompt_tokens, cached_tokens, completion_tokens) as"


class Begin(NamedTuple):
    """A request that is about to be sent, by `owner`, for the result `key`.

    `prompt_bytes` are those of the prompt and the schema, `items` the number of items that it is about.
    """

    owner: str
    key: str
    transcript_id: str
    prompt_bytes: int
    items: int


class End(NamedTuple):
    """A request that has ended, at `ended_at`: ok, with the code of an error, or nobody knows how."""

    attempt: int
    ended_at: str
    outcome: str | None
    usage: Usage


class Save(NamedTuple):
    """A result to keep, and the conversation it is about."""

    card: Scorecard
    transcript: Transcript | None


def write_begins(db: sqlite3.Connection, begins: Sequence[Begin], run_id: int, *, since: str) -> list[int | None]:
    """Lease each key to its owner and note the attempt; returns the attempts' numbers.

    None where somebody else holds the lease, or has finished since.
    """
    keys = json.dumps([begin.key for begin in begins])
    finished = {key for (key,) in db.execute(_FINISHED, (keys, since))}
    asking = [(begin.key, begin.owner) for begin in begins if begin.key not in finished]
    leases = [(key, owner, now()) for key, owner in asking]
    insert(db, "insert into claims", leases, "on conflict(key) do nothing")
    elsewhere = {owner for (owner,) in db.execute(_LEASED_ELSEWHERE, (json.dumps(asking),))}
    may_send = [begin.key not in finished and begin.owner not in elsewhere for begin in begins]
    rows = [
        (run_id, begin.key, begin.transcript_id, now(), begin.prompt_bytes, begin.items)
        for begin, may in zip(begins, may_send, strict=True)
        if may
    ]
    last = insert(db, _ATTEMPT, rows)
    numbers = count(last - len(rows) + 1)  # in one transaction, each is one more than the last
    return [next(numbers) if may else None for may in may_send]


def write_ends(db: sqlite3.Connection, ends: Sequence[End]) -> None:
    """Note how attempts ended."""
    ended = [
        (attempt, ended_at, outcome, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens)
        for attempt, ended_at, outcome, usage in ends
    ]
    for rows in at_once(ended):
        db.execute(f"{_ENDED_AS} (values {places(rows)}) {_ENDED}", [value for row in rows for value in row])


def write_saves(db: sqlite3.Connection, saves: Sequence[Save], run_id: int, *, keep_text: bool) -> None:
    """Keep results with their conversations, note that the run graded them, and end their leases."""
    write_cards(db, [save.card for save in saves], run_id)
    graded = [(save.transcript, save.card.provenance.key) for save in saves if save.transcript is not None]
    write_conversations(db, graded, keep_text=keep_text)
    keys = json.dumps([save.card.provenance.key for save in saves])
    db.execute("delete from claims where key in (select value from json_each(?))", (keys,))
