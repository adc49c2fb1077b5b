"""Scorecards as a pandas frame and as a data set: one row a verdict, or a card, or a quote, with stated types."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from llm_grader.report.tables.columns import GradedCard, table_of
from llm_grader.report.tables.writers import arrow_schema, arrow_table
from llm_grader.rubric.model import Rubric
from llm_grader.verdict import Scorecard

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]
    import pyarrow as pa  # type: ignore[import-untyped]
    from datasets import Dataset  # type: ignore[import-untyped]

CardTable = Literal["verdicts", "cards", "evidence"]


def to_frame(
    cards: Iterable[Scorecard], *, table: CardTable = "verdicts", rubric: Rubric | None = None
) -> pd.DataFrame:
    """The cards as a pandas frame, through Arrow: text stays text, and what is not known is no number.

    Args:
        cards: any number of them; they are gone through once.
        table: a row for each verdict, card or quote; the columns are those of `llm-grader results export`.
        rubric: by which they were graded, for titles, weights and the scores of sections.
    """
    import pandas as pd

    return _table(cards, table, rubric).to_pandas(types_mapper=pd.ArrowDtype)


def to_dataset(cards: Iterable[Scorecard], *, table: CardTable = "verdicts", rubric: Rubric | None = None) -> Dataset:
    """The cards as a Hugging Face `Dataset`; see `to_frame`."""
    from datasets import Dataset

    found = _table(cards, table, rubric)
    # a fingerprint of our own: theirs pickles the table, which warns of classes of pyarrow
    return Dataset(found, fingerprint=hashlib.sha256(found.to_string(preview_cols=0).encode()).hexdigest()[:16])


def _table(cards: Iterable[Scorecard], name: CardTable, rubric: Rubric | None) -> pa.Table:
    definition = table_of(name, rubric)
    rows = [row for card in cards for row in definition.rows(GradedCard(card, rubric=rubric))]
    return arrow_table(arrow_schema(definition), rows)
