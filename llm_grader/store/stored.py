"""What a store holds, told in brief: a card has ten thousand characters and more, what a list says of it a hundred."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from llm_grader.errors import StoreError
from llm_grader.store.store import Store
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard, Status

_AT_ONCE = 500
_BRIEFS = """
select key, score, status,
    json_extract(card, '$.passed', '$.coverage', '$.critical_failures', '$.transcript_id', '$.warnings'),
    iif(?, card, null)
from results where key in (select value from json_each(?))
"""


class Known(NamedTuple):
    """A transcript whose result is in the store: its id, the result's key, and the warnings of reading it."""

    transcript_id: str
    key: str
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, transcript: Transcript, key: str) -> Self:
        """The transcript whose result has this key."""
        return cls(transcript.id, key, transcript.warnings)

    def own(self, card: Scorecard) -> Scorecard:
        """The card under this transcript's id and warnings: it may be of another with the same content."""
        return card.model_copy(update={"transcript_id": self.transcript_id, "warnings": self.warnings})


class Brief(NamedTuple):
    """What a list says of a card; see `Scorecard`."""

    transcript_id: str
    score: float | None
    passed: bool | None
    coverage: float
    status: Status
    critical_failures: tuple[str, ...]

    @classmethod
    def of(cls, card: Scorecard) -> Self:
        """The brief of a card."""
        return cls._make(getattr(card, name) for name in cls._fields)


def read_briefs(store: Store, known: Sequence[Known], *, as_json: bool = False) -> Iterator[tuple[Brief, str]]:
    """The brief of each known result, in their order, and the whole card as JSON where it is wanted.

    Both are under the transcript's id and with the warnings of now, under which the result may not have been stored.

    Raises:
        StoreError: a result is gone or damaged.
    """
    for start in range(0, len(known), _AT_ONCE):
        chunk = known[start : start + _AT_ONCE]
        with store.locked() as db:
            found = db.execute(_BRIEFS, (as_json, json.dumps([one.key for one in chunk]))).fetchall()
        rows = {row[0]: row for row in found}
        for one in chunk:
            if one.key not in rows:
                raise StoreError(f"result {one.key} is gone", path=store.path)
            key, score, status, fields, text = rows[one.key]
            passed, coverage, failures, *stored_as = json.loads(fields)
            told = Brief(one.transcript_id, score, passed, coverage, status, tuple(failures))
            if as_json and stored_as != [one.transcript_id, list(one.warnings)]:
                card = store.find_any(key)
                text = "" if card is None else one.own(card).model_dump_json()
            yield told, text or ""
