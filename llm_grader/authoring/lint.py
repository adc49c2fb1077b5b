"""Lint of a rubric: what is valid and still unwise. Nothing here reads a file or asks a model.

Each rule is a generator over one item or over the whole rubric; `lint_rubric` runs them all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise

from llm_grader.authoring.findings import (
    LintFinding,
    Severity,
    answered_by_model,
    error_about,
    listed,
    warning_about,
)
from llm_grader.authoring.lint_evidence import agents_rule, evidence_rule, over_rule
from llm_grader.authoring.lint_words import Source, asks_twice, outside_transcript, vague_words
from llm_grader.authoring.translations import stale_translations
from llm_grader.errors import RubricError
from llm_grader.rubric.model import Item, Rubric, Signal, Text
from llm_grader.signals.cues.packaged import load_cues
from llm_grader.signals.items import SIGNALS, judge_signal
from llm_grader.transcript import Transcript

__all__ = ["LintFinding", "lint_rubric"]

_NEAR_DUPLICATE = 0.9
_HALF = 0.5
_NEED_FIELDS = ("ticket_fields", "ticket_sent")
_NEED_LIMIT = ("response_time", "contact_gap")
_NEVER_DECIDED = ("corpus", "org")
_REMEDY: dict[Source, tuple[str, Severity]] = {
    "sound": ("only the recording shows it; use judged: audio, or ask for what was said", "error"),
    "time": ("times are computed, not read; use judged: signal", "warning"),
    "ticket": ("it is a field of the ticket, not of the conversation; use judged: ticket", "warning"),
}


def lint_rubric(rubric: Rubric, *, translated_from: Mapping[str, str] | None = None) -> list[LintFinding]:
    """The findings about a valid rubric: first what is about single items, in their order, then the rest.

    Args:
        rubric: what is looked at.
        translated_from: the record of its translations, see `translations`; without one none is called stale.
    """
    about_items = [finding for item in rubric.items() for rule in _ITEM_RULES for finding in rule(item, rubric)]
    about_all = [finding for rule in _RUBRIC_RULES for finding in rule(rubric)]
    return [*about_items, *about_all, *stale_translations(rubric, translated_from or {})]


def _vague_question(item: Item, _: Rubric) -> Iterator[LintFinding]:
    if not answered_by_model(item) or (item.guidance.met and item.guidance.not_met):
        return
    words = {word.lower() for language, text in item.question.items() for word in vague_words(text, language)}
    if words:
        yield error_about(
            "vague_question",
            item,
            f"each reader takes {listed(words)} differently; say in guidance.met and guidance.not_met what counts",
        )


def _double_question(item: Item, _: Rubric) -> Iterator[LintFinding]:
    for language, text in item.question.items():
        if found := asks_twice(text, language):
            message = f"the question asks two things ({language}: {found}); a conversation may do one and not the other"
            yield warning_about("double_question", item, f"{message}: make two items of it")
            return


def _missing_policy(item: Item, _: Rubric) -> Iterator[LintFinding]:
    missing = {f"guidance.{name}" for name in ("met", "not_met") if not getattr(item.guidance, name)}
    if answered_by_model(item) and missing:
        yield warning_about(
            "missing_policy", item, f"say in {listed(missing)} what counts; without a policy readers disagree"
        )


def _unobservable(item: Item, _: Rubric) -> Iterator[LintFinding]:
    if item.judged != "llm":
        return
    for language, text in item.question.items():
        if found := outside_transcript(text, language):
            word, source = found
            remedy, severity = _REMEDY[source]
            message = f"{word!r} cannot be read from a transcript: {remedy}"
            yield LintFinding(rule="unobservable", severity=severity, item=item.id, message=message)
            return


def _wording(item: Item, rubric: Rubric) -> Iterator[LintFinding]:
    for place, text in item.texts().items():
        yield from _wording_of(place, text, item, rubric)


def _wording_of(name: str, text: Text, item: Item | None, rubric: Rubric) -> Iterator[LintFinding]:
    if not text or not all(words.strip() for words in text.values()):
        yield error_about("missing_text", item, f"{name} is empty; write it, or leave the key out where it is optional")
    missing = set(rubric.languages()) - set(text)
    if text and missing:
        yield warning_about(
            "missing_translation",
            item,
            f"{name} has no wording in {listed(missing)}, which the rubric's title has; graders in that language read "
            "another one",
        )


def _own_wording(rubric: Rubric) -> Iterator[LintFinding]:
    for place, text in rubric.texts().items():
        yield from _wording_of(f"the rubric's {place}", text, None, rubric)
    for section in rubric.sections:
        for place, text in section.texts().items():
            yield from _wording_of(f"the {place} of section {section.id}", text, None, rubric)


def _cue(item: Item, _: Rubric) -> Iterator[LintFinding]:
    if item.cue is None or item.cue in load_cues():
        return
    close = difflib.get_close_matches(item.cue, load_cues(), n=3)
    hint = f"did you mean {listed(close)}?" if close else f"there are {listed(load_cues())}"
    yield error_about("unknown_cue", item, f"no cue is called {item.cue!r}; {hint}")


def _channels(item: Item, rubric: Rubric) -> Iterator[LintFinding]:
    if item.channels is None:
        return
    if not item.channels:
        yield error_about(
            "channels", item, "channels is empty: the item is never asked; leave the key out for all channels"
        )
    if foreign := set(item.channels) - set(rubric.channels):
        message = f"channels: the rubric is not for {listed(foreign)}; add it there or take it out here"
        yield error_about("channels", item, message)


def _signal(item: Item, rubric: Rubric) -> Iterator[LintFinding]:
    if item.judged in ("signal", "ticket"):
        yield from (error_about("signal", item, problem) for problem in _signal_problems(item, rubric))
        return
    if item.signal is not None:
        message = (
            f"judged: {item.judged} never looks at its signal; take it out, or use judged: signal with fallback: llm"
        )
        yield error_about("signal", item, message)
    if item.fallback:
        yield warning_about("signal", item, f"fallback changes nothing for judged: {item.judged}; take it out")


def _signal_problems(item: Item, rubric: Rubric) -> Iterator[str]:
    if item.signal is None:
        yield f"judged: {item.judged} needs signal: {{name: …}}; known are {listed(SIGNALS)}"
        return
    try:
        # The one who computes it knows best what it can: an empty conversation shows whether the settings are right.
        judge_signal(item, Transcript(id="nothing said", channel="chat", turns=()))
    except RubricError as error:
        yield error.message
        return
    name = item.signal.name
    if name in _NEED_FIELDS and not item.signal.fields:
        yield f"{name} is never decided without signal.fields; name them"
    if name == "response_time" and "call" in (item.channels or rubric.channels):
        yield "response_time is never decided for calls, where a silence is no wait; set channels without call"
    missing = _channels_without_limit(item.signal, item.channels or rubric.channels)
    if name in _NEED_LIMIT and missing:
        yield f"{name} is never decided without signal.within_seconds for {listed(missing)}; set it"


def _channels_without_limit(signal: Signal, channels: Iterable[str]) -> set[str]:
    limit = signal.within_seconds
    return {channel for channel in channels if limit is None or (isinstance(limit, dict) and channel not in limit)}


def _examples(item: Item, _: Rubric) -> Iterator[LintFinding]:
    if not answered_by_model(item):
        return
    labels = {example.label for example in item.examples}
    if not labels:
        message = "no examples; a quote on each side of the line shows where it is"
        yield warning_about("examples", item, message)
    elif len(labels) == 1:
        message = f"every example is labelled {listed(labels)}; add one from the other side of the line"
        yield warning_about("examples", item, message)


def _scale(item: Item, _: Rubric) -> Iterator[LintFinding]:
    if item.scale == "binary":
        return
    points = [level.points for level in item.scale.levels]
    if any(lower >= higher for lower, higher in pairwise(points)):
        yield error_about("scale", item, f"points must rise from the first level to the last, found {points}")
    elif points[-1] < 1:
        yield warning_about("scale", item, f"the best level earns {points[-1]:g} of the weight; nobody can reach 100")


def _condition(item: Item, rubric: Rubric) -> Iterator[LintFinding]:
    condition = item.applies_when
    if condition is None:
        return
    if item.judged in _NEVER_DECIDED:
        message = f"applies_when looks at one conversation, and judged: {item.judged} at none; take one of them out"
        yield error_about("condition", item, message)
    if condition.item and rubric.item(condition.item).judged in _NEVER_DECIDED:
        message = f"applies_when waits for {condition.item}, which no conversation decides; the item always stands"
        yield warning_about("condition", item, message)


def _weight(item: Item, _: Rubric) -> Iterator[LintFinding]:
    if item.weight == 0 and not item.critical:
        yield warning_about(
            "weight", item, "weight 0 counts for nothing; give it a weight, make it critical or take it out"
        )
    if item.penalty and item.critical and item.scale == "binary":
        message = "penalty and critical together: one met makes the whole score 0, its weight never matters; choose one"
        yield warning_about("weight", item, message)
    if item.penalty and item.judged == "audio":
        yield error_about(
            "weight", item, "a penalty is taken away when the item is met, which judged: audio never says"
        )
    if item.critical and item.judged in (*_NEVER_DECIDED, "audio"):
        message = f"critical, but judged: {item.judged} is never met in a conversation, so none can pass; take one out"
        yield warning_about("weight", item, message)


def _weights(rubric: Rubric) -> Iterator[LintFinding]:
    weighted = [item for item in rubric.items() if item.weight and not item.penalty]
    total = sum(item.weight for item in weighted)
    if not total:
        yield error_about(
            "weight", None, "no item but penalties has a weight, so no conversation gets a score; give weights"
        )
    for item in weighted if len(weighted) > 2 else ():
        if item.weight > _HALF * total:
            share = f"{item.weight / total:.0%}"
            yield warning_about("weight", item, f"{share} of all weight lies on this item; the others hardly count")


def _duplicates(rubric: Rubric) -> Iterator[LintFinding]:
    for first, second in combinations(rubric.items(), 2):
        alike = any(_alike(text, second.question.get(language, "")) for language, text in first.question.items())
        if alike:
            message = f"asks nearly the same as {first.id}; say what sets them apart, or keep one"
            yield warning_about("duplicate_question", second, message)


def _alike(text: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, text.casefold(), other.casefold(), autojunk=False)
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(ratio() > _NEAR_DUPLICATE for ratio in bounds)


_ITEM_RULES = (
    _vague_question,
    _double_question,
    _missing_policy,
    _unobservable,
    _wording,
    evidence_rule,
    agents_rule,
    over_rule,
    _channels,
    _cue,
    _signal,
    _examples,
    _scale,
    _condition,
    _weight,
)
_RUBRIC_RULES = (_own_wording, _weights, _duplicates)
