"""Versions of an item's wording: what its verdicts were given by, where that changed in the time of a report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from llm_grader.report.gather import Gathered
from llm_grader.report.rows import NOT_ASKED, JudgeVersion
from llm_grader.rubric.model import Item, Rubric


class WordingUse(NamedTuple):
    """A version of rubric, instructions and model, and the conversations whose verdict on an item it gave.

    `question` is the wording by language where it is another than today's; None where it is the same or not kept.
    """

    judge: JudgeVersion
    conversations: int
    first: datetime | None
    last: datetime | None
    question: Mapping[str, str] | None


def wording_history(found: Gathered) -> dict[str, tuple[WordingUse, ...]]:
    """The versions that judged each item, as they came, by item id; empty where there was but one."""
    judges = list(found.layout.judges) if found.layout is not None else []
    if len(judges) < 2:
        return {}
    return {
        item.id: tuple(_use(found, item, at, number, judge) for number, judge in enumerate(judges))
        for at, item in enumerate(found.rubric.items())
    }


def _use(found: Gathered, item: Item, at: int, number: int, judge: JudgeVersion) -> WordingUse:
    rows = [row for row in found.rows if row.judge == number and row.judged[at] != NOT_ASKED]
    times = [row.started_at for row in rows if row.started_at is not None]
    before = _item(found.rubrics.get(judge.rubric_hash), item.id)
    question = None if before is None or before.question == item.question else before.question
    return WordingUse(judge, len(rows), min(times, default=None), max(times, default=None), question)


def _item(rubric: Rubric | None, item_id: str) -> Item | None:
    return None if rubric is None else next((item for item in rubric.items() if item.id == item_id), None)
