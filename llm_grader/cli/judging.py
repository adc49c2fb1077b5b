"""Grading as part of another command: a grader from the settings, and its cards with progress on stderr."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import typer

from llm_grader.cli import options
from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.progress import Progress
    from llm_grader.eval.labelled_set import LabelledSet
    from llm_grader.grader import Grader
    from llm_grader.rubric import Rubric
    from llm_grader.settings import Settings
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Scorecard

Cards = Callable[[], Iterable["Scorecard"]]


def open_grader(
    settings: Settings,
    progress: Progress,
    *,
    rubric: Rubric | None = None,
    stored: bool = True,
    calibrated: bool = True,
) -> Grader:
    """The grader that the settings describe, for their rubric or another; without a store nothing is reused."""
    from llm_grader.budget import Budget
    from llm_grader.grader import Grader

    return Grader(
        rubric or settings.rubric,
        endpoint=options.endpoint_of(settings),
        items_per_call=settings.items_per_call,
        samples=settings.samples,
        language=settings.language,
        reason_language=settings.reason_language,
        windows=settings.windows,
        redact=settings.redact,
        budget=Budget(max_requests=settings.max_requests, max_cost=settings.max_cost),
        store=settings.store if stored else None,
        calibration=settings.calibration if calibrated else None,
        notify=progress.notify,
    )


def grade_all(
    grader: Grader, transcripts: Iterable[Transcript], progress: Progress, *, concurrency: int
) -> list[Scorecard]:
    """The cards of all transcripts, in the order of their ids.

    Raises:
        typer.Exit: a signal stopped it; what was finished is in the store, when there is one.
        GraderError: no transcript could be graded.
    """
    from llm_grader.cli.interrupts import Interrupts

    interrupts = Interrupts(progress.notify)
    cards: list[Scorecard] = []

    async def run() -> None:
        async with interrupts.watched():
            try:
                async for card in grader.agrade_many(interrupts.until_stopped(transcripts), concurrency=concurrency):
                    interrupts.in_flight -= 1
                    progress.advance(card, grader.spent)
                    cards.append(card)
            finally:
                await grader.aclose()

    try:
        asyncio.run(run())
    except asyncio.CancelledError:
        progress.notify("aborted; what was finished is stored")
    if interrupts.exit_code is not None:
        raise typer.Exit(interrupts.exit_code)
    return sorted(cards, key=lambda card: card.transcript_id)


def stored_cards(settings: Settings, run: int | None, rubric: Rubric) -> Iterator[Scorecard]:
    """The cards of a run, by default of the latest one with this rubric.

    Raises:
        UsageError: there is no store, no such run, or the run is of another rubric.
    """
    from llm_grader.store import Store

    if not settings.store.exists():
        raise UsageError(f"{settings.store}: no such store: grade first, name another with --store, or give --model")
    with Store(settings.store) as store:
        of_rubric = {listed.run_id: listed.rubric_id for listed in store.runs()}
        chosen = run if run is not None else next((n for n, id_ in of_rubric.items() if id_ == rubric.id), None)
        if chosen not in of_rubric:
            found = f"no run {run}" if run is not None else f"no run with the rubric {rubric.id}"
            raise UsageError(f"{settings.store}: {found}: see `llm-grader results list`")
        if of_rubric[chosen] != rubric.id:
            raise UsageError(f"run {chosen} is of the rubric {of_rubric[chosen]}, the labels of {rubric.id}: --rubric?")
        yield from store.cards(chosen)


def warn_of_other_rubric(card: Scorecard, rubric: Rubric) -> None:
    """Say on stderr when a card is of another version of the rubric."""
    if card.provenance.rubric_hash != rubric.content_hash():
        typer.echo(
            f"llm-grader: the verdicts are of another version of {rubric.id} than the labels are compared by "
            f"({card.provenance.rubric_version}, now {rubric.version}): its wording or weights changed since",
            err=True,
        )


def cards_for(labelled: LabelledSet, settings: Settings, *, run: int | None, grade: bool) -> Cards:
    """Where the verdicts on labelled conversations come from: graded now, or read from the store at each call.

    Raises:
        UsageError: what is asked for contradicts itself, or is not there.
    """
    from llm_grader.cli.progress import Progress

    if grade and run is not None:
        raise UsageError("--model and --run: expected one of them")
    if grade:
        labelled.need_transcripts("--model")
        with Progress() as progress:
            progress.total = len(labelled.transcripts)
            grader = open_grader(settings, progress, rubric=labelled.rubric, calibrated=False)
            cards = grade_all(grader, labelled.transcripts.values(), progress, concurrency=settings.concurrency)
        progress.print_totals()
        return lambda: cards
    for card in stored_cards(settings, run, labelled.rubric):
        warn_of_other_rubric(card, labelled.rubric)
        break
    return lambda: stored_cards(settings, run, labelled.rubric)
