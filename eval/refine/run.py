"""`refine`: find what the judge gets wrong, try other wordings, test the best ones once on held-out gold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest

from llm_grader.errors import UsageError
from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.sources import of_best_source
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.refine.looks import Look, LookLog
from llm_grader.eval.refine.result import Refined, Refinement
from llm_grader.eval.refine.steps import (
    HeldOutTest,
    anchor_examples,
    choose_best,
    correct_verdicts,
    decided_labels,
    judge_held_out,
    trial_of,
)
from llm_grader.eval.refine.wordings import Confusion, Propose, Wording, reword
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Scorecard

MOST_ITEMS = 3

GradeWith = Callable[[Sequence[Transcript], Rubric], Sequence[Scorecard]]
"""Grades transcripts by a rubric."""


@dataclass(frozen=True)
class _Case:
    """An item under work: what was decided about it, what the judge gets right on development gold, what to try."""

    item: Item
    decided: dict[str, str]
    right: dict[str, bool]
    candidates: tuple[Wording, ...] = ()


def refine(
    labelled: LabelledSet,
    item_ids: Sequence[str] = (),
    *,
    grade: GradeWith,
    propose: Propose,
    log: LookLog,
    language: str = "en",
) -> Refined:
    """Better wordings of some items, or of the three with the most errors, as far as held-out gold shows them.

    Anchors are taken from development gold; anchors alone are one more candidate. All items are tried at once, each
    round grading with the next wording of each. What is best there and beats the present wording is tested on held-out
    gold, once, with that item alone reworded. All items tested share the error of one look, which is logged.

    Development gold is graded once, and once more for each candidate of the item that has most; held-out gold once, and
    once more for each item tested.

    Args:
        labelled: labels and conversations.
        item_ids: the items; none for those that are most often wrong.
        grade: grades by a rubric, in the way verdicts will be made later.
        propose: gives other wordings: `load_proposals`, or a function around `propose_wordings`.
        log: the looks taken so far.
        language: of the wording to change.

    Raises:
        UsageError: there are labels alone, or no held-out gold; the rubric has no look left; an item is unknown, not
            asked of a model, or labelled turn by turn.
    """
    labelled.need_transcripts("refine")
    rubric, split = labelled.rubric, split_transcripts(labelled.transcripts)
    items = _items(labelled, item_ids)
    log.check(rubric.id)
    dev, held_out = (_part(labelled, items, ids) for ids in (split.dev, split.held_out))
    cards = grade(list(dev.transcripts.values()), rubric)
    cases = [_case(labelled, item, cards) for item in items]
    if not item_ids:
        cases = _most_wrong(cases)
    cases = [_with_candidates(case, labelled, cards, propose) for case in cases]
    tried = _try_all(cases, dev, grade, language)
    chosen = {case.item.id: choose_best(case.right, tried[case.item.id]) for case in cases}
    best = {c.item.id: c.candidates[number] for c in cases if (number := chosen[c.item.id]) is not None}
    tests = _test(cases, best, held_out, grade, (log, language))
    refinements = tuple(_refinement(case, tried[case.item.id], best, tests) for case in cases)
    return Refined(refinements, log.level, language)


def _items(labelled: LabelledSet, item_ids: Sequence[str]) -> list[Item]:
    about_whole = {label.item_id for label in labelled.labels} - labelled.pieces.items
    able = {item.id: item for item in labelled.rubric.items() if item.asks_model and item.id in about_whole}
    unable = [item_id for item_id in item_ids if item_id not in able]
    if unable or not able:
        raise UsageError(
            "--item: expected items that a model is asked and that have labels about whole conversations, not their "
            f"turns; found {', '.join(unable) or 'none'}"
        )
    return [able[item_id] for item_id in item_ids or able]


def _part(labelled: LabelledSet, items: Sequence[Item], ids: frozenset[str]) -> LabelledSet:
    """The labels of the items on conversations among `ids`, with these conversations."""
    wanted = {item.id for item in items}
    labels = tuple(label for label in labelled.labels if label.item_id in wanted and label.transcript_id in ids)
    used = {label.transcript_id for label in labels}
    if not used:
        raise UsageError(f"{labelled.name}: too few labelled conversations to hold some out: label more")
    transcripts = {id_: transcript for id_, transcript in labelled.transcripts.items() if id_ in used}
    return replace(labelled, transcripts=transcripts, labels=labels)


def _case(labelled: LabelledSet, item: Item, cards: Sequence[Scorecard]) -> _Case:
    decided = decided_labels(labelled.labels, item)
    return _Case(item, decided, correct_verdicts(cards, decided, item))


def _most_wrong(cases: Sequence[_Case]) -> list[_Case]:
    wrong = [case for case in cases if not all(case.right.values())]
    return sorted(wrong, key=lambda case: sum(case.right.values()) - len(case.right))[:MOST_ITEMS]


def _with_candidates(case: _Case, labelled: LabelledSet, cards: Sequence[Scorecard], propose: Propose) -> _Case:
    """What to try: the anchors alone, and each proposal with them; nothing where the judge is never wrong."""
    wrong = [id_ for id_, right in case.right.items() if not right]
    if not wrong:
        return case
    labels: dict[str, list[Label]] = {}
    for label in of_best_source(labelled.labels):
        if label.item_id == case.item.id:
            labels.setdefault(label.transcript_id, []).append(label)
    judged = {card.transcript_id: card.verdicts[case.item.id] for card in cards}
    confusions = [Confusion(case.decided[id_], tuple(labels[id_]), judged[id_]) for id_ in wrong]
    anchors = anchor_examples(labelled.labels, case.item, wrong)
    alone = (Wording(examples=anchors),) if anchors else ()
    proposals = [
        new.model_copy(update={"examples": (*new.examples, *anchors)}) for new in propose(case.item, confusions)
    ]
    return _Case(case.item, case.decided, case.right, (*alone, *proposals))


def _try_all(
    cases: Sequence[_Case], dev: LabelledSet, grade: GradeWith, language: str
) -> dict[str, list[dict[str, bool]]]:
    """Item id → for each of its candidates, which verdicts on development gold are right."""
    tried: dict[str, list[dict[str, bool]]] = {case.item.id: [] for case in cases}
    for together in zip_longest(*(case.candidates for case in cases)):
        wordings = {case.item.id: new for case, new in zip(cases, together, strict=True) if new is not None}
        cards = grade(list(dev.transcripts.values()), reword(dev.rubric, wordings, language))
        for case in cases:
            if case.item.id in wordings:
                tried[case.item.id].append(correct_verdicts(cards, case.decided, case.item))
    return tried


def _test(
    cases: Sequence[_Case],
    best: Mapping[str, Wording],
    held_out: LabelledSet,
    grade: GradeWith,
    logged: tuple[LookLog, str],
) -> dict[str, HeldOutTest]:
    """The one held-out test of each best wording, written to the log before anybody sees it.

    Items are judged side by side, so that a wording may help beside another alone: each is tested by itself.
    """
    (log, language), rubric = logged, held_out.rubric
    transcripts = list(held_out.transcripts.values())
    tested = [case for case in cases if case.item.id in best]
    if not tested:
        return {}
    alone = {case.item.id: reword(rubric, {case.item.id: best[case.item.id]}, language) for case in tested}
    before = grade(transcripts, rubric)
    trials = [
        trial_of(
            case.item,
            correct_verdicts(before, case.decided, case.item),
            correct_verdicts(grade(transcripts, alone[case.item.id]), case.decided, case.item),
            case.decided,
        )
        for case in tested
    ]
    tests = judge_held_out(trials, level=log.level)
    number = log.used(rubric.id) + 1
    log.add(_look(test, held_out, alone[test.item_id], (log, number)) for test in tests)
    return {test.item_id: test for test in tests}


def _look(test: HeldOutTest, held_out: LabelledSet, changed: Rubric, at: tuple[LookLog, int]) -> Look:
    log, number = at
    return Look(
        rubric_id=changed.id,
        item_id=test.item_id,
        number=number,
        of=log.of,
        level=log.level,
        held_out=held_out.data_hash,
        wording=changed.content_hash(),
        n=test.n,
        improved=test.improved,
        worsened=test.worsened,
        p=test.p,
        accepted=test.accepted,
        at=datetime.now(UTC),
    )


def _refinement(
    case: _Case, tried: Sequence[Mapping[str, bool]], best: Mapping[str, Wording], tests: Mapping[str, HeldOutTest]
) -> Refinement:
    right = sum(case.right.values())
    return Refinement(
        item_id=case.item.id,
        dev=len(case.right),
        dev_right=right,
        dev_best=max([right, *(sum(one.values()) for one in tried)]),
        tried=len(tried),
        wording=best.get(case.item.id),
        held_out=tests.get(case.item.id),
    )
