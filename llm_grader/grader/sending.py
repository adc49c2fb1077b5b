"""Sending: one transcript on its way to a judge, and back as a card."""

from __future__ import annotations

from collections.abc import Callable

from llm_grader.asking.judge import Judge
from llm_grader.asking.speaker_roles import ask_roles
from llm_grader.grader.judges import Judges
from llm_grader.grader.settings import GraderSettings
from llm_grader.grading.grade import grade_transcript
from llm_grader.grading.reuse import Before
from llm_grader.privacy.redaction import Redaction, redact, restore_card
from llm_grader.rubric.model import Rubric
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import Provenance, Scorecard

FindBefore = Callable[[Transcript, Provenance], Before | None]
"""The earlier card of a transcript that verdicts are taken from, None where there is none."""


class Sending:
    """Sends transcripts as the settings say: redacted, with roles asked for, and asked about item by item.

    Args:
        rubric: the checklist.
        settings: how transcripts are sent.
        judges: who answers.
        find_before: the earlier card of a transcript.
    """

    def __init__(
        self,
        rubric: Rubric,
        settings: GraderSettings,
        judges: Judges,
        find_before: FindBefore,
    ) -> None:
        self._rubric = rubric
        self._settings = settings
        self._judges = judges
        self._find_before = find_before

    async def grade(self, transcript: Transcript, provenance: Provenance) -> Scorecard:
        """The card of one transcript, in its original words.

        Raises:
            EndpointError: the key, quota, model or address is wrong.
            RunStopped: the endpoint is down, a limit is reached, or the run is to finish.
        """
        opened = self._judges.open()
        before = self._find_before(transcript, provenance)
        redaction = redact(transcript) if self._settings.redact else None
        sent, for_roles = await self._with_roles(redaction.transcript if redaction else transcript, opened.judge)
        samples = self._settings.samples
        card = await grade_transcript(sent, self._rubric, opened.asker, provenance, samples=samples, before=before)
        card = card.model_copy(update={"usage": for_roles + card.usage})
        self._judges.count(card.usage)
        return _own(card if redaction is None else _restored(card, transcript, redaction))

    async def _with_roles(self, transcript: Transcript, judge: Judge | None) -> tuple[Transcript, Usage]:
        if not self._settings.ask_roles or judge is None:
            return transcript, Usage()
        return await ask_roles(transcript, judge)


def _own(card: Scorecard) -> Scorecard:
    """The card with what an earlier answer by the same key gave counted as its own."""
    key = card.provenance.key
    own = {
        item_id: verdict.model_copy(update={"taken_from": None}) if verdict.taken_from == key else verdict
        for item_id, verdict in card.verdicts.items()
    }
    return card.model_copy(update={"verdicts": own})


def _restored(card: Scorecard, transcript: Transcript, redaction: Redaction) -> Scorecard:
    """The card in the original words; verdicts of an earlier card have them already."""
    new = {item_id: verdict for item_id, verdict in card.verdicts.items() if verdict.taken_from is None}
    restored = restore_card(card.model_copy(update={"verdicts": new}), transcript, redaction)
    return card.model_copy(update={"verdicts": {**card.verdicts, **restored.verdicts}})
