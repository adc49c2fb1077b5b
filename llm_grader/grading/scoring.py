"""Verdicts + weights → scores. Pure arithmetic; what was not scored never becomes a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import fsum
from typing import Any

from llm_grader.rubric.model import Condition, Item, Rubric
from llm_grader.transcript import Model, Ticket, Transcript
from llm_grader.verdict import CANNOT_ASSESS, NOT_APPLICABLE, SectionScore, Verdict

_DECIMALS = 9


class Scores(Model):
    """The scores of one transcript; the fields are those of `Scorecard`."""

    score: float | None
    coverage: float
    passed: bool | None
    critical_failures: tuple[str, ...]
    sections: dict[str, SectionScore]


def apply_conditions(rubric: Rubric, verdicts: Mapping[str, Verdict], transcript: Transcript) -> dict[str, Verdict]:
    """The verdicts after `applies_when`: not_applicable where the condition is known to be false.

    A condition on an item whose verdict is not ok or cannot_assess, or on what the ticket does not tell, cannot be
    decided and lets the item stand. An item that became not_applicable itself is decided.

    Args:
        rubric: says which item depends on what.
        verdicts: item id → verdict, one for each item of the rubric.
        transcript: its ticket is what conditions on the ticket look at.

    Returns:
        Item id → verdict, in the rubric's order.

    Raises:
        KeyError: an item of the rubric has no verdict.
    """
    decided: dict[str, Verdict] = {}
    for item in rubric.items():
        for one in reversed(conditions_of(item, rubric)):
            if one.id not in decided:
                broken = broken_condition(one, decided, transcript.ticket)
                decided[one.id] = _inapplicable(verdicts[one.id], broken) if broken else verdicts[one.id]
    return {item.id: decided[item.id] for item in rubric.items()}


def conditions_of(item: Item, rubric: Rubric) -> list[Item]:
    """The item, the one that its condition names, the one that the condition of that one names, and so on."""
    chain = [item]
    while (condition := chain[-1].applies_when) is not None and condition.item is not None:
        chain.append(rubric.item(condition.item))
    return chain


def broken_condition(item: Item, decided: Mapping[str, Verdict], ticket: Ticket | None) -> str | None:
    """The reason why `item` does not apply; None when it does, or when that cannot be decided.

    Args:
        item: the item.
        decided: the verdict, after its own condition, of the item that `applies_when` names, if it names one.
        ticket: what conditions on the ticket look at.

    Raises:
        KeyError: that verdict is missing.
    """
    condition = item.applies_when
    if condition is None:
        return None
    if condition.item is not None:
        return _broken_by_verdict(condition, decided[condition.item])
    return _broken_by_ticket(condition, ticket)


def _broken_by_verdict(condition: Condition, parent: Verdict) -> str | None:
    """The reason why the condition is false, or None when it is true or cannot be decided."""
    if parent.label is None or parent.label == CANNOT_ASSESS or parent.label in condition.label:
        return None
    return f"applies only when {parent.item_id} is {' or '.join(condition.label)}; it is {parent.label}"


def _broken_by_ticket(condition: Condition, ticket: Ticket | None) -> str | None:
    name = condition.ticket or ""
    value = None if ticket is None else dict(ticket).get(name, ticket.vendor.get(name))
    if value is None:
        return None
    values = _values(value)
    if not condition.is_:
        return None if values else f"applies only when the ticket has a value for {name}; it is empty"
    if {value.casefold() for value in values} & {value.casefold() for value in condition.is_}:
        return None
    return (
        f"applies only when the ticket's {name} is {' or '.join(condition.is_)}; it is {', '.join(values) or 'empty'}"
    )


def _values(value: Any) -> list[str]:
    several = value if isinstance(value, (tuple, list, dict)) else [value]
    texts = (f"{value:g}" if isinstance(value, float) else str(value) for value in several)
    return [text for text in texts if text.strip()]


def _inapplicable(verdict: Verdict, reason: str) -> Verdict:
    if verdict.label == NOT_APPLICABLE:
        return verdict
    return Verdict(item_id=verdict.item_id, label=NOT_APPLICABLE, reason=reason, judged=verdict.judged)


def score_verdicts(rubric: Rubric, verdicts: Mapping[str, Verdict]) -> Scores:
    """The scores that the verdicts add up to.

    An item is scored when its verdict is ok and its label is one of `item.levels`; it is applicable unless its label is
    not_applicable.

    - score = 100 · (Σ weight·points of scored items − Σ weight·points of scored penalty items) ÷ Σ weight of scored
      items, where the first and last sum leave penalty items out; at least 0, None when the last sum is 0.
    - coverage = Σ weight of scored items ÷ Σ weight of applicable items, penalty items included; 0 when that is 0.
    - A critical item fails when it earns nothing, a critical penalty item when it takes its whole weight away. One
      failure makes the score 0 and `passed` False; sections are not changed by it.
    - passed: whether the score reaches pass_mark, however the items turn out whose check or call failed; None when that
      depends on them, when the score is None, or when a critical item is cannot_assess.

    Args:
        rubric: weights, points, penalties, critical items and the pass mark.
        verdicts: item id → verdict, one for each item of the rubric, in any order.

    Raises:
        KeyError: an item of the rubric has no verdict.
    """
    items = tuple(rubric.items())
    failures = tuple(item.id for item in items if item.critical and _fails(item, verdicts[item.id]))
    score = 0.0 if failures else _score(items, verdicts)
    return Scores(
        score=score,
        coverage=_coverage(items, verdicts),
        passed=False if failures else None if score is None else _passed(items, verdicts, rubric.pass_mark, score),
        critical_failures=failures,
        sections={
            section.id: SectionScore(score=_score(section.items, verdicts), coverage=_coverage(section.items, verdicts))
            for section in rubric.sections
        },
    )


def if_enough(scores: Scores, rubric: Rubric) -> Scores:
    """The scores, but no score and no pass where less than the rubric's `min_coverage` of the weight was scored."""
    enough = scores.score is not None and scores.coverage >= rubric.min_coverage
    return scores if enough else scores.model_copy(update={"score": None, "passed": None})


def no_scores(rubric: Rubric) -> Scores:
    """The scores of a card that has none."""
    empty = {section.id: SectionScore(score=None, coverage=0.0) for section in rubric.sections}
    return Scores(score=None, coverage=0.0, passed=None, critical_failures=(), sections=empty)


def _passed(items: Sequence[Item], verdicts: Mapping[str, Verdict], pass_mark: float, score: float) -> bool | None:
    if any(item.critical and verdicts[item.id].label == CANNOT_ASSESS for item in items):
        return None
    if all(verdict.label is not None for verdict in verdicts.values()):
        return score >= pass_mark
    worst, best = (_if_failed_checks_were(end, items, verdicts) for end in (min, max))
    return True if worst >= pass_mark else False if best < pass_mark else None


def _if_failed_checks_were(
    end: Callable[[Iterable[float]], float], items: Sequence[Item], verdicts: Mapping[str, Verdict]
) -> float:
    """The score if each item without a label had its `min` or `max` of points."""
    assumed = dict(verdicts)
    for item in items:
        if verdicts[item.id].label is None:
            gains = {(-1 if item.penalty else 1) * item.points(level): level for level in item.levels}
            assumed[item.id] = Verdict(item_id=item.id, label=gains[end(gains)])
    if any(item.critical and _fails(item, assumed[item.id]) for item in items):
        return 0.0
    return _score(items, assumed) or 0.0


def _scored(item: Item, verdicts: Mapping[str, Verdict]) -> bool:
    return verdicts[item.id].label in item.levels


def _applies(verdict: Verdict) -> bool:
    return verdict.label != NOT_APPLICABLE


def _fails(item: Item, verdict: Verdict) -> bool:
    if verdict.label not in item.levels:
        return False
    return item.points(verdict.label) == (1 if item.penalty else 0)


def _score(items: Iterable[Item], verdicts: Mapping[str, Verdict]) -> float | None:
    earned, weights = [], []
    for item in items:
        label = verdicts[item.id].label
        if label is None or label not in item.levels:
            continue
        earned.append((-1 if item.penalty else 1) * item.weight * item.points(label))
        weights.append(0.0 if item.penalty else item.weight)
    whole = fsum(weights)
    # Rounded, so that 0.1 + 0.7 of 1 reaches a pass mark of 80.
    return max(0.0, round(100 * (fsum(earned) / whole), _DECIMALS)) if whole else None


def _coverage(items: Iterable[Item], verdicts: Mapping[str, Verdict]) -> float:
    applicable = [item for item in items if _applies(verdicts[item.id])]
    whole = fsum(item.weight for item in applicable)
    return (
        round(fsum(item.weight for item in applicable if _scored(item, verdicts)) / whole, _DECIMALS) if whole else 0.0
    )
