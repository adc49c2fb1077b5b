"""Cards in brief: a card has ten thousand characters and more, what a list of cards shows of it a hundred."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any, Literal, NamedTuple, Self, get_type_hints

from llm_grader.errors import StoreError
from llm_grader.store.store import Store
from llm_grader.transcript import Transcript
from llm_grader.verdict import About, Scorecard, Status

_AT_ONCE = 500

ColumnKind = Literal["text", "score", "share", "yes_no", "list", "count"]
"""The way a value is read: a text, 0–100, 0–1, yes or no, several texts, how many texts. None is "not decided"."""


class Column(NamedTuple):
    """A column of a list of cards: its heading, what it means, how its values are read, and where a card has them.

    `path` is both that of attributes of a `Scorecard` and that of keys of its JSON, such as `provenance.model`.
    """

    heading: str
    meaning: str
    kind: ColumnKind
    path: str


class StoredResult(NamedTuple):
    """A transcript whose result is in the store: its id, the key of the result, and what reading it showed."""

    transcript_id: str
    key: str
    warnings: tuple[str, ...]
    about: About
    content_hash: str

    @classmethod
    def of(cls, transcript: Transcript, key: str) -> Self:
        """The transcript whose result has this key."""
        return cls(transcript.id, key, transcript.warnings, About.of(transcript), transcript.content_hash())

    def own(self, card: Scorecard) -> Scorecard:
        """The card under this transcript's id and warnings: it may be of another with the same content."""
        own = {"transcript_id": self.transcript_id, "warnings": self.warnings, "about": self.about}
        return card.model_copy(update=own)


class Brief(NamedTuple):
    """A card in brief, a column a field. Tables, exports and the store read what is annotated here."""

    transcript_id: Annotated[str, Column("transcript", "the conversation", "text", "transcript_id")]
    score: Annotated[float | None, Column("score", "of 100; none where nothing could be scored", "score", "score")]
    passed: Annotated[bool | None, Column("passed", "whether the score reaches the pass mark", "yes_no", "passed")]
    coverage: Annotated[float, Column("coverage", "share of the applicable weight scored", "share", "coverage")]
    status: Annotated[Status, Column("status", "whether it is to be looked at", "text", "status")]
    critical_failures: Annotated[
        tuple[str, ...], Column("critical failures", "critical items that failed", "list", "critical_failures")
    ]
    flags: Annotated[tuple[str, ...], Column("flags", "what to look at, computed outside the model", "list", "flags")]
    warnings: Annotated[tuple[str, ...], Column("warnings", "what reading it had to assume", "count", "warnings")]

    @classmethod
    def of(cls, card: Scorecard) -> Self:
        """The brief of a card."""
        return cls._make(attrgetter(column.path)(card) for column in COLUMNS.values())

    @classmethod
    def from_json(cls, values: Iterable[Any]) -> Self:
        """The brief of a stored card, from what `json_extract` found at the paths of `COLUMNS`."""
        return cls._make(tuple(value) if isinstance(value, list) else value for value in values)


COLUMNS: Mapping[str, Column] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(Brief, include_extras=True).items()
}
"""The columns of a list of cards by the field of `Brief`, in their order."""

_PATHS = ", ".join(f"'$.{path}'" for path in ("transcript_id", "warnings", *(one.path for one in COLUMNS.values())))
_BRIEFS = (
    f"select key, json_extract(card, {_PATHS}), iif(?, card, null) "  # noqa: S608 - no text of others
    "from results where key in (select value from json_each(?))"
)


def read_briefs(store: Store, results: Sequence[StoredResult], *, as_json: bool = False) -> Iterator[tuple[Brief, str]]:
    """The brief of each result, in their order, and the whole card as JSON where it is wanted.

    Both are under the transcript's id and with the warnings of now, under which the result may not have been stored.

    Raises:
        StoreError: a result is gone or damaged.
    """
    for start in range(0, len(results), _AT_ONCE):
        chunk = results[start : start + _AT_ONCE]
        with store.locked() as db:
            found = db.execute(_BRIEFS, (as_json, json.dumps([one.key for one in chunk]))).fetchall()
        rows = {row[0]: row for row in found}
        for one in chunk:
            if one.key not in rows:
                raise StoreError(f"result {one.key} is gone", path=store.path)
            key, extracted, text = rows[one.key]
            stored_id, warnings, *values = json.loads(extracted)
            brief = Brief.from_json(values)._replace(transcript_id=one.transcript_id, warnings=one.warnings)
            if as_json and (stored_id, warnings) != (one.transcript_id, list(one.warnings)):
                card = store.find_any(key)
                text = "" if card is None else one.own(card).model_dump_json()
            yield brief, text or ""
