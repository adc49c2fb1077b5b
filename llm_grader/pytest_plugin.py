"""A pytest plugin: hold in your own tests that a judge agrees with your people.

    def test_the_judge_agrees_with_us(assert_agreement):
        assert_agreement("my_checklist.yaml", "gold/", "gpt-6-luna", min_kappa=0.7)

It is loaded by every pytest in its environment, and imports nothing until it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from llm_grader import Grader, Judge, Rubric
    from llm_grader.eval.judge.report import ItemRow


def assert_agreement(
    rubric: Rubric | str | Path,
    gold: str | Path,
    judge: Grader | Judge | str,
    *,
    min_kappa: float,
    item: str | Sequence[str] | None = None,
) -> tuple[ItemRow, ...]:
    """Grade the conversations of a gold folder, and fail where κ with the labels is lower than it should be.

    Args:
        rubric: a `Rubric`, the id of a packaged one, or a path.
        gold: a folder with transcripts.jsonl and labels, see `eval.labels.gold.read_gold`.
        judge: a `Grader` (for this rubric), anything with a `complete` method, or the name of a model.
        min_kappa: the least κ of each item; an item whose κ is not known fails.
        item: the item or items to look at; by default every labelled one.

    Returns:
        The rows of the items looked at, with all figures.

    Raises:
        AssertionError: an item's κ is below; names each with κ, interval, AC1 and n.
        GraderError: a file is wrong, an item has no label, or the endpoint does not work.
    """
    __tracebackhide__ = True
    from llm_grader.errors import UsageError
    from llm_grader.eval.judge.comparison import lean_verdicts
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.eval.judge.report import report_items
    from llm_grader.eval.labels.gold import read_gold
    from llm_grader.eval.summary.floors import below
    from llm_grader.rubric.load import load_rubric
    from llm_grader.rubric.model import Rubric

    loaded = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    read = read_gold(Path(gold), rubric=loaded)
    wanted = {item} if isinstance(item, str) else None if item is None else set(item)
    labelled = {label.item_id for label in read.labels}
    if wanted is not None and (missing := wanted - labelled):
        raise UsageError(f"{gold}: no labels of {', '.join(sorted(missing))}")
    items = [one for one in loaded.items() if one.id in (labelled if wanted is None else wanted)]
    given = LabelledSet(str(gold), loaded, read.transcripts, read.labels, read.sample)
    cards = list(_grader(loaded, judge).grade_many(given.asked))
    rows = report_items(
        read.labels,
        lean_verdicts(cards, given.pieces),
        items,
        seed=0,
        conversations=given.conversations,
    )
    missed = list(below(rows, min_kappa))
    if missed:
        raise AssertionError("\n".join(["the judge agrees too little with the labels", *missed]))
    return rows


@pytest.fixture(name="assert_agreement", scope="session")
def _assert_agreement() -> Callable[..., tuple[ItemRow, ...]]:
    """`llm_grader.pytest_plugin.assert_agreement`."""
    return assert_agreement


def _grader(rubric: Rubric, judge: Grader | Judge | str) -> Grader:
    from llm_grader.errors import UsageError
    from llm_grader.grader.grader import Grader

    if isinstance(judge, str):
        return Grader(rubric, model=judge)
    if not isinstance(judge, Grader):
        return Grader(rubric, judge=judge)
    if judge.rubric.content_hash() != rubric.content_hash():
        raise UsageError(f"the grader is for the rubric {judge.rubric.id}, the gold labels are compared by {rubric.id}")
    return judge
