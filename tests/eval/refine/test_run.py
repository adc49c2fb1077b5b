"""The whole of `llm-grader refine`, as a judge meets it: what is held out is seen by nobody who writes a wording."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.refine import refine
from llm_grader.eval.refine.looks import LookLog
from llm_grader.eval.refine.result import describe
from llm_grader.eval.refine.wordings import Confusion, Wording, load_proposals
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Scorecard
from tests.support.eval_commands import card, write_rubric
from tests.support.scripted import transcript


def decided(id_: str) -> list[Label]:
    """Two people who agree about a conversation, and quote it."""
    fields = {"transcript_id": id_, "item_id": "greeting", "label": "met", "evidence_quotes": (f"words of {id_}",)}
    return [Label.model_validate({**fields, "annotator": who, "label_source": "human"}) for who in ("eva", "jan")]


def test_no_word_of_what_is_held_out_reaches_a_rubric_that_is_tried_or_who_proposes_one(tmp_path: Path) -> None:
    rubric = load_rubric(write_rubric(tmp_path))
    ids = [f"t{n:04}" for n in range(60)]
    labels = tuple(label for id_ in ids for label in decided(id_))
    gold = LabelledSet("gold", rubric, {id_: transcript(id_) for id_ in ids}, labels)
    quoted: set[str] = set()
    proposed_from: set[str] = set()

    def grade(transcripts: Sequence[Transcript], by: Rubric) -> list[Scorecard]:
        """Right only where the rubric has examples."""
        examples = by.item("greeting").examples
        quoted.update(text for example in examples for text in example.quote.values())
        return [card(int(talk.id[1:]), by, {"greeting": "met" if examples else "not_met"}) for talk in transcripts]

    def propose(_item: Item, cases: Sequence[Confusion]) -> list[Wording]:
        proposed_from.update(label.transcript_id for case in cases for label in case.people)
        return [Wording(question="Is there a greeting?")]

    (found,) = refine(gold, [], grade=grade, propose=propose, log=LookLog(tmp_path / "looks.jsonl")).items
    dev = split_transcripts(ids).dev
    assert found.held_out is not None
    assert len(quoted) == 5
    assert quoted < {f"words of {id_}" for id_ in dev}
    assert proposed_from == dev


def test_one_call_gives_what_is_shown_to_be_better_and_the_change_of_the_rubrics_file(tmp_path: Path) -> None:
    path = write_rubric(tmp_path)
    rubric, text = load_rubric(path), path.read_text("utf-8")
    ids = [f"t{n:04}" for n in range(60)]
    gold = LabelledSet("gold", rubric, {id_: transcript(id_) for id_ in ids}, tuple(decided(id_)[0] for id_ in ids))

    def grade(transcripts: Sequence[Transcript], by: Rubric) -> list[Scorecard]:
        label = "met" if by.item("greeting").question["en"] == "Is there a greeting?" else "not_met"
        return [card(int(one.id[1:]), by, {"greeting": label}) for one in transcripts]

    proposals = tmp_path / "wordings.yaml"
    proposals.write_text("greeting:\n  - question: Is there a greeting?\n", "utf-8")
    log = LookLog(tmp_path / "looks.jsonl")
    found = refine(gold, grade=grade, propose=load_proposals(proposals, rubric, "en"), log=log)
    assert found.accepted == {"greeting": Wording(question="Is there a greeting?")}
    assert found.patch(text) == text.replace("Did the agent greet?", "Is there a greeting?")
    assert "0 wrong, p = 0.0000 (wanted: 0.025): accepted" in describe(found.items[0], found.level)
