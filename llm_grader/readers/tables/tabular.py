"""Tables: a row is a turn, or a row is a transcript; a `ColumnMapping` says what the columns mean.

CSV, JSON records, Parquet, and `datasets.Dataset` objects. What the mapping does not name is kept as metadata.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import is_json, parse_json
from llm_grader.readers.chats import labelled_text
from llm_grader.readers.source.columns import ColumnMapping, TurnColumns
from llm_grader.readers.source.document import Document
from llm_grader.readers.tables.table_cells import CellReader, as_text, kept
from llm_grader.readers.tables.table_rows import TURNS_MISSING, Row, column_names, is_parquet, read_rows
from llm_grader.transcript import Transcript, Turn

NAME = "table"

_NEWEST_FIRST = (
    "times go back from one row to the next: rows are read in the order of the file, unless the column mapping names "
    "the column that `order` is in"
)
_OBVIOUS_IDS = ("transcript_id", "conversation_id")
_OBVIOUS_TURN = TurnColumns(
    **{name: name for name in ("text", "role", "speaker", "at", "start", "end", "kind", "visibility", "subject")}
)


def sniff(document: Document) -> bool:
    """Whether the columns that the mapping needs are there; without a mapping, whether they speak for themselves."""
    return document.rows is not None or is_parquet(document) or _mapping(document) is not None


def read(document: Document) -> Iterator[Transcript]:
    """The transcripts of the table. One with a broken row is read without it, and every one of the file says so.

    Raises:
        MalformedInput: the file is no table, or has no mapping, or lacks a column.
    """
    mapping = _mapping(document)
    if mapping is None:
        raise MalformedInput(missing_columns(document))
    rows = read_rows(document, mapping.separator, mapping.named)
    if mapping.cell or mapping.columns:
        for row in rows:
            with document.at(row.where):
                yield _of_row(row, mapping, document)
        return
    for rows_of_one in _grouped(rows, mapping, document).values():
        with document.at(rows_of_one[0].where):
            yield _of_rows(rows_of_one, mapping, document)


def _mapping(document: Document) -> ColumnMapping | None:
    given = document.options.columns
    names = column_names(document, given.named if given else ())
    if given is not None:
        return given if given.needed <= set(names) or (document.rows is not None and not names) else None
    ids = next((name for name in _OBVIOUS_IDS if name in names), None)
    if ids is None or "text" not in names or not {"role", "speaker"} & set(names):
        return None
    other = {f"{name}_column": name for name in ("channel", "language") if name in names}
    turn = TurnColumns(**{name: name for name in _OBVIOUS_TURN.by_field if name in names})
    return ColumnMapping(id=ids, turn=turn, **other)


def missing_columns(document: Document) -> str:
    """The columns that are there, and those that the mapping needs besides."""
    given = document.options.columns
    names = column_names(document, given.named if given else ())
    found = f"the columns are {', '.join(names[:20])}" if names else "this is no table"
    if given is None:
        return f"{found}: say what they mean with a column mapping (--columns FILE)"
    return f"{found}; the mapping needs {', '.join(sorted(given.needed - set(names)))} besides"


def _grouped(rows: Iterable[Row], mapping: ColumnMapping, document: Document) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        with document.at(row.where):
            if (name := as_text(row.cells.get(mapping.id or ""))) is None:
                document.warn(TURNS_MISSING)
                raise MalformedInput(f"{mapping.id}: expected the id of the conversation, found nothing")
            groups.setdefault(name, []).append(row)
    if mapping.order is not None:
        for several in groups.values():
            several.sort(key=lambda row: _order(row.cells.get(mapping.order or "")))
    return groups


def _order(value: Any) -> tuple[float, str]:
    text = as_text(value) or ""
    try:
        return float(text), ""
    except ValueError:
        return float("inf"), text


def _of_rows(rows: Sequence[Row], mapping: ColumnMapping, document: Document) -> Transcript:
    """A transcript of the long layout."""
    reader = CellReader(mapping, document.options.roles)
    columns = mapping.turn or _OBVIOUS_TURN
    turns = [_turn(row, reader, columns) for row in rows]
    cells = [row.cells for row in rows]
    metadata: dict[str, Any] = {}
    for name in dict.fromkeys(name for row in cells for name in row):
        if name in mapping.named:
            continue
        values = [kept(row.get(name)) for row in cells]
        if any(value != values[0] for value in values):
            metadata[name] = values
        elif values[0] is not None:
            metadata[name] = values[0]
    if mapping.order is None and _go_back(turns):
        reader.note(_NEWEST_FIRST)
    return _transcript(turns, _last_filled(cells, reader), reader, document=document, metadata=metadata)


def _go_back(turns: Sequence[Turn]) -> bool:
    times = [turn.at for turn in turns if turn.at]
    return any(later < earlier for earlier, later in pairwise(times))


def _last_filled(rows: Sequence[Mapping[str, Any]], reader: CellReader) -> dict[str, Any]:
    """What the rows of a transcript say of the whole: of each column the last cell that is filled."""
    whole: dict[str, Any] = {}
    for name in reader.mapping.of_the_whole:
        filled = [row[name] for row in rows if as_text(row.get(name)) is not None]
        if filled:
            whole[name] = filled[-1]
        if any(as_text(cell) != as_text(filled[-1]) for cell in filled):
            reader.note(f"the rows differ in the column {name!r}: the last one that is filled was read")
    return whole


def _turn(row: Row, reader: CellReader, columns: TurnColumns) -> Turn:
    try:
        return reader.turn(row.cells, columns)
    except MalformedInput as error:
        raise MalformedInput(error.message, where=row.where) from error


def _of_row(row: Row, mapping: ColumnMapping, document: Document) -> Transcript:
    """A transcript of the wide layout, or of one whose turns stand in a cell."""
    reader = CellReader(mapping, document.options.roles)
    if mapping.cell:
        turns = _turns_of_cell(row, mapping, reader, document)
    else:
        said = ((as_text(row.cells.get(name)), name, role) for name, role in mapping.columns.items())
        turns = [Turn(role=role, text=text, speaker=name) for text, name, role in said if text]
    unnamed = {name: kept(value) for name, value in row.cells.items() if name not in mapping.named}
    metadata = {name: value for name, value in unnamed.items() if value is not None}
    return _transcript(turns, row.cells, reader, document=document, metadata=metadata)


def _turns_of_cell(row: Row, mapping: ColumnMapping, reader: CellReader, document: Document) -> list[Turn]:
    value = row.cells.get(mapping.cell or "")
    if isinstance(value, str) and is_json(value):
        value = parse_json(value)
    if isinstance(value, str):
        part = Document(value.encode(), name=document.name, stem="cell", options=document.options, is_part=True)
        (transcript,) = labelled_text.read(part)
        reader.note(*transcript.warnings)
        return list(transcript.turns)
    if not isinstance(value, (list, tuple)):
        raise MalformedInput(f"{mapping.cell}: expected a list of turns, or text with labelled lines")
    return [reader.turn(_as_object(item, mapping), mapping.turn or _OBVIOUS_TURN) for item in value]


def _as_object(item: Any, mapping: ColumnMapping) -> Mapping[str, Any]:
    if isinstance(item, dict):
        return item
    if isinstance(item, (list, tuple)):
        return {str(position): value for position, value in enumerate(item)}
    raise MalformedInput(f"{mapping.cell}: expected a list of objects or lists, found another value in it")


def _transcript(
    turns: Sequence[Turn],
    cells: Mapping[str, Any],
    reader: CellReader,
    *,
    document: Document,
    metadata: dict[str, Any],
) -> Transcript:
    mapping = reader.mapping
    channel = as_text(cells.get(mapping.channel_column or "")) or mapping.channel or document.options.channel
    if channel is None:
        reader.note("the channel is not stated: read as chat")
    fields = {
        "id": as_text(cells.get(mapping.id or "")) or document.new_id(),
        "channel": channel or "chat",
        "language": as_text(cells.get(mapping.language_column or "")) or mapping.language,
        "turns": tuple(turns),
        "ticket": reader.ticket(cells),
        "metadata": metadata,
        "warnings": reader.warnings,
    }
    return Transcript.model_validate(fields)
