"""The desk: saving cells step by step, submitting when complete, two tabs that do not overwrite one another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_grader.audit.folder import load_folder
from llm_grader.audit.labelling.checks import GivenCell, Outdated, Unacceptable
from llm_grader.audit.labelling.desk import Desk
from llm_grader.audit.labelling.events import EvidenceSpan
from llm_grader.audit.labelling.journal import gold_file
from llm_grader.eval.labels.files import read_labels
from tests.support.audit_folder import write_folder

WAVE = EvidenceSpan(turn=0, start=0, end=8, quote="👍🏽 Hello")
SORRY = EvidenceSpan(turn=2, start=0, end=5, quote="Sorry")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    folder = load_folder(write_folder(tmp_path / "gold"))
    made = Desk(folder, "anna", lambda: list(folder.transcripts))
    yield made
    made.close()


def complete(desk: Desk, number: int = 1) -> int:
    given = [
        GivenCell(item_id="greeting", label="met", evidence=(WAVE,)),
        GivenCell(item_id="apology", label="not_met"),
        GivenCell(item_id="tone", label="2"),
    ]
    return desk.save(number, desk.place(number).answers.rev, given).answers.rev


def test_opening_counts_once_and_a_second_look_changes_nothing(desk: Desk) -> None:
    assert desk.open(1).answers.state == "open"
    assert desk.open(1).answers.rev == desk.open(1).answers.rev == 1


def test_cells_are_saved_as_they_are_to_stand(desk: Desk) -> None:
    place = desk.save(1, 0, [GivenCell(item_id="greeting", label="met", evidence=(WAVE,), reason="waves")])
    place = desk.save(1, place.answers.rev, [GivenCell(item_id="greeting", label="met", evidence=(SORRY,))])
    cell = place.answers.cells["greeting"]
    assert (cell.label, cell.evidence, cell.reason) == ("met", (SORRY,), "")


def test_what_changes_nothing_is_not_written_down(desk: Desk) -> None:
    rev = complete(desk)
    assert complete(desk) == rev


def test_an_older_state_is_refused_and_nothing_is_saved(desk: Desk) -> None:
    complete(desk)
    with pytest.raises(Outdated):
        desk.save(1, 0, [GivenCell(item_id="greeting", label="not_met")])
    assert desk.place(1).answers.cells["greeting"].label == "met"


@pytest.mark.parametrize(
    "given",
    [
        GivenCell(item_id="nothing", label="met"),
        GivenCell(item_id="greeting", label="2"),
        GivenCell(item_id="greeting", label="met", evidence=(WAVE.model_copy(update={"start": 1}),)),
        GivenCell(item_id="greeting", label="met", evidence=(WAVE.model_copy(update={"turn": 1}),)),
        GivenCell(item_id="greeting", label="met", evidence=(WAVE.model_copy(update={"turn": 9}),)),
        GivenCell(item_id="greeting", label="met", evidence=(EvidenceSpan(turn=0, start=3, end=3, quote=""),)),
    ],
)
def test_what_is_not_in_rubric_or_text_cannot_be_saved_nor_anything_with_it(desk: Desk, given: GivenCell) -> None:
    with pytest.raises(Unacceptable):
        desk.save(1, 0, [GivenCell(item_id="apology", label="not_met"), given])
    assert desk.place(1).answers.cells == {}


def test_a_conversation_is_submitted_when_every_item_that_applies_has_label_and_evidence(desk: Desk) -> None:
    place = desk.save(1, 0, [GivenCell(item_id="greeting", label="met"), GivenCell(item_id="apology", label="met")])
    assert desk.submit(1, place.answers.rev) == [
        ("greeting", "evidence"),
        ("apology", "evidence"),
        ("warmth", "label"),
        ("tone", "label"),
    ]
    assert desk.submit(1, complete(desk)) == []  # there is no apology now that could sound warm
    labels = read_labels(gold_file(desk.folder.path, "desk", "anna"), rubric=desk.folder.rubric)
    assert {label.item_id: label.label for label in labels} == {"greeting": "met", "apology": "not_met", "tone": "2"}


def test_a_submitted_conversation_is_changed_after_it_was_opened_again(desk: Desk) -> None:
    desk.submit(1, complete(desk))
    rev = desk.place(1).answers.rev
    with pytest.raises(Outdated, match="open it again"):
        desk.save(1, rev, [GivenCell(item_id="tone", label="1")])
    rev = desk.move(1, rev, "reopen").answers.rev
    assert desk.save(1, rev, [GivenCell(item_id="tone", label="1")]).answers.cells["tone"].label == "1"


def test_an_answer_to_what_does_not_apply_any_more_is_no_label(desk: Desk) -> None:
    place = desk.save(1, 0, [GivenCell(item_id="warmth", label="met", evidence=(SORRY,))])
    assert place.answers.cells["warmth"].label == "met"
    desk.submit(1, complete(desk))
    assert "warmth" not in {label.item_id for label in read_labels(gold_file(desk.folder.path, "desk", "anna"))}


def test_a_skipped_conversation_says_why_and_gives_no_gold(desk: Desk) -> None:
    assert desk.move(1, complete(desk), "skip", "another language").answers.state == "skipped"
    assert not gold_file(desk.folder.path, "desk", "anna").exists()


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = load_folder(write_folder(tmp_path / "gold"))
    first = Desk(folder, "anna", lambda: ["chat-01"])
    rev = complete(first)
    first.close()
    again = Desk(folder, "anna", lambda: ["chat-02"])  # assigned anew meanwhile
    assert again.queue() == ["chat-02", "chat-01"]
    assert again.place(2).answers.rev == rev
    again.close()
