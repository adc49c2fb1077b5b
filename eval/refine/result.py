"""Results of the search for better wordings, and a line of text about each."""

from __future__ import annotations

from dataclasses import dataclass

from llm_grader.eval.refine.rubric_patch import patch_rubric
from llm_grader.eval.refine.steps import HeldOutTest
from llm_grader.eval.refine.wordings import Wording


@dataclass(frozen=True)
class Refinement:
    """The result for one item.

    `dev` conversations with a decided label were there to develop on, of which the judge got `dev_right` right, and
    `dev_best` with the best of `tried` wordings. `wording` is that one, None where none was better; then nothing was
    tested. `held_out` is the test on held-out gold.
    """

    item_id: str
    dev: int
    dev_right: int
    dev_best: int
    tried: int
    wording: Wording | None
    held_out: HeldOutTest | None


@dataclass(frozen=True)
class Refined:
    """The result for all items; `level` is that of each test, `language` that of the wordings."""

    items: tuple[Refinement, ...]
    level: float
    language: str

    @property
    def accepted(self) -> dict[str, Wording]:
        """Item id → the wording that was shown to be better.

        Each was tested with that item alone reworded: accept one, or compare them together with gold once more.
        """
        return {
            item.item_id: item.wording
            for item in self.items
            if item.wording is not None and item.held_out is not None and item.held_out.accepted
        }

    def patch(self, text: str) -> str:
        """The text of the rubric's file with the accepted wordings; `render_diff` shows what changed.

        Raises:
            RubricError: an item is written in a way in which it cannot be changed by itself.
        """
        return patch_rubric(text, self.accepted, self.language)


def describe(found: Refinement, level: float) -> str:
    """One line about an item: how often the judge is right on development gold, and the test at `level`."""
    dev = f"{found.item_id}: {found.dev_right} of {found.dev} right, {found.dev_best} with the best of {found.tried}"
    if found.held_out is None:
        return f"{dev}: no wording is better; held-out gold was not looked at"
    test = found.held_out
    recall = ""
    if test.recall_before is not None and test.recall_after is not None:
        recall = f", finds {test.recall_after:.0%} of the failures, before {test.recall_before:.0%}"
    verdict = "accepted" if test.accepted else "not accepted"
    return (
        f"{dev}; held out: {test.improved} of {test.n} became right, {test.worsened} wrong, p = {test.p:.4f} "
        f"(wanted: {level:g}){recall}: {verdict}"
    )
