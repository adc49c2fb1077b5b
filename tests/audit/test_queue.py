"""Assignment: a pure function that shares the work fairly and lets nothing move without need."""

from __future__ import annotations

from collections import Counter

from llm_grader.audit.folder import SampledRow
from llm_grader.audit.queue import assignees, queue_of

SAMPLE = [SampledRow(transcript_id=f"c{n}", overlap=n % 3 == 0, seed=5) for n in range(300)]
TEAM = ("anna", "ben", "eva")


def test_who_labels_depends_on_seed_conversation_and_names_alone() -> None:
    alone = [assignees(row, TEAM) for row in SAMPLE]
    assert alone == [assignees(row, ("eva", "anna", "ben")) for row in reversed(SAMPLE)][::-1]


def test_overlapping_conversations_go_to_two_and_others_to_one() -> None:
    assert {(row.overlap, len(set(assignees(row, TEAM)))) for row in SAMPLE} == {(True, 2), (False, 1)}
    assert all(assignees(row, ("anna",)) == ("anna",) for row in SAMPLE)


def test_the_work_is_shared_about_evenly() -> None:
    counts = Counter(name for row in SAMPLE for name in assignees(row, TEAM))
    assert sum(counts.values()) == 400  # 100 of 300 twice
    assert all(100 < count < 170 for count in counts.values())  # 133 ± 3 standard deviations of √(400 · 1/3 · 2/3)


def test_a_newcomer_takes_over_and_nothing_moves_between_the_others() -> None:
    singles = [row for row in SAMPLE if not row.overlap]
    moved = [(assignees(row, TEAM), assignees(row, (*TEAM, "new"))) for row in singles]
    assert all(before == after or after == ("new",) for before, after in moved)


def test_each_annotator_has_an_order_of_their_own() -> None:
    both = [SampledRow(transcript_id=f"c{n}", overlap=True, seed=5) for n in range(30)]
    orders = [queue_of(both, ("anna", "ben"), name) for name in ("anna", "ben")]
    assert sorted(orders[0]) == sorted(orders[1])
    assert orders[0] != orders[1]
    assert orders[0] != [row.transcript_id for row in both]
