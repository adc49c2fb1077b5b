"""`Grader`: the parts wired together, for one transcript and for many.

Everything is asynchronous inside. The synchronous faces run the same code on an event loop in a thread of its own, so
they also work where a loop is already running, as in a notebook.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from llm_grader.asking.by_prompt import Layout, PromptAsker
from llm_grader.asking.by_windows import WindowAsker
from llm_grader.asking.judge import Asker, ItemsPerCall, Judge
from llm_grader.asking.messages import LOCAL_TEMPLATES, ROLE_TEMPLATES, TEMPLATES, Prompts, prompt_hash
from llm_grader.asking.speaker_roles import ask_roles
from llm_grader.errors import Interrupted, UsageError
from llm_grader.gateway.bodies import render_choice, render_request
from llm_grader.gateway.budget import Budget
from llm_grader.gateway.endpoint import LOCAL, Endpoint, parameters_of
from llm_grader.gateway.estimates import estimate_of
from llm_grader.gateway.gateway import CONCURRENCY, Gateway
from llm_grader.gateway.throttle import NOTHING_NEW
from llm_grader.grader.earlier import Earlier
from llm_grader.grader.keys import Keys
from llm_grader.grader.preview import Questions
from llm_grader.grader.run import GradingRun
from llm_grader.grader.sync import drained, loop_of_its_own
from llm_grader.grading.confidence import Calibration, calibrated_card, load_calibration
from llm_grader.grading.grade import grade_transcript
from llm_grader.grading.reuse import Before
from llm_grader.local.open import LANGUAGE, Line, open_local
from llm_grader.privacy.redaction import redact as redact_transcript
from llm_grader.privacy.redaction import restore_card
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Rubric
from llm_grader.store.past_runs import read_rates
from llm_grader.store.store import Store
from llm_grader.store.stored import Known
from llm_grader.transcript import Transcript
from llm_grader.usage import Rates, Usage
from llm_grader.verdict import Provenance, Scorecard
from llm_grader.version import __version__

_TEMPERATURE_OF_SAMPLES = 0.7


class Grader:
    """Grades transcripts against one rubric.

    Args:
        rubric: a `Rubric`, the id of a packaged one, or a path to a file.
        model: the model to ask for; `local` is the embedded one.
        base_url: the OpenAI-compatible endpoint; by default `OPENAI_BASE_URL`, else OpenAI's own.
        api_key: by default `OPENAI_API_KEY`.
        items_per_call: "all", or how many items a request asks about.
        samples: how often each transcript is graded; the answers vote, see `sampling`. With more than one, a
            temperature of 0 becomes 0.7, since samples of one answer tell nothing.
        language: BCP 47 code of the checklist's wording in the prompt, English by default.
        store: a `Store` or the path of one; what is stored is not paid for again.
        judge: anything with a `complete` method, instead of an endpoint. Results are stored under its `name`, or that
            of its class: two that answer differently need two names.
        endpoint: more settings than `model`, `base_url` and `api_key`, which it then replaces.
        reason_language: BCP 47 code of the reasons; by default the same as `language`.
        windows: read a transcript that does not fit into the model's context in overlapping windows, see `windows`;
            by default it fails with `context_too_long`.
        budget: limits on requests and cost.
        redact: send tokens in place of e-mail addresses, phone numbers, IBANs, cards and known names, see `redaction`;
            cards have the original words all the same.
        ask_roles: ask the judge who a speaker is whose role is unknown, see `speaker_roles`, with one more request; by
            default nothing is asked about a conversation without a known agent.
        calibration: what its confidences are worth, or the file that `llm-grader calibrate` wrote; cards then have
            calibrated ones. The store keeps the judge's own.
        reuse: take verdicts that hold still from the store where the rubric was edited, see `reuse`; otherwise every
            item is asked again, so that all verdicts of a card come from the same prompts.
        notify: told in a short line about waits and retries.

    Raises:
        UsageError: the settings contradict each other, or the calibration is another judge's.
        RubricError: the rubric cannot be loaded.
    """

    def __init__(
        self,
        rubric: Rubric | str | Path,
        model: str = "gpt-5-mini",
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        items_per_call: ItemsPerCall = "all",
        samples: int = 1,
        language: str | None = None,
        store: Store | str | Path | None = None,
        judge: Judge | None = None,
        endpoint: Endpoint | None = None,
        reason_language: str | None = None,
        windows: bool = False,
        budget: Budget | None = None,
        redact: bool = False,
        ask_roles: bool = False,
        calibration: Calibration | str | Path | None = None,
        reuse: bool = True,
        notify: Callable[[str], None] = lambda _line: None,
    ) -> None:
        if samples < 1:
            raise UsageError(f"samples: expected a number from 1, found {samples}")
        if items_per_call != "all" and items_per_call < 1:
            raise UsageError(f"items_per_call: expected 'all' or a number from 1, found {items_per_call}")
        self.rubric = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
        self.items_per_call = items_per_call
        self.prompts = Prompts(self.rubric, language=language or "en", reason_language=reason_language)
        asked = endpoint or Endpoint(
            model=model,
            base_url=base_url or (None if model == LOCAL else os.environ.get("OPENAI_BASE_URL") or None),
            api_key=SecretStr(key) if (key := api_key or os.environ.get("OPENAI_API_KEY", "")) else None,
        )
        if samples > 1 and asked.temperature == 0:
            asked = asked.model_copy(update={"temperature": _TEMPERATURE_OF_SAMPLES})
        self.endpoint = asked
        self.samples = samples
        self.windows = windows
        self.redact = redact
        self.ask_roles = ask_roles
        self._budget = budget
        self.store = store if isinstance(store, Store) or store is None else Store(store)
        self._earlier: Earlier | None = None
        self._spent = Usage()
        self._finishing = False
        self._concurrency = CONCURRENCY
        self._judge = judge
        self._notify = notify
        if judge is None and not self.is_local:
            asked.check()
        if ask_roles and self.is_local:
            raise UsageError(
                "the embedded model cannot be asked who speaks: say it with a role mapping (--agent, --roles), or name "
                "another model"
            )
        if self.store is not None and reuse:
            self._earlier = Earlier(self.store, self.rubric, LANGUAGE if self.is_local else self.prompts.language)
        self.calibration = load_calibration(Path(calibration)) if isinstance(calibration, str | Path) else calibration
        if self.calibration is not None:
            self.calibration.check(self.base_provenance)

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
        async with aclosing(self._run([transcript], workers=1)) as cards:
            async for card in cards:
                return card
        raise AssertionError("unreachable: each transcript has a card, or an error is raised")

    async def agrade_many(
        self, transcripts: Iterable[Transcript], *, concurrency: int = 64, known: Iterable[Known] = ()
    ) -> AsyncGenerator[Scorecard, None]:
        """Grade transcripts as they come and yield scorecards as they finish.

        At most `concurrency` transcripts are in flight, and half as many wait to be taken. One that cannot be graded
        yields a card with status error; what stops the whole run is raised after the finished cards were yielded. The
        results of `known` transcripts are in the store: they are noted as the run's, and not yielded.

        Raises:
            EndpointError: the key, quota, model or address is wrong.
            RunStopped: the endpoint is down, a limit is reached, or `finish` was called.
        """
        self._concurrency = 1 if self.is_local else max(1, concurrency)
        async with aclosing(self._run(transcripts, known, workers=self._concurrency)) as cards:
            async for card in cards:
                yield card

    async def _run(
        self, transcripts: Iterable[Transcript], known: Iterable[Known] = (), *, workers: int
    ) -> AsyncGenerator[Scorecard, None]:
        self._finishing = False
        if self._open_gateway is not None:
            self._open_gateway.start_run(self._concurrency)
        run = GradingRun(self._ask, self.provenance, self.store)
        cards = run.cards(transcripts, known, provenance=self.base_provenance, rubric=self.rubric, workers=workers)
        async with aclosing(cards):
            async for card in cards:
                yield self._calibrated(card)

    def stored(self, known: Known) -> Scorecard:
        """The card of a transcript whose result is in the store.

        Raises:
            UsageError: it is not.
        """
        card = None if self.store is None else self.store.find(known.key)
        if card is None:
            raise UsageError(f"{known.transcript_id} is not in the store: grade it")
        return self._calibrated(known.own(card))

    def _calibrated(self, card: Scorecard) -> Scorecard:
        return card if self.calibration is None else calibrated_card(card, self.calibration, self.rubric)

    def estimate(self, transcript: Transcript) -> Usage:
        """What grading `transcript` is expected to take, without asking: nothing where its result is stored.

        Repairs and retries are not foreseen. Tokens are estimated from bytes, at the rates that the store has seen for
        this model and rubric.
        """
        provenance = self.provenance(transcript)
        if self.store is not None and self.store.has(provenance.key):
            return Usage()
        usage = Usage()
        for question in self._questions.about(self._as_sent(transcript), self._before(transcript, provenance)):
            once = estimate_of(question.messages, question.answer, self.endpoint, rates=self._rates)
            usage += sum([once] * (self.samples if question.each_sample else 1), Usage())
        return usage.model_copy(update={"cost": 0.0}) if self.is_local else usage

    def render_requests(self, transcript: Transcript) -> Iterator[dict[str, Any]]:
        """The bodies of the requests that grading `transcript` begins with, whatever the store has; nothing is sent.

        What follows from answers is not among them: repairs, words that the embedded model cites, and the roles that
        are asked for. Of several samples' requests each is shown once.
        """
        for messages, answer, _ in self._questions.about(self._as_sent(transcript)):
            if isinstance(answer, tuple):
                yield render_choice(self.endpoint, messages, answer)
            else:
                yield render_request(self.endpoint, messages, answer)

    def _as_sent(self, transcript: Transcript) -> Transcript:
        return redact_transcript(transcript).transcript if self.redact else transcript

    def finish(self) -> int:
        """Begin no other transcript: those that something was sent about finish.

        The next one that would be sent ends the run in `Interrupted`. Call it on the event loop of the run. Returns how
        many transcripts that waited for their turn were given up.
        """
        self._finishing = True
        gateway = self._open_gateway
        return 0 if gateway is None else gateway.finish()

    async def aclose(self) -> None:
        """Close what belongs to the running event loop, and the embedded model."""
        line: Line | None = self.__dict__.get("_line")
        if line is not None:
            if line.server is not None:
                self._spent = self.spent
                del self.__dict__["_line"]
            await line.aclose()

    @property
    def spent(self) -> Usage:
        """What its requests have taken so far, those that failed too; cards that come from the store add nothing."""
        gateway = self._open_gateway
        return self._spent if gateway is None else self._spent + gateway.spent

    @property
    def _open_gateway(self) -> Gateway | None:
        line: Line | None = self.__dict__.get("_line")
        return None if line is None else line.gateway

    @property
    def is_local(self) -> bool:
        """Whether the embedded model is asked."""
        return self._judge is None and self.endpoint.is_local

    def provenance(self, transcript: Transcript) -> Provenance:
        """Everything that says how a card of this transcript comes about, with the key that it is stored under."""
        return self._keys.stamp(transcript)

    async def _ask(self, transcript: Transcript, provenance: Provenance) -> Scorecard:
        if self._finishing:
            raise Interrupted(NOTHING_NEW)
        asker, samples, before = self._line.asker, self.samples, self._before(transcript, provenance)
        redaction = redact_transcript(transcript) if self.redact else None
        sent, asking = await self._with_roles(transcript if redaction is None else redaction.transcript)
        card = await grade_transcript(sent, self.rubric, asker, provenance, samples=samples, before=before)
        card = card.model_copy(update={"usage": asking + card.usage})
        if self._open_gateway is None:
            self._spent += card.usage
        if redaction is None:
            return card
        new = {item_id: verdict for item_id, verdict in card.verdicts.items() if verdict.taken_from is None}
        restored = restore_card(card.model_copy(update={"verdicts": new}), transcript, redaction)
        return card.model_copy(update={"verdicts": {**card.verdicts, **restored.verdicts}})

    async def _with_roles(self, transcript: Transcript) -> tuple[Transcript, Usage]:
        judge = self._judge or self._line.gateway
        if not self.ask_roles or judge is None:
            return transcript, Usage()
        return await ask_roles(transcript, judge)

    def _before(self, transcript: Transcript, provenance: Provenance) -> Before | None:
        return None if self._earlier is None else self._earlier.find(transcript, provenance)

    @cached_property
    def _line(self) -> Line:
        """Who asks, and what has to be closed afterwards; made when first needed."""
        if self._judge is not None:
            return Line(self._prompt_asker(self._judge))
        if self.is_local:
            return open_local(self.rubric, self.endpoint, self._notify)
        gateway = self._gateway()
        gateway.start_run(self._concurrency)
        return Line(self._prompt_asker(gateway), gateway)

    @cached_property
    def _rates(self) -> Rates:
        """What requests took before, when first asked for."""
        if self.store is None:
            return Rates()
        return read_rates(self.store, self.base_provenance.model, self.base_provenance.rubric_hash)

    def _gateway(self) -> Gateway:
        return Gateway(self.endpoint, budget=self._budget, notify=self._notify)

    def _prompt_asker(self, judge: Judge) -> Asker:
        asker = PromptAsker(judge, self.prompts, items_per_call=self.items_per_call)
        return WindowAsker(asker) if self.windows else asker

    @cached_property
    def _questions(self) -> Questions:
        layout = Layout(self.prompts, self.items_per_call)
        language = LANGUAGE if self.is_local else None
        return Questions(self.rubric, layout, ask_roles=self.ask_roles, language=language)

    @cached_property
    def base_provenance(self) -> Provenance:
        """What the provenance of all cards of this grader has in common; its key is empty."""
        templates = (*(LOCAL_TEMPLATES if self.is_local else TEMPLATES), *(ROLE_TEMPLATES if self.ask_roles else ()))
        judge = str(getattr(self._judge, "name", type(self._judge).__name__)) if self._judge else None
        parameters = {
            **parameters_of(self.endpoint),
            "items_per_call": self.items_per_call,
            "samples": self.samples,
            "redact": self.redact,
            "ask_roles": self.ask_roles,
            "language": self.prompts.language,
            "reason_language": self.prompts.reason_language,
        }
        if self.is_local:
            from llm_grader.local.offsets import offsets_hash

            parameters["offsets"] = offsets_hash()
        return Provenance(
            rubric_id=self.rubric.id,
            rubric_version=self.rubric.version,
            rubric_hash=self.rubric.content_hash(),
            prompt_hash=prompt_hash(*templates),
            model=judge or self.endpoint.model,
            endpoint=None if judge else LOCAL if self.is_local else self.endpoint.host,
            parameters=parameters,
            key="",
            library_version=__version__,
        )

    @cached_property
    def _keys(self) -> Keys:
        return Keys(self.base_provenance, self.endpoint.path)

    def key(self, transcript: Transcript) -> str:
        """What the result is stored under: a hash of everything that can change it."""
        return self._keys.key(transcript)


def grade(transcript: Transcript, rubric: Rubric | str | Path, **settings: Any) -> Scorecard:
    """Grade one transcript; `settings` are those of `Grader`."""
    return Grader(rubric, **settings).grade(transcript)
