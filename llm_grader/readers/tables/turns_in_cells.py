"""Turns that stand in one cell: a JSON list of them, or text with labelled lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
from llm_grader.transcript import Channel, Turn

_ONE_OR_SEVERAL = "a text that may hold the turns of several was read as one turn of nobody known: put each on a line"


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
