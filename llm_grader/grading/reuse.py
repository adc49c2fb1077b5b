"""Verdicts that hold still after an edit of the rubric, so that only the rest is asked. Pure.

A verdict depends on the words in which its item was asked, on how its answer was checked, and on the conversation.
Weights, titles, the pass mark and conditions come in afterwards: they are worked out anew each time. The judge saw a
verdict that is taken over among the items of its time; `Verdict.taken_from` says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from llm_grader.asking.messages import prompt_item
from llm_grader.grading.scoring import broken_condition, conditions_of
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Channel, Transcript
from llm_grader.verdict import NOT_APPLICABLE, Scorecard, Verdict

_BY_MODEL = ("llm", "audio")


class Before(NamedTuple):
    """A card of the same conversation by an earlier version of the rubric, and `unchanged_items` since."""

    card: Scorecard
    rubric: Rubric
    unchanged: frozenset[str]


def verdicts_that_hold(
    before: Before, rubric: Rubric, computed: Mapping[str, Verdict], transcript: Transcript
) -> dict[str, Verdict]:
    """The verdicts on items of `rubric` for which no model has to be asked, by item id.

    They are those that an earlier version of the rubric would have asked for in the same words, and `not_applicable`
    where a condition is known to be false. What failed a check before is asked again.

    Args:
        before: where they are taken from.
        rubric: the version in hand.
        computed: its verdicts that need no model; they win over any of a model.
        transcript: the conversation.
    """
    taken = {verdict.item_id: verdict for verdict in _taken(before, rubric, transcript)}
    settled = {**taken, **computed}

    decided: dict[str, Verdict] = {}  # after conditions, as far as that is known before somebody is asked
    open_items = [item for item in rubric.items() if item.id not in settled]
    for item in (one for each in open_items for one in reversed(conditions_of(each, rubric))):
        parent = item.applies_when.item if item.applies_when else None
        if item.id in decided or (parent is not None and parent not in decided):
            continue
        if broken := broken_condition(item, decided, transcript.ticket):
            decided[item.id] = Verdict(item_id=item.id, label=NOT_APPLICABLE, reason=broken, judged=item.judged)
        elif item.id in settled:
            decided[item.id] = settled[item.id]
    inapplicable_still = {item.id: decided[item.id] for item in open_items if item.id in decided}
    return {**inapplicable_still, **taken}


def unchanged_items(
    old: Rubric, new: Rubric, channel: Channel, *, language: str = "en", by_cues: bool = False
) -> frozenset[str]:
    """The ids of the items that both versions ask a model about conversations on `channel`, in the same words.

    The words are those in `language`, and the answer is checked in the same way. For a judge that goes by cues, as the
    embedded model does, an item with another cue has changed.
    """
    before = {item.id: item for item in old.model_items(channel)}
    shared = [(before[item.id], item) for item in new.model_items(channel) if item.id in before]
    return frozenset(
        now.id
        for then, now in shared
        if _request(then, language) == _request(now, language) and (then.cue == now.cue or not by_cues)
    )


def items_to_ask_anew(old: Rubric, new: Rubric, *, language: str = "en") -> tuple[str, ...]:
    """The ids of the items of `new` that are asked again, on some channel, where a conversation was graded by `old`.

    Conditions aside: an item that did not apply before may have to be asked for the first time.
    """
    again: set[str] = set()
    for channel in new.channels:
        items = {item.id for item in new.model_items(channel)}
        again |= items - unchanged_items(old, new, channel, language=language)
    return tuple(item.id for item in new.items() if item.id in again)


def _taken(before: Before, rubric: Rubric, transcript: Transcript) -> Iterator[Verdict]:
    card = before.card
    for item_id in (item.id for item in rubric.items() if item.id in before.unchanged):
        verdict = card.verdicts.get(item_id)
        if verdict is None or verdict.status != "ok" or verdict.judged not in _BY_MODEL:
            continue
        if broken_condition(before.rubric.item(item_id), card.verdicts, transcript.ticket):
            continue  # what the model said was not kept
        yield verdict.model_copy(update={"taken_from": verdict.taken_from or card.provenance.key})


def _request(item: Item, language: str) -> dict[str, Any]:
    """The item as a judge reads it, and how the answer is checked."""
    checks = {"labels": item.labels, "evidence": item.evidence, "audible": item.judged == "audio"}
    return {**prompt_item(item, language), **checks}
