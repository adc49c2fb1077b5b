"""The scorecards of a run as they come: as JSON at once, for people at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import isnan
from typing import TYPE_CHECKING

from llm_grader.store.stored import Brief, read_briefs
from llm_grader.verdict import Scorecard

if TYPE_CHECKING:
    from rich.console import Console

    from llm_grader.grader.grader import Grader
    from llm_grader.grading.confidence import Calibration
    from llm_grader.rubric.model import Rubric
    from llm_grader.store.stored import StoredResult

_SHOWN_IN_FULL = 5


class Cards:
    """Takes the cards of a run; in memory it keeps a line of each that is shown, and no more than a few in full.

    Args:
        grader: whose rubric the cards belong to.
        as_json: one JSON object a line instead of tables.
    """

    def __init__(self, grader: Grader, *, as_json: bool) -> None:
        self._grader = grader
        self._as_json = as_json
        self._rows: list[Brief] = []
        self._all_ok = True
        self._lowest: float | None = 100.0
        """The lowest score of what was graded, None where one has none."""
        self._kept: list[Scorecard] = []
        # Rates are worked out from the verdicts of all cards.
        self._most_kept = _SHOWN_IN_FULL if grader.calibration is None else sys.maxsize

    def add(self, card: Scorecard) -> None:
        """Take the next one.

        Raises:
            BrokenPipeError: nobody reads stdout any more.
        """
        self._count(Brief.of(card))
        if self._as_json:
            sys.stdout.write(card.model_dump_json() + "\n")
            sys.stdout.flush()
        elif len(self._kept) < self._most_kept:
            self._kept.append(card)

    def add_stored(self, results: Sequence[StoredResult]) -> Iterator[Brief]:
        """Take results that are in the store; yields what each comes to as it is taken.

        Raises:
            BrokenPipeError: nobody reads stdout any more.
            StoreError: one is gone or damaged.
        """
        if self._grader.store is None or len(results) <= _SHOWN_IN_FULL or self._grader.calibration is not None:
            for one in results:
                card = self._grader.stored(one)
                self.add(card)
                yield Brief.of(card)
            return
        for brief, text in read_briefs(self._grader.store, results, as_json=self._as_json):
            self._count(brief)
            if self._as_json:
                sys.stdout.write(f"{text}\n")
            yield brief
        sys.stdout.flush()

    def _count(self, brief: Brief) -> None:
        self._all_ok = self._all_ok and brief.status == "ok"
        if brief.status != "not_graded" and self._lowest is not None:
            self._lowest = None if brief.score is None else min(self._lowest, brief.score)
        if not self._as_json:
            self._rows.append(brief)

    def print(self) -> None:
        """The tables: each card in full where they are few, and the summary."""
        from llm_grader.cli.terminal.show import items_of, print_card, print_summary, stdout_console

        if not self._rows:
            return
        console, language = stdout_console(), self._grader.prompts.language
        items = items_of(self._grader.rubric, language)
        for card in (
            sorted(self._kept, key=lambda card: card.transcript_id) if len(self._rows) <= _SHOWN_IN_FULL else ()
        ):
            print_card(console, card, items)
        console.print()
        print_summary(console, self._rows)
        if self._grader.calibration is not None:
            _print_rates(console, self._kept, self._grader.calibration, self._grader.rubric)

    def exit_code(self, unreadable: int, fail_under: float | None) -> int:
        """The exit code that the run as a whole comes to."""
        if fail_under is not None and (self._lowest is None or self._lowest < fail_under):
            return 1
        return 0 if self._all_ok and not unreadable else 3


def _print_rates(console: Console, cards: Sequence[Scorecard], calibration: Calibration, rubric: Rubric) -> None:
    """Pass rates, a line for each item: as judged, and what they are when the judge's errors are taken out."""
    from rich.table import Table

    from llm_grader.eval.judge.calibrating import corrected_rates

    table = Table(box=None, padding=(0, 1))
    for heading in ("item", "conversations", "judged to pass", "corrected", "95 %"):
        table.add_column(heading, justify="left" if heading == "item" else "right")
    for rate in corrected_rates(cards, calibration, rubric):
        if rate.judged.n:
            found = rate.corrected
            unknown = isnan(found.estimate)
            shown = ("not known", "") if unknown else (f"{found.estimate:.0%}", f"{found.low:.0%} to {found.high:.0%}")
            table.add_row(rate.item_id, f"{rate.judged.n:,.0f}", f"{rate.judged.estimate:.0%}", *shown)
    if table.row_count:
        console.print()
        console.print(table)
