"""Turns that stand in cells: in one, as a JSON list or text with labelled lines, or each in a cell of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from llm_grader.errors import MalformedInput
from llm_grader.files.json_strict import describe, is_json, parse_json
from llm_grader.readers.mail.reply_parts import split_reply
from llm_grader.readers.source.columns import ColumnMapping, TurnColumns
from llm_grader.readers.source.document import Document
from llm_grader.readers.source.moments import Moments
from llm_grader.readers.source.sequence import in_order_of, in_order_of_times
from llm_grader.readers.source.ticket_fields import as_text
from llm_grader.readers.tables.table_cells import CellReader, cell_of, since_first
from llm_grader.readers.tables.table_rows import TURNS_MISSING, Row
from llm_grader.readers.text import labelled_text
from llm_grader.readers.text.one_line import may_hold_others
from llm_grader.transcript import Channel, Transcript, Turn

_ONE_OR_SEVERAL = "a text that may hold the turns of several was read as one turn of nobody known: put each on a line"
_SEVERAL_ROWS = "several rows have the id of this conversation: they were read as one, in their order"


def turns_of_cell(
    row: Row, columns: TurnColumns, reader: CellReader, *, channel: Channel, document: Document
) -> list[Turn]:
    """The turns in the cell that the mapping names, in order.

    An item that cannot be read is told and costs itself alone.

    Raises:
        MalformedInput: the cell holds neither a list nor text with labelled lines.
    """
    name = reader.mapping.cell or ""
    value = cell_of(row.cells, name)
    if isinstance(value, str) and is_json(value):
        value = parse_json(value)
    if isinstance(value, str):
        return _of_text(value, reader, channel=channel, document=document)
    if not isinstance(value, (list, tuple)):
        raise MalformedInput(f"{name}: expected a list of turns, or text with labelled lines, found {describe(value)}")
    return _of_list(value, columns, reader, channel=channel, document=document, where=row.where)


def _of_list(
    value: Any, columns: TurnColumns, reader: CellReader, *, channel: Channel, document: Document, where: str
) -> list[Turn]:
    turns: list[Turn] = []
    items = [(number, _as_object(item, reader)) for number, item in enumerate(value, 1)]
    reader.learn_times(columns, (item for _, item in items))
    order = reader.mapping.order
    if order is not None:
        items = in_order_of(
            items,
            lambda pair: cell_of(pair[1], order),
            moments=Moments(order, (cell_of(item, order) for _, item in items), time_format=reader.mapping.time_format),
            name=order,
            note=reader.note,
        )
    for number, item in items:
        if columns.text in item and as_text(item[columns.text]) is None:
            reader.note(f"items without {columns.text!r} were left out: nothing is said in them")
            continue
        with document.at(f"{where} {reader.mapping.cell} {number}".strip()):
            try:
                turns.append(reader.turn(item, columns, channel))
            except (MalformedInput, ValidationError):
                reader.note(TURNS_MISSING)
                raise
    turns = since_first(turns, reader.warnings)
    return turns if order is not None else in_order_of_times(turns, reader.note)


def _of_text(text: str, reader: CellReader, *, channel: Channel, document: Document) -> list[Turn]:
    given = document.options.roles
    roles = given.model_copy(update={"speakers": {**reader.mapping.roles, **given.speakers}})
    options = replace(document.options, channel=channel, roles=roles)
    part = Document(text.encode(), name=document.name, stem="cell", options=options, is_part=True)
    (transcript,) = labelled_text.read(part)
    reader.note(*transcript.warnings)
    transcript = transcript.model_copy(update={"turns": tuple(_by_mapping(transcript.turns, reader.mapping, document))})
    if len(transcript.turns) == 1 and may_hold_others(text, options.roles):
        reader.note(_ONE_OR_SEVERAL)
        unsure = {"role": "unknown", "role_source": None, "role_confidence": None}
        transcript = transcript.model_copy(update={"turns": (transcript.turns[0].model_copy(update=unsure),)})
    if channel != "email":
        return list(transcript.turns)
    return [turn.model_copy(update={"segments": split_reply(turn.text)}) for turn in transcript.turns]


def _by_mapping(turns: Iterable[Turn], mapping: ColumnMapping, document: Document) -> Iterator[Turn]:
    """The turns, with the roles that the mapping gives to labels of which the caller says nothing."""
    for turn in turns:
        role = mapping.roles_by_word.get((turn.speaker or "").casefold())
        if turn.role != "unknown" or role is None or document.options.roles.role_of(turn.speaker):
            yield turn
        else:
            yield turn.model_copy(update={"role": role, "role_source": "source", "role_confidence": 1.0})


def _as_object(item: Any, reader: CellReader) -> Mapping[str, Any]:
    if isinstance(item, dict):
        return item
    if isinstance(item, (list, tuple)):
        return {str(position): value for position, value in enumerate(item)}
    raise MalformedInput(f"{reader.mapping.cell}: expected a list of objects or lists, found {describe(item)} in it")


def rows_together(rows: Iterable[Row], mapping: ColumnMapping) -> Iterator[tuple[list[Row], tuple[str, ...]]]:
    """The rows of each conversation, in order, and what had to be assumed: of turns side by side those of one id."""
    if not mapping.columns or mapping.id is None:
        yield from (([row], ()) for row in rows)
        return
    groups: dict[str, list[Row]] = {}
    for number, row in enumerate(rows):
        groups.setdefault(as_text(cell_of(row.cells, mapping.id)) or f"row {number}", []).append(row)
    order = mapping.order
    values = (cell_of(row.cells, order) for several in groups.values() for row in several) if order else ()
    moments = Moments(order or "", values, time_format=mapping.time_format)
    for several in groups.values():
        notes: dict[str, None] = {}
        if order and len(several) > 1:
            several = in_order_of(
                several,
                lambda row: cell_of(row.cells, order),
                moments=moments,
                name=order,
                note=lambda warning, notes=notes: notes.setdefault(warning),  # type: ignore[misc]
            )
        yield several, tuple(notes)


def joined(found: Sequence[Transcript], notes: Iterable[str]) -> Transcript:
    """The conversation whose turns stand in several rows."""
    if len(found) == 1:
        return found[0]
    keys = dict.fromkeys(key for part in found for key in part.metadata)
    every = {key: [part.metadata.get(key) for part in found] for key in keys}
    metadata = {key: values if any(v != values[0] for v in values) else values[0] for key, values in every.items()}
    turns = tuple(turn for part in found for turn in part.turns)
    told = (*(warning for part in found for warning in part.warnings), *notes, _SEVERAL_ROWS)
    return found[-1].model_copy(update={"turns": turns, "metadata": metadata, "warnings": tuple(dict.fromkeys(told))})
