"""Results to report on: the cards of a store with their conversations and rubrics, as often as they are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import Literal, NamedTuple, Protocol

from llm_grader.errors import UsageError
from llm_grader.rubric.model import Rubric
from llm_grader.store.conversations import read_conversations
from llm_grader.store.past_runs import read_rubric
from llm_grader.store.store import Run, Store
from llm_grader.transcript import Transcript
from llm_grader.verdict import Scorecard

TextState = Literal["shown", "absent", "differs"]
"""Whether a conversation's text is there and the one that was graded."""


class Text(NamedTuple):
    """The conversation of a card, where it is there, and whether it is the one that was graded."""

    transcript: Transcript | None
    state: TextState


@dataclass(frozen=True)
class Period:
    """Days, in a time zone, from the first to the last; None is open."""

    since: date | None = None
    until: date | None = None
    zone: tzinfo = UTC

    def holds(self, card: Scorecard) -> bool:
        """Whether a card's conversation began in it; one of unknown time only where it is open on both sides."""
        if self.since is None and self.until is None:
            return True
        started = card.about and card.about.started_at
        if not started:
            return False
        day = started.astimezone(self.zone).date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class ReadableResults(Protocol):
    """What a report reads: cards, their rubrics and conversations."""

    @property
    def rubric(self) -> Rubric: ...  # noqa: D102
    def cards(self) -> Iterator[Scorecard]: ...  # noqa: D102
    def rubric_of(self, card: Scorecard) -> Rubric | None: ...  # noqa: D102
    def text(self, card: Scorecard) -> Text: ...  # noqa: D102


class StoredResults:
    """The cards of one rubric in a store: of one run, or the latest of each conversation over all runs.

    Args:
        store: an open store.
        run: the number of a run.
        rubric_id: the rubric; that of the latest run where none is named.
        period: only conversations that began in it.
        texts: conversations by id, before those that the store keeps.

    Raises:
        UsageError: there is no such run, or no result of such a rubric.
    """

    def __init__(
        self,
        store: Store,
        *,
        run: int | None = None,
        rubric_id: str | None = None,
        period: Period | None = None,
        texts: Mapping[str, Transcript] | None = None,
    ) -> None:
        self.store = store
        self.period = period or Period()
        self.run = _chosen_run(store, run, rubric_id)
        self.one_run = run is not None
        self._texts = texts or {}
        self._rubrics: dict[str, Rubric | None] = {}

    def cards(self) -> Iterator[Scorecard]:
        """The cards, by id of the conversation; read anew at each call."""
        cards = self.store.cards(self.run.run_id if self.one_run else None, rubric_id=self.run.rubric_id)
        return filter(self.period.holds, cards)

    def text(self, card: Scorecard) -> Text:
        """The conversation of a card, where it is there."""
        return text_of(card, self.texts(card.transcript_id))

    def rubric_of(self, card: Scorecard) -> Rubric | None:
        """The rubric as the card was graded by; None where the store does not have it."""
        return self._rubric(card.provenance.rubric_hash)

    @property
    def known_rubric(self) -> Rubric | None:
        """The rubric of the run that is shown, where the store has it."""
        return self._rubric(self.run.rubric_hash)

    @property
    def rubric(self) -> Rubric:
        """The rubric as it stands in the run that is shown, the latest one.

        Raises:
            UsageError: the store does not have it.
        """
        if (found := self.known_rubric) is None:
            raise UsageError(
                f"{self.store.path}: the rubric {self.run.rubric_id} of run {self.run.run_id} is not kept there, as in "
                "stores of early versions: grade again, which costs nothing where nothing has changed"
            )
        return found

    def _rubric(self, rubric_hash: str) -> Rubric | None:
        if rubric_hash not in self._rubrics:
            self._rubrics[rubric_hash] = read_rubric(self.store, rubric_hash)
        return self._rubrics[rubric_hash]

    def texts(self, transcript_id: str) -> list[Transcript]:
        """The conversations under an id: the one that was given, else those that the store keeps."""
        given = self._texts.get(transcript_id)
        return [given] if given is not None else list(read_conversations(self.store, transcript_id))


def text_of(card: Scorecard, found: Sequence[Transcript]) -> Text:
    """The conversation of a card among those under its id: the one in which every quote stands at its place."""
    if not found:
        return Text(None, "absent")
    same = next((one for one in found if quotes_stand(card, one)), None)
    return Text(found[0], "differs") if same is None else Text(same, "shown")


def quotes_stand(card: Scorecard, transcript: Transcript) -> bool:
    """Whether each quote of the card is what stands in the conversation at its place."""
    return all(
        evidence.turn < len(transcript.turns)
        and transcript.turns[evidence.turn].text[evidence.start : evidence.end] == evidence.quote
        for verdict in card.verdicts.values()
        for evidence in verdict.evidence
    )


def _chosen_run(store: Store, number: int | None, rubric_id: str | None) -> Run:
    runs = store.runs()
    wanted: Iterable[Run] = (
        run
        for run in runs
        if (number is None or run.run_id == number) and (rubric_id is None or run.rubric_id == rubric_id)
    )
    if (found := next(iter(wanted), None)) is not None:
        return found
    names = ", ".join(sorted({run.rubric_id for run in runs})) or "none"
    if number is not None:
        by = f" by the rubric {rubric_id}" if rubric_id else ""
        raise UsageError(f"--run {number}: there is no such run{by} in {store.path}: see `llm-grader results list`")
    what = f"nothing was graded by the rubric {rubric_id}" if rubric_id else "nothing was graded yet"
    raise UsageError(f"{store.path}: {what} (rubrics in it: {names}): grade first, or name another --store or --rubric")
