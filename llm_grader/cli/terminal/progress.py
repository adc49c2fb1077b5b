"""Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import TracebackType
from typing import Self

from llm_grader.cli.terminal.outputs import styled
from llm_grader.cli.terminal.show import printable
from llm_grader.signals.flags import LOW_COVERAGE, ROLES_BY_CUES, ROLES_BY_MODEL
from llm_grader.store.stored import Brief
from llm_grader.usage import Usage
from llm_grader.verdict import Scorecard

_SECONDS_BETWEEN_LINES = 10.0
_WARNED = "warnings"
_REMARKS = {
    ROLES_BY_CUES: "with roles by cues",
    ROLES_BY_MODEL: "with roles by the model",
    LOW_COVERAGE: "without a score, as too little could be judged",
    _WARNED: "with warnings",
}


class Progress:
    """Progress of a run: done and left, time to go, tokens, cost, and how many need review.

    Set `total` when it is known, and `spent` where something else than a card has taken requests.
    """

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._console = Console(file=styled(sys.stderr), highlight=False)
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        self._bar = Bar(*columns, console=self._console, disable=not self._console.is_terminal, transient=True)
        self._task = self._bar.add_task("", total=None)
        self._total = 0
        self._statuses: Counter[str] = Counter()
        self._remarks: Counter[str] = Counter()
        self.spent = Usage()
        self._line_at = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    @property
    def total(self) -> int:
        """The number of transcripts."""
        return self._total

    @total.setter
    def total(self, total: int) -> None:
        self._total = total
        self._bar.update(self._task, total=total)

    def advance(self, card: Scorecard | Brief, spent: Usage) -> None:
        """One more is done; `spent` is what the run has taken so far."""
        self._statuses[card.status] += 1
        self._remarks.update(_REMARKS.keys() & set(card.flags))
        self._remarks[_WARNED] += bool(card.warnings)
        self.spent = spent
        if not self._bar.disable:
            self._bar.update(self._task, advance=1, description=self._render_usage())
        else:
            self._say_sometimes(f"{self._statuses.total()} of {self._total} done, {self._render_usage()}")

    def show(self, what: str) -> None:
        """Say what is being done at the moment: beside the bar, or in a line now and then."""
        if not self._bar.disable:
            self._bar.update(self._task, description=printable(what))
        else:
            self._say_sometimes(what)

    def notify(self, line: str) -> None:
        """Print a line while it runs."""
        self._bar.console.print(printable(line), style="dim", markup=False, soft_wrap=True)

    def print_totals(self) -> None:
        """Print one line of totals at the end."""
        counts = ", ".join(f"{self._statuses[status]} {status}" for status in ("ok", "needs_review", "error"))
        without = self._statuses["not_graded"]
        apart = f"; {without} not_graded" if without else ""
        remarks = "".join(f"; {count} {_REMARKS[name]}" for name, count in sorted(self._remarks.items()) if count)
        line = f"{self._statuses.total() - without} graded: {counts}{apart}{remarks}; {self._render_usage()}"
        self._console.print(line, markup=False, soft_wrap=True)

    def _say_sometimes(self, line: str) -> None:
        if time.monotonic() - self._line_at > _SECONDS_BETWEEN_LINES:
            self._line_at = time.monotonic()
            self.notify(line)

    def _render_usage(self) -> str:
        usage = self.spent
        tokens = "tokens unknown"
        if usage.prompt_tokens is not None and usage.completion_tokens is not None:
            tokens = f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens"
        cost = "cost unknown" if usage.cost is None else f"${usage.cost:.4f}"
        review = self._statuses["needs_review"] + self._statuses["error"]
        return f"{usage.requests:,} requests, {tokens}, {cost}, {review} to review"
