"""The whole of `llm-grader refine`, as a judge meets it: what is held out is seen by nobody who writes a wording."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.labels.split import split_transcripts
from llm_grader.eval.refine.looks import LookLog
from llm_grader.eval.refine.run import refine_items
from llm_grader.eval.refine.wordings import Confusion, Wording
from llm_grader.rubric.load import load_rubric
from llm_grader.rubric.model import Item, Rubric
from llm_grader.transcript import Transcript
from llm_grader.verdict import Label, Scorecard
from tests.support.eval_commands import card, write_rubric
from tests.support.scripted import transcript


def decided(id_: str) -> list[Label]:
    """Two people who agree about a conversation, and quote it."""
    said = {"transcript_id": id_, "item_id": "greeting", "label": "met", "evidence_quotes": (f"words of {id_}",)}
    return [Label.model_validate({**said, "annotator": who, "label_source": "human"}) for who in ("eva", "jan")]


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
        return [card(int(told.id[1:]), by, {"greeting": "met" if examples else "not_met"}) for told in transcripts]

    def propose(_item: Item, cases: Sequence[Confusion]) -> list[Wording]:
        proposed_from.update(label.transcript_id for case in cases for label in case.people)
        return [Wording(question="Is there a greeting?")]

    (found,) = refine_items(gold, [], grade=grade, propose=propose, log=LookLog(tmp_path / "looks.jsonl"))
    dev = split_transcripts(ids).dev
    assert found.finding is not None
    assert len(quoted) == 5
    assert quoted < {f"words of {id_}" for id_ in dev}
    assert proposed_from == dev
