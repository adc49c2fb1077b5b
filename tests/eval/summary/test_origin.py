"""The origin of figures: what they are of, in words and for other programs."""

from __future__ import annotations

from llm_grader.eval.judge.labelled_set import LabelledSet
from llm_grader.eval.summary.origin import describe, origin_of
from llm_grader.verdict import Provenance
from tests.support.scripted import item, rubric, transcript


def made(**parameters: str) -> Provenance:
    return Provenance(
        rubric_id="r",
        rubric_version="1",
        rubric_hash="h",
        prompt_hash="p",
        model="judge",
        parameters=parameters,
        key="k",
        library_version="1",
    )


def test_figures_name_the_modes_in_which_the_judge_was_asked() -> None:
    talk = transcript()
    labelled = LabelledSet("gold", rubric(item("greeting")), {talk.id: talk}, ())
    one = origin_of(labelled, [made()], seed=0, runs=[3])
    assert one.modes == ("tools",)  # what is not named is at its default
    assert "judge, mode tools, runs 3" in describe(one)
    both = origin_of(labelled, [made(), made(mode="decisions")], seed=0)
    assert "judge, mode decisions and tools" in describe(both)
