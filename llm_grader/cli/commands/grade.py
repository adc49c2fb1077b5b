"""`llm-grader grade`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import GraderError

if TYPE_CHECKING:
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.setup.running import Grading
    from llm_grader.cli.terminal.cards import Cards
    from llm_grader.cli.terminal.progress import Progress
    from llm_grader.grader.grader import Grader
    from llm_grader.report.tables.telemetry import EvaluationEvents
    from llm_grader.rubric.model import Rubric
    from llm_grader.store.stored import StoredResult
    from llm_grader.transcript import Transcript
    from llm_grader.verdict import Scorecard


@options.grouped
def grade(
    *,
    rubric: options.Rubric = None,
    endpoint: options.EndpointFlags,
    items_per_call: options.ItemsPerCall = None,
    languages: options.LanguageFlags,
    source: options.InputFlags,
    store: options.StoreFile = None,
    no_transcripts: options.NoTranscripts = None,
    no_store: Annotated[bool, typer.Option("--no-store", help="Keep no results; grade everything anew.")] = False,
    concurrency: options.Concurrency = None,
    processes: options.Processes = None,
    samples: options.Samples = None,
    windows: options.Windows = None,
    redact: options.Redact = None,
    ask_roles: options.AskRoles = None,
    limit: Annotated[int | None, typer.Option(help="Grade only the first N transcripts.", min=1)] = None,
    shard: Annotated[str | None, typer.Option(help="Grade only the i-th of n parts, as i/n.", metavar="I/N")] = None,
    limits: options.LimitFlags,
    dry_run: options.DryRun = False,
    calibration: options.CalibrationFile = None,
    fail_under: Annotated[
        float | None, typer.Option(help="Exit with 1 when a score is below this, or there is none.", min=0, max=100)
    ] = None,
    json: options.Json = False,
    otel: Annotated[
        bool,
        typer.Option(
            "--otel", help="Also send each new verdict as an OpenTelemetry event, where OTEL_EXPORTER_OTLP_… says."
        ),
    ] = False,
) -> None:
    """Grade transcripts: a score, a verdict for each item, and the words it rests on.

    Results are kept in the store, so that running it again pays only for what is new, changed or failed.

    Example: llm-grader grade chats/ --model local

    Example: llm-grader grade inbox.jsonl --rubric helpdesk_qa --model gpt-6-luna --json > cards.jsonl

    Example: llm-grader grade calls/ --rubric call_quality --base-url http://127.0.0.1:8000/v1 --model my-model
    """
    from llm_grader.cli.setup.inputs import Inputs
    from llm_grader.cli.setup.judging import budget_of, open_grader
    from llm_grader.cli.setup.resuming import look_up
    from llm_grader.cli.setup.running import open_run
    from llm_grader.cli.setup.settings import load_settings
    from llm_grader.cli.terminal.cards import Cards
    from llm_grader.cli.terminal.progress import Progress

    settings = load_settings(
        endpoint,
        languages,
        limits,
        rubric=rubric,
        items_per_call=items_per_call,
        concurrency=concurrency,
        processes=processes,
        samples=samples,
        windows=windows,
        redact=redact,
        ask_roles=ask_roles,
        store=store,
        keep_transcripts=None if no_transcripts is None else not no_transcripts,
        calibration=calibration,
    )
    budget = budget_of(settings)
    transcripts = Inputs(source.inputs, source.reading(), limit=limit, shard=shard)
    with Progress() as progress:
        grader = open_grader(settings, notify=progress.notify, doing=progress.show, budget=budget, stored=not no_store)
        if note := _note_on_language(grader.rubric, settings.language):
            progress.notify(note)
        if dry_run:
            _print_estimate(grader, transcripts, as_json=json)
            _tell_not_asked(grader.rubric, transcripts)
            raise typer.Exit(3 if transcripts.unreadable else 0)
        finished = look_up(grader, transcripts, progress)
        cards = Cards(grader, as_json=json)
        run = open_run(grader, settings, finished, budget=budget, notify=progress.notify)
        with _events(grader.rubric, wanted=otel) as events:
            running = _Run(run, grader, transcripts, cards, progress, events)
            interrupted, stopped = running.grade(finished)
    cards.print()
    progress.spent = run.spent  # requests without a card are paid for, too
    progress.print_totals()
    _tell_not_asked(grader.rubric, transcripts)
    if stopped is not None:
        raise stopped
    raise typer.Exit(interrupted or cards.exit_code(transcripts.unreadable, fail_under))


@contextmanager
def _events(rubric: Rubric, *, wanted: bool) -> Iterator[EvaluationEvents | None]:
    """What sends each verdict as an event, where that is wanted; on leaving, what is left is sent."""
    if not wanted:
        yield None
        return
    from llm_grader.report.tables.telemetry import EvaluationEvents, open_provider

    provider = open_provider()
    try:
        yield EvaluationEvents(provider, rubric=rubric)
    finally:
        provider.shutdown()


class _Run(NamedTuple):
    """A run: what grades, of which grader, who takes the cards, and who tells of it."""

    grading: Grading
    grader: Grader
    source: Inputs
    cards: Cards
    progress: Progress
    events: EvaluationEvents | None

    def grade(self, finished: list[StoredResult]) -> tuple[int | None, GraderError | None]:
        """Grade everything; returns the exit code of a signal and what stopped the run, None where there was none."""
        from llm_grader.cli.terminal.interrupts import Interrupts
        from llm_grader.grader.worker import collect_rarely

        grading, progress = self.grading, self.progress
        interrupts = Interrupts(progress.notify, grading.finish, stored=self.grader.store is not None)
        left = interrupts.until_stopped(self._left(finished))

        async def graded() -> AsyncIterator[Scorecard]:
            with interrupts.read_on():
                for brief in self.cards.add_stored(finished):
                    progress.advance(brief, grading.spent)
            async for card in grading.cards(left):
                progress.advance(card, grading.spent)
                if self.events is not None:
                    self.events.emit(card)
                yield card

        collect_rarely()
        stopped = interrupts.run(graded(), self.cards.add, close=grading.aclose)
        return interrupts.exit_code, stopped

    def _left(self, finished: list[StoredResult]) -> Iterable[Transcript]:
        """The transcripts that are to be graded."""
        from llm_grader.cli.setup.resuming import left_of

        if len(finished) >= self.progress.total:
            return ()
        left = left_of(self.grader, self.source, finished)
        return left if self.events is None else self.events.watched(left)


def _print_estimate(grader: Grader, source: Inputs, *, as_json: bool) -> None:
    """What grading would take."""
    from llm_grader.cli.terminal.show import print_estimate
    from llm_grader.usage import Usage

    transcripts, usage = 0, Usage()
    for transcript in source.check():
        transcripts += 1
        usage += grader.estimate(transcript)
    print_estimate({"transcripts": transcripts}, usage, as_json=as_json)


def _note_on_language(rubric: Rubric, language: str | None) -> str | None:
    """What to say where the rubric is not written in the language that was asked for."""
    from llm_grader.rubric.model import wording

    if language is None or rubric.is_written_in(language):
        return None
    written = rubric.languages()
    used = wording({code: code for code in written}, language)
    return f"language {language}: {rubric.id} is written in {', '.join(written)}; the checklist is in {used}"


def _tell_not_asked(rubric: Rubric, source: Inputs) -> None:
    """Say of which channels' transcripts the rubric asks nothing: without a score, they look like any that are ok."""
    for channel, count in source.channels.items():
        if not any(rubric.in_channel(item, channel) for item in rubric.items()):
            these = f"{count:,} transcript{'' if count == 1 else 's'}"
            whose = ", ".join(rubric.channels)
            typer.echo(f"{these}: the rubric {rubric.id} asks nothing of {channel}, it is for {whose}", err=True)
