"""How often a cue is found where its act is there and where it is not."""

from __future__ import annotations

from llm_grader.eval.labels.gold import Gold
from llm_grader.eval.measured.cue_recall import CueCell, cells_of, render_recall
from llm_grader.rubric.load import load_rubric
from llm_grader.transcript import Transcript, Turn
from llm_grader.verdict import Label

RUBRIC = load_rubric("call_quality")


def call(id_: str, last: str, *, tried: bool = False) -> Transcript:
    turns = (Turn(role="agent", text="All done."), Turn(role="customer", text=last))
    metadata = {"phrases_tried": True} if tried else {}
    return Transcript(id=id_, channel="call", language="en", turns=turns, metadata=metadata)


def gold(*calls: tuple[Transcript, str]) -> Gold:
    labels = tuple(
        Label(transcript_id=one.id, item_id="leave_satisfied", label=label, annotator="a", label_source="synthetic")
        for one, label in calls
    )
    return Gold({one.id: one for one, _ in calls}, labels)


GLAD, ANGRY, SILENT = "Thank you so much!", "Useless, the lot of you.", "Right."


def test_an_act_and_the_one_against_it_are_counted_each_where_it_is_there_and_where_not() -> None:
    cells = cells_of(
        gold((call("a", GLAD), "met"), (call("b", ANGRY), "not_met"), (call("c", SILENT), "not_met")),
        RUBRIC,
        tried=False,
    )
    assert [cell[2:] for cell in cells if cell.cue == "satisfied"] == [(True, True), (False, False), (False, False)]
    assert [cell[2:] for cell in cells if cell.cue == "displeased"] == [(False, False), (True, True), (True, False)]


def test_conversations_on_which_phrases_were_tried_count_where_that_is_asked_for() -> None:
    both = gold((call("a", GLAD), "met"), (call("b", GLAD, tried=True), "met"))
    assert [len(cells_of(both, RUBRIC, tried=tried)) for tried in (False, True)] == [2, 4]


def test_the_table_says_of_how_many_by_language() -> None:
    cells = [
        CueCell("thanks", "en", True, True),
        CueCell("thanks", "de", True, False),
        CueCell("thanks", "de", False, True),
    ]
    assert render_recall(cells).splitlines()[2] == "| thanks | 0 of 1; 1 of 1 | 1 of 1; 0 of 0 | 1 of 2; 1 of 1 |"
