"""`Grader`: the faces of grading, for one transcript and for many.

Everything is asynchronous inside. The synchronous faces run the same code on an event loop in a thread of its own, so
they also work where a loop is already running, as in a notebook.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
from contextlib import aclosing
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self, Unpack

from llm_grader.asking.judge import Judge, check_judge
from llm_grader.asking.messages import Prompts
from llm_grader.errors import UsageError
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.endpoint import DECISION_MODES, Endpoint
from llm_grader.grader.earlier import Earlier
from llm_grader.grader.identity import Identity, base_provenance
from llm_grader.grader.judges import Judges
from llm_grader.grader.pool import Mapped
from llm_grader.grader.preview import Preview
from llm_grader.grader.run import GradingRun
from llm_grader.grader.sending import FindBefore, Sending
from llm_grader.grader.settings import DEFAULTS, GraderKeywords, GraderSettings, settings_of
from llm_grader.grader.sync import drained, loop_of_its_own
from llm_grader.grading.confidence import Calibration, calibrated_card, load_calibration
from llm_grader.grading.reuse import Before
from llm_grader.local.open import LANGUAGE
from llm_grader.readers.mail.mail_turns import with_mail_parts
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.store.past_runs import read_rates
from llm_grader.store.store import Store
from llm_grader.store.stored import StoredResult
from llm_grader.transcript import Transcript
from llm_grader.usage import Rates, Usage
from llm_grader.verdict import Provenance, Scorecard


def silent(_line: str) -> None:
    """Tell nobody."""


def as_read(transcript: Transcript) -> Transcript:
    """A transcript as a reader would have given it: e-mail has segments, and no letter of its texts changes."""
    return with_mail_parts(transcript, as_written=True)


class Grader:
    """Grades transcripts against one rubric.

    E-mail that comes without segments gets them first, as when it is read: no quoted word counts as its author's.

    It can be entered with `with` or `async with`, which closes at the end what it has opened. It pickles, and opens
    anew where it is unpickled.

    Args:
        rubric: a `Rubric`, the id of a packaged one, or a path to a file.
        model: the model to ask for; `local` is the embedded one.
        judge: anything with a `complete` method, instead of an endpoint. With a store it needs a `name`:
            results are stored under it, and two that answer differently need two.
        endpoint: all settings of the endpoint together; it replaces those among `settings`, and `model`.
        store: a `Store` or the path of one; what is stored is not paid for again.
        budget: limits on requests and cost.
        calibration: what its confidences are worth, or the file that `llm-grader calibrate` wrote; cards then have
            calibrated ones. The store keeps the judge's own.
        reuse: take verdicts that hold still from the store where the rubric was edited, see `reuse`; otherwise every
            item is asked again, so that all verdicts of a card come from the same prompts.
        notify: gets a short line about waits and retries.
        doing: gets what the embedded model is doing at the moment, such as which question it is asked.
        settings: those of `GraderSettings`: `base_url` (by default `OPENAI_BASE_URL`, else OpenAI's own), `api_key` (by
            default `OPENAI_API_KEY`), `items_per_call`, `samples`, `language`, `redact`, `temperature`, …

    Raises:
        UsageError: a setting does not exist, is out of its bounds or contradicts another, or the calibration is another
            judge's.
        RubricError: the rubric cannot be loaded.
    """

    def __init__(
        self,
        rubric: Rubric | str | Path,
        model: str = DEFAULTS.model,
        *,
        judge: Judge | None = None,
        endpoint: Endpoint | None = None,
        store: Store | str | Path | None = None,
        budget: Budget | None = None,
        calibration: Calibration | str | Path | None = None,
        reuse: bool = True,
        notify: Callable[[str], None] = silent,
        doing: Callable[[str], None] = silent,
        **settings: Unpack[GraderKeywords],
    ) -> None:
        self.settings = settings_of(model, settings, endpoint)
        self.endpoint = _with_temperature(endpoint, self.settings) if endpoint else self.settings.endpoint
        self.is_local = judge is None and self.endpoint.is_local
        if judge is None:
            _check_model(self.endpoint, self.settings)
        else:
            check_judge(judge, stored=store is not None)
        self.rubric = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
        self.prompts = Prompts(
            self.rubric, language=self.settings.language or "en", reason_language=self.settings.reason_language
        )
        self.store = store if isinstance(store, Store) or store is None else Store(store)
        name = str(getattr(judge, "name", type(judge).__name__)) if judge is not None else None
        self.identity = Identity(
            base_provenance(self.prompts, self.endpoint, self.settings, judge=name), self.endpoint.path
        )
        self.calibration = load_calibration(Path(calibration)) if isinstance(calibration, str | Path) else calibration
        if self.calibration is not None:
            self.calibration.check(self.identity.base)
        self._find_before = self._earlier() if reuse else _nothing_before
        self._judges = Judges(
            self.prompts, self.endpoint, self.settings, judge=judge, budget=budget, notify=notify, doing=doing
        )
        self._sending = Sending(self.rubric, self.settings, self._judges, self._find_before)
        self._owns_store = self.store is not store
        self._made_of = {"judge": judge, "budget": budget, "reuse": reuse, "notify": notify, "doing": doing}

    def grade(self, transcript: Transcript) -> Scorecard:
        """Grade one transcript.

        Raises:
            EndpointError: the key, quota, model or address is wrong.
            RunStopped: the endpoint is down, a limit is reached, or `finish` was called.
        """

        async def run() -> Scorecard:
            try:
                return await self.agrade(transcript)
            finally:
                await self.aclose()

        with loop_of_its_own() as call:
            card: Scorecard = call(run)
            return card

    def grade_many(self, transcripts: Iterable[Transcript], *, concurrency: int = 64) -> Iterator[Scorecard]:
        """Grade transcripts as they come and yield scorecards as they finish; see `agrade_many`."""
        cards = self.agrade_many(transcripts, concurrency=concurrency)
        return drained(cards, at_once=max(1, concurrency // 2), aclose=self.aclose)

    async def agrade(self, transcript: Transcript) -> Scorecard:
        """Grade one transcript; the asynchronous face of `grade`."""
        self._judges.start_run()
        async with aclosing(self._cards([transcript], workers=1)) as cards:
            async for card in cards:
                return card
        raise AssertionError("unreachable: each transcript has a card, or an error is raised")

    async def agrade_many(
        self,
        transcripts: Iterable[Transcript] | AsyncIterable[Transcript],
        *,
        concurrency: int = 64,
        finished: Iterable[StoredResult] = (),
        run_id: int | None = None,
    ) -> AsyncGenerator[Scorecard, None]:
        """Grade transcripts as they come and yield scorecards as they finish.

        A source that has to be waited for is an `AsyncIterable`: one that blocks holds up those in flight, too. At most
        `concurrency` transcripts are in flight, and half as many wait to be taken. One that cannot be graded
        yields a card with status error; what stops the whole run is raised after the finished cards were yielded. The
        results of `finished` transcripts are in the store: they are noted as the run's, and not yielded. `run_id` is
        a run of the store that this is a part of, by default a new one.

        Raises:
            EndpointError: the key, quota, model or address is wrong.
            RunStopped: the endpoint is down, a limit is reached, or `finish` was called.
        """
        workers = 1 if self.is_local else max(1, concurrency)
        self._judges.start_run(workers)
        async with aclosing(self._cards(transcripts, finished, workers=workers, run_id=run_id)) as cards:
            async for card in cards:
                yield card

    async def _cards(
        self,
        transcripts: Iterable[Transcript] | AsyncIterable[Transcript],
        finished: Iterable[StoredResult] = (),
        *,
        workers: int,
        run_id: int | None = None,
    ) -> AsyncGenerator[Scorecard, None]:
        run = GradingRun(self._sending.grade, self.provenance, self.store, run_id)
        written = Mapped(as_read, transcripts)
        cards = run.cards(written, finished, provenance=self.identity.base, rubric=self.rubric, workers=workers)
        async with aclosing(cards):
            async for card in cards:
                yield self._calibrated(card)

    def stored(self, finished: StoredResult) -> Scorecard:
        """The card of a transcript whose result is in the store.

        Raises:
            UsageError: it is not.
        """
        card = None if self.store is None else self.store.find(finished.key)
        if card is None:
            raise UsageError(f"{finished.transcript_id} is not in the store: grade it")
        return self._calibrated(finished.own(card))

    def provenance(self, transcript: Transcript) -> Provenance:
        """Everything that says how a card of this transcript comes about, with the key that it is stored under."""
        return self.identity.provenance(as_read(transcript))

    def estimate(self, transcript: Transcript) -> Usage:
        """What grading `transcript` is expected to take, without asking: nothing where its result is stored.

        Repairs and retries are not foreseen. Tokens are estimated from bytes, at the rates that the store has seen for
        this model and rubric.
        """
        transcript = as_read(transcript)
        provenance = self.provenance(transcript)
        if self.store is not None and self.store.has(provenance.key):
            return Usage()
        return self._preview.estimate(transcript, self._find_before(transcript, provenance))

    def render_requests(self, transcript: Transcript) -> Iterator[dict[str, Any]]:
        """The bodies of the requests that grading `transcript` begins with, whatever the store has; nothing is sent.

        What follows from answers is not among them: repairs, words that the embedded model cites, and the roles that
        are asked for. Of several samples' requests each is shown once.
        """
        return self._preview.bodies(as_read(transcript))

    def finish(self) -> int:
        """Begin no other transcript: those that something was sent about finish.

        The next one that would be sent ends the run in `Interrupted`. Call it on the event loop of the run. Returns how
        many transcripts that waited for their turn were given up.
        """
        return self._judges.finish()

    @property
    def spent(self) -> Usage:
        """What its requests have taken so far, those that failed too; cards that come from the store add nothing."""
        return self._judges.spent

    async def aclose(self) -> None:
        """Close what belongs to the running event loop, and the embedded model; it can be asked again all the same."""
        await self._judges.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._owns_store and self.store is not None:
            self.store.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()
        self.__exit__(*error)

    def __reduce__(self) -> tuple[Any, ...]:
        store = None if self.store is None else self.store.path
        settings = {"endpoint": self.endpoint, **self.settings.keywords, **self._made_of}
        return partial(Grader, self.rubric, store=store, calibration=self.calibration, **settings), ()

    def _calibrated(self, card: Scorecard) -> Scorecard:
        return card if self.calibration is None else calibrated_card(card, self.calibration, self.rubric)

    def _earlier(self) -> FindBefore:
        if self.store is None:
            return _nothing_before
        language = LANGUAGE if self.is_local else self.prompts.language
        return Earlier(self.store, self.rubric, language, by_cues=self.is_local).find

    @cached_property
    def _preview(self) -> Preview:
        base = self.identity.base
        rates = Rates() if self.store is None else read_rates(self.store, base.model, base.rubric_hash)
        return Preview(self.prompts, self.endpoint, self.settings, is_local=self.is_local, rates=rates)


def _with_temperature(endpoint: Endpoint, settings: GraderSettings) -> Endpoint:
    return endpoint.model_copy(update={"temperature": settings.temperature})


def _check_model(endpoint: Endpoint, settings: GraderSettings) -> None:
    """Refuse a model that cannot be asked as the settings say."""
    if endpoint.mode in DECISION_MODES:
        _check_decisions(settings)
    if not endpoint.is_local:
        endpoint.check()
    elif settings.ask_roles:
        raise UsageError(
            "the embedded model cannot be asked who speaks: say it with a role mapping (--agent, --roles), or name "
            "another model"
        )


def _check_decisions(settings: GraderSettings) -> None:
    refused = {
        "samples": (settings.samples > 1, "the same question gets the same answer"),
        "windows": (settings.windows, "a conversation is asked about as a whole"),
        "ask_roles": (settings.ask_roles, "the model cannot be asked who speaks"),
    }
    for name, (is_set, why) in refused.items():
        if is_set:
            raise UsageError(f"{name}: not in mode {settings.mode}, where {why}: leave it out, or set another mode")


def _nothing_before(_transcript: Transcript, _provenance: Provenance) -> Before | None:
    return None


def grade(transcript: Transcript, rubric: Rubric | str | Path, **settings: Any) -> Scorecard:
    """Grade one transcript; `settings` are those of `Grader`."""
    return Grader(rubric, **settings).grade(transcript)
