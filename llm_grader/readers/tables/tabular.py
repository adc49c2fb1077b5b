"""Tables: a row is a turn, or a row is a transcript; a `ColumnMapping` says what the columns mean.

CSV, JSON records, Parquet, and `datasets.Dataset` objects. What the mapping does not name is kept as metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from llm_grader.errors import MalformedInput
from llm_grader.readers.source.columns import ColumnMapping, TurnColumns
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.moments import Moments
from llm_grader.readers.source.sequence import in_order_of, order_of_times
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.column_guesses import number_turns
from llm_grader.readers.tables.days import day_above, ids_above, past_midnight, without_totals
from llm_grader.readers.tables.headers import is_quoted_table
from llm_grader.readers.tables.obvious import OBVIOUS_TURN, obvious_mapping, with_note_columns
from llm_grader.readers.tables.table_cells import CellReader, cell_of, kept, since_first, times_of
from llm_grader.readers.tables.table_rows import TURNS_MISSING, Row, column_names, is_parquet, read_rows
from llm_grader.readers.tables.table_values import channel_of
from llm_grader.readers.tables.turns_in_cells import joined, rows_together, turns_of_cell
from llm_grader.transcript import Channel, Transcript, Turn

NAME = "table"

_ONE = "no column says which rows belong together: all were read as one conversation"
_EACH = "no column says which rows belong together: each of {} tables was read as a conversation"
_SUGGEST = "`llm-grader read FILE --suggest-columns` drafts it"


def sniff(document: Document) -> bool:
    """Whether the columns that the mapping needs are there; without a mapping, whether they speak for themselves."""
    return document.rows is not None or is_parquet(document) or _mapping(document) is not None


def is_unmapped(document: Document) -> bool:
    """Whether text is a table by its header and quoting, of which nobody says what the columns mean."""
    return document.json.first is None and (bool(column_names(document)) or is_quoted_table(document.head))


def read(document: Document) -> Iterator[Transcript]:
    """The transcripts of the table. A broken row costs itself, and every transcript says that turns may be missing.

    Raises:
        MalformedInput: the file is no table, or has no mapping, or lacks a column.
    """
    mapping = _mapping(document)
    if mapping is None or missing_from(document, mapping):
        raise MalformedInput(missing_columns(document))
    rows = read_rows(document, mapping.separator, mapping.named, _again(mapping))
    if mapping.cell or mapping.columns:
        for several, notes in rows_together(rows, mapping):
            with document.at(several[0].where):
                yield joined([_of_row(row, mapping, document) for row in several], notes)
        return
    groups = _grouped(rows, mapping, document)
    if document.options.columns is None:
        if mapping.order and not _are_numbered(groups, mapping.order):
            mapping = ColumnMapping.model_validate(mapping.model_dump(exclude={"order"}))
        cells = ([row.cells for row in several] for several in groups.values())
        mapping = with_note_columns(mapping, cells, document.warn)
    columns = mapping.turn or OBVIOUS_TURN
    groups = {name: _with_days(several, columns, document) for name, several in groups.items()}
    times = times_of(columns, (row.cells for several in groups.values() for row in several), mapping)
    order = _times_of(mapping.order, [row for several in groups.values() for row in several], mapping)
    for several in groups.values():
        with document.at(several[0].where):
            reader = CellReader(mapping, document.options.roles, times.afresh())
            if transcript := _of_rows(_sorted(several, mapping.order, order, reader), reader, document):
                yield transcript


def _again(mapping: ColumnMapping) -> list[str]:
    """The columns of which a value stands in several rows, where a row is a turn."""
    if mapping.cell or mapping.columns:
        return []
    turn = mapping.turn or OBVIOUS_TURN
    return [name for name in (mapping.id, turn.role or turn.speaker) if name]


def _are_numbered(groups: Mapping[str, Sequence[Row]], order: str) -> bool:
    """Whether a column that seemed to number the turns does so further down as well."""
    places = [(name, cell_of(row.cells, order)) for name, several in groups.items() for row in several]
    return number_turns([place for _, place in places], [name for name, _ in places])


def missing_from(document: Document, mapping: ColumnMapping) -> list[str]:
    """The columns that a mapping names and the table does not have; of JSON, those that lead through its objects."""
    names = set(column_names(document, mapping.named))
    if document.rows is not None and not names:
        return []
    beginnings = document.json.beginnings if document.rows is None and document.json.first is not None else []
    return sorted(
        name
        for name in mapping.named - names
        if not any(isinstance(record, dict) and cell_of(record, name) is not None for record in beginnings)
    )


def _mapping(document: Document) -> ColumnMapping | None:
    given = document.options.columns
    names = column_names(document, given.named if given else ())
    if given is not None:
        lacking = given.needed.intersection(missing_from(document, given))
        return None if lacking or not (names or document.rows is not None) else given
    return obvious_mapping(document, names)


def missing_columns(document: Document) -> str:
    """The columns that are there, and those that the mapping needs besides."""
    given = document.options.columns
    names = column_names(document, given.named if given else ())
    found = f"the columns are {', '.join(names[:20])}" if names else "this is no table"
    if given is None:
        return f"{found}: say what they mean with a column mapping (--columns FILE): {_SUGGEST}"
    return f"{found}; the mapping needs {', '.join(missing_from(document, given))} besides"


def _grouped(rows: Iterable[Row], mapping: ColumnMapping, document: Document) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    if mapping.id is None:
        for row in rows:
            groups.setdefault(str(row.table), []).append(row)
        document.warn(_ONE if len(groups) < 2 else _EACH.format(len(groups)))
        return groups
    every = list(rows)
    ids = ids_above([as_text(cell_of(row.cells, mapping.id)) for row in every], mapping.id, document.warn)
    for row, name in zip(every, ids, strict=True):
        with document.at(row.where):
            if name is None:
                document.warn(TURNS_MISSING)
                raise MalformedInput(f"{mapping.id}: expected the id of the conversation, found nothing")
            groups.setdefault(name, []).append(row)
    return without_totals(groups, mapping.turn or OBVIOUS_TURN, document.warn)


def _with_days(rows: list[Row], columns: TurnColumns, document: Document) -> list[Row]:
    """The rows of a conversation, with the day of the row above where they have none."""
    if columns.date is None:
        return rows
    filled = day_above([row.cells for row in rows], columns, document.warn)
    return [row._replace(cells=cells) for row, cells in zip(rows, filled, strict=True)]


def _times_of(column: str | None, rows: Sequence[Row], mapping: ColumnMapping) -> Moments:
    """How the times of a column are written, by all of them."""
    values = (cell_of(row.cells, column) for row in rows) if column else ()
    return Moments(column or "", values, time_format=mapping.time_format)


def _sorted(rows: list[Row], column: str | None, times: Moments, reader: CellReader) -> list[Row]:
    if column is None:
        return rows
    return in_order_of(rows, lambda row: cell_of(row.cells, column), moments=times, name=column, note=reader.note)


def _of_rows(rows: Sequence[Row], reader: CellReader, document: Document) -> Transcript | None:
    """A transcript of the long layout; None where no row of it can be read."""
    mapping, whole = reader.mapping, _last_filled([row.cells for row in rows], reader)
    channel = _channel(whole, reader, document)
    pairs = [(row, turn) for row in rows for turn in _turn(row, reader, channel, document)]
    if not pairs:
        return None
    columns = mapping.turn or OBVIOUS_TURN
    turns = past_midnight([turn for _, turn in pairs], [row.cells for row, _ in pairs], columns, reader.note)
    turns = since_first(turns, reader.warnings)
    places = list(range(len(turns))) if mapping.order else order_of_times(turns, reader.note)
    metadata = _by_turn([pairs[place][0].cells for place in places], mapping)
    return _transcript([turns[place] for place in places], whole, reader, document=document, metadata=metadata)


def _by_turn(cells: Sequence[Mapping[str, Any]], mapping: ColumnMapping) -> dict[str, Any]:
    """What no name in the mapping stands for: once where all rows say the same, else by turn."""
    metadata: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in cells for name in row):
        if name in mapping.named:
            continue
        values = [kept(row.get(name)) for row in cells]
        if any(value != values[0] for value in values):
            metadata[name] = values
        elif values[0] is not None:
            metadata[name] = values[0]
    return metadata


def _turn(row: Row, reader: CellReader, channel: Channel, document: Document) -> list[Turn]:
    """The turn of a row; none where it has no text or cannot be read, which is told."""
    columns = reader.mapping.turn or OBVIOUS_TURN
    if columns.text in row.cells and as_text(row.cells[columns.text]) is None:
        document.warn(f"rows without {columns.text!r} were left out: nothing is said in them")
        return []
    with document.at(row.where):
        try:
            return [reader.turn(row.cells, columns, channel)]
        except (MalformedInput, ValidationError):
            document.warn(TURNS_MISSING)
            raise
    return []


def _last_filled(rows: Sequence[Mapping[str, Any]], reader: CellReader) -> dict[str, Any]:
    """What the rows of a transcript say of the whole: of each column the last cell that is filled."""
    whole: dict[str, Any] = {}
    for name in reader.mapping.of_the_whole:
        filled = [cell for row in rows if as_text(cell := cell_of(row, name)) is not None]
        if filled:
            whole[name] = filled[-1]
        if any(as_text(cell) != as_text(filled[-1]) for cell in filled):
            reader.note(f"the rows differ in the column {name!r}: the last one that is filled was read")
    return whole


def _of_row(row: Row, mapping: ColumnMapping, document: Document) -> Transcript:
    """A transcript of the wide layout, or of one whose turns stand in a cell."""
    reader = CellReader(mapping, document.options.roles)
    if mapping.cell:
        channel = _channel(row.cells, reader, document)
        turns = turns_of_cell(row, mapping.turn or OBVIOUS_TURN, reader, channel=channel, document=document)
    else:
        cells = ((as_text(cell_of(row.cells, name)), name, role) for name, role in mapping.columns.items())
        turns = [Turn(role=role, text=reader.shown(text, name), speaker=name) for text, name, role in cells if text]
    unnamed = {name: kept(value) for name, value in row.cells.items() if name not in mapping.named}
    metadata = {name: value for name, value in unnamed.items() if value is not None}
    return _transcript(turns, row.cells, reader, document=document, metadata=metadata)


def _channel(cells: Mapping[str, Any], reader: CellReader, document: Document) -> Channel:
    """The channel that a row states, or the mapping, or the caller."""
    stated = as_text(cell_of(cells, reader.mapping.channel_column))
    named = channel_of(stated) if stated else None
    if stated and named is None:
        reader.note(f"{reader.mapping.channel_column}: the channel is another word than chat, email or call")
    channel = named or reader.mapping.channel or document.options.channel
    if channel is None:
        reader.note("the channel is not stated: read as chat")
    return channel or "chat"


def _transcript(
    turns: Sequence[Turn],
    cells: Mapping[str, Any],
    reader: CellReader,
    *,
    document: Document,
    metadata: dict[str, Any],
) -> Transcript:
    mapping = reader.mapping
    fields = {
        "id": as_text(cell_of(cells, mapping.id)) or document.new_id(),
        "channel": _channel(cells, reader, document),
        "language": as_text(cell_of(cells, mapping.language_column)) or mapping.language,
        "turns": tuple(turns),
        "ticket": reader.ticket(cells),
        "metadata": metadata,
        "warnings": reader.warnings,
    }
    return Transcript.model_validate(fields)
