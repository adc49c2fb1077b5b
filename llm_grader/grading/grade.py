"""One transcript → one scorecard: what is computed, what is asked, what is checked, what it adds up to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from llm_grader.asking.by_windows import DISAGREE_BY_WINDOW, WINDOWED
from llm_grader.asking.judge import Asker
from llm_grader.checking.check import check_reply
from llm_grader.checking.claims import Failed, Reply
from llm_grader.checking.evidence import QuoteFinder
from llm_grader.errors import EndpointError, JudgeError, Truncated
from llm_grader.grading.conduct import UNKNOWN_AGENT, UNKNOWN_ROLES, Obstacle, find_obstacle
from llm_grader.grading.reuse import Before, verdicts_that_hold
from llm_grader.grading.scoring import apply_conditions, if_enough, no_scores, score_verdicts
from llm_grader.grading.votes import vote
from llm_grader.rubric.model import Item, Rubric
from llm_grader.signals.cues.worth import CONTRADICTED, contradictions
from llm_grader.signals.flags import LOW_COVERAGE, UNKNOWN_SPEAKER, flags_of
from llm_grader.signals.items import judge_signal
from llm_grader.transcript import Transcript
from llm_grader.usage import Usage
from llm_grader.verdict import (
    CANNOT_ASSESS,
    NOT_APPLICABLE,
    Failure,
    Provenance,
    Scorecard,
    Status,
    Verdict,
)

_OUT_OF_SCOPE = {
    "org": "about the organisation, not about a conversation: a person answers it in the self-audit",
    "corpus": "judged over many conversations, not over one: `llm-grader consistency`",
}
_THE_SAME_AGAIN = (Truncated.code, DISAGREE_BY_WINDOW)
"""Problems that another answer to the same question would have, too."""
Decide = Callable[[Mapping[str, Verdict]], dict[str, Verdict]]
"""Gives all verdicts after conditions, from those that a model's answers became."""
__all__ = ["UNKNOWN_AGENT", "UNKNOWN_ROLES", "grade_transcript", "has_no_agent", "items_to_ask"]


async def grade_transcript(
    transcript: Transcript,
    rubric: Rubric,
    asker: Asker,
    provenance: Provenance,
    *,
    samples: int = 1,
    before: Before | None = None,
) -> Scorecard:
    """Grade one transcript, asking `samples` times and letting the answers vote.

    With a card from `before` the rubric was edited, only what the edit touches is asked. A failed request makes a card
    with status error and no score; it is raised only when no transcript could be graded either (`EndpointError`,
    `RunStopped`).
    """
    obstacle = find_obstacle(transcript, rubric)
    if obstacle is not None:
        return _unasked(transcript, rubric, provenance, obstacle)
    verdicts = _computed(transcript, rubric)
    kept = {} if before is None else verdicts_that_hold(before, rubric, verdicts, transcript)
    items = rubric.model_items(transcript.channel)
    open_items = [item for item in items if before is None or item.id not in kept | verdicts]
    reply, failure = Reply(), None

    def decide(found: Mapping[str, Verdict]) -> dict[str, Verdict]:
        return apply_conditions(rubric, {**kept, **found, **verdicts}, transcript)

    if open_items:
        try:
            found, reply = await _ask_samples(transcript, open_items, asker, decide, samples=samples)
            verdicts = found | verdicts
        except EndpointError:
            raise
        except JudgeError as fault:
            failure = Failure(code=fault.code, message=str(fault))
            reply = Reply(usage=fault.usage or Usage())
            verdicts = {item.id: _errored(item, fault) for item in open_items} | verdicts
    decided = _with_notes(transcript, items, decide(verdicts))
    answered_by = reply.usage.answered_by or (before.card.provenance.answered_by if before and kept else None)
    windowed = reply.windows > 1 or (before is not None and bool(kept) and WINDOWED in before.card.flags)
    contradicted = any(verdict.note for verdict in decided.values())
    flags = (
        *flags_of(transcript),
        *([WINDOWED] if windowed else []),
        *([CONTRADICTED] if contradicted else []),
    )
    stamped = _stamped(provenance, answered_by)
    card = _card(transcript, rubric, stamped, decided, flags=flags, failure=failure)
    return card.model_copy(update={"usage": reply.usage})


def _with_notes(transcript: Transcript, items: Sequence[Item], verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """The verdicts, with a note on those that words in the conversation contradict."""
    noted = {id_: one.model_copy(update={"note": None}) if one.note else one for id_, one in verdicts.items()}
    for item_id, found in contradictions(transcript, items, verdicts).items():
        note = f"words speak against it: “{found.title}” seems to be in turn {found.turn}"
        noted[item_id] = noted[item_id].model_copy(update={"note": note})
    return noted


def _unasked(transcript: Transcript, rubric: Rubric, provenance: Provenance, obstacle: Obstacle) -> Scorecard:
    """The card of a conversation about which nothing is asked."""
    if obstacle.status == "not_graded":
        failure = Failure(code=obstacle.code, message=obstacle.message)
        verdicts = {item.id: _stopped(item, obstacle) for item in rubric.items()}
    else:
        failure = None
        open_items = {item.id: _stopped(item, obstacle) for item in rubric.model_items(transcript.channel)}
        verdicts = apply_conditions(rubric, open_items | _computed(transcript, rubric), transcript)
    stamped = _stamped(provenance, None)
    return _card(transcript, rubric, stamped, verdicts, flags=flags_of(transcript), failure=failure)


def _stamped(provenance: Provenance, answered_by: str | None) -> Provenance:
    return provenance.model_copy(update={"answered_by": answered_by, "graded_at": datetime.now(UTC)})


def _stopped(item: Item, obstacle: Obstacle) -> Verdict:
    """The verdict on an item that nobody was asked about."""
    why = {"reason": obstacle.message} if obstacle.status == "not_graded" else {"detail": obstacle.message}
    return Verdict(
        item_id=item.id, label=None, status=obstacle.status, judged=item.judged, problem=obstacle.code, **why
    )


async def _ask_samples(
    transcript: Transcript, items: Sequence[Item], asker: Asker, decide: Decide, *, samples: int
) -> tuple[dict[str, Verdict], Reply]:
    """Ask `samples` times at once; when one fails, all fail, and its error carries the usage of all."""
    asking = (_ask_and_check(transcript, items, asker, decide) for _ in range(samples))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    total, verdicts = Reply(), []
    faults: list[BaseException] = []
    for answer in answers:
        if isinstance(answer, BaseException):
            total += Reply(usage=getattr(answer, "usage", None) or Usage())
            faults.append(answer)
        else:
            verdicts.append(answer[0])
            total += answer[1]
    for fault in sorted(faults, key=_is_of_one_transcript):  # what stops the run comes first
        if isinstance(fault, JudgeError):
            fault.usage = total.usage
        raise fault
    return (vote(verdicts) if samples > 1 else verdicts[0]), total


def _is_of_one_transcript(error: BaseException) -> bool:
    return isinstance(error, JudgeError) and not isinstance(error, EndpointError)


async def _ask_and_check(
    transcript: Transcript, items: Sequence[Item], asker: Asker, decide: Decide
) -> tuple[dict[str, Verdict], Reply]:
    """Ask about all items, and once more about those that failed a check and are not settled without their answer.

    An item is settled where it needs no model, or where a condition says that it does not apply.
    """
    reply = await asker.ask(transcript, items)
    finder = QuoteFinder(transcript)
    verdicts, problems = check_reply(reply, items, finder)
    decided = decide(verdicts)
    new = (id_ for id_, what in problems.items() if what.partition(":")[0] not in _THE_SAME_AGAIN)
    open_ids = [id_ for id_ in new if decided[id_].label is None]
    if open_ids:
        again = [item for item in items if item.id in open_ids]
        failed = {id_: Failed(problems[id_], reply.claims.get(id_)) for id_ in open_ids}
        try:
            second = await asker.ask_again(transcript, again, failed)
        except EndpointError:
            raise
        except JudgeError as fault:  # what was found the first time stays
            verdicts |= {id_: _not_asked_again(verdicts[id_], fault) for id_ in open_ids}
            return verdicts, reply + Reply(usage=fault.usage or Usage())
        better = check_reply(second, again, finder, repaired=True).verdicts
        verdicts |= {id_: verdict for id_, verdict in better.items() if id_ in second.claims}
        reply += second
    return verdicts, reply


def _not_asked_again(verdict: Verdict, fault: JudgeError) -> Verdict:
    """The verdict that failed its check, with the reason why nothing better came of asking again."""
    return verdict.model_copy(update={"detail": f"{verdict.detail or verdict.problem}; asked again: {fault}"})


def _computed(transcript: Transcript, rubric: Rubric) -> dict[str, Verdict]:
    """The verdicts that need no model: out of scope, out of channel, and what signals and the ticket can tell."""
    verdicts = {}
    for item in rubric.items():
        if not rubric.in_channel(item, transcript.channel):
            reason = f"not asked of conversations by {transcript.channel}"
            verdicts[item.id] = Verdict(item_id=item.id, label=NOT_APPLICABLE, reason=reason, judged=item.judged)
        elif item.judged in _OUT_OF_SCOPE:
            reason = _OUT_OF_SCOPE[item.judged]
            verdicts[item.id] = Verdict(item_id=item.id, label=NOT_APPLICABLE, reason=reason, judged=item.judged)
        elif item.judged in ("signal", "ticket"):
            verdict = judge_signal(item, transcript)
            if verdict.label != CANNOT_ASSESS or item.fallback is None:
                verdicts[item.id] = verdict
    return verdicts


def items_to_ask(transcript: Transcript, rubric: Rubric, before: Before | None = None) -> tuple[Item, ...]:
    """The items that `grade_transcript` asks a model about."""
    if find_obstacle(transcript, rubric) is not None:
        return ()
    items = rubric.model_items(transcript.channel)
    if before is None:
        return items
    computed = _computed(transcript, rubric)
    settled = computed | verdicts_that_hold(before, rubric, computed, transcript)
    return tuple(item for item in items if item.id not in settled)


def has_no_agent(transcript: Transcript, rubric: Rubric) -> bool:
    """Whether there is no conduct to grade, or nobody can tell whose it is, so that nothing is asked."""
    return find_obstacle(transcript, rubric) is not None


def _errored(item: Item, fault: JudgeError) -> Verdict:
    return Verdict(item_id=item.id, label=None, status="error", judged=item.judged, problem=fault.code)


def _card(
    transcript: Transcript,
    rubric: Rubric,
    provenance: Provenance,
    verdicts: dict[str, Verdict],
    *,
    flags: Sequence[str],
    failure: Failure | None,
) -> Scorecard:
    status = _status(verdicts, failure, flags)
    scores = score_verdicts(rubric, verdicts)
    if status in ("error", "not_graded"):  # a failed call is no grade: neither of the conversation nor of a section
        scores = no_scores(rubric)
    elif (scores := if_enough(scores, rubric)).score is None:
        status, flags = "needs_review", (*flags, LOW_COVERAGE)
    elif status == "needs_review" and scores.passed:
        scores = scores.model_copy(update={"passed": None})
    return Scorecard(
        transcript_id=transcript.id,
        score=scores.score,
        status=status,
        coverage=scores.coverage,
        passed=scores.passed,
        critical_failures=scores.critical_failures,
        sections=scores.sections,
        verdicts=verdicts,
        provenance=provenance,
        failure=failure,
        flags=tuple(flags),
        warnings=transcript.warnings,
    )


def _status(verdicts: Mapping[str, Verdict], failure: Failure | None, flags: Sequence[str]) -> Status:
    statuses = {verdict.status for verdict in verdicts.values()}
    if failure is not None:
        return "not_graded" if statuses == {"not_graded"} else "error"
    return "needs_review" if UNKNOWN_SPEAKER in flags or "needs_review" in statuses else "ok"
