"""Fits of the embedded model: what an answer of its, and the words found, are worth for each item; and for which none.

A small model says Yes too easily to some questions, hardly ever to others, and to some at random; and for many acts a
phrase tells more than it. `eval.measured.fit_local` measures that on labelled conversations. The result is data beside
the prompts, and holds only for the model, the templates and the policies it was fitted with.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

from pydantic import Field, ValidationError

from llm_grader.asking.messages import LOCAL_TEMPLATES, prompt_hash
from llm_grader.errors import UsageError
from llm_grader.local.weights import read_configured
from llm_grader.rubric.model import Item, Rubric
from llm_grader.signals.cues.packaged import cues_hash, showing
from llm_grader.transcript import Model
from llm_grader.verdict import MET, NOT_MET, LabelSource

_log = logging.getLogger("llm_grader")

LEAST_KAPPA = 0.3
"""The lower bound of an item's cross-validated κ from which it is judged: below it chance cannot be told from skill.

The κ itself has to reach it on conversations on which nobody tried the phrases.
"""


class FitAgreement(Model):
    """How far verdicts agreed with labels of conversations left out of the fit: Cohen's κ and its 95 % interval.

    Over `conversations` of them, resampled whole.
    """

    kappa: float
    low: float
    high: float
    conversations: int = Field(ge=0)

    def __str__(self) -> str:
        return f"κ {self.kappa:.2f} [{self.low:.2f}, {self.high:.2f}] on {self.conversations} conversations"


class QuotesRead(Model):
    """How many of the quotes that people or models read, who did not choose them, showed what they were cited for."""

    right: int = Field(ge=0)
    read: int = Field(ge=0)

    @property
    def often_wrong(self) -> bool:
        """Whether fewer than two in three are right."""
        return 3 * self.right < 2 * self.read

    def __str__(self) -> str:
        return f"{self.right} of {self.read} quotes showed what they were cited for"


class ItemFit(Model):
    """Log-odds (nats) of met: `intercept`, and what is added for each thing that is known.

    `whole` for each nat of the model's score on the whole conversation, `turns` for each nat of what it says of the
    agent's messages one by one (`turn_by_turn.TurnScores.score`), `found` where a place of the item's cue is found and
    taken away where one of the cue against it is, `other_language` where the conversation is not in English. With
    `whole` and `turns` 0 the model is not asked. `policy` is the item's `policy_hash` it was fitted for, empty for what
    holds of a cue whatever the item. `apart` is the agreement on conversations on which no phrase was tried while it
    was written, None where they are too few. `quotes` are those that were read, None where none were.
    """

    intercept: float
    whole: float = 0.0
    turns: float = 0.0
    found: float = 0.0
    other_language: float = 0.0
    agreement: FitAgreement
    apart: FitAgreement | None = None
    policy: str = ""
    quotes: QuotesRead | None = None

    @property
    def is_good_enough(self) -> bool:
        """Whether the item is judged by it: it agrees by a margin, there and elsewhere, and its quotes show it."""
        holds = self.apart is None or self.apart.kappa >= LEAST_KAPPA
        return holds and self.agreement.low >= LEAST_KAPPA and not (self.quotes and self.quotes.often_wrong)

    @property
    def stated(self) -> FitAgreement | QuotesRead:
        """What to tell people: quotes that are often wrong; else the agreement, apart where there are enough."""
        return self.quotes if self.quotes and self.quotes.often_wrong else self.apart or self.agreement

    def judges(self, item: Item) -> bool:
        """Whether an item is judged by it: it is good enough, and both labels can be given."""
        return self.is_good_enough and not never_given(item)

    @property
    def asks_model(self) -> bool:
        """Whether the model is asked, of the whole conversation or turn by turn."""
        return self.whole != 0 or self.turns != 0

    def log_odds(self, *, score: float, found: int, in_english: bool, turns: float = 0.0) -> float:
        """The log-odds of met, in nats: above 0 it is more likely than not_met. `found`: see `Conversation.found`."""
        asked = self.whole * score + self.turns * turns
        return self.intercept + asked + self.found * found + self.other_language * (not in_english)


def never_given(item: Item) -> tuple[str, ...]:
    """The labels of an item that need words, which no cue of it shows: with one, what is given leans to one side."""
    shown = showing(item)
    return tuple(
        label for label in (MET, NOT_MET) if shown and label in item.evidence.required_for and label not in shown
    )


class FitOrigin(Model):
    """The origin of fits: with what, on what, how and when they were made."""

    weights_sha256: str
    prompt_hash: str
    cues_hash: str
    data_hash: str
    label_source: LabelSource
    conversations: int
    labels: int
    method: str
    fitted_on: date


class Fits(Model):
    """Fits by rubric and item, and by cue for items of other rubrics; without arguments: none at all."""

    rubrics: dict[str, dict[str, ItemFit]] = Field(default_factory=dict)
    cues: dict[str, ItemFit] = Field(default_factory=dict)
    origin: FitOrigin | None = None

    def of(self, rubric_id: str, item: Item) -> ItemFit | None:
        """The fit that holds for an item: its own, unless its policy was reworded since, else that of its cue."""
        own = self.rubrics.get(rubric_id, {}).get(item.id)
        if own is not None and own.policy == item.policy_hash():
            return own
        return self.cues.get(item.cue) if item.cue and not item.penalty else None


def load_fits(*, weights_sha256: str) -> Fits:
    """The packaged fits that hold for a model: for one they were not fitted with, those that ask no model.

    That, and that templates have changed since, is a warning in the log.
    """
    packaged = read_packaged()
    if _hold(packaged, weights_sha256):
        return packaged
    _log.warning(
        "the fits of the embedded model were made with other weights or prompts: only items that words alone decide "
        "are judged. Make new ones with: python -m llm_grader.eval.measured.fit_local"
    )
    return Fits(
        rubrics={id_: _without_model(fits) for id_, fits in packaged.rubrics.items()},
        cues=_without_model(packaged.cues),
        origin=packaged.origin,
    )


def read_packaged() -> Fits:
    """The fits as they were installed; none where there is no file."""
    file = resources.files("llm_grader.prompts") / "local_fits.json"
    return parse_fits(file.read_text("utf-8")) if file.is_file() else Fits()


@cache
def fits_hash() -> str:
    """SHA-256 over the packaged fits: other fits, other verdicts."""
    return hashlib.sha256(render_fits(read_packaged()).encode()).hexdigest()


def basis_of(weights_file: Path | None) -> dict[str, str]:
    """What verdicts rest on beside rubric and prompts, as hashes: the cues, and the fits or a file of the user's own.

    Raises:
        LocalModelError: the file cannot be read, or is no model.
    """
    if weights_file is None:
        return {"cues": cues_hash(), "fits": fits_hash()}
    return {"cues": cues_hash(), "weights": read_configured(weights_file)}


def parse_fits(text: str) -> Fits:
    """Read the content of a file of fits.

    Raises:
        UsageError: it holds something else.
    """
    try:
        return Fits.model_validate(json.loads(text))
    except (ValueError, ValidationError) as error:
        raise UsageError(f"local_fits.json: expected fits by rubric and by cue: {error}") from error


def render_fits(fits: Fits) -> str:
    """The content of a file of fits, sorted, so that a new fit shows as a small difference."""
    return json.dumps(fits.model_dump(mode="json"), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def rehash_fits(fits: Fits, rubric: Rubric) -> Fits:
    """The same fits with the hashes that `rubric` has now: they are declared to hold for it as it stands.

    For changes that leave every policy as it was, such as a slip of the pen mended; where the meaning of an item
    changed, it has to be fitted again.

    Raises:
        KeyError: the rubric lacks an item that has a fit.
    """
    items = {
        item_id: one.model_copy(update={"policy": rubric.item(item_id).policy_hash()})
        for item_id, one in fits.rubrics.get(rubric.id, {}).items()
    }
    return fits.model_copy(update={"rubrics": {**fits.rubrics, rubric.id: items}})


def probability(log_odds: float) -> float:
    """The probability of the likelier of two answers, .5 to 1."""
    return 1 / (1 + math.exp(-min(abs(log_odds), 700)))


def _without_model(fits: Mapping[str, ItemFit]) -> dict[str, ItemFit]:
    return {id_: fit for id_, fit in fits.items() if not fit.asks_model}


def _hold(fits: Fits, weights_sha256: str) -> bool:
    made = fits.origin
    if made is None:
        return not (fits.rubrics or fits.cues)
    return (made.weights_sha256, made.prompt_hash) == (weights_sha256, prompt_hash(*LOCAL_TEMPLATES))
