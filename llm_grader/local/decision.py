"""Decisions about an item: a label, how sure it is, and the reason in words; or why the model cannot judge the item."""

from __future__ import annotations

import math
from typing import NamedTuple

from llm_grader.gateway.answer_text import Choice
from llm_grader.local.fits import ItemFit, never_given, probability
from llm_grader.local.questions import NO, YES, options_of, score_of
from llm_grader.rubric.model import Item
from llm_grader.signals.cues.packaged import load_cues, showing
from llm_grader.usage import Usage
from llm_grader.verdict import CANNOT_ASSESS, UNJUDGED


class ChoiceDecision(NamedTuple):
    """A label, the probability that it is right, the reason, and what asking for it took."""

    label: str
    confidence: float | None
    reason: str
    usage: Usage = Usage()


def undecided(why: str, usage: Usage | None = None) -> ChoiceDecision:
    """What is left to a larger model, and why."""
    return ChoiceDecision(CANNOT_ASSESS, None, f"{UNJUDGED} {why}", usage or Usage())


def likelier(item: Item, choice: Choice) -> ChoiceDecision:
    """The label that the model's answer stands for, and the probability that it is right, as far as the model knows."""
    if item.scale == "binary":
        score = score_of(choice)
        answer, confidence = YES if score > 0 else NO, probability(score)
    else:
        total = math.fsum(map(math.exp, choice.logprobs.values()))
        answer, confidence = choice.answer, math.exp(choice.logprobs[choice.answer]) / total
    reason = f"the model's answer to the question was {answer}"
    return ChoiceDecision(options_of(item)[answer], confidence, reason, choice.usage)


def render_unable(item: Item, fit: ItemFit | None) -> str:
    """Why an item is not judged, whatever the conversation."""
    if item.cue is not None and item.cue not in load_cues():
        return f"(no cue is called {item.cue}, see `rubric lint`): name a larger one"
    if fit is not None and fit.is_good_enough:
        return f"(no words of it can show {never_given(item)[0]}): name a larger one"
    measured = "its agreement on it was never measured" if fit is None else str(fit.stated)
    return f"({measured}): name a larger one"


def render_grounds(item: Item, fit: ItemFit, *, found: int, log_odds: float) -> str:
    """What a label rests on: words found or not, and how the model leans by its fit when they are left out of it."""
    leaning = YES if log_odds - fit.found * found > 0 else NO
    parts = []
    if fit.found and (cue_ids := tuple(showing(item).values())):
        title = load_cues()[cue_ids[1 if found < 0 else 0]].title
        told = "words found for" if found else "no sign of" if log_odds > 0 else "no words found for"
        parts.append(f"{told} “{title[0].lower()}{title[1:]}”")
    if fit.whole:
        parts.append(f"the model leans to {leaning}")
    if fit.turns:
        parts.append(f"asked message by message, the model leans to {leaning}")
    return "; ".join(parts) or "the same for every conversation"
