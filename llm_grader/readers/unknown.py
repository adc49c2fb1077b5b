"""What no reader knows: what it is, as far as that can be told without a word of what was said, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from llm_grader.readers.source.document import Document
from llm_grader.readers.tables import tabular
from llm_grader.readers.tables.table_rows import column_names

_HTML = re.compile(r"\s*<(?:!doctype\s+)?html\b", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\b")
_DRAFT = "`llm-grader read FILE --suggest-columns` drafts"


def is_foreign(records: Iterable[Any]) -> bool:
    """Whether the first of some records with anything in its turns is somebody else's: neither it nor they are ours."""
    first = next((record for record in records if isinstance(record, dict) and record.get("turns")), {})
    turns = first.get("turns")
    if not isinstance(turns, list) or {"channel", "schema_version"} & first.keys():
        return False
    return not isinstance(turns[0], dict) or not {"role", "text"} <= turns[0].keys()


def is_rich_text(document: Document) -> bool:
    """Whether the file is RTF, which begins like JSON."""
    return document.head.startswith("{\\rtf")


def describe_unknown(document: Document) -> str:
    """What was found where no reader knows it, and what to do."""
    if is_rich_text(document):
        return "a document of RTF: save it as plain text, and read that"
    if _HTML.match(document.head):
        return "a page of HTML: save what it shows as text, and read that"
    if _XML.match(document.head):
        return "XML, of which no format is known: export the same as JSON or CSV, or save what is said as text"
    if "".join(document.head.split()) == "[]":
        return "an empty list: there is no conversation in it"
    return f"{_kind(document)}; is it one of `llm-grader read formats`? Then say --format NAME"


def _kind(document: Document) -> str:
    if is_foreign(document.json.beginnings):
        return (
            "JSON with a list of turns that are not as this library writes them (a transcript of ours has an id, a "
            f"channel, and turns with role and text): {_DRAFT} a recipe that reads it"
        )
    if names := ", ".join(column_names(document)[:12]):
        means = "a column mapping (--columns FILE) can say what they mean"
        if isinstance(document.json.first, dict):
            return f"JSON with the columns {names}: {means}, or a recipe: {_DRAFT} what fits"
        return f"a table with the columns {names}: {means}, and {_DRAFT} one"
    if document.json.first is not None:
        return f"JSON of no format we know: {_DRAFT} a recipe"
    if not document.text.strip():
        return "a file without any text"
    if tabular.is_unmapped(document):
        return "a table without a header: write the names of its columns into a first line, and say what they mean"
    return "text in which no line begins with a speaker, as in `Agent: …`"
