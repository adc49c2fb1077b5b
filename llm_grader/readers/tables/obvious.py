"""The mapping of a table whose columns speak for themselves: by their names, or as those of one conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from llm_grader.readers.guesses.side_by_side import side_columns
from llm_grader.readers.guesses.time_columns import NO_TIME
from llm_grader.readers.source.columns import ColumnMapping, TurnColumns
from llm_grader.readers.source.document import Document, Options
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_guesses import (
    UNREAD,
    Guess,
    differing_within,
    guess_parts,
    order_column,
    unread_times,
    with_date,
)
from llm_grader.readers.tables.column_names import LEAST, rank, with_unit
from llm_grader.readers.tables.note_columns import may_tell_notes, note_columns, tells_events
from llm_grader.readers.tables.table_cells import cell_of
from llm_grader.readers.tables.table_rows import is_parquet, read_rows

OBVIOUS_TURN = TurnColumns(
    **{name: name for name in ("text", "role", "speaker", "at", "start", "end", "kind", "visibility", "subject")}
)
"""The columns of a turn that are called like its parts."""

_IDS = ("transcript_id", "conversation_id")
_OF_NOTES = ("kind", "visibility")
_OF_MODELS = frozenset(("content", "value"))  # messages to models are a format of their own
_ROWS_GUESSED_BY = 200
_FEWEST_ROWS = 2


def obvious_mapping(document: Document, names: Sequence[str]) -> ColumnMapping | None:
    """The mapping of a table with these columns; None where somebody has to say what they mean."""
    ids = next((name for name in _IDS if name in names), None)
    if ids is None:
        return _of_one(document, names)
    if "text" not in names or not {"role", "speaker"} & set(names):
        return None
    other = {f"{name}_column": name for name in ("channel", "language") if name in names}
    parts = {name: name for name in OBVIOUS_TURN.by_field if name in names and name not in _OF_NOTES}
    beginning = _beginning(document, names)
    if not {"at", "start", "end"} & parts.keys():
        parts |= _times_in(beginning, differing_within(beginning[ids]))
    parts = with_date(parts, beginning)
    conversations = beginning.pop(ids)
    order = order_column(beginning, parts, conversations)
    return ColumnMapping(id=ids, turn=TurnColumns(**with_unit(parts)), order=order, **other)


def with_note_columns(
    mapping: ColumnMapping, conversations: Iterable[Sequence[Mapping[str, Any]]], warn: Callable[[str], None]
) -> ColumnMapping:
    """An obvious mapping with the columns that tell notes from messages in this table.

    What is in doubt about them is told, and so are times that could not be read.

    Args:
        mapping: that of the table.
        conversations: the rows of each.
        warn: told what is in doubt, by the name of the column.
    """
    parts = mapping.turn.by_field if mapping.turn else {}
    rows = [(number, row) for number, several in enumerate(conversations) for row in several]
    names = dict.fromkeys(chain.from_iterable(row for _, row in rows))
    taken = {mapping.id, mapping.order, *(column for part, column in parts.items() if part not in ("role", "kind"))}
    free = [name for name in names if name not in taken and may_tell_notes(name)]
    columns = {name: [row.get(name) for _, row in rows] for name in free}
    differs = differing_within([number for number, _ in rows])
    unread = unread_times(parts, {name: [row.get(name) for _, row in rows[:_ROWS_GUESSED_BY]] for name in names})
    for name in unread:
        warn(UNREAD.format(name))
    if not unread and mapping.order is None and {"at", "start"}.isdisjoint(parts) and len(rows) > 1:
        warn(NO_TIME)
    roles = [row.get(parts["role"]) for _, row in rows] if "role" in parts else []
    notes = note_columns(columns, lambda name: differs(columns[name]), roles)
    for doubt in notes.doubts:
        warn(doubt)
    found = {**({"kind": "kind"} if "kind" in columns and tells_events(columns["kind"]) else {}), **notes.parts}
    if not found:
        return mapping
    cleared = dict.fromkeys(_OF_NOTES)
    of_turn = {**(mapping.turn.model_dump() if mapping.turn else {}), **cleared, **found}
    return ColumnMapping.model_validate({**mapping.model_dump(), "turn": of_turn, **notes.meanings})


def _beginning(document: Document, names: Sequence[str]) -> dict[str, list[str | None]]:
    """What stands in the first rows of each column."""
    rows = list(islice(_first_rows(document), _ROWS_GUESSED_BY))
    return {name: [as_text(cell_of(row, name)) for row in rows] for name in names if name}


def _first_rows(document: Document) -> Iterator[Mapping[str, Any]]:
    """The rows at the beginning; one that cannot be read is told when the table is."""
    if document.rows is not None or is_parquet(document):
        yield from (row.cells for row in read_rows(document, None, ()))
    elif document.json.first is not None:
        yield from (record for record in document.json.beginnings if isinstance(record, dict))
    else:
        quiet = Options(on_error=lambda _: None)
        part = Document(document.head.encode(), name=document.name, stem="", options=quiet)
        yield from (row.cells for row in read_rows(part, None, ()))


def _times_in(columns: Mapping[str, Sequence[str | None]], differs: Callable[[Sequence[Any]], bool]) -> dict[str, str]:
    """The one column that is called like the time of a message and holds times, or the two of its beginning and end."""
    called = [name for name in columns if rank("at", name) is not None]
    # what began or ended may be the conversation
    called += [n for part in ("start", "end") for n in columns if rank(part, n) is not None and differs(columns[n])]
    looked_at = {name: columns[name] for name in dict.fromkeys(["text", *called])}
    guess = guess_parts(looked_at, lambda name: differs(columns[name])) if called else None
    return {part: guess.parts[part] for part in ("at", "start", "end") if part in guess.parts} if guess else {}


def _of_one(document: Document, names: Sequence[str]) -> ColumnMapping | None:
    """The mapping of a table that is one conversation: no column could be its id, and two say who says what."""
    of_models = document.rows is None and document.json.first is not None and not _OF_MODELS.isdisjoint(names)
    ranks = {name: place for name in names if (place := rank("id", name)) is not None}
    if not names or of_models or any(place < LEAST for place in ranks.values()):
        return None
    columns = _beginning(document, names)
    if max(map(len, columns.values()), default=0) < _FEWEST_ROWS or side_columns(columns):
        return None
    differs = differing_within(None)
    guess = guess_parts(columns, lambda name: differs(columns[name]))
    if guess.open_roles or not (_both_sides(guess) or _few_names(columns.get(guess.parts.get("speaker", ""), ()))):
        return None
    read = with_date(guess.parts, columns).values()
    left = (values for name, values in columns.items() if name not in read)
    if any(len(set(values)) > 1 for values in left):  # one of them may say which rows belong together
        return None
    return ColumnMapping(turn=TurnColumns(**with_unit(with_date(guess.parts, columns))), roles=guess.roles)


def _both_sides(guess: Guess) -> bool:
    return {"agent", "customer"} <= set(guess.roles.values())


def _few_names(names: Sequence[str | None]) -> bool:
    """Whether these are the names of people who speak to each other, and not each of somebody else who wrote."""
    return 1 < len(set(names)) <= max(2, len(names) // 2)
