"""Lint of what proves an answer: whose words, of which agents, in which part of a conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from llm_grader.authoring.findings import LintFinding, answered_by_model, error_about, listed, warning_about
from llm_grader.authoring.lint_words import names_several_agents
from llm_grader.rubric.model import Item, Rubric
from llm_grader.verdict import CANNOT_ASSESS, MET, NOT_APPLICABLE, NOT_MET


def evidence_rule(item: Item, _: Rubric) -> Iterator[LintFinding]:
    """Labels that need a quote have speakers, and some label needs one."""
    absent = {NOT_APPLICABLE, CANNOT_ASSESS} & set(item.evidence.required_for)
    if absent:
        message = f"evidence.required_for: {listed(absent)} says that there is nothing to quote; take it out"
        yield error_about("evidence", item, message)
    unspoken = [label for label in item.evidence.required_for or (None,) if not item.evidence.speakers(label)]
    if unspoken:
        labels = f" for {listed(filter(None, unspoken))}" if any(unspoken) else ""
        message = f"evidence.from is empty{labels}: nobody's words count; name at least one role"
        yield error_about("evidence", item, message)
    if isinstance(item.evidence.from_, dict):
        yield from _speakers_by_label(item, item.evidence.from_)
    if answered_by_model(item) and not item.evidence.required_for:
        message = (
            "no label needs a quote, so nothing checks the answer; name in evidence.required_for the one that does"
        )
        yield warning_about("evidence", item, message)


def _speakers_by_label(item: Item, speakers: Mapping[str, object]) -> Iterator[LintFinding]:
    if unnamed := set(item.evidence.required_for) - set(speakers):
        message = f"evidence.from says nothing for {listed(unnamed)}, so anybody named there may prove it"
        yield warning_about("evidence", item, f"{message}: name its speakers too")
    if len({str(roles) for roles in speakers.values()}) == 1 and len(speakers) > 1:
        yield warning_about(
            "evidence", item, "evidence.from has the same speakers for each label; write one list for all"
        )


def agents_rule(item: Item, _: Rubric) -> Iterator[LintFinding]:
    """Whose conduct counts is said once."""
    if item.agents is None:
        return
    if not answered_by_model(item) and item.judged != "audio":
        message = f"judged: {item.judged} looks at no agent, so agents changes nothing; take it out"
        yield warning_about("agents", item, message)
    for place, text in item.texts().items():
        if place.startswith("guidance.") and any(names_several_agents(words, code) for code, words in text.items()):
            message = f"{place} says who counts among several agents, and so does agents: {item.agents}; keep one"
            yield warning_about("agents", item, message)


def over_rule(item: Item, _: Rubric) -> Iterator[LintFinding]:
    """Parts of a conversation that prove different labels do not contradict each other."""
    both = {MET, NOT_MET} <= set(item.evidence.required_for)
    if answered_by_model(item) and item.over is None and both:
        message = (
            "a part of a long conversation may prove met and another not_met; say which decides in over: any (one "
            "place is enough for met) or every (one place is enough for not_met)"
        )
        yield warning_about("over", item, message)
