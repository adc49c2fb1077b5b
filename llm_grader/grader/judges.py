"""Judges: who answers, opened when first asked and closed at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from llm_grader.asking.by_decision import DecisionAsker
from llm_grader.asking.by_prompt import PromptAsker
from llm_grader.asking.by_windows import WindowAsker
from llm_grader.asking.judge import Asker, Judge
from llm_grader.asking.messages import Prompts
from llm_grader.errors import Interrupted
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.endpoint import DECISION_MODES, Endpoint
from llm_grader.gateway.gateway import CONCURRENCY, Gateway
from llm_grader.gateway.throttle import NOTHING_NEW
from llm_grader.grader.settings import GraderSettings
from llm_grader.local.open import OpenJudge, open_local
from llm_grader.usage import Usage


class Judges:
    """Judge of a grader: a caller's own, the embedded model, or an endpoint through one gateway for all event loops.

    May be used from several threads, each with an event loop of its own.

    Args:
        prompts: of the rubric.
        endpoint: where a model is asked.
        settings: how it is asked about items.
        judge: the caller's own; it answers in place of a model.
        budget: limits on requests and cost.
        notify: gets a short line about waits and retries.
        doing: gets what the embedded model is doing at the moment.
    """

    def __init__(
        self,
        prompts: Prompts,
        endpoint: Endpoint,
        settings: GraderSettings,
        *,
        judge: Judge | None = None,
        budget: Budget | None = None,
        notify: Callable[[str], None],
        doing: Callable[[str], None],
    ) -> None:
        self._prompts = prompts
        self._endpoint = endpoint
        self._settings = settings
        self._judge = judge
        self._budget = budget
        self._notify = notify
        self._doing = doing
        self._lock = threading.Lock()
        self._opened: OpenJudge | None = None
        self._spent = Usage()
        self._concurrency = CONCURRENCY
        self._finishing = False

    def start_run(self, concurrency: int | None = None) -> None:
        """A new run begins on this event loop; what ended the last one is over.

        Args:
            concurrency: requests in flight at most, None for as many as before.
        """
        self._finishing = False
        self._concurrency = concurrency or self._concurrency
        if self._gateway is not None:
            self._gateway.start_run(self._concurrency)

    def open(self) -> OpenJudge:
        """The judge, opened where it is not yet.

        Raises:
            Interrupted: the run is to finish.
            LocalModelError: the embedded model cannot be started.
        """
        if self._finishing:
            raise Interrupted(NOTHING_NEW)
        if self._opened is None:
            with self._lock:
                self._opened = self._opened or self._open()
        return self._opened

    def count(self, usage: Usage) -> None:
        """Add what a card took, where no gateway counts its requests."""
        if self._gateway is None:
            with self._lock:
                self._spent += usage

    @property
    def spent(self) -> Usage:
        """What all requests have taken so far, those that failed too."""
        return self._spent if self._gateway is None else self._spent + self._gateway.spent

    def finish(self) -> int:
        """Begin no other transcript in this run; returns how many that waited for their turn were given up."""
        self._finishing = True
        return 0 if self._gateway is None else self._gateway.finish()

    async def aclose(self) -> None:
        """Close what belongs to the running event loop, and the embedded model; both open again when asked."""
        opened = self._opened
        if opened is None:
            return
        if opened.server is not None:  # the gateway goes with it, and what it has counted stays
            self._spent, self._opened = self.spent, None
        await opened.aclose()

    @property
    def _gateway(self) -> Gateway | None:
        return None if self._opened is None else self._opened.gateway

    def _open(self) -> OpenJudge:
        if self._judge is not None:
            return OpenJudge(self._asker(self._judge), self._judge)
        if self._endpoint.is_local:
            return open_local(self._prompts.rubric, self._endpoint, notify=self._notify, doing=self._doing)
        gateway = Gateway(self._endpoint, budget=self._budget, notify=self._notify)
        gateway.start_run(self._concurrency)
        if self._endpoint.mode in DECISION_MODES:
            return OpenJudge(DecisionAsker(gateway.decide, language=self._prompts.language), gateway=gateway)
        return OpenJudge(self._asker(gateway), gateway, gateway)

    def _asker(self, judge: Judge) -> Asker:
        asker = PromptAsker(judge, self._prompts, items_per_call=self._settings.items_per_call)
        return WindowAsker(asker) if self._settings.windows else asker
