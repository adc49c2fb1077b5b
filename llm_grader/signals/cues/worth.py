"""The worth of cues, as measured, and the verdicts that they contradict.

What a cue is worth is how often the act was there where its words were found, on conversations labelled by readers
(`eval.measured.fit_local`). A verdict that says otherwise is not changed: somebody should look.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from pydantic import Field, TypeAdapter

from llm_grader.rubric.model import Item
from llm_grader.signals.cues.find import packaged_finder
from llm_grader.signals.cues.packaged import load_cues, showing
from llm_grader.transcript import Model, Share, Transcript
from llm_grader.verdict import MET, NOT_MET, Verdict

CONTRADICTED = "words_contradict"
"""The flag of a card with a verdict that words in the conversation speak against."""
LEAST_RIGHT = 0.85
"""The share of places at which a cue has to be right before it may speak against a verdict."""
LEAST_PLACES = 20


class CueWorth(Model):
    """How often a cue that was found spoke true: in `right` of the `found` conversations that had its words."""

    right: Share
    found: int = Field(ge=0)

    @property
    def may_contradict(self) -> bool:
        """Whether the cue was right often enough, and seen often enough."""
        return self.found >= LEAST_PLACES and self.right >= LEAST_RIGHT


@cache
def load_worth() -> Mapping[str, CueWorth]:
    """The measured worth of the packaged cues; none where there is no file."""
    file = resources.files("llm_grader.prompts") / "cue_worth.json"
    return TypeAdapter(dict[str, CueWorth]).validate_json(file.read_bytes()) if file.is_file() else {}


def render_worth(worth: Mapping[str, CueWorth]) -> str:
    """The content of a file of worth, sorted."""
    content = {cue_id: one.model_dump(mode="json") for cue_id, one in sorted(worth.items())}
    return json.dumps(content, indent=1) + "\n"


class Contradiction(NamedTuple):
    """What a cue shows, and the number of the turn where its words stand."""

    title: str
    turn: int


def contradictions(
    transcript: Transcript,
    items: Sequence[Item],
    verdicts: Mapping[str, Verdict],
    *,
    worth: Mapping[str, CueWorth] | None = None,
) -> dict[str, Contradiction]:
    """Item → what speaks against its verdict, at the first place of several.

    Args:
        transcript: the conversation.
        items: those that may name a cue.
        verdicts: by item.
        worth: of the cues; the packaged one by default.
    """
    known, cues = load_worth() if worth is None else worth, load_cues()
    doubted = {
        item.id: cue_id
        for item in items
        for label, cue_id in showing(item).items()
        if cue_id in known and known[cue_id].may_contradict and _opposes(label, verdicts[item.id])
    }
    if not doubted:
        return {}
    places = packaged_finder().find(transcript, frozenset(doubted.values()))
    return {
        item_id: Contradiction(cues[cue_id].title, places[cue_id][0].turn)
        for item_id, cue_id in doubted.items()
        if cue_id in places
    }


def _opposes(shows: str, verdict: Verdict) -> bool:
    return verdict.label == (NOT_MET if shows == MET else MET)
