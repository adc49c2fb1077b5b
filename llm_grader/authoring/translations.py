"""Translations of the packaged rubrics, and the English that they were made from.

A record holds a hash of the English of every translated text. Where the English is edited, `stale_translations` names
the texts whose translations were left behind. When these are brought up to date, a maintainer writes the record anew:

    python -m llm_grader.authoring.translations

Rubrics of users have no record, and nothing is said about them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from llm_grader.authoring.findings import LintFinding, listed, warning_about
from llm_grader.content import content_hash
from llm_grader.rubric.load import load_rubric, packaged_rubrics
from llm_grader.rubric.model import Item, Rubric, Text

RECORD = Path(__file__).with_name("translations.json")
"""The record of the packaged rubrics: rubric id → place of a text → hash of its English."""

_DIGITS = 12


def load_record(source: str | Path) -> dict[str, str]:
    """The record of a packaged rubric, place → hash; empty for a path, and where there is none."""
    if source not in packaged_rubrics():
        return {}
    found: dict[str, str] = json.loads(RECORD.read_text("utf-8")).get(str(source), {})
    return found


def record_of(rubric: Rubric) -> dict[str, str]:
    """The record of a rubric whose translations are all up to date: place → hash of the English."""
    return {place: _hash(text["en"]) for place, _, text in _translated(rubric)}


def stale_translations(rubric: Rubric, record: Mapping[str, str]) -> Iterator[LintFinding]:
    """A warning for each text whose English is another one than `record` has at its place."""
    for place, item, text in _translated(rubric):
        if place in record and record[place] != _hash(text["en"]):
            languages = listed(set(text) - {"en"})
            message = f"the English of {place} has changed since it was translated; bring {languages} up to date"
            yield warning_about("stale_translation", item, f"{message}, then write the record of translations anew")


def render_record() -> str:
    """The record of all packaged rubrics as JSON, a text a line."""
    records = {name: record_of(load_rubric(name)) for name in packaged_rubrics()}
    return json.dumps(records, indent=1) + "\n"


def _translated(rubric: Rubric) -> Iterator[tuple[str, Item | None, Text]]:
    """Each text with English and another language: its place, which no new neighbour moves, its item and its words."""
    for place, item, text in _texts(rubric):
        if "en" in text and len(text) > 1:
            yield place, item, text


def _texts(rubric: Rubric) -> Iterator[tuple[str, Item | None, Text]]:
    yield from ((place, None, text) for place, text in rubric.texts().items())
    for section in rubric.sections:
        yield from ((f"sections.{section.id}.{place}", None, text) for place, text in section.texts().items())
    for item in rubric.items():
        yield from ((f"items.{item.id}.{place}", item, text) for place, text in item.texts().items())


def _hash(english: str) -> str:
    return content_hash(english)[:_DIGITS]


if __name__ == "__main__":
    RECORD.write_text(render_record(), "utf-8")
    sys.stdout.write(f"wrote {RECORD.name}\n")
