"""Grading as part of another command, and the cards that were graded before."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import typer

from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.eval.judge.labelled_set import LabelledSet
    from llm_grader.gateway.budget import Budget
    from llm_grader.gateway.gateway import Gateway
    from llm_grader.grader.grader import Grader
    from llm_grader.rubric.model import Rubric
    from llm_grader.transcript import Transcript
    from llm_grader.usage import Usage
    from llm_grader.verdict import Scorecard

_Answer = TypeVar("_Answer")
_RUN = re.compile("[0-9]{1,18}")

Cards = Callable[[], Iterable["Scorecard"]]


def budget_of(settings: Settings) -> Budget:
    """The limits on requests and cost that the settings name."""
    from llm_grader.gateway.budget import Budget

    return Budget(max_requests=settings.max_requests, max_cost=settings.max_cost)


def open_grader(
    settings: Settings,
    *,
    notify: Callable[[str], None] = lambda _line: None,
    doing: Callable[[str], None] = lambda _what: None,
    budget: Budget | None = None,
    rubric: Rubric | None = None,
    stored: bool = True,
    reuse: bool = True,
) -> Grader:
    """The grader that the settings describe, for their rubric or another; without a store nothing is reused."""
    from llm_grader.grader.grader import Grader
    from llm_grader.store.store import Store

    return Grader(
        rubric or settings.rubric,
        endpoint=settings.endpoint,
        budget=budget,
        store=Store(settings.store, keep_texts=settings.keep_transcripts) if stored else None,
        calibration=settings.calibration,
        reuse=reuse,
        notify=notify,
        doing=doing,
        **settings.keywords,
    )


class Judging:
    """Grading within another command: with one budget and one display of progress; to be entered with `with`.

    Confidences are the judge's own, whatever calibration the settings name. `failed` counts the cards in error.

    Args:
        settings: of the judge.
        stored: whether results are kept in the store, and taken from there.
    """

    def __init__(self, settings: Settings, *, stored: bool = True) -> None:
        from llm_grader.cli.terminal.progress import Progress

        self._settings = settings.model_copy(update={"calibration": None})
        self._stored = stored
        self._budget = budget_of(settings)
        self._progress = Progress()
        self._used: list[Grader | Gateway] = []
        self.failed = 0

    def __enter__(self) -> Self:
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.__exit__(kind, error, trace)
        if self._used:
            self._progress.spent = self._spent()
            self._progress.print_totals()

    def grade(
        self, transcripts: Iterable[Transcript], *, rubric: Rubric | None = None, language: str | None = None
    ) -> list[Scorecard]:
        """The cards of all transcripts, in the order of their ids.

        Raises:
            typer.Exit: a signal stopped it; what was finished is in the store, when there is one.
            GraderError: no transcript could be graded.
        """
        from llm_grader.cli.terminal.interrupts import Interrupts

        settings = self._settings if language is None else self._settings.model_copy(update={"language": language})
        wanted = list(transcripts)
        self._progress.total += len(wanted)
        grader = open_grader(
            settings,
            notify=self._progress.notify,
            doing=self._progress.show,
            budget=self._budget,
            rubric=rubric,
            stored=self._stored,
            reuse=False,  # a checklist is measured as a whole
        )
        self._used.append(grader)
        cards: list[Scorecard] = []
        interrupts = Interrupts(self._progress.notify, grader.finish, stored=self._stored)
        graded = grader.agrade_many(interrupts.until_stopped(wanted), concurrency=settings.concurrency)
        stopped = interrupts.run(graded, self._taking(cards), close=grader.aclose)
        if stopped is not None:
            raise stopped
        if interrupts.exit_code is not None:
            raise typer.Exit(interrupts.exit_code)
        return sorted(cards, key=lambda card: card.transcript_id)

    def ask(self, question: Callable[[Gateway], Coroutine[Any, Any, _Answer]]) -> _Answer:
        """Ask the judge's endpoint something else, within the same budget and counted in the same totals.

        Raises:
            JudgeError: the request failed.
            RunStopped: the endpoint is down, or a limit is reached.
        """
        from llm_grader.gateway.gateway import Gateway

        gateway = Gateway(self._settings.endpoint, budget=self._budget, notify=self._progress.notify)
        self._used.append(gateway)

        async def run() -> _Answer:
            try:
                return await question(gateway)
            finally:
                await gateway.aclose()

        try:
            return asyncio.run(run())
        finally:
            self._progress.spent = self._spent()

    def _taking(self, cards: list[Scorecard]) -> Callable[[Scorecard], None]:
        def take(card: Scorecard) -> None:
            cards.append(card)
            self.failed += card.status == "error"
            self._progress.advance(card, self._spent())

        return take

    def _spent(self) -> Usage:
        from llm_grader.usage import Usage

        return sum((used.spent for used in self._used), Usage())


def cards_for(labelled: LabelledSet, settings: Settings, *, run: int | None, grade: bool) -> Cards:
    """Where the verdicts on labelled conversations come from: graded now, or read from the store at each call.

    Raises:
        UsageError: what is asked for contradicts itself, or is not there.
    """
    if grade and run is not None:
        raise UsageError("--model and --run: expected one of them")
    if grade:
        labelled.need_transcripts("--model")
        with Judging(settings) as judging:
            cards = judging.grade(labelled.asked, rubric=labelled.rubric)
        return lambda: cards
    for card in stored_cards(settings, run, labelled.rubric):
        _warn_of_other_rubric(card, labelled.rubric)
        break
    return lambda: stored_cards(settings, run, labelled.rubric)


def stored_cards(settings: Settings, run: int | None, rubric: Rubric) -> Iterator[Scorecard]:
    """The cards of a run, by default the latest of each conversation over all runs with this rubric.

    Raises:
        UsageError: there is no store, no such run, or the run is of another rubric.
    """
    from llm_grader.store.store import Store

    if not settings.store.exists():
        raise UsageError(f"{settings.store}: no such store: grade first, name another with --store, or give --model")
    with Store(settings.store) as store:
        of_rubric = {listed.run_id: listed.rubric_id for listed in store.runs()}
        if (run not in of_rubric) if run is not None else (rubric.id not in of_rubric.values()):
            found = f"no run {run}" if run is not None else f"no run with the rubric {rubric.id}"
            raise UsageError(f"{settings.store}: {found}: see `llm-grader results list`")
        if run is not None and of_rubric[run] != rubric.id:
            raise UsageError(f"run {run} is of the rubric {of_rubric[run]}, the labels of {rubric.id}: --rubric?")
        yield from store.cards(run, rubric_id=rubric.id)


def grading_of(which: str, settings: Settings, rubric: Rubric) -> list[Scorecard]:
    """The cards of a grading by `rubric` that is named as the number of a run, or as a file of scorecards.

    Raises:
        UsageError: there is no such run, or it is of another rubric.
        InputError: the file cannot be read, or is none of scorecards.
    """
    from llm_grader.eval.judge.item_drift import load_grading

    if _RUN.fullmatch(which):
        return list(stored_cards(settings, int(which), rubric))
    return load_grading(Path(which), rubric)


def run_numbers(settings: Settings, keys: Sequence[str]) -> tuple[int, ...]:
    """The latest runs that have these results; none where there is no store."""
    from llm_grader.store.past_runs import read_run_numbers
    from llm_grader.store.store import Store

    if not settings.store.exists():
        return ()
    with Store(settings.store) as store:
        numbers = read_run_numbers(store)
    return tuple(sorted({numbers[key] for key in keys if key in numbers}))


def _warn_of_other_rubric(card: Scorecard, rubric: Rubric) -> None:
    if card.provenance.rubric_hash != rubric.content_hash():
        typer.echo(
            f"llm-grader: the verdicts are of another version of {rubric.id} than the labels are compared by "
            f"({card.provenance.rubric_version}, now {rubric.version}): its wording or weights changed since",
            err=True,
        )
