"""A run as the command line does it: in this process, or spread over several of this machine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Protocol

from llm_grader.errors import UsageError

if TYPE_CHECKING:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.gateway.budget import Budget
    from llm_grader.grader.grader import Grader
    from llm_grader.store.stored import StoredResult
    from llm_grader.transcript import Transcript
    from llm_grader.usage import Usage
    from llm_grader.verdict import Scorecard


class Grading(Protocol):
    """Grading of a run's transcripts, wherever it is done."""

    @property
    def spent(self) -> Usage:
        """What its requests have taken so far."""
        ...

    def cards(self, transcripts: Iterable[Transcript]) -> AsyncGenerator[Scorecard, None]:
        """The scorecards as they finish."""
        ...

    def finish(self) -> int:
        """Begin no other transcript; returns how many that had not begun were given up."""
        ...

    async def aclose(self) -> None:
        """Close what it has opened, whatever is in flight."""
        ...


class _OneProcess:
    def __init__(self, grader: Grader, finished: Sequence[StoredResult], concurrency: int) -> None:
        self._grader = grader
        self.cards = partial(grader.agrade_many, concurrency=concurrency, finished=finished)
        self.finish, self.aclose = grader.finish, grader.aclose

    @property
    def spent(self) -> Usage:
        return self._grader.spent


def open_run(
    grader: Grader,
    settings: Settings,
    finished: Sequence[StoredResult],
    *,
    budget: Budget,
    notify: Callable[[str], None],
) -> Grading:
    """The run that the settings describe.

    Args:
        grader: of the settings, in this process.
        settings: how many processes, and what they may do.
        finished: results that are in the store; they are noted as the run's.
        budget: limits, for all processes together.
        notify: gets a short line about waits and retries.

    Raises:
        UsageError: several processes were asked for, and the model is the embedded one.
    """
    if settings.processes == 1:
        return _OneProcess(grader, finished, settings.concurrency)
    if grader.is_local:
        raise UsageError("processes: the embedded model already uses all cores: leave --processes out, or set it to 1")
    from llm_grader.cli.setup.judging import open_grader
    from llm_grader.grader.processes import Processes
    from llm_grader.grader.run import note_run

    store = grader.store
    run_id = None if store is None else note_run(store, grader.identity.base, grader.rubric, finished)
    return Processes(
        partial(open_grader, _share_of(settings), stored=store is not None),
        processes=settings.processes,
        concurrency=settings.concurrency,
        run_id=run_id,
        budget=budget,
        notify=notify,
    )


def _share_of(settings: Settings) -> Settings:
    """The settings of one process: its share of what an account is allowed in a minute, at least one."""
    limits = ("requests_per_minute", "tokens_per_minute")
    allowed = {name: limit for name in limits if (limit := getattr(settings, name)) is not None}
    return settings.model_copy(update={name: max(1, limit // settings.processes) for name, limit in allowed.items()})
